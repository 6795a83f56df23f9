"""ADD, DROP, RENAME and EXCHANGE PARTITION, TRUNCATE, MSCK and SHOW PARTITIONS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.folders import (
    empty_folder,
    folder_exists,
    folders_below,
    move_folder,
    remove_folder,
)
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.model.partition_filter import matching_partitions
from airflow_ddb_hive.model.partition_path import partition_folder, partition_values
from airflow_ddb_hive.model.table import Partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.session_statements import ShowPartitions
    from airflow_ddb_hive.hiveql.table_statements import (
        AddPartitions,
        DropPartitions,
        ExchangePartition,
        RenamePartition,
        RepairTable,
        TruncateTable,
    )
    from airflow_ddb_hive.model.table import Table

__all__ = [
    "add_partitions",
    "drop_partitions",
    "exchange_partition",
    "rename_partition",
    "repair_table",
    "show_partitions",
    "truncate_table",
]

_IGNORE_MISSING = "hive.exec.drop.ignorenonexistent"
_PATH_CHECK = "hive.msck.path.validation"


def add_partitions(statement: AddPartitions, context: StatementContext) -> StatementResult:
    """Add partitions, and make their folders.

    Raises:
        HiveSemanticError: One is there already.
    """
    table = statement.table
    partitions = [_located(one) for one in statement.partitions]
    for partition in partitions:
        if partition.location is not None:
            context.stores.at(partition.location)
    context.catalog.add_partitions(table, partitions, if_not_exists=statement.if_not_exists)
    for partition in partitions:
        if table.view_text is None and not context.rehearsal:
            folder = _folder(table, partition)
            context.stores.at(folder).make_folder(folder)
    return _done(context)


def _located(partition: Partition) -> Partition:
    return partition if partition.location is None else replace(partition, location=local_url(partition.location))


def _folder(table: Table, partition: Partition) -> str:
    usual = f"{(table.location or '').rstrip('/')}/{partition_folder(table.partition_columns, partition.values)}"
    return partition.location or usual


def drop_partitions(statement: DropPartitions, context: StatementContext) -> StatementResult:
    """Forget partitions; those of a managed table lose their files.

    Raises:
        HiveSemanticError: None is meant, and ``hive.exec.drop.ignorenonexistent`` is off.
    """
    table = statement.table
    known = context.catalog.partitions(table)
    gone: dict[tuple[str, ...], Partition] = {}
    for clause in statement.clauses:
        found = matching_partitions(known, clause)
        if not found and not statement.if_exists and not context.settings.flag(_IGNORE_MISSING):
            names = [table.partition_columns[one.column].name for one in clause]
            pairs = zip(names, clause, strict=True)
            shown = " and ".join(f"{name} {one.comparison} '{one.value}'" for name, one in pairs)
            raise HiveSemanticError(f"Partition not found ({shown})", code=10006, table=table.qualified_name)
        gone |= {one.values: one for one in found}
    context.catalog.remove_partitions(table, list(gone.values()))
    if table.kind == "MANAGED_TABLE":
        for partition in gone.values():
            remove_folder(context, _folder(table, partition))
    return _done(context)


def rename_partition(statement: RenamePartition, context: StatementContext) -> StatementResult:
    """Give a partition other values; the folder of a managed table's partition goes with them.

    Raises:
        HiveSemanticError: There is no such partition, or one of the new values.
    """
    table = statement.table
    old = context.catalog.partition(table, statement.old)
    if old is None:
        shown = partition_folder(table.partition_columns, statement.old)
        message = f"Rename partition: source partition [{shown}] does not exist."
        raise HiveSemanticError(message, table=table.qualified_name)
    if statement.old == statement.new:
        return _done(context)
    if context.catalog.partition(table, statement.new) is not None:
        shown = ", ".join(statement.new)
        message = f"Unable to rename partition. Partition already exists:{table.qualified_name}.[{shown}]"
        raise HiveSemanticError(message, table=table.qualified_name)
    new = replace(old, values=statement.new)
    usual = _folder(table, Partition(values=old.values))
    if _folder(table, old) == usual and table.kind == "MANAGED_TABLE":
        place = _folder(table, Partition(values=new.values))
        move_folder(context, usual, place)
        new = replace(new, location=place)
    context.catalog.change_partition(table, old, _unplaced(table, new))
    return _done(context)


def _unplaced(table: Table, partition: Partition) -> Partition:
    """A partition at its usual place needs none of its own, so that a warehouse can be moved."""
    usual = _folder(table, Partition(values=partition.values))
    return replace(partition, location=None) if partition.location == usual else partition


def exchange_partition(statement: ExchangePartition, context: StatementContext) -> StatementResult:
    """Move partitions with their files from one table to another.

    Raises:
        HiveSemanticError: The source has none of them, or the target has one.
    """
    table, source = statement.table, statement.source
    found = matching_partitions(context.catalog.partitions(source), statement.partition)
    if not found:
        raise HiveSemanticError(f"Partition not found {statement.shown}", code=10006, table=source.qualified_name)
    for partition in found:
        if context.catalog.partition(table, partition.values) is not None:
            message = f"The destination table {table.qualified_name} has the partition {statement.shown} already"
            raise HiveSemanticError(message, code=10118, table=table.qualified_name)
    for partition in found:
        place = _folder(table, Partition(values=partition.values))
        move_folder(context, _folder(source, partition), place)
    context.catalog.remove_partitions(source, found)
    context.catalog.add_partitions(table, [replace(partition, location=None) for partition in found])
    return _done(context)


def truncate_table(statement: TruncateTable, context: StatementContext) -> StatementResult:
    """Remove the files of a table or of some partitions.

    Raises:
        HiveSemanticError: No partition is meant.
    """
    table = statement.table
    if not table.partition_columns:
        empty_folder(context, table.location or "")
        return _done(context)
    found = matching_partitions(context.catalog.partitions(table), statement.partition or ())
    if not found and statement.partition is not None:
        raise HiveSemanticError(f"Partition not found {statement.shown}", code=10006, table=table.qualified_name)
    for partition in found:
        empty_folder(context, _folder(table, partition))
    return _done(context)


def repair_table(statement: RepairTable, context: StatementContext) -> StatementResult:
    """Add the partitions whose folders are there, forget those whose folders are gone; say what was found.

    Raises:
        HiveSemanticError: A folder is no partition and ``hive.msck.path.validation`` does not let that pass.
    """
    table = statement.table
    if not table.partition_columns:
        return _done(context)
    there = _partitions_on_disk(table, context)
    known = context.catalog.partitions(table)
    missing = [values for values in there if values not in {one.values for one in known}]
    gone = [one for one in known if not folder_exists(context.stores, _folder(table, one))]
    if statement.repair and statement.add:
        context.catalog.add_partitions(table, [Partition(values=values) for values in missing], if_not_exists=True)
    if statement.repair and statement.drop:
        context.catalog.remove_partitions(table, gone)
    context.finish()
    return TextResult(context, ["msck"], [[line] for line in _report(statement, missing, gone)])


def _partitions_on_disk(table: Table, context: StatementContext) -> list[tuple[str, ...]]:
    root = (table.location or "").rstrip("/")
    found: dict[tuple[str, ...], None] = {}
    for folder in folders_below(context.stores, root, len(table.partition_columns)):
        values = partition_values(table.partition_columns, folder)
        if values is not None:
            found[values] = None
        elif context.settings.get(_PATH_CHECK, "throw").lower() == "throw":
            raise HiveSemanticError(
                f"Invalid partition name {root}/{folder}: no partition of {table.qualified_name}. Remove "
                f"it, or SET {_PATH_CHECK}=ignore",
                table=table.qualified_name,
            )
    return sorted(found)


def _report(statement: RepairTable, missing: Sequence[tuple[str, ...]], gone: Sequence[Partition]) -> list[str]:
    table = statement.table
    shown = [f"{table.name}:{partition_folder(table.partition_columns, values)}" for values in missing]
    lost = [f"{table.name}:{partition_folder(table.partition_columns, one.values)}" for one in gone]
    lines = []
    if shown:
        lines.append("Partitions not in metastore:\t" + "\t".join(shown))
    if lost:
        lines.append("Partitions missing from filesystem:\t" + "\t".join(lost))
    if statement.repair and statement.add:
        lines += [f"Repair: Added partition to metastore {one}" for one in shown]
    if statement.repair and statement.drop:
        lines += [f"Repair: Dropped partition from metastore {one}" for one in lost]
    return lines


def show_partitions(statement: ShowPartitions, context: StatementContext) -> StatementResult:
    """List a table's partitions by their folders.

    Raises:
        HiveSemanticError: The table has no partition columns.
    """
    table = statement.table
    if not table.partition_columns:
        message = f"Table {table.name} is not a partitioned table"
        raise HiveSemanticError(message, table=table.qualified_name)
    found = matching_partitions(context.catalog.partitions(table), statement.partition)
    rows = [[partition_folder(table.partition_columns, one.values)] for one in found]
    return TextResult(context, ["partition"], rows)


def _done(context: StatementContext) -> StatementResult:
    context.finish()
    return StatementResult(context)
