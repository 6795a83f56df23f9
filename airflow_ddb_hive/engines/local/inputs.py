"""What a query reads: each table once, the way to its rows, and what that will take.

EXPLAIN prints it, and guards judge it before anything is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import Meter, Pacer, TableReader, key_schema, unprojected
from airflow_ddb_hive.dynamodb.estimate import estimate_read, table_figures
from airflow_ddb_hive.dynamodb.path_text import key_condition_line, predicate_line
from airflow_ddb_hive.engines.local.budgets import table_budget
from airflow_ddb_hive.engines.local.plan import map_plan, stream_plan
from airflow_ddb_hive.engines.local.pushdown import access_of, counted
from airflow_ddb_hive.engines.local.query_inputs import QueryInputs
from airflow_ddb_hive.engines.local.sources import FileSource, items_in_turn
from airflow_ddb_hive.engines.local.table_reader import read_request
from airflow_ddb_hive.engines.local.table_settings import first_setting, number_setting
from airflow_ddb_hive.hiveql.expression_text import expression_text
from airflow_ddb_hive.model.estimate import READ_PRICE, WRITE_PRICE
from airflow_ddb_hive.model.plan import Capacity, DynamoDBInput, FilesInput, InputPlan

if TYPE_CHECKING:
    from collections.abc import Collection

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.pushdown import PlannedAccess
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.hiveql.tree import ColumnRef, Relation, Scan
    from airflow_ddb_hive.model.budget import Budget
    from airflow_ddb_hive.model.dynamodb import ReadRequest
    from airflow_ddb_hive.model.estimate import CapacityEstimate

__all__ = ["PlannedInput", "PlannedRead", "input_plan", "planned_inputs", "table_capacity"]

_PRICES = {"read": READ_PRICE, "write": WRITE_PRICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRead:
    """How a DynamoDB table is read, and what that takes."""

    mapped: MappedTable
    access: PlannedAccess
    request: ReadRequest
    capacity: Capacity
    estimate: CapacityEstimate
    segments: int
    most_items: int | None

    @property
    def table_name(self) -> str:
        """The DynamoDB table."""
        return self.mapped.description.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInput:
    """A table that a query reads: one scan that stands for all of the table, whose numbers are ``ids``."""

    scan: Scan
    reading: str
    ids: tuple[int, ...]
    read: PlannedRead | None = None

    def name_of(self, column: ColumnRef) -> str:
        """What the table calls a column of any of its scans."""
        return self.scan.columns[column.index].name


def planned_inputs(relation: Relation, context: StatementContext) -> tuple[PlannedInput, ...]:
    """Return the tables that a query reads, the streamed one first.

    Raises:
        DdbHiveError: A DynamoDB table is not there or does not fit.
    """
    mapped = map_plan(relation)
    if mapped is not None:
        return (_planned(mapped.scan, relation, "batch by batch", (mapped.scan.id,), context, mapped.most_rows),)
    inputs = QueryInputs(relation, context)
    plan = stream_plan(counted(relation, context), inputs.size_of, lambda scan: inputs.scanned(scan) is not None)
    spooled = tuple(_planned(scan, relation, "spooled", ids, context) for scan, ids in plan.spools)
    spooled += tuple(_planned(scan, relation, "scanned", ids, context) for scan, ids in plan.scans)
    if plan.stream is None:
        return spooled
    return (_planned(plan.stream, relation, "streamed", (plan.stream.id,), context), *spooled)


def _planned(
    scan: Scan,
    relation: Relation,
    reading: str,
    ids: tuple[int, ...],
    context: StatementContext,
    most_items: int | None = None,
) -> PlannedInput:
    read = _read(scan, relation, context, most_items) if scan.table.is_dynamodb else None
    return PlannedInput(scan=scan, reading=reading, ids=ids, read=read)


def _read(scan: Scan, relation: Relation, context: StatementContext, most_items: int | None) -> PlannedRead:
    mapped = context.mapped(scan.table)
    access = access_of(scan, relation, context)
    request = read_request(mapped, tuple(sorted(scan.needed)), context, path=access.path)
    budget = table_budget(mapped, "read", context, index_name=access.path.index_name)
    capacity = table_capacity(mapped, "read", budget, context)
    limited = items_in_turn(most_items, access, mapped.description)
    segments = _segments(request, mapped, budget, context)
    estimate = estimate_read(
        mapped.description,
        access.path,
        budget,
        consistent=request.consistent,
        segments=segments,
        most_items=limited,
        fetches=bool(unprojected(request, mapped.description)),
        price_per_million=capacity.dollars_per_million,
    )
    return PlannedRead(
        mapped=mapped,
        access=access,
        request=request,
        capacity=capacity,
        estimate=estimate,
        segments=segments,
        most_items=limited,
    )


def _segments(request: ReadRequest, mapped: MappedTable, budget: Budget, context: StatementContext) -> int:
    """The segments of a scan, from the one who would read them."""
    if request.path.kind != "scan":
        return 0
    description, names = mapped.description, [column.column for column in request.columns]
    meter = Meter(description.name, "read")
    stop = context.cancellation.event
    reader = TableReader(mapped.client, request, names, Pacer(budget), meter, stop, description=description)
    return len(reader.units())


def table_capacity(mapped: MappedTable, role: str, budget: Budget, context: StatementContext) -> Capacity:
    """Return the rate of a budget, and what a unit costs.

    Raises:
        InputError: The setting of the price is no number.
    """
    key = f"ddb_hive.price.{role}.million"
    text = first_setting(key, mapped.table.properties, context.settings)
    return Capacity(
        units_per_second=budget.units_per_second,
        percent=budget.percent,
        capacity_units=budget.capacity_units,
        dollars_per_million=_PRICES[role] if text is None else number_setting(key, text),
        on_demand=mapped.description.on_demand,
    )


def input_plan(one: PlannedInput, context: StatementContext, *, written: Collection[str] = ()) -> InputPlan:
    """Return what EXPLAIN says of a table that is read; ``written`` are Hive tables that change before."""
    table = one.scan.table
    return InputPlan(
        table=table.qualified_name,
        reading=one.reading,
        uses=len(one.ids),
        source=_files_input(one.scan, context) if one.read is None else _dynamodb_input(one, one.read),
        written_before=table.qualified_name in written,
    )


def _files_input(scan: Scan, context: StatementContext) -> FilesInput:
    source = FileSource(scan, context)
    return FilesInput(
        format=scan.table.storage.file_format.upper(),
        location=scan.table.location or "",
        files=len(source.units()),
        bytes=source.size_bytes,
    )


def _dynamodb_input(one: PlannedInput, read: PlannedRead) -> DynamoDBInput:
    description, path = read.mapped.description, read.access.path
    items, size = table_figures(description, path.index_name)
    return DynamoDBInput(
        table_name=description.name,
        index_name=path.index_name,
        access=path.kind,
        ranges=len(path.ranges),
        segments=read.segments,
        attributes=_attributes(read.request),
        key_condition=key_condition_line(path, key_schema(read.request, description)),
        filter=None if path.filter is None else predicate_line(path.filter),
        residual=tuple(expression_text(part, one.name_of) for part in read.access.residual),
        reason=read.access.reason,
        consistent=read.request.consistent,
        table_items=items,
        table_bytes=size,
        capacity=read.capacity,
        estimate=read.estimate,
    )


def _attributes(request: ReadRequest) -> tuple[str, ...] | None:
    """The attributes of the columns that are read; ``None`` for whole items."""
    if any(column.attribute is None for column in request.columns):
        return None
    return tuple(dict.fromkeys(str(column.attribute) for column in request.columns))
