"""Bound statements that ask about the catalog, or change the session: SHOW, DESCRIBE, macros, CLI commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.statements import Statement

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.syntax import Node
    from airflow_ddb_hive.model.partition_filter import PartitionCondition
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.model.types import HiveType

__all__ = [
    "CreateMacro",
    "DescribeColumn",
    "DescribeDatabase",
    "DescribeFunction",
    "DescribePartition",
    "DropMacro",
    "Macro",
    "NoEffect",
    "ResetSettings",
    "Resources",
    "ShowColumns",
    "ShowFunctions",
    "ShowPartitions",
    "ShowProperties",
    "ShowTableExtended",
    "ShowViews",
    "SourceFile",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A function that stands for an expression: its parameters' names and types, and the expression."""

    name: str
    parameters: tuple[tuple[str, HiveType], ...]
    body: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateMacro(Statement):
    """CREATE TEMPORARY MACRO; it takes the place of one of the same name, and hides a built-in function."""

    macro: Macro


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMacro(Statement):
    """DROP TEMPORARY MACRO | FUNCTION [IF EXISTS]."""

    name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowViews(Statement):
    """SHOW VIEWS [IN database] ['pattern']."""

    database: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPartitions(Statement):
    """SHOW PARTITIONS [PARTITION (…)]."""

    table: Table
    partition: tuple[PartitionCondition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowColumns(Statement):
    """SHOW COLUMNS IN table [LIKE 'pattern']."""

    table: Table
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFunctions(Statement):
    """SHOW FUNCTIONS [LIKE 'pattern']."""

    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowProperties(Statement):
    """SHOW TBLPROPERTIES table [('key')]."""

    table: Table
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTableExtended(Statement):
    """SHOW TABLE EXTENDED [IN database] LIKE 'pattern' [PARTITION (…)]."""

    database: str
    pattern: str
    partition: tuple[PartitionCondition, ...] | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeColumn(Statement):
    """DESCRIBE [EXTENDED | FORMATTED] table column[.field…]: ``path`` begins with the column."""

    table: Table
    path: tuple[str, ...]
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribePartition(Statement):
    """DESCRIBE [EXTENDED | FORMATTED] table PARTITION (…)."""

    table: Table
    partition: tuple[PartitionCondition, ...]
    shown: str
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeDatabase(Statement):
    """DESCRIBE DATABASE [EXTENDED]."""

    name: str
    extended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeFunction(Statement):
    """DESCRIBE FUNCTION [EXTENDED]."""

    name: str
    extended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile(Statement):
    """SOURCE path: the file's statements run in this one's place."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources(Statement):
    """ADD, LIST and DELETE of FILE, JAR or ARCHIVE."""

    action: str
    kind: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSettings(Statement):
    """RESET: all settings, or these, are what they were when the session began."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoEffect(Statement):
    """A statement that is right and does nothing here; ``why`` is told once."""

    why: str | None = None
