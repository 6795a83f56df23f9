"""Runs units of work in a few threads and gives their batches to one consumer, in no particular order."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from airflow_ddb_hive.dynamodb.threads import LinkedEvent, StoppableQueue, await_end
from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from airflow_ddb_hive.dynamodb.crew import Crew

__all__ = ["merged"]

U = TypeVar("U")
B = TypeVar("B")

if TYPE_CHECKING:
    Reading = Callable[[Iterator[U], threading.Event, Callable[[], None]], Iterator[B]]


@dataclass(frozen=True, slots=True)
class _End:
    """A thread is done, or has failed."""

    error: BaseException | None = None


class _Shared(Iterator[U], Generic[U]):
    """Values of which each is taken by one thread."""

    def __init__(self, values: Sequence[U]) -> None:
        self._values = iter(values)
        self._lock = threading.Lock()

    def __next__(self) -> U:
        with self._lock:
            return next(self._values)


def merged(
    units: Sequence[U],
    read: Reading[U, B],
    stop: threading.Event,
    *,
    crew: Crew,
    read_ahead: int,
) -> Generator[B, None, None]:
    """Yield what all units give; the threads end with this iterator.

    Args:
        units: The work; each thread takes the next one when it is done with the last.
        read: Reads the units that it takes; ends early once its event is set; calls its third argument now and then,
            for another thread to be started if one is wanted.
        stop: Ends everything.
        crew: How many threads work side by side, and when another is started.
        read_ahead: How many batches may wait for the consumer.

    Example:
        >>> from airflow_ddb_hive.dynamodb.crew import Crew
        >>> crew = Crew(2, 2, lost_seconds=float, units=float)
        >>> doubled = merged(
        ...     [1, 2, 3], lambda units, *_: (2 * n for n in units), threading.Event(), crew=crew, read_ahead=1
        ... )
        >>> sorted(doubled)
        [2, 4, 6]

    Raises:
        DdbHiveError: What the first failed thread raised.
    """
    ended = LinkedEvent(stop)
    team = _Team(units, read, ended, crew, read_ahead)
    try:
        for _ in range(max(1, min(crew.threads, len(units)))):
            team.start_thread()
        yield from team.taken()
    finally:
        ended.set()
        team.await_end()


class _Team(Generic[U, B]):
    """The threads of one iterator, and the queue between them and its consumer."""

    def __init__(
        self,
        units: Sequence[U],
        read: Reading[U, B],
        ended: threading.Event,
        crew: Crew,
        read_ahead: int,
    ) -> None:
        self._units = _Shared(units)
        self._most = len(units)
        self._read = read
        self._ended = ended
        self._crew = crew
        self._batches: StoppableQueue[B | _End] = StoppableQueue(read_ahead, ended)
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def start_thread(self) -> None:
        """Add one, unless it would find nothing to do or all is over."""
        with self._lock:
            number = len(self._threads)
            if number and (number >= self._most or self._ended.is_set()):
                return
            thread = threading.Thread(target=self._work, name=f"scan-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def look(self) -> None:
        """Start another thread if one is wanted."""
        if self._crew.wants_more():
            self.start_thread()

    def taken(self) -> Iterator[B]:
        """What the threads give, until each of them has come to its end."""
        ends = 0
        while ends < len(self._threads):
            value = self._batches.get()
            if not isinstance(value, _End):
                yield value
            elif value.error is None:
                ends += 1
            else:
                raise value.error

    def await_end(self) -> None:
        """Wait until all threads have ended."""
        with self._lock:
            threads = tuple(self._threads)
        await_end(threads, self._ended)

    def _work(self) -> None:
        """Read units until there are none left; what happens is told through the queue."""
        end = _End()
        try:
            for batch in self._read(self._units, self._ended, self.look):
                self._batches.put(batch)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that reads the queue
            end = _End(error)
        with contextlib.suppress(JobCancelledError):
            self._batches.put(end)
