"""Puts small pages together, so that thousands of small answers do not become thousands of batches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_ddb_hive.dynamodb.page import Page

__all__ = ["gathered"]

_ENOUGH_BYTES = 256 * 1024
_MOST_PAGES = 64
_PATIENCE_SECONDS = 0.5


def gathered(pages: Iterator[Page], *, clock: Callable[[], float] = time.monotonic) -> Iterator[list[Page]]:
    """Yield groups of pages that have items: of one page at first, then of up to 2, 4, … 64 small ones.

    The first rows are there at once, and whoever stops after some rows has read less than twice as many pages as
    needed. Pages that come slowly are not held back.

    Example:
        >>> from airflow_ddb_hive.dynamodb.page import Page
        >>> [len(group) for group in gathered((Page(b"[{}]", 1, None, 0.5) for _ in range(9)), clock=lambda: 0.0)]
        [1, 2, 4, 2]
    """
    most = 1
    held: list[Page] = []
    size = 0
    since = 0.0
    for page in pages:
        if not page.count:
            continue
        since = since if held else clock()
        held.append(page)
        size += len(page.items)
        if len(held) >= most or size >= _ENOUGH_BYTES or clock() - since >= _PATIENCE_SECONDS:
            yield held
            held, size = [], 0
            most = min(_MOST_PAGES, 2 * most)
    if held:
        yield held
