"""A reader of a DynamoDB table: what is asked for, within the table's read budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import TableReader, check_readable, units_per_item, unprojected
from airflow_ddb_hive.dynamodb.estimate import table_figures
from airflow_ddb_hive.engines.local.budgets import open_budget
from airflow_ddb_hive.engines.local.progress import TableMeter
from airflow_ddb_hive.engines.local.read_rules import read_rules
from airflow_ddb_hive.engines.local.table_settings import first_setting, flag_setting, number_setting
from airflow_ddb_hive.model.dynamodb import AccessPath, ReadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable

__all__ = ["consistent_read", "read_request", "reader"]

_CONSISTENT = "ddb_hive.consistent.read"


def reader(
    mapped: MappedTable,
    needed: Sequence[int],
    context: StatementContext,
    *,
    path: AccessPath | None = None,
    consistent: bool | None = None,
) -> TableReader:
    """A reader of some columns of a table, named ``c<place>``, within the table's read budget.

    Args:
        mapped: The table.
        needed: Places of the columns; none of them to count items.
        context: The statement.
        path: The way to the items; without one all of the table, or of the index that its properties name.
        consistent: Whether reads are strongly consistent; without a word ``ddb_hive.consistent.read`` says it and,
            where nobody has set that, a table is that this session has written.

    Raises:
        InputError: An index is asked for what it cannot give, or a setting has no such value.
    """
    description = mapped.description
    request = read_request(mapped, needed, context, path=path, consistent=consistent)
    _check(request, mapped, context)
    pacer, meter = open_budget(
        mapped,
        "read",
        context,
        index_name=request.path.index_name,
        unit_items=units_per_item(request, description),
    )
    tags = {column.column: column.dynamodb_type for column in request.columns}
    context.meters.append(TableMeter(meter, _expected_items(request, mapped), tags))
    return TableReader(
        mapped.client,
        request,
        tuple(f"c{place}" for place in needed),
        description=description,
        pacer=pacer,
        meter=meter,
        stop=context.cancellation.event,
    )


def read_request(
    mapped: MappedTable,
    needed: Sequence[int],
    context: StatementContext,
    *,
    path: AccessPath | None = None,
    consistent: bool | None = None,
) -> ReadRequest:
    """What :func:`reader` asks of a table for the same arguments."""
    properties = mapped.table.properties
    path = path or AccessPath(index_name=properties.get("ddb_hive.index.name") or None)
    return ReadRequest(
        table_name=mapped.description.name,
        columns=tuple(mapped.columns[place] for place in needed),
        path=path,
        consistent=_is_consistent(mapped, path, context) if consistent is None else consistent,
        total_segments=_segments(properties, context.settings),
        rules=read_rules(properties, context.settings),
    )


def consistent_read(properties: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    """Whether a table is read strongly consistently, at twice the units.

    Example:
        >>> consistent_read({}, {"ddb_hive.consistent.read": "true"})
        True
    """
    return flag_setting(_CONSISTENT, properties, settings)


def _is_consistent(mapped: MappedTable, path: AccessPath, context: StatementContext) -> bool:
    """What the setting says; else a read sees what its own session wrote, but not through a global index."""
    properties, settings = mapped.table.properties, context.settings
    if _CONSISTENT in properties or settings.is_given(_CONSISTENT):
        return consistent_read(properties, settings)
    kinds = {index.name: index.kind for index in mapped.description.indexes}
    through_global = path.index_name is not None and kinds.get(path.index_name) != "local"
    return context.tables.has_written(mapped) and not through_global


def _check(request: ReadRequest, mapped: MappedTable, context: StatementContext) -> None:
    check_readable(request, mapped.description)
    missing = unprojected(request, mapped.description)
    if missing:
        what = "whole items" if "*" in missing else f"attribute {', '.join(missing)}"
        context.notice(
            f"index {request.path.index_name} of table {request.table_name} does not hold {what}: DynamoDB fetches "
            "them from the table, which costs read units for each item once more"
        )


def _expected_items(request: ReadRequest, mapped: MappedTable) -> int:
    """How many items will probably be evaluated; 0 for ranges, of which nobody knows how much they hold."""
    items, _ = table_figures(mapped.description, request.path.index_name)
    return {"scan": items, "get": min(items, len(request.path.ranges))}.get(request.path.kind, 0)


def _segments(properties: Mapping[str, str], settings: Mapping[str, str]) -> int | None:
    key = "dynamodb.scan.segments"
    text = first_setting(key, properties, settings)
    return None if text is None else max(1, min(1_000_000, int(number_setting(key, text))))
