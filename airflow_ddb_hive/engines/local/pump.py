"""Work in a thread of its own, so that the caller's thread can always be interrupted."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from airflow_ddb_hive.engines.local.ending import ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_ddb_hive.engines.local.cancellation import Cancellation

__all__ = ["Pump"]

T = TypeVar("T")

_STEP_SECONDS = 0.2
"""How long the caller's thread waits at most before it looks around: signals, progress."""


class _End:
    """What a finished producer leaves in the queue: its exception, if it failed."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Pump(Generic[T]):
    """Runs a generator in a worker thread and hands its values over through a bounded queue.

    Example:
        >>> from airflow_ddb_hive.engines.local.cancellation import Cancellation
        >>> list(Pump(lambda: iter("ab"), Cancellation(), on_wait=lambda: None))
        ['a', 'b']
    """

    def __init__(
        self,
        produce: Callable[[], Iterator[T]],
        cancellation: Cancellation,
        *,
        on_wait: Callable[[], None],
        capacity: int = 4,
    ) -> None:
        self._produce = produce
        self._cancellation = cancellation
        self._on_wait = on_wait
        self._queue: queue.Queue[T | _End] = queue.Queue(maxsize=capacity)
        self._thread = threading.Thread(target=self._run, name="ddb-hive-statement", daemon=True)
        self._started = False

    def __iter__(self) -> Iterator[T]:
        """Start the worker; the values as they come. Leaving the loop early cancels the work."""
        if not self._started:
            self._started = True
            self._thread.start()
        try:
            while not isinstance(value := self._next(), _End):
                yield value
            if value.error is not None:
                raise value.error
        finally:
            self.close()

    def _next(self) -> T | _End:
        while True:
            self._on_wait()
            try:
                return self._queue.get(timeout=_STEP_SECONDS)
            except queue.Empty:
                continue

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            with ending(self._produce()) as values:
                for value in values:
                    if not self._put(value):
                        break
            self._cancellation.check()
        except BaseException as caught:  # noqa: BLE001 - it is raised again in the caller's thread
            error = caught
        self._put(_End(error))

    def _put(self, value: T | _End) -> bool:
        """Hand over; gives up when nobody takes any more."""
        while not self._cancellation.event.is_set():
            try:
                self._queue.put(value, timeout=_STEP_SECONDS)
            except queue.Full:
                continue
            return True
        if isinstance(value, _End):
            self._drain()
            self._queue.put(value)
        return False

    def _drain(self) -> None:
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return

    def close(self) -> None:
        """End the work, if it has not ended, and wait until its thread is gone."""
        if not self._started:
            return
        while self._thread.is_alive():
            self._thread.join(_STEP_SECONDS)
            if self._thread.is_alive():
                self._cancellation.cancel()
