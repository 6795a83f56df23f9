"""Batches under way: several at once, and none that has a key in common with an earlier one that has not landed."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.threads import await_end
from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.dynamodb.threads import LinkedEvent

__all__ = ["Batch", "BatchPool", "Crew"]

_STEP_SECONDS = 0.05
_FEWEST, _MOST = 4, 48
_JUDGED_SECONDS = 0.5
_LOST_SHARE = 0.05
_WORTH_IT = 1.05


@dataclass(frozen=True, slots=True)
class Batch:
    """Requests, and the keys of their items in one spelling, in the same order."""

    requests: list[bytes]
    keys: list[str]


class Crew:
    """How many threads may send: more while budget is left unused and the last ones that came made a difference.

    Example:
        >>> crew = Crew(lost_seconds=lambda: 0.0, clock=lambda: 0.0)
        >>> crew.size(done=0)
        4

    Args:
        lost_seconds: Seconds of budget that nobody has used; only grows.
        clock: Seconds that only grow.
    """

    def __init__(self, lost_seconds: Callable[[], float], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._lost_seconds = lost_seconds
        self._clock = clock
        self._size = _FEWEST
        self._since, self._done, self._lost = clock(), 0, lost_seconds()
        self._rate = 0.0

    def size(self, done: int) -> int:
        """Return the number of threads that may be, ``done`` batches having landed."""
        seconds = self._clock() - self._since
        if self._size < _MOST and seconds >= _JUDGED_SECONDS:
            rate, lost = (done - self._done) / seconds, self._lost_seconds()
            if lost - self._lost > _LOST_SHARE * seconds and rate > self._rate * _WORTH_IT:
                self._size = min(_MOST, self._size + self._size // 2)
                self._rate = rate
            self._since, self._done, self._lost = self._clock(), done, lost
        return self._size


class BatchPool:
    """Threads that send batches; those with equal keys are sent one after the other, in the order they came.

    Args:
        send: Sends one batch to its end.
        crew: How many threads there may be.
        ended: Ends all waits.
    """

    def __init__(self, send: Callable[[Batch], None], crew: Crew, ended: LinkedEvent) -> None:
        self._send = send
        self._crew = crew
        self._ended = ended
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._landed = threading.Condition(self._lock)
        self._waiting: deque[Batch] = deque()
        self._in_flight: set[str] = set()
        self._sending = self._idle = self._done = 0
        self._closed = False
        self._threads: list[threading.Thread] = []
        self.error: BaseException | None = None

    def submit(self, batch: Batch) -> None:
        """Hand a batch over, as soon as there is room and no batch under way has one of its keys.

        Raises:
            JobCancelledError: The work was ended, by a failure if ``error`` is set.
        """
        with self._lock:
            while self.error is None and not self._has_room(batch):
                self._check_going()
                self._landed.wait(_STEP_SECONDS)
            self._check_going()
            self._in_flight.update(batch.keys)
            self._waiting.append(batch)
            if self._idle < len(self._waiting) and len(self._threads) < self._crew.size(self._done):
                self._start_thread()
            self._work.notify()

    def finish(self) -> None:
        """Wait until all batches have landed, or one has failed.

        Raises:
            JobCancelledError: The work was ended before, by a failure if ``error`` is set.
        """
        with self._lock:
            self._closed = True
            self._work.notify_all()
            while not self._has_stopped() and (self._waiting or self._sending):
                self._landed.wait(_STEP_SECONDS)
            # A failure of the last batch leaves nothing to wait for either.
            if self._has_stopped():
                raise JobCancelledError("the job was cancelled while it wrote")
        await_end(self._threads, self._ended)

    def abort(self, *, landing_seconds: float = 0.0) -> None:
        """Drop what has not been sent and end all threads; what is under way has so many seconds to land."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._work.notify_all()
            deadline = time.monotonic() + landing_seconds
            while self._sending and not self._ended.is_set() and time.monotonic() < deadline:
                self._landed.wait(_STEP_SECONDS)
        self._ended.set()
        await_end(self._threads, self._ended)

    @property
    def undecided(self) -> bool:
        """Whether requests were given up of which nobody knows if they were done."""
        return self._sending > 0

    def _has_room(self, batch: Batch) -> bool:
        under_way = len(self._waiting) + self._sending
        return under_way < 2 * max(_FEWEST, len(self._threads)) and self._in_flight.isdisjoint(batch.keys)

    def _has_stopped(self) -> bool:
        return self.error is not None or self._ended.is_set()

    def _check_going(self) -> None:
        if self._closed or self._has_stopped():
            raise JobCancelledError("the job was cancelled while it wrote")

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._run, name=f"write-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            try:
                self._send(batch)
            except BaseException as error:  # noqa: BLE001 - it is raised again by the thread that writes
                self._fail(error)
                return
            with self._lock:
                self._in_flight.difference_update(batch.keys)
                self._sending -= 1
                self._done += 1
                self._landed.notify()

    def _next(self) -> Batch | None:
        with self._lock:
            self._idle += 1
            while not self._waiting:
                if self._closed or self.error is not None or self._ended.is_set():
                    return None
                self._work.wait(_STEP_SECONDS)
            self._idle -= 1
            if self.error is not None or self._ended.is_set():
                return None
            self._sending += 1
            return self._waiting.popleft()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if self.error is None:
                self.error = error
            # What was given up for another failure, or a cancel, may have been done.
            if not isinstance(error, JobCancelledError):
                self._sending -= 1
            self._landed.notify_all()
            self._work.notify_all()
