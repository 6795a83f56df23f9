"""Ctrl-C and SIGTERM as exceptions in the main thread, which waits in short steps and so always hears them."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow_ddb_hive.cli.exits import INTERRUPTED, TERMINATED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["StoppedBySignal", "ending_by_signal"]


class StoppedBySignal(BaseException):
    """Somebody asked the process to end; ``status`` is what it then ends with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@contextmanager
def ending_by_signal() -> Iterator[None]:
    """Within the block, SIGINT and SIGTERM raise; while the first one is being answered, a second ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _Handler(status)) for number, status in _STATUS.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_STATUS = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


class _Handler:
    """Raises the first time."""

    def __init__(self, status: int) -> None:
        self._status = status

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        for other in _STATUS:
            signal.signal(other, self._end_at_once)
        raise StoppedBySignal(self._status)

    def _end_at_once(self, _number: int, _frame: FrameType | None) -> None:
        os._exit(self._status)
