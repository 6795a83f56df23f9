"""What the catalog knows of a Hive table: columns, kind, and how its rows are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.types import HiveType

__all__ = [
    "DYNAMODB_HANDLER",
    "Column",
    "Constraint",
    "Database",
    "Partition",
    "StorageDescriptor",
    "Table",
    "TableKind",
]

DYNAMODB_HANDLER = "org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler"
"""The class that a ``STORED BY`` clause names for a DynamoDB table on EMR."""

TableKind = str
"""``MANAGED_TABLE``, ``EXTERNAL_TABLE`` or ``VIRTUAL_VIEW``: the words of Hive's metastore."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: lower-case name, type, comment.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> Column("feature_id", BIGINT).name
        'feature_id'
    """

    name: str
    type: HiveType
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageDescriptor:
    """How rows lie in files, or which handler keeps them.

    ``file_format`` is the word of ``STORED AS`` (``TEXTFILE``, ``PARQUET``, …); ``serde`` the class of ``ROW FORMAT
    SERDE``, if written; ``serde_properties`` hold delimiters under Hive's names (``field.delim``,
    ``collection.delim``, ``mapkey.delim``, ``escape.delim``, ``line.delim``, ``serialization.null.format``).
    ``bucket_columns``, ``sort_columns`` (name and whether it goes down) and ``buckets`` are what CLUSTERED BY says,
    ``skewed_columns`` and ``skewed_values`` what SKEWED BY says; all change where rows lie, not which there are.

    Example:
        >>> StorageDescriptor(serde_properties={"field.delim": "|"}).file_format
        'TEXTFILE'
    """

    file_format: str = "TEXTFILE"
    serde: str | None = None
    serde_properties: Mapping[str, str] = field(default_factory=dict)
    handler: str | None = None
    bucket_columns: tuple[str, ...] = ()
    sort_columns: tuple[tuple[str, bool], ...] = ()
    buckets: int = -1
    skewed_columns: tuple[str, ...] = ()
    skewed_values: tuple[tuple[str, ...], ...] = ()
    stored_as_directories: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database; ``location`` is where its managed tables lie, ``None`` for the catalog's own place.

    Example:
        >>> Database(name="sales", properties={"owner": "bi"}).location is None
        True
    """

    name: str
    location: str | None = None
    comment: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """What a table says about the values of its columns.

    ``kind`` is ``primary key``, ``foreign key``, ``unique``, ``not null``, ``default`` or ``check``; the first three
    are never enforced. ``expression`` is the text of a DEFAULT or CHECK.

    Example:
        >>> Constraint(kind="not null", name="nn", columns=("id",), enabled=True).expression is None
        True
    """

    kind: str
    name: str
    columns: tuple[str, ...]
    expression: str | None = None
    enabled: bool = False
    parent_table: str | None = None
    parent_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One partition of a table: the values of its partition columns, in their order, as text.

    ``location`` is a URL or absolute path, ``None`` for the folder ``key=value`` below the table's. ``storage`` and
    ``columns`` are the table's when ``None``.

    Example:
        >>> Partition(values=("2026-01-31", "EU")).location is None
        True
    """

    values: tuple[str, ...]
    location: str | None = None
    storage: StorageDescriptor | None = None
    columns: tuple[Column, ...] | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as the catalog holds it; ``location`` is a URL or absolute path, absent for handlers and views.

    ``view_text`` is a view's query as written, to be read in ``view_database``. A ``temporary`` table belongs to one
    session.

    Example:
        >>> from airflow_ddb_hive.model.types import STRING
        >>> Table(database="default", name="t", columns=(Column("a", STRING),)).qualified_name
        'default.t'
    """

    database: str
    name: str
    columns: tuple[Column, ...]
    partition_columns: tuple[Column, ...] = ()
    kind: TableKind = "MANAGED_TABLE"
    storage: StorageDescriptor = field(default_factory=StorageDescriptor)
    location: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    comment: str | None = None
    view_text: str | None = None
    view_database: str | None = None
    constraints: tuple[Constraint, ...] = ()
    temporary: bool = False

    @property
    def qualified_name(self) -> str:
        """Database and name, joined by a point."""
        return f"{self.database}.{self.name}"

    @property
    def is_dynamodb(self) -> bool:
        """Whether the DynamoDB storage handler keeps the rows."""
        return self.storage.handler == DYNAMODB_HANDLER
