"""Bound statements that change tables, partitions and databases after they were made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.hiveql.alterations import Alteration
    from airflow_ddb_hive.model.partition_filter import PartitionCondition
    from airflow_ddb_hive.model.table import Constraint, Partition, Table

__all__ = [
    "AddConstraint",
    "AddPartitions",
    "AlterDatabase",
    "AlterTable",
    "AnalyzeTable",
    "DropConstraint",
    "DropPartitions",
    "ExchangePartition",
    "RenamePartition",
    "RenameTable",
    "RepairTable",
    "TruncateTable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterTable(Statement):
    """ALTER TABLE | VIEW: one change of the table, of some partitions, or of both (CASCADE)."""

    table: Table
    change: Alteration
    partition: tuple[PartitionCondition, ...] | None = None
    shown: str = ""
    cascade: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable(Statement):
    """ALTER TABLE | VIEW … RENAME TO."""

    table: Table
    database: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPartitions(Statement):
    """ALTER TABLE … ADD [IF NOT EXISTS] PARTITION."""

    table: Table
    partitions: tuple[Partition, ...]
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPartitions(Statement):
    """ALTER TABLE … DROP [IF EXISTS] PARTITION: those for which all conditions of one clause hold."""

    table: Table
    clauses: tuple[tuple[PartitionCondition, ...], ...]
    if_exists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamePartition(Statement):
    """ALTER TABLE … PARTITION (…) RENAME TO PARTITION (…)."""

    table: Table
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePartition(Statement):
    """ALTER TABLE target EXCHANGE PARTITION (…) WITH TABLE source: the source's partitions become the target's."""

    table: Table
    source: Table
    partition: tuple[PartitionCondition, ...]
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddConstraint(Statement):
    """ALTER TABLE … ADD CONSTRAINT."""

    table: Table
    constraint: Constraint


@dataclass(frozen=True, slots=True, kw_only=True)
class DropConstraint(Statement):
    """ALTER TABLE … DROP CONSTRAINT."""

    table: Table
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TruncateTable(Statement):
    """TRUNCATE TABLE [PARTITION]: the files go, table and partitions stay."""

    table: Table
    partition: tuple[PartitionCondition, ...] | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairTable(Statement):
    """MSCK [REPAIR] TABLE: looks which folders are partitions; without REPAIR it only says so."""

    table: Table
    repair: bool
    add: bool = True
    drop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeTable(Statement):
    """ANALYZE TABLE: nothing here needs statistics; the names have been checked."""

    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterDatabase(Statement):
    """ALTER DATABASE … SET DBPROPERTIES | LOCATION | OWNER (which nothing here looks at)."""

    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None
