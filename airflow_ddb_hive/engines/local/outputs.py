"""Where a statement's rows go, how many they are, and what writing them will take, as far as that can be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.estimate import estimate_write, table_figures
from airflow_ddb_hive.engines.local.budgets import table_budget
from airflow_ddb_hive.engines.local.inputs import table_capacity
from airflow_ddb_hive.engines.local.load import files_to_load
from airflow_ddb_hive.engines.local.plan import map_plan
from airflow_ddb_hive.engines.local.row_bounds import row_bounds
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.engines.local.table_settings import flag_setting
from airflow_ddb_hive.formats import file_format
from airflow_ddb_hive.hiveql.statements import CreateTableAs, DirectorySink, InsertStatement
from airflow_ddb_hive.hiveql.tree import ColumnRef, Project
from airflow_ddb_hive.model.dynamodb import ITEM
from airflow_ddb_hive.model.estimate import Bounds
from airflow_ddb_hive.model.plan import FilesInput, InputPlan, OutputPlan, StatementPlan

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.inputs import PlannedInput
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.hiveql.statements import LoadData, QueryStatement
    from airflow_ddb_hive.hiveql.tree import Relation, Scan
    from airflow_ddb_hive.model.table import Table

__all__ = ["load_plan", "output_plan"]


def output_plan(
    statement: QueryStatement | InsertStatement | CreateTableAs,
    inputs: Sequence[PlannedInput],
    context: StatementContext,
    *,
    written: Collection[str] = (),
) -> OutputPlan:
    """Return what EXPLAIN says of a statement's target; ``written`` are Hive tables that change before.

    Raises:
        UnsupportedSqlError: The target's files have a format that is not supported.
        MappingError: The target is a DynamoDB table that is not there or does not fit.
    """
    rows = row_bounds(statement.relation, lambda scan: _scanned(scan, inputs, written))
    if isinstance(statement, CreateTableAs):
        return _table_plan(statement.table, "create", rows)
    if not isinstance(statement, InsertStatement):
        return OutputPlan(kind="caller", rows=rows)
    sink = statement.sink
    if isinstance(sink, DirectorySink):
        file_format(sink.storage, ())
        format_ = sink.storage.file_format.upper()
        return OutputPlan(kind="directory", target=local_url(sink.path), action="overwrite", format=format_, rows=rows)
    if sink.table.is_dynamodb:
        return _items_plan(sink.table, rows, _copied_bytes(statement.relation, inputs), context)
    return _table_plan(sink.table, "overwrite" if sink.overwrite else "append", rows)


def load_plan(statement: LoadData, context: StatementContext) -> StatementPlan:
    """Return the plan of LOAD DATA, which moves or copies files as they are.

    Raises:
        HiveSemanticError: There is no file, or the table keeps its rows elsewhere.
    """
    path, table = local_url(statement.path), statement.table
    files = files_to_load(statement, context)
    format_ = table.storage.file_format.upper()
    source = FilesInput(format=format_, location=path, files=len(files), bytes=sum(file.size for file in files))
    return StatementPlan(
        kind="load data",
        inputs=(InputPlan(table="none", reading="copied" if statement.local else "moved", uses=1, source=source),),
        output=_table_plan(table, "overwrite" if statement.overwrite else "append", Bounds(0)),
    )


def _table_plan(table: Table, action: str, rows: Bounds) -> OutputPlan:
    file_format(table.storage, table.columns, table.properties)
    format_ = table.storage.file_format.upper()
    return OutputPlan(kind="table", target=table.qualified_name, action=action, format=format_, rows=rows)


def _items_plan(table: Table, rows: Bounds, least_bytes: float, context: StatementContext) -> OutputPlan:
    mapped = context.mapped(table)
    budget = table_budget(mapped, "write", context)
    capacity = table_capacity(mapped, "write", budget, context)
    deletes = flag_setting("dynamodb.deletion.mode", table.properties, context.settings)
    estimate = estimate_write(
        rows,
        budget,
        least_bytes=0.0 if deletes else least_bytes,
        price_per_million=capacity.dollars_per_million,
    )
    slowest = _slowest_index(mapped, budget.units_per_second, context)
    return OutputPlan(
        kind="dynamodb",
        target=f"{mapped.description.name} ({table.qualified_name})",
        action="delete" if deletes else "put",
        rows=rows,
        indexes=len(mapped.description.indexes),
        slow_index=slowest and slowest[0],
        slow_index_units=slowest and slowest[1],
        capacity=capacity,
        estimate=estimate,
    )


def _slowest_index(mapped: MappedTable, rate: float, context: StatementContext) -> tuple[str, float] | None:
    """The global index that takes writes at the lowest rate, if below the table's: it slows what is written to both."""
    rates = [
        (table_budget(mapped, "write", context, index_name=index.name).units_per_second, index.name)
        for index in mapped.description.indexes
        if index.kind == "global"
    ]
    units, name = min(rates, default=(rate, ""))
    return (name, units) if units < rate else None


def _scanned(scan: Scan, inputs: Sequence[PlannedInput], written: Collection[str]) -> Bounds:
    """The rows of a table, from the estimate of its read; files do not tell."""
    read = next((one.read for one in inputs if scan.id in one.ids), None)
    if read is None or scan.table.qualified_name in written:
        return Bounds(0)
    items = read.estimate.items
    return items if read.access.path.filter is None else Bounds(0, items.high)


def _copied_bytes(relation: Relation, inputs: Sequence[PlannedInput]) -> float:
    """The bytes of a table whose whole items are copied, all of them; 0 where that is not all that happens."""
    plan = map_plan(relation)
    if plan is None or plan.limit is not None or len(inputs) != 1 or inputs[0].read is None:
        return 0.0
    read, below = inputs[0].read, plan.relation
    while isinstance(below, Project):
        if not all(isinstance(one, ColumnRef) for one in below.expressions):
            return 0.0
        below = below.input
    whole = any(read.mapped.columns[place].dynamodb_type == ITEM for place in plan.scan.needed)
    if below is not plan.scan or not whole or read.access.path.kind != "scan" or read.access.path.filter is not None:
        return 0.0
    return float(table_figures(read.mapped.description, read.access.path.index_name)[1])
