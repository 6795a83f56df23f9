"""A table of any size in the memory of one page: rendered once, then only keys are patched in."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.replay.bookings import booking
from benchmarks.replay.flights import flight, stored_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["KEY", "SHAPES", "Page", "ReplayTable"]

KEY = "flight_id"
SHAPES: Mapping[str, Callable[[int], dict[str, dict[str, Any]]]] = {"flights": flight, "bookings": booking}
"""What items a table may have; all have the same key."""

_PAGE_MARK = b"@@@@@@"
_FIRST_PAGE = 100_000  # keys are numbers without leading zeros, all of one width
_ROWS_PER_PAGE_ID = 10_000
_PAGE_STORED_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """Items ``first`` to ``last`` (exclusive) of the table: their JSON, and the key to go on after, if any."""

    items: bytes
    count: int
    stored_bytes: int
    last_key: int | None


@dataclass(slots=True)
class _Template:
    body: bytes
    offsets: list[int]

    def cut(self, first: int, last: int, page_number: int) -> bytes:
        text = self.body[self.offsets[first] : self.offsets[last] - 1]  # without the last comma; a full page is no copy
        return text.replace(_PAGE_MARK, b"%d" % (_FIRST_PAGE + page_number))


@dataclass(slots=True)
class ReplayTable:
    """``item_count`` items of one shape under unique keys, in pages of 1 MB as DynamoDB counts.

    Example:
        >>> table = ReplayTable(name="flights", item_count=10_000)
        >>> page = table.page(segment=0, total_segments=1, after_key=None, limit=2, attributes=("flight_id",))
        >>> page.items
        b'{"flight_id":{"N":"1000000000"}},{"flight_id":{"N":"1000000001"}}'
        >>> page.last_key
        1000000001
    """

    name: str
    item_count: int
    items_per_page: int = 0
    item_bytes: int = 0
    shape: str = "flights"
    _templates: dict[tuple[str, ...], _Template] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Measure an item, and from that the page, unless the caller said how many items a page has."""
        make = SHAPES[self.shape]
        self.item_bytes = math.ceil(sum(stored_bytes(make(row)) for row in range(1000)) / 1000)
        self.items_per_page = min(self.items_per_page or _PAGE_STORED_BYTES // self.item_bytes, _ROWS_PER_PAGE_ID)

    @property
    def size_bytes(self) -> int:
        """What DescribeTable says as ``TableSizeBytes``."""
        return self.item_count * self.item_bytes

    @property
    def page_count(self) -> int:
        """How many pages a scan in one segment takes."""
        return math.ceil(self.item_count / self.items_per_page)

    def key_of(self, row: int) -> int:
        """The key of an item."""
        page, position = divmod(row, self.items_per_page)
        return (_FIRST_PAGE + page) * _ROWS_PER_PAGE_ID + position

    def row_of(self, key: int) -> int:
        """The item under a key."""
        page, position = divmod(key, _ROWS_PER_PAGE_ID)
        return (page - _FIRST_PAGE) * self.items_per_page + position

    def page(
        self,
        *,
        segment: int,
        total_segments: int,
        after_key: int | None,
        limit: int | None,
        attributes: tuple[str, ...] | None,
    ) -> Page:
        """The next page of a segment; ``attributes`` of ``None`` counts only."""
        end = self.item_count * (segment + 1) // total_segments
        start = self.item_count * segment // total_segments if after_key is None else self.row_of(after_key) + 1
        page_number, first = divmod(start, self.items_per_page)
        full = min(end - start, self.items_per_page - first)
        count = max(0, full if limit is None else min(full, limit))
        reached_limit = limit is not None and count == limit
        more = start + count < end or reached_limit
        items = b"" if attributes is None or not count else self._items(attributes, page_number, first, first + count)
        last_key = self.key_of(start + count - 1) if more and count else None
        return Page(items, count, count * self.item_bytes, last_key)

    def _items(self, attributes: tuple[str, ...], page_number: int, first: int, last: int) -> bytes:
        template = self._templates.get(attributes)
        if template is None:
            template = self._templates[attributes] = self._render(attributes)
        return template.cut(first, last, page_number)

    def _render(self, attributes: tuple[str, ...]) -> _Template:
        known = list(SHAPES[self.shape](0))
        wanted = [name for name in known if name in attributes] if attributes else known
        rendered = [self._render_item(row, wanted) for row in range(self.items_per_page)]
        return _Template(b",".join(rendered), [0, *itertools.accumulate(len(text) + 1 for text in rendered)])

    def _render_item(self, row: int, wanted: list[str]) -> bytes:
        item = SHAPES[self.shape](row) | {KEY: {"N": f"{_PAGE_MARK.decode()}{row:04}"}}
        return json.dumps({name: item[name] for name in wanted}, separators=(",", ":")).encode()
