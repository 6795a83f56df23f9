"""Ends an iterator that may be a generator: with it end the threads, requests and files behind it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ending"]

T = TypeVar("T")


@contextmanager
def ending(values: Iterator[T]) -> Iterator[Iterator[T]]:
    """Close the iterator when the block is left, if it can be closed.

    Example:
        >>> numbers = (number for number in range(3))
        >>> with ending(numbers) as several:
        ...     next(several)
        0
        >>> next(numbers, "ended")
        'ended'
    """
    try:
        yield values
    finally:
        close = getattr(values, "close", None)
        if close is not None:
            close()
