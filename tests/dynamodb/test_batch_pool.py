"""Order and threads of batches under way; what is sent is a list of tuples here."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest

from airflow_ddb_hive.dynamodb.batch_pool import Batch, BatchPool, Crew
from airflow_ddb_hive.dynamodb.threads import LinkedEvent
from airflow_ddb_hive.errors import JobCancelledError

CHANCE = random.Random(7)  # noqa: S311 - no secret, the same order in each run


def pool(send: Callable[[Batch], None], ended: threading.Event | None = None) -> BatchPool:
    return BatchPool(send, Crew(lambda: 0.0), LinkedEvent(ended or threading.Event()))


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("write-")]


def test_batches_with_a_common_key_land_in_order_and_others_side_by_side() -> None:
    landed: list[tuple[int, str]] = []
    most, now = [0], [0]
    lock = threading.Lock()

    def send(batch: Batch) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(CHANCE.random() * 0.002)
        with lock:
            landed.extend((int(request), key) for request, key in zip(batch.requests, batch.keys, strict=True))
            now[0] -= 1

    batches = pool(send)
    keys = [CHANCE.sample("abcdefghijklmnopqrstuvwxyz", 3) for _ in range(300)]
    for number, names in enumerate(keys):
        batches.submit(Batch([str(number).encode()] * 3, names))
    batches.finish()
    assert most[0] > 1
    assert len(landed) == 900
    for name in "abcdefghijklmnopqrstuvwxyz":
        order = [number for number, key in landed if key == name]
        assert order == sorted(order) == [number for number, names in enumerate(keys) if name in names]
    assert not our_threads()


def test_the_first_failure_is_kept_what_is_under_way_lands_and_all_threads_end() -> None:
    slow, finished = threading.Event(), []

    def send(batch: Batch) -> None:
        if batch.keys == ["bad"]:
            slow.wait(5)
            raise ValueError("refused")
        slow.set()
        time.sleep(0.1)
        finished.append(batch.keys)

    batches = pool(send)
    batches.submit(Batch([b""], ["good"]))
    batches.submit(Batch([b""], ["bad"]))
    with pytest.raises(JobCancelledError):
        # Waits for the earlier one with its key, which fails.
        batches.submit(Batch([b""], ["bad"]))
    batches.abort(landing_seconds=5.0)
    assert isinstance(batches.error, ValueError)
    assert finished == [["good"]]
    assert not batches.undecided
    assert not our_threads()


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1])
def test_a_failure_of_the_last_batch_is_told_however_early_it_comes(seconds: float) -> None:
    def send(_: Batch) -> None:
        raise ValueError("refused")

    batches = pool(send)
    batches.submit(Batch([b""], ["a"]))
    time.sleep(seconds)
    with pytest.raises(JobCancelledError):
        batches.finish()
    batches.abort()
    assert isinstance(batches.error, ValueError)


def test_a_cancel_ends_a_submit_that_waits_for_an_earlier_batch() -> None:
    ended, sending = threading.Event(), threading.Event()

    def send(_: Batch) -> None:
        sending.set()
        ended.wait(5)
        raise JobCancelledError("cancelled")

    batches = pool(send, ended)
    batches.submit(Batch([b""], ["a"]))
    sending.wait(5)
    threading.Timer(0.05, ended.set).start()
    with pytest.raises(JobCancelledError):
        batches.submit(Batch([b""], ["a"]))
    batches.abort()
    assert batches.undecided
    assert not our_threads()


def crew_sizes(rates: list[float], *, lost: float) -> list[int]:
    """Sizes after each second in which ``lost`` seconds were left unused and so many batches landed."""
    now = [0.0]
    crew = Crew(lambda: now[0] * lost, clock=lambda: now[0])
    sizes, done = [crew.size(0)], 0.0
    for rate in rates:
        now[0] += 1.0
        done += rate
        sizes.append(crew.size(int(done)))
    return sizes


def test_threads_are_added_while_budget_is_left_and_they_bring_more() -> None:
    assert crew_sizes([100, 150, 220, 330, 480, 700], lost=0.5) == [4, 6, 9, 13, 19, 28, 42]


def test_threads_that_bring_nothing_are_the_last() -> None:
    assert crew_sizes([100, 101, 102, 100, 99], lost=0.5) == [4, 6, 6, 6, 6, 6]


def test_no_thread_is_added_where_the_budget_is_used() -> None:
    assert crew_sizes([100, 200, 300], lost=0.01) == [4, 4, 4, 4]
