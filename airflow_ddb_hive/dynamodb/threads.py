"""Events and queues whose waits always end when the work is over."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LinkedEvent", "StoppableQueue", "await_end"]

_T = TypeVar("_T")
_STEP_SECONDS = 0.05
_END_STEP_SECONDS = 0.002
_END_SECONDS = 9.0
"""A little more than the longest read, so that a thread is left behind only where an answer comes in drops."""


class LinkedEvent(threading.Event):
    """An event that is also set when its parent is.

    Example:
        >>> parent = threading.Event()
        >>> child = LinkedEvent(parent)
        >>> parent.set()
        >>> child.is_set()
        True
    """

    def __init__(self, parent: threading.Event) -> None:
        super().__init__()
        self._parent = parent

    def is_set(self) -> bool:
        """Whether this event or its parent is set."""
        return super().is_set() or self._parent.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for this event or its parent."""
        left = timeout
        while not self.is_set():
            step = _STEP_SECONDS if left is None else min(_STEP_SECONDS, left)
            if step <= 0:
                return False
            super().wait(step)
            left = None if left is None else left - step
        return True


class StoppableQueue(Generic[_T]):
    """A bounded queue that gives up waiting when an event is set.

    Example:
        >>> values: StoppableQueue[int] = StoppableQueue(1, threading.Event())
        >>> values.put(7)
        >>> values.get()
        7
    """

    def __init__(self, size: int, stop: threading.Event) -> None:
        self._queue: queue.Queue[_T] = queue.Queue(maxsize=size)
        self._stop = stop

    def put(self, value: _T) -> None:
        """Add a value as soon as there is room.

        Raises:
            JobCancelledError: The event was set.
        """
        while not self._stop.is_set():
            try:
                return self._queue.put(value, timeout=_STEP_SECONDS)
            except queue.Full:
                continue
        raise JobCancelledError("the job was cancelled")

    def get(self) -> _T:
        """Take the oldest value as soon as there is one.

        Raises:
            JobCancelledError: The event was set.
        """
        while not self._stop.is_set():
            try:
                return self._queue.get(timeout=_STEP_SECONDS)
            except queue.Empty:
                continue
        raise JobCancelledError("the job was cancelled")


def await_end(threads: Iterable[threading.Thread], ended: threading.Event, *, seconds: float = _END_SECONDS) -> None:
    """Wait until daemon threads end; once the event is set, only so many seconds, for the network may hold one longer.

    Not by ``join``, which would list a foreign thread that calls it as one of Python's for good.

    Example:
        >>> thread = threading.Thread(target=int)
        >>> thread.start()
        >>> await_end([thread], threading.Event())
        >>> thread.is_alive()
        False
    """
    deadline: float | None = None
    for thread in threads:
        while thread.is_alive():
            now = time.monotonic()
            if deadline is None and ended.is_set():
                deadline = now + seconds
            if deadline is not None and now >= deadline:
                return
            time.sleep(_END_STEP_SECONDS)
