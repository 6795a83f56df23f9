"""Rows to standard output: large writes when rows are plenty, at once when they are few."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["RowWriter", "write_to_stdout"]

_LINES_PER_WRITE = 4096
_FLUSH_SECONDS = 0.1


def write_to_stdout(data: bytes) -> None:
    """Write past Python's buffer: its lock, held by a thread that a full pipe blocks, would spoil the exit.

    Raises:
        BrokenPipeError: Nobody reads any more.
    """
    sys.stdout.flush()
    descriptor = sys.stdout.fileno()
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class RowWriter:
    """Writes lines in blocks, while a thread sees to it that no line waits longer than a blink.

    The thread is needed because the source of the lines can block between two of them.

    Args:
        write: Takes the bytes.
        on_closed: Called once, from either thread, when nobody reads any more.
    """

    def __init__(self, write: Callable[[bytes], None], *, on_closed: Callable[[], None] = lambda: None) -> None:
        self._write = write
        self._on_closed = on_closed
        self._waiting: deque[str] = deque()
        self._lock = threading.Lock()
        self._failure: OSError | None = None
        self.closed = False

    def write_lines(self, lines: Iterable[str]) -> int:
        """Write every line and return how many there were.

        Raises:
            BrokenPipeError: Nobody reads standard output any more.
            StorageError: It cannot be written to.
        """
        stop = threading.Event()
        flusher = threading.Thread(target=self._keep_flushing, args=(stop,), name="ddb-hive-rows", daemon=True)
        flusher.start()
        finished = False
        try:
            count = self._collect(lines)
            finished = True
        except Exception:
            # What came before the failure is printed before its error, as Hive does.
            self._flush()
            raise
        finally:
            stop.set()
            # A thread that a full pipe blocks is left behind: it is a daemon and ends with the process.
            flusher.join(timeout=None if finished else 1.0)
            if not finished:
                self._waiting.clear()
        self._flush()
        self._check()
        return count

    def _collect(self, lines: Iterable[str]) -> int:
        count = pending = 0
        append = self._waiting.append
        for line in lines:
            append(line)
            pending += 1
            if pending == _LINES_PER_WRITE or count == 0:
                count += pending
                pending = 0
                self._flush()
                self._check()
        return count + pending

    def _keep_flushing(self, stop: threading.Event) -> None:
        while not stop.wait(_FLUSH_SECONDS):
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            # One by one and not by swapping the queue: an append of the other thread in between is never lost.
            lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not lines or self._failure is not None:
                return
            try:
                self._write(("\n".join(lines) + "\n").encode())
            except OSError as error:
                self._failure = error
                self.closed = isinstance(error, BrokenPipeError)
                self._on_closed()

    def _check(self) -> None:
        if isinstance(self._failure, BrokenPipeError):
            raise self._failure
        if self._failure is not None:
            reason = self._failure.strerror or self._failure
            raise StorageError(f"standard output cannot be written to: {reason}") from self._failure
