"""A few threads read all units, one consumer gets all batches, and every thread ends with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from airflow_ddb_hive.dynamodb.crew import Crew
from airflow_ddb_hive.dynamodb.merge import merged
from airflow_ddb_hive.errors import AccessError, JobCancelledError


def fixed(threads: int) -> Crew:
    return Crew(threads, threads, lost_seconds=float, units=float)


def doubled(numbers: Iterator[int], _: threading.Event, _look: Callable[[], None]) -> Iterator[int]:
    return (2 * number for number in numbers)


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("scan-")]


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("units", [0, 1, 500])
def test_each_unit_is_read_once(threads: int, units: int) -> None:
    found = merged(range(units), doubled, threading.Event(), crew=fixed(threads), read_ahead=2)
    assert sorted(found) == [2 * number for number in range(units)]
    assert our_threads() == []


def test_no_more_threads_than_units_are_started() -> None:
    seen = set()

    def read(numbers: Iterator[int], _: threading.Event, _look: Callable[[], None]) -> Iterator[int]:
        seen.add(threading.current_thread().name)
        yield from numbers

    assert sorted(merged([1, 2], read, threading.Event(), crew=fixed(9), read_ahead=1)) == [1, 2]
    assert len(seen) <= 2


def test_no_thread_begins_before_somebody_asks() -> None:
    unasked = merged([1], doubled, threading.Event(), crew=fixed(1), read_ahead=1)
    assert our_threads() == []
    unasked.close()


def test_the_first_error_ends_all() -> None:
    def read(numbers: Iterator[int], _: threading.Event, _look: Callable[[], None]) -> Iterator[int]:
        for number in numbers:
            if number == 40:
                raise AccessError("no")
            yield number

    with pytest.raises(AccessError, match="no"):
        list(merged(range(10_000), read, threading.Event(), crew=fixed(3), read_ahead=1))
    assert our_threads() == []


def test_an_early_close_tells_the_readers() -> None:
    told = []

    def read(numbers: Iterator[int], ended: threading.Event, _look: Callable[[], None]) -> Iterator[int]:
        yield from numbers
        told.append(ended.wait(5))

    stream = merged([1], read, threading.Event(), crew=fixed(1), read_ahead=1)
    assert next(stream) == 1
    stream.close()
    assert told == [True]
    assert our_threads() == []


def test_a_cancelled_consumer_stops() -> None:
    stop = threading.Event()
    stream = merged(range(10_000), doubled, stop, crew=fixed(2), read_ahead=1)
    next(stream)
    stop.set()
    with pytest.raises(JobCancelledError):
        list(stream)
    assert our_threads() == []


class Growing(Crew):
    """Wants another thread at every look."""

    def __init__(self, most: int) -> None:
        super().__init__(1, most, lost_seconds=float, units=float)
        self.looks = iter(range(most - 1))

    def wants_more(self) -> bool:
        return next(self.looks, None) is not None


def test_threads_join_in_when_the_crew_wants_them() -> None:
    all_there = threading.Barrier(4)

    def read(numbers: Iterator[int], _: threading.Event, look: Callable[[], None]) -> Iterator[int]:
        for number in numbers:
            look()
            yield number
            if number >= 3:
                # Broken, and so a failure, unless four threads come here.
                all_there.wait(10)

    found = merged(range(7), read, threading.Event(), crew=Growing(4), read_ahead=7)
    assert sorted(found) == list(range(7))
