"""Calls to a service that somebody waits for no longer than his job lasts.

A thread that waits inside an HTTP client cannot be called back, and an answer may take minutes, so the call is made in
a daemon thread and waited for in short steps. A call that nobody waits for any more ends with its own time limit, or
with the process.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Calls", "Pending"]

_T = TypeVar("_T")
_STEP_SECONDS = 0.1
_NAME = "ddb-hive-store"
_IDLE_SECONDS = 10.0
_CLEANING_SECONDS = 4.0
"""How long what is left of a cancelled job is cleared away, before that is left to the next writer."""


def _never() -> bool:
    return False


class Pending(Generic[_T]):
    """A call that was made and may not have returned."""

    def __init__(self, call: Callable[[], _T], calls: Calls) -> None:
        self._call = call
        self._calls = calls
        self._done = threading.Event()
        self._answer: list[_T] = []
        self._error: BaseException | None = None

    @property
    def ended(self) -> bool:
        """Whether it has returned or failed."""
        return self._done.is_set()

    def make(self) -> None:
        """Make the call; for the thread that has it to do."""
        try:
            self._answer.append(self._call())
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            self._error = error
        finally:
            self._done.set()

    def result(self) -> _T:
        """Wait for what the call returns.

        Raises:
            JobCancelledError: The job was cancelled meanwhile.
        """
        while not self._done.wait(_STEP_SECONDS):
            self._calls.check()
        if self._error is not None:
            raise self._error
        return self._answer[0]


class Calls:
    """Makes calls in threads of its own, for callers who may be cancelled.

    Example:
        >>> calls = Calls(lambda: False)
        >>> calls.run(lambda: 6 * 7)
        42

    Args:
        stopped: Whether the job was cancelled; asked several times a second while a call lasts.
    """

    def __init__(self, stopped: Callable[[], bool] | None = None) -> None:
        self._stopped = stopped or _never
        self._direct = stopped is None
        self._idle: list[queue.SimpleQueue[Pending[Any] | None]] = []
        self._lock = threading.Lock()
        self._cleaning = threading.local()
        _ALL.add(self)

    def end_idle(self) -> None:
        """End the threads that wait for a call."""
        with self._lock:
            for worker in self._idle:
                worker.put(None)
            self._idle.clear()

    def check(self) -> None:
        """Raise if the job was cancelled, and this thread is not clearing away what it leaves.

        Raises:
            JobCancelledError: It was.
        """
        if self._stopped() and time.monotonic() > getattr(self._cleaning, "until", 0.0):
            raise JobCancelledError("cancelled")

    def run(self, call: Callable[[], _T]) -> _T:
        """Make a call and return what it returns.

        Raises:
            JobCancelledError: The job was cancelled before it returned.
        """
        self.check()
        return call() if self._direct else self.start(call).result()

    def start(self, call: Callable[[], _T]) -> Pending[_T]:
        """Have a call made, and don't wait for it."""
        pending = Pending(call, self)
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            threading.Thread(target=self._work, args=(pending,), name=_NAME, daemon=True).start()
        else:
            worker.put(pending)
        return pending

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """While the block runs, this thread may make calls for a few seconds although the job was cancelled."""
        before = getattr(self._cleaning, "until", 0.0)
        self._cleaning.until = before or time.monotonic() + _CLEANING_SECONDS
        try:
            yield
        finally:
            self._cleaning.until = before

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the job lasts.

        Raises:
            JobCancelledError: The job was cancelled meanwhile.
        """
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, _STEP_SECONDS))

    def _work(self, pending: Pending[Any]) -> None:
        own: queue.SimpleQueue[Pending[Any] | None] = queue.SimpleQueue()
        given: Pending[Any] | None = pending
        del pending  # what it holds is not needed while this thread waits
        while given is not None:
            given.make()
            given = None
            with self._lock:
                self._idle.append(own)
            try:
                given = own.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if own in self._idle:
                        self._idle.remove(own)
                        return
                given = own.get()


_ALL: weakref.WeakSet[Calls] = weakref.WeakSet()
_LEAVING_SECONDS = 0.5


@atexit.register
def _leave() -> None:
    """End idle threads with the process: one that waits in Python while modules are taken down keeps parts of them."""
    for calls in list(_ALL):
        calls.end_idle()
    until = time.monotonic() + _LEAVING_SECONDS
    for thread in threading.enumerate():
        if thread.name == _NAME:
            thread.join(max(0.0, until - time.monotonic()))
