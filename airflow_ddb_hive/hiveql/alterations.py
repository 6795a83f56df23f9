"""What ALTER TABLE changes of a table or partition: each change as a value, and what the table is afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.type_changes import compatible_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.table import Column, Partition, StorageDescriptor, Table

__all__ = [
    "AddColumns",
    "Alteration",
    "ChangeColumn",
    "ReplaceColumns",
    "SetBuckets",
    "SetFormat",
    "SetLocation",
    "SetPartitionType",
    "SetProperties",
    "SetSerde",
    "SetSkew",
    "Touch",
    "UnsetProperties",
    "altered_partition",
    "altered_table",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumns:
    """ADD COLUMNS: behind the others, before the partition columns."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceColumns:
    """REPLACE COLUMNS: the files stay, and are read as if they had these columns."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeColumn:
    """CHANGE COLUMN: another name, type, comment or place; ``after`` is empty for FIRST, ``None`` for where it is."""

    name: str
    column: Column
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProperties:
    """SET TBLPROPERTIES."""

    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsetProperties:
    """UNSET TBLPROPERTIES [IF EXISTS]."""

    keys: tuple[str, ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSerde:
    """SET SERDE and SET SERDEPROPERTIES; the class stays where none is named."""

    serde: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFormat:
    """SET FILEFORMAT: files that are there stay as they are."""

    file_format: str
    serde: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLocation:
    """SET LOCATION: files stay where they are, the table is read elsewhere."""

    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBuckets:
    """CLUSTERED BY, NOT CLUSTERED (no columns), NOT SORTED and INTO n BUCKETS; ``None`` leaves a part as it is."""

    columns: tuple[str, ...] | None = None
    sort: tuple[tuple[str, bool], ...] | None = None
    buckets: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSkew:
    """SKEWED BY, NOT SKEWED (no columns) and NOT STORED AS DIRECTORIES (``None``)."""

    columns: tuple[str, ...] | None = None
    values: tuple[tuple[str, ...], ...] = ()
    directories: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPartitionType:
    """PARTITION COLUMN (name type)."""

    column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """TOUCH, and what else changes nothing here."""


Alteration = (
    AddColumns
    | ReplaceColumns
    | ChangeColumn
    | SetProperties
    | UnsetProperties
    | SetSerde
    | SetFormat
    | SetLocation
    | SetBuckets
    | SetSkew
    | SetPartitionType
    | Touch
)
"""One change."""


def altered_table(table: Table, change: Alteration, *, any_type: bool = False) -> Table:
    """Return the table after a change; with ``any_type`` columns may get types that do not fit the old ones.

    Example:
        >>> from airflow_ddb_hive.model.table import Column, Table
        >>> from airflow_ddb_hive.model.types import BIGINT, INT
        >>> table = Table(database="default", name="t", columns=(Column("a", INT),))
        >>> change = ChangeColumn(name="a", column=Column("b", BIGINT))
        >>> [(column.name, str(column.type)) for column in altered_table(table, change).columns]
        [('b', 'bigint')]

    Raises:
        HiveSemanticError: A column or property is not there, is there already, or cannot get the type.
    """
    match change:
        case AddColumns() | ReplaceColumns() | ChangeColumn():
            return _with_columns(table, _new_columns(table, change), any_type=any_type)
        case SetProperties() | UnsetProperties():
            return _with_properties(table, change)
        case SetSerde() | SetFormat() | SetBuckets() | SetSkew():
            return replace(table, storage=_new_storage(table, change))
        case SetLocation():
            return replace(table, location=change.location)
        case SetPartitionType():
            found = _place(table.partition_columns, change.column.name)
            columns = list(table.partition_columns)
            columns[found] = replace(columns[found], type=change.column.type)
            return replace(table, partition_columns=tuple(columns))
        case Touch():
            return table


def altered_partition(table: Table, partition: Partition, change: Alteration, *, any_type: bool = False) -> Partition:
    """Return a partition after a change, as if it were a table of its own."""
    alone = replace(
        table,
        columns=table.columns if partition.columns is None else partition.columns,
        storage=partition.storage or table.storage,
        location=partition.location,
        properties=partition.properties,
    )
    new = altered_table(alone, change, any_type=any_type)
    return replace(
        partition,
        columns=new.columns if new.columns != alone.columns else partition.columns,
        storage=new.storage if new.storage != alone.storage else partition.storage,
        location=new.location,
        properties=new.properties,
    )


def _with_columns(table: Table, columns: tuple[Column, ...], *, any_type: bool) -> Table:
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise HiveSemanticError(f"Duplicate column name: {name}", code=10036, table=table.qualified_name)
    for column in table.partition_columns:
        if column.name in names:
            message = f"Partition column name {column.name} conflicts with table columns."
            raise HiveSemanticError(message, table=table.qualified_name)
    pairs = zip(table.columns, columns, strict=False)
    wrong = [new.name for old, new in pairs if not compatible_types(old.type, new.type)]
    if wrong and not any_type:
        raise HiveSemanticError(
            "Unable to alter table. The following columns have types incompatible with the existing columns in their "
            f"respective positions : {', '.join(wrong)}. To change them all the same: "
            "SET hive.metastore.disallow.incompatible.col.type.changes=false",
            table=table.qualified_name,
        )
    return replace(table, columns=columns)


def _new_columns(table: Table, change: AddColumns | ReplaceColumns | ChangeColumn) -> tuple[Column, ...]:
    if isinstance(change, AddColumns):
        return (*table.columns, *change.columns)
    if isinstance(change, ReplaceColumns):
        return change.columns
    columns = list(table.columns)
    place = _place(table.columns, change.name)
    old = columns[place]
    comment = old.comment if change.column.comment is None else change.column.comment
    new = replace(change.column, comment=comment)
    if change.after is None:
        columns[place] = new
        return tuple(columns)
    del columns[place]
    before = _place(columns, change.after) + 1 if change.after else 0
    columns.insert(before, new)
    return tuple(columns)


def _place(columns: tuple[Column, ...] | list[Column], name: str) -> int:
    for place, column in enumerate(columns):
        if column.name == name:
            return place
    raise HiveSemanticError(f"Invalid column reference {name}", code=10002)


def _with_properties(table: Table, change: SetProperties | UnsetProperties) -> Table:
    properties = dict(table.properties)
    if isinstance(change, SetProperties):
        properties.update(change.properties)
    else:
        for key in change.keys:
            if key not in properties and not change.if_exists:
                message = f"The following property {key} does not exist in {table.name}: say IF EXISTS, or leave it out"
                raise HiveSemanticError(message, code=10215, table=table.qualified_name)
            properties.pop(key, None)
    comment = properties.pop("comment", None) if isinstance(change, SetProperties) else None
    external = properties.get("EXTERNAL", "").upper()
    kind = {"TRUE": "EXTERNAL_TABLE", "FALSE": "MANAGED_TABLE"}.get(external, table.kind)
    removed = isinstance(change, UnsetProperties) and "comment" in change.keys
    return replace(
        table,
        properties=properties,
        comment=None if removed else comment or table.comment,
        kind=kind if table.view_text is None else table.kind,
    )


def _new_storage(table: Table, change: SetSerde | SetFormat | SetBuckets | SetSkew) -> StorageDescriptor:
    storage = table.storage
    if isinstance(change, SetSerde):
        properties = {**storage.serde_properties, **change.properties}
        return replace(storage, serde=change.serde or storage.serde, serde_properties=properties)
    if isinstance(change, SetFormat):
        if storage.file_format == "ORC" and change.file_format != "ORC":
            message = f"Changing file format (from ORC) is not supported for table {table.qualified_name}"
            raise HiveSemanticError(message, table=table.qualified_name)
        return replace(storage, file_format=change.file_format, serde=change.serde)
    names = {column.name for column in table.columns}
    if isinstance(change, SetSkew):
        return _skewed(storage, change, names)
    return _bucketed(storage, change, names)


def _bucketed(storage: StorageDescriptor, change: SetBuckets, names: set[str]) -> StorageDescriptor:
    columns = storage.bucket_columns if change.columns is None else change.columns
    sort = storage.sort_columns if change.sort is None else change.sort
    for name in (*columns, *(name for name, _ in sort)):
        if name not in names:
            raise HiveSemanticError(f"Invalid column reference {name}", code=10002)
    buckets = storage.buckets if change.buckets is None else change.buckets
    return replace(storage, bucket_columns=columns, sort_columns=sort, buckets=buckets)


def _skewed(storage: StorageDescriptor, change: SetSkew, names: set[str]) -> StorageDescriptor:
    if change.columns is None:
        return replace(storage, stored_as_directories=False)
    for name in change.columns:
        if name not in names:
            raise HiveSemanticError(f"Invalid skewed column name: {name}", code=10203)
    return replace(
        storage,
        skewed_columns=change.columns,
        skewed_values=change.values,
        stored_as_directories=change.directories,
    )
