"""One switch that ends everything a statement has started, from any thread."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Cancellation"]


class Cancellation:
    """A flag and the calls that must be made so that blocked work notices it.

    Example:
        >>> cancellation = Cancellation()
        >>> with cancellation.calling(lambda: print("interrupt")):
        ...     cancellation.cancel()
        interrupt
        >>> cancellation.event.is_set()
        True
    """

    def __init__(self) -> None:
        self.event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """While the block runs, :meth:`cancel` makes this call too."""
        with self._lock:
            self._callbacks.append(callback)
        try:
            yield
        finally:
            with self._lock:
                self._callbacks.remove(callback)

    def cancel(self) -> None:
        """Set the flag and make the calls; harmless when repeated, and repeated until the work has ended."""
        self.event.set()
        with self._lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def check(self) -> None:
        """Raise if cancelled.

        Raises:
            JobCancelledError: The flag is set.
        """
        if self.event.is_set():
            raise JobCancelledError("cancelled")
