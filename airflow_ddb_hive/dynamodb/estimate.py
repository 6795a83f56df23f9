"""What a read or write of a table will take, from DescribeTable's figures alone.

DynamoDB rounds what it reads up to 4 KB: for each item that is fetched by its key, otherwise for each page
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html). How many items one
partition key has, it does not say; so the items behind a range of keys have bounds only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.estimate import READ_PRICE, WRITE_PRICE, Bounds, CapacityEstimate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.model.budget import Budget
    from airflow_ddb_hive.model.dynamodb import AccessPath, TableDescription

__all__ = ["estimate_read", "estimate_write", "table_figures"]

_BLOCK_BYTES = 4096
_PAGE_BYTES = 2**20
_LARGEST_ITEM_BLOCKS = 100
_WRITE_UNIT_BYTES = 1024
_LEAST_PAGE_UNITS = 8.0
"""What a page costs at least where the rate allows: see :attr:`~airflow_ddb_hive.dynamodb.pacing.Pacer.page_limit`."""


def table_figures(description: TableDescription, index_name: str | None = None) -> tuple[int, int]:
    """Return the number of items and of bytes that a table or an index has, as DynamoDB counted them within six hours.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> table_figures(TableDescription(name="Music", hash_key="Artist", item_count=3, size_bytes=500))
        (3, 500)

    Raises:
        InputError: The table has no such index.
    """
    if index_name is None:
        return description.item_count, description.size_bytes
    for index in description.indexes:
        if index.name == index_name:
            return index.item_count, index.size_bytes
    known = ", ".join(index.name for index in description.indexes) or "none"
    raise InputError(f"table {description.name} has no index {index_name}: it has {known}", table=description.name)


def estimate_read(
    description: TableDescription,
    path: AccessPath,
    budget: Budget,
    *,
    consistent: bool = False,
    segments: int = 1,
    most_items: int | None = None,
    fetches: bool = False,
    price_per_million: float = READ_PRICE,
) -> CapacityEstimate:
    """Return what reading along a path will take.

    Args:
        description: The table.
        path: How its items are reached.
        budget: The rate that the reader allows itself.
        consistent: Whether reads are strongly consistent, which doubles their cost.
        segments: Parallel segments of a scan.
        most_items: Reading ends with so many items; ``None`` where it may go on to the end.
        fetches: DynamoDB fetches what a local index does not hold from the table, item by item.
        price_per_million: US dollars for a million read request units.

    Example:
        >>> from airflow_ddb_hive.model.budget import Budget
        >>> from airflow_ddb_hive.model.dynamodb import AccessPath, TableDescription
        >>> table = TableDescription(name="Music", hash_key="Artist", item_count=10_000, size_bytes=40_960_000)
        >>> estimate = estimate_read(table, AccessPath(), Budget(capacity_units=2000))
        >>> estimate.units, estimate.seconds.low
        (Bounds(low=5000.0, high=5040.5), 5.0)

    Raises:
        InputError: The path names an index that is not there.
    """
    items, size = table_figures(description, path.index_name)
    evaluated, blocks, pages = _MEASURES[path.kind](path, items, size)
    if fetches:
        blocks += Bounds(0, (evaluated.high or 0) + math.ceil(description.size_bytes / _BLOCK_BYTES))
    if most_items is not None:
        evaluated, blocks = _limited(evaluated, blocks, most_items, path)
    # A segment's and a range's last page may hold nothing, and costs a block all the same.
    pages += segments if path.kind == "scan" else 0
    block_units = 1.0 if consistent else 0.5
    units = _with_pages(blocks, pages, block_units, budget.units_per_second)
    return CapacityEstimate.of(
        evaluated, units, units_per_second=budget.units_per_second, price_per_million=price_per_million
    )


def _limited(evaluated: Bounds, blocks: Bounds, most_items: int, path: AccessPath) -> tuple[Bounds, Bounds]:
    """Items and blocks where reading ends with so many items; keys are fetched up to a hundred at once."""
    least = 1 if most_items else 0
    if path.kind == "get":
        return Bounds(min(evaluated.low, most_items), evaluated.high), Bounds(min(blocks.low, least), blocks.high)
    # Each range or segment that comes before the last item costs a block at least.
    most_blocks = most_items * _LARGEST_ITEM_BLOCKS + (len(path.ranges) if most_items else 0)
    return evaluated.at_most(most_items), Bounds(min(blocks.low, least), blocks.high).at_most(most_blocks)


def estimate_write(
    rows: Bounds,
    budget: Budget,
    *,
    least_bytes: float = 0.0,
    price_per_million: float = WRITE_PRICE,
) -> CapacityEstimate:
    """Return what writing or deleting so many items will take at least.

    There is no upper bound: an item that replaces a larger one costs what that one did, and the table's secondary
    indexes are written too.

    Args:
        rows: Items to write or delete.
        budget: The rate that the writer allows itself.
        least_bytes: Bytes that the items have together, at least.
        price_per_million: US dollars for a million write request units.

    Example:
        >>> from airflow_ddb_hive.model.budget import Budget
        >>> estimate_write(Bounds.exactly(40), Budget(capacity_units=20), least_bytes=100_000).units
        Bounds(low=98, high=None)
    """
    units = Bounds(max(rows.low, math.ceil(least_bytes / _WRITE_UNIT_BYTES)))
    if rows.high == 0:
        units = Bounds.exactly(0)
    return CapacityEstimate.of(
        rows, units, units_per_second=budget.units_per_second, price_per_million=price_per_million
    )


_Measure = tuple[Bounds, Bounds, int]
"""Items evaluated, blocks of 4 KB they fill, and pages that are each rounded up to a block."""


def _nothing(_path: AccessPath, _items: int, _size: int) -> _Measure:
    return Bounds.exactly(0), Bounds.exactly(0), 0


def _scan(_path: AccessPath, items: int, size: int) -> _Measure:
    return Bounds.exactly(items), Bounds.exactly(math.ceil(size / _BLOCK_BYTES)), math.ceil(size / _PAGE_BYTES)


def _query(path: AccessPath, items: int, size: int) -> _Measure:
    """Each range costs a block at least, and all of them never more than the whole table."""
    ranges = len(path.ranges)
    single = path.index_name is None and all(one.sort is not None and one.sort.operator == "=" for one in path.ranges)
    evaluated = Bounds(0, min(items, ranges) if single else items)
    blocks = Bounds(ranges, ranges + math.ceil(size / _BLOCK_BYTES))
    if single:
        blocks = blocks.at_most(ranges * _LARGEST_ITEM_BLOCKS)
    return evaluated, blocks, math.ceil(size / _PAGE_BYTES)


def _get(path: AccessPath, items: int, size: int) -> _Measure:
    """Each key costs a block at least, whether its item is there or not."""
    keys = len(path.ranges)
    blocks = Bounds(keys, min(keys + math.ceil(size / _BLOCK_BYTES), keys * _LARGEST_ITEM_BLOCKS))
    return Bounds(0, min(items, keys)), blocks, 0


_MEASURES: Mapping[str, Callable[[AccessPath, int, int], _Measure]] = {
    "get": _get,
    "nothing": _nothing,
    "query": _query,
    "scan": _scan,
}


def _with_pages(blocks: Bounds, pages: int, block_units: float, units_per_second: float) -> Bounds:
    """Units of the blocks, and of the rounding of pages; the reader asks for pages that suit its rate."""
    units = blocks.times(block_units)
    if units.high is None or not pages:
        return units
    page_units = min(units_per_second, max(_LEAST_PAGE_UNITS, units_per_second / 4))
    pages += math.ceil(2 * units.high / page_units)
    return Bounds(units.low, units.high + pages * block_units)
