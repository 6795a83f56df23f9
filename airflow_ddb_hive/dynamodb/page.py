"""One answer's items, still bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Page", "joined_items"]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its items as a JSON list, how many they are, and where the next page starts (``None``: nowhere).

    ``scanned`` counts the items that were evaluated, of which a filter may have left out some.
    """

    items: bytes
    count: int
    last_key: Mapping[str, Any] | None
    units: float
    scanned: int = 0


def joined_items(pages: Sequence[Page]) -> bytes:
    """Return the items of several pages as one JSON list.

    Example:
        >>> joined_items([Page(b'[{"a":{"N":"1"}}]', 1, None, 0.5), Page(b"[]", 0, None, 0.5)])
        b'[{"a":{"N":"1"}}]'
    """
    if len(pages) == 1:
        return pages[0].items
    parts = (page.items.strip()[1:-1] for page in pages if page.count)
    return b"[" + b",".join(parts) + b"]"
