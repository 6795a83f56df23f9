"""A statement's plan as EXPLAIN prints it: lines with Hive's indentation, the same for the same plan."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.plan import DynamoDBInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.model.estimate import Bounds, CapacityEstimate
    from airflow_ddb_hive.model.plan import Capacity, FilesInput, InputPlan, OutputPlan, StatementPlan

__all__ = ["bounds_text", "json_line", "plan_lines"]

_DIME = 0.1
_KILO = 1024
_LEAST_SECONDS = 0.1
_MINUTE_SECONDS = 60
_STEP = "  "
_SHAPES = {
    "": "",
    "map": ": each batch of the input gives its rows on its own",
    "whole": ": one DuckDB query over all inputs",
}
_READINGS = {
    "copied": "files are copied as they are",
    "moved": "files are moved as they are",
    "batch by batch": "batch by batch, each on its own",
    "streamed": "streams through the query",
    "spooled": "is read once, first, and spooled",
    "scanned": "is read by DuckDB itself, no more of it than the query needs",
}
_COUNTED = "as DynamoDB counted within the last 6 hours"


def plan_lines(plan: StatementPlan) -> Iterator[str]:
    """Yield the lines of EXPLAIN; those of EXTENDED too, if the plan has a tree."""
    yield "STATEMENT:"
    yield f"{_STEP}{plan.kind}{_SHAPES[plan.shape]}"
    if plan.tree:
        yield from ("", "PLAN:")
        yield from (_STEP + line for line in plan.tree)
    yield from ("", "INPUTS:")
    for one in plan.inputs:
        yield from _indented(_input_lines(one))
    if not plan.inputs:
        yield f"{_STEP}none"
    yield from ("", "OUTPUT:")
    yield from _indented(_output_lines(plan.output))
    if plan.reads or plan.writes:
        yield from ("", "TOTAL:")
        yield from _indented(_total_lines(plan))
    if plan.refusals:
        yield from ("", "WOULD BE REFUSED:")
        yield from (_STEP + refusal for refusal in plan.refusals)


def json_line(plan: StatementPlan) -> str:
    """Return the plan as the one line that EXPLAIN FORMATTED prints."""
    return json.dumps(plan.to_dict(), ensure_ascii=False)


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (_STEP + line for line in lines)


def _input_lines(one: InputPlan) -> Iterator[str]:
    yield "TableScan"
    yield f"{_STEP}table: {one.table}"
    once = "" if one.reading == "scanned" else ", read once"
    again = f"; named {one.uses} times{once}" if one.uses > 1 else ""
    yield f"{_STEP}reading: {_READINGS[one.reading]}{again}"
    if one.written_before:
        yield f"{_STEP}note: an earlier statement of the script writes the table, so it will not be as it is now"
    if isinstance(one.source, DynamoDBInput):
        # Each use of a table has predicates of its own.
        yield from _indented(_dynamodb_lines(one.source, " AND " if one.uses == 1 else "; "))
    else:
        yield from _indented(_files_lines(one.source))


def _dynamodb_lines(source: DynamoDBInput, joint: str) -> Iterator[str]:
    counted = f"{_count(source.table_items, 'item')}, {_bytes_text(source.table_bytes)}, {_COUNTED}"
    index = "" if source.index_name is None else f", index {source.index_name}"
    yield f"DynamoDB table: {source.table_name}{index} ({counted})"
    yield f"access path: {_access_text(source)}"
    if source.reason:
        yield f"because: {source.reason}"
    yield f"key condition: {source.key_condition or 'none'}"
    yield f"filter in DynamoDB: {source.filter or 'none'}"
    yield f"residual predicates: {joint.join(source.residual) or 'none'}"
    yield f"attributes: {_attributes_text(source.attributes)}"
    yield f"consistency: {'strong, twice the units' if source.consistent else 'eventual'}"
    yield f"items: {bounds_text(source.estimate.items)}"
    yield from _capacity_lines("read", source.estimate, source.capacity)


def _access_text(source: DynamoDBInput) -> str:
    of_index = "" if source.index_name is None else f" of index {source.index_name}"
    texts = {
        "scan": f"scan{of_index or ' of the whole table'}, {_count(source.segments, 'segment')}",
        "query": f"query{of_index} of {_count(source.ranges, 'key range')}",
        "get": f"get of {_count(source.ranges, 'key')}",
        "nothing": "nothing: no item can fulfil the conditions",
    }
    return texts[source.access]


def _attributes_text(attributes: Sequence[str] | None) -> str:
    if attributes is None:
        return "whole items"
    return ", ".join(attributes) or "none, items are counted (Select=COUNT)"


def _capacity_lines(role: str, estimate: CapacityEstimate, capacity: Capacity) -> Iterator[str]:
    yield f"{role} units: {bounds_text(estimate.units)}"
    rate = f"{_number(capacity.units_per_second)} units a second"
    share = f"{_number(capacity.percent * 100)} % of {_number(capacity.capacity_units)}"
    yield f"time: {bounds_text(estimate.seconds, 'seconds')} at {rate} ({share})"
    price = f"${_number(capacity.dollars_per_million, 6)} a million {role} request units"
    billing = price if capacity.on_demand else f"on-demand equivalent of a provisioned table, {price}"
    yield f"cost: {bounds_text(estimate.dollars, 'dollars')} ({billing})"


def _files_lines(source: FilesInput) -> Iterator[str]:
    yield f"location: {source.location}"
    yield f"files: {_count(source.files, 'file')}, {_bytes_text(source.bytes)}, {source.format}"


def _output_lines(output: OutputPlan) -> Iterator[str]:
    yield _TARGETS[output.kind].format(target=output.target)
    if output.format is not None:
        yield f"{_STEP}format: {output.format}"
    if output.action is not None:
        yield f"{_STEP}action: {output.action}"
    yield f"{_STEP}rows: {bounds_text(output.rows)}"
    if output.estimate is None or output.capacity is None:
        return
    yield from _indented(_capacity_lines("write", output.estimate, output.capacity))
    if output.indexes:
        indexes = _count(output.indexes, "secondary index", "secondary indexes")
        yield f"{_STEP}note: {indexes} of the table cost further units"
    if output.slow_index is not None and output.slow_index_units is not None:
        rate = f"{_number(output.slow_index_units)} units a second"
        yield f"{_STEP}note: index {output.slow_index} takes {rate}: what it holds too is written no faster"


_TARGETS = {
    "caller": "Rows to the caller",
    "directory": "Directory {target}",
    "dynamodb": "DynamoDB table {target}",
    "table": "Table {target}",
}


def _total_lines(plan: StatementPlan) -> Iterator[str]:
    if plan.reads:
        yield f"read units: {bounds_text(plan.read_units)}"
    if plan.writes:
        yield f"write units: {bounds_text(plan.write_units)}"
    yield f"time: {bounds_text(plan.seconds, 'seconds')}"
    yield f"cost: {bounds_text(plan.dollars, 'dollars')}"


def bounds_text(bounds: Bounds, unit: str = "") -> str:
    """Return bounds in words; ``unit`` is ``seconds``, ``dollars`` or none.

    Example:
        >>> from airflow_ddb_hive.model.estimate import Bounds
        >>> bounds_text(Bounds(1200, 1300)), bounds_text(Bounds(5)), bounds_text(Bounds(0, 0.0000125), "dollars")
        ('1,200 to 1,300', 'at least 5', 'at most $0.000013')
        >>> bounds_text(Bounds(0)), bounds_text(Bounds.exactly(90), "seconds")
        ('unknown', '90 s (0:01:30)')
    """
    low, high = _quantity(bounds.low, unit), None if bounds.high is None else _quantity(bounds.high, unit)
    if high is None:
        return f"at least {low}" if bounds.low else "unknown"
    if low == high:
        return low
    return f"{low} to {high}" if bounds.low else f"at most {high}"


def _quantity(value: float, unit: str) -> str:
    if unit == "seconds":
        if 0 < value < _LEAST_SECONDS:
            return f"under {_LEAST_SECONDS} s"
        clock = f" ({_clock(value)})" if value >= _MINUTE_SECONDS else ""
        return f"{_number(value)} s{clock}"
    if unit == "dollars":
        # Two figures of what is less than a dime.
        decimals = 1 - math.floor(math.log10(value)) if 0 < value < _DIME else 2
        return f"${value:,.{decimals}f}"
    return _number(value)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def _number(value: float, decimals: int = 1) -> str:
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".")


def _count(number: int, noun: str, nouns: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def _bytes_text(size: int) -> str:
    value, unit = float(size), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < _KILO:
            break
        value, unit = value / 1024, larger
    return f"{_number(value)} {unit}"
