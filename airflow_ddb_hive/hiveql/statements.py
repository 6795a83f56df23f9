"""Statements of a script, bound: what an engine is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.tree import Position, Relation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.table import StorageDescriptor, Table

__all__ = [
    "CreateDatabase",
    "CreateTable",
    "CreateTableAs",
    "CreateView",
    "Describe",
    "DirectorySink",
    "DropDatabase",
    "DropTable",
    "Explain",
    "InsertStatement",
    "LoadData",
    "MultiInsert",
    "QueryStatement",
    "SetStatement",
    "ShowCreateTable",
    "ShowDatabases",
    "ShowTables",
    "Sink",
    "Statement",
    "TableSink",
    "UseDatabase",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Base: where in the script the statement begins."""

    position: Position = field(default_factory=Position, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStatement(Statement):
    """A query whose rows go to the caller."""

    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSink:
    """INSERT INTO | OVERWRITE TABLE; ``columns`` are the places in the table that the query's columns go to.

    In a partitioned table the places of partition columns follow those of the others. ``partition`` has the static
    value of each partition column as text, ``None`` for one whose value each row brings.
    """

    table: Table
    overwrite: bool
    columns: tuple[int, ...]
    partition: tuple[str | None, ...] = ()
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySink:
    """INSERT OVERWRITE [LOCAL] DIRECTORY."""

    path: str
    local: bool
    storage: StorageDescriptor


Sink = TableSink | DirectorySink


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertStatement(Statement):
    """A query whose rows go to a table or a directory; its columns already have the target's types."""

    relation: Relation
    sink: Sink


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiInsert(Statement):
    """FROM … INSERT … SELECT … INSERT … SELECT …: one source, read once, for several targets."""

    branches: tuple[InsertStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable(Statement):
    """CREATE TABLE; the table's ``location`` is as written, ``None`` if not."""

    table: Table
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTableAs(Statement):
    """CREATE TABLE … AS SELECT; the table's columns are the query's."""

    table: Table
    relation: Relation
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateView(Statement):
    """CREATE [OR REPLACE] VIEW; also ALTER VIEW … AS, which replaces one that is there."""

    table: Table
    if_not_exists: bool = False
    or_replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable(Statement):
    """DROP TABLE | VIEW [IF EXISTS]."""

    database: str
    name: str
    if_exists: bool = False
    view: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDatabase(Statement):
    """CREATE DATABASE | SCHEMA."""

    name: str
    if_not_exists: bool = False
    location: str | None = None
    comment: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDatabase(Statement):
    """DROP DATABASE | SCHEMA [IF EXISTS] [CASCADE]."""

    name: str
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadData(Statement):
    """LOAD DATA [LOCAL] INPATH; ``partition`` has the values of the partition columns, as text."""

    path: str
    local: bool
    overwrite: bool
    table: Table
    partition: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain(Statement):
    """EXPLAIN [EXTENDED | FORMATTED] of a statement that reads or writes rows; ``style`` is empty or the word."""

    statement: QueryStatement | InsertStatement | MultiInsert | CreateTableAs | LoadData
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatement(Statement):
    """SET key=value; without a value the setting is shown, without a key all are."""

    key: str | None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseDatabase(Statement):
    """USE database."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTables(Statement):
    """SHOW TABLES [IN database] [LIKE 'pattern'] in Hive's pattern language (``*`` and ``|``)."""

    database: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDatabases(Statement):
    """SHOW DATABASES [LIKE 'pattern']."""

    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCreateTable(Statement):
    """SHOW CREATE TABLE."""

    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe(Statement):
    """DESCRIBE [EXTENDED | FORMATTED]; ``style`` is empty, ``extended`` or ``formatted``."""

    table: Table
    style: str = ""
