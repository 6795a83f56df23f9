"""A pump runs work in a thread and always ends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from airflow_ddb_hive.engines.local.cancellation import Cancellation
from airflow_ddb_hive.engines.local.pump import Pump
from airflow_ddb_hive.errors import BadValueError, JobCancelledError


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ddb-hive-statement"]


def test_values_arrive_in_order_and_the_thread_ends() -> None:
    assert list(Pump(lambda: iter(range(100)), Cancellation(), on_wait=lambda: None)) == list(range(100))
    assert _threads() == []


def test_the_work_runs_in_another_thread() -> None:
    def work() -> Iterator[str]:
        yield threading.current_thread().name

    assert list(Pump(work, Cancellation(), on_wait=lambda: None)) == ["ddb-hive-statement"]


def test_an_error_of_the_work_is_raised_with_its_own_class_after_the_values_before_it() -> None:
    def work() -> Iterator[int]:
        yield 1
        raise BadValueError("1.5 is no bigint", table="T")

    values = iter(Pump(work, Cancellation(), on_wait=lambda: None))
    assert next(values) == 1
    with pytest.raises(BadValueError) as caught:
        next(values)
    assert caught.value.table == "T"
    assert _threads() == []


def test_leaving_the_loop_early_ends_the_work_and_closes_the_generator() -> None:
    closed = threading.Event()

    def work() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.set()

    values = iter(Pump(work, Cancellation(), on_wait=lambda: None))
    assert next(values) == 0
    values.close()  # type: ignore[attr-defined] # the iterator is a generator
    assert closed.wait(5)
    assert _threads() == []


def test_a_cancelled_pump_raises_instead_of_looking_complete() -> None:
    cancellation = Cancellation()

    def work() -> Iterator[int]:
        yield 1
        cancellation.event.wait(10)

    values = iter(Pump(work, cancellation, on_wait=lambda: None))
    assert next(values) == 1
    threading.Timer(0.1, cancellation.cancel).start()
    with pytest.raises(JobCancelledError):
        next(values)
    assert _threads() == []


def test_cancelling_makes_the_registered_calls_until_the_work_ends() -> None:
    cancellation = Cancellation()
    interrupted = threading.Event()

    def work() -> Iterator[int]:
        with cancellation.calling(interrupted.set):
            yield 1
            interrupted.wait(10)

    values = iter(Pump(work, cancellation, on_wait=lambda: None))
    next(values)
    started = time.monotonic()
    values.close()  # type: ignore[attr-defined] # the iterator is a generator
    assert interrupted.is_set()
    assert time.monotonic() - started < 5


def test_the_waiting_thread_gets_its_turn_while_the_work_is_slow() -> None:
    turns = []

    def work() -> Iterator[int]:
        time.sleep(0.7)
        yield 1

    assert list(Pump(work, Cancellation(), on_wait=lambda: turns.append(1))) == [1]
    assert len(turns) >= 3
