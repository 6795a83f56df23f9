from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import pytest

from airflow_ddb_hive.dynamodb import Meter, Pacer, RetryPolicy
from airflow_ddb_hive.dynamodb.errors_map import CODE_RULES, Kind, client_rule, service_rule
from airflow_ddb_hive.dynamodb.lane import Lane
from airflow_ddb_hive.dynamodb.pacing import SharedBudget
from airflow_ddb_hive.dynamodb.retry import CallContext, Failure, backoff_seconds, send_with_retries
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
from airflow_ddb_hive.errors import AccessError, DdbHiveError, JobCancelledError, ServiceError, ThrottledError
from tests.support.simulated_table import Clock

TABLE = "TableReadProvisionedThroughputExceeded"
HOT = "TableReadKeyRangeThroughputExceeded"


class Waiting(threading.Event):
    """An event whose waits move the clock, and tell how long they were."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.now += timeout or 0.0
        self.waits.append(timeout or 0.0)
        return self.is_set()


def throttled(reason: str = TABLE) -> Failure:
    code = "ProvisionedThroughputExceededException"
    return Failure(CODE_RULES[code], "slow down", code=code, request_id="R1", causes=(ThrottleCause(reason),))


def failed(code: str, *, consumed: bool = False) -> Failure:
    return Failure(service_rule(code, 400), "it failed", code=code, request_id=None, consumed=consumed)


class Attempts:
    """Fails as told, then answers; each attempt takes some seconds."""

    def __init__(self, clock: Clock, failures: Iterable[Failure], *, seconds: float = 0.0) -> None:
        self.clock = clock
        self.failures = list(failures)
        self.seconds = seconds
        self.count = 0
        self.before: Callable[[], object] = lambda: None

    def __call__(self) -> str:
        self.count += 1
        self.clock.now += self.seconds
        self.before()
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


class Bench:
    """A clock, a budget and a request."""

    def __init__(self, *, rate: float = 100.0, seconds: float = 600.0) -> None:
        self.clock = Clock()
        self.stop = Waiting(self.clock)
        self.shared = SharedBudget(Lane(rate, clock=self.clock), clock=self.clock)
        self.pacer = Pacer(self.shared)
        self.meter = Meter("Music", "read", clock=self.clock)
        self.policy = RetryPolicy(retry_seconds=seconds)

    def send(self, attempts: Attempts, *, reserved: float | None = None, reached: bool = True) -> str:
        context = CallContext(table="Music", stop=self.stop, meter=self.meter, pacer=self.pacer, reserved=reserved)
        return send_with_retries(attempts, context, self.policy, reached=lambda: reached, clock=self.clock)


@pytest.mark.parametrize(
    "code",
    [
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottledException",
        "ThrottlingException",
        "TransactionInProgressException",
    ],
)
def test_what_passes_is_tried_again(code: str) -> None:
    bench = Bench()
    assert bench.send(Attempts(bench.clock, [failed(code)] * 3)) == "answer"
    assert bench.meter.snapshot().retries == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_faults_are_tried_again_whatever_their_code(status: int) -> None:
    assert service_rule("", status).kind is Kind.TRANSIENT


@pytest.mark.parametrize("code", ["ExpiredTokenException", "UnrecognizedClientException", "AccessDeniedException"])
def test_credentials_are_not_tried_again(code: str) -> None:
    bench = Bench()
    attempts = Attempts(bench.clock, [failed(code)] * 3)
    with pytest.raises(AccessError):
        bench.send(attempts)
    assert attempts.count == 1


def test_waits_double_and_are_drawn_from_their_upper_half() -> None:
    policy = RetryPolicy(base_delay=0.1, longest_delay=1.0)
    assert [backoff_seconds(n, policy, draw=lambda: 1.0) for n in (1, 2, 3, 4, 5, 60)] == [0.1, 0.2, 0.4, 0.8, 1, 1]
    assert backoff_seconds(3, policy, draw=lambda: 0.0) == 0.2


def test_a_job_throttled_for_too_long_without_progress_fails_with_the_reason() -> None:
    bench = Bench(seconds=60.0)
    started = bench.clock.now
    with pytest.raises(ThrottledError, match=TABLE) as caught:
        bench.send(Attempts(bench.clock, [throttled()] * 1000))
    assert 54 <= bench.clock.now - started <= 60
    assert caught.value.table == "Music"
    assert "without progress" in caught.value.message


def test_progress_of_another_thread_gives_a_throttled_request_more_time() -> None:
    bench = Bench(seconds=60.0)
    started = bench.clock.now
    attempts = Attempts(bench.clock, [throttled(HOT)] * 1000)

    def progress() -> None:
        if bench.clock.now - started < 300.0:
            bench.pacer.charge(1.0, 1.0)

    attempts.before = progress
    with pytest.raises(ThrottledError, match=r"for (5\d|60) s"):
        bench.send(attempts)
    assert 350 <= bench.clock.now - started <= 361


def test_a_request_that_fails_otherwise_is_not_saved_by_the_progress_of_others() -> None:
    bench = Bench(seconds=60.0)
    started = bench.clock.now
    attempts = Attempts(bench.clock, [failed("InternalServerError")] * 1000)
    attempts.before = lambda: bench.pacer.charge(1.0, 1.0)
    with pytest.raises(ServiceError):
        bench.send(attempts)
    assert bench.clock.now - started <= 66


def test_throttles_before_a_fault_do_not_count_as_faults() -> None:
    bench = Bench(seconds=60.0)
    attempts = Attempts(bench.clock, [*[throttled(HOT)] * 40, failed("InternalServerError")])
    attempts.before = lambda: bench.pacer.charge(1.0, 1.0)
    assert bench.send(attempts) == "answer"
    assert bench.clock.now > 1100.0


def test_faults_and_throttles_by_turns_end_too() -> None:
    bench = Bench(seconds=60.0)
    turns = [throttled(), failed("InternalServerError")] * 1000
    with pytest.raises(DdbHiveError):
        bench.send(Attempts(bench.clock, turns))
    assert bench.clock.now <= 1130.0


def test_a_reservation_is_free_for_others_while_its_request_waits() -> None:
    bench = Bench(rate=10.0)
    reserved = bench.pacer.acquire(bench.stop, 50.0)
    delays: list[float] = []
    attempts = Attempts(bench.clock, [throttled(HOT)])

    class Looking(Waiting):
        def wait(self, timeout: float | None = None) -> bool:
            delays.append(bench.pacer.delay())
            return super().wait(timeout)

    bench.stop = Looking(bench.clock)
    assert bench.send(attempts, reserved=reserved) == "answer"
    assert delays[0] == 0.0
    assert bench.pacer.delay() == pytest.approx(5.0, abs=0.1)
    bench.pacer.charge(reserved, 0.0)
    assert bench.pacer.delay() == 0.0


def test_what_an_unusable_answer_consumed_stays_paid() -> None:
    bench = Bench(rate=10.0)
    reserved = bench.pacer.acquire(bench.stop, 50.0)
    attempts = Attempts(bench.clock, [failed("InternalServerError", consumed=True)])
    bench.send(attempts, reserved=reserved)
    assert bench.clock.now >= 1005.0


def test_a_throttled_table_slows_everybody_and_a_hot_key_nobody_else() -> None:
    for reason, rate in ((TABLE, 80.0), (HOT, 100.0)):
        bench = Bench()
        bench.send(Attempts(bench.clock, [throttled(reason)]))
        assert bench.shared.lane.rate == rate
        assert bench.meter.snapshot().throttles == {reason: 1}


def test_throttles_of_an_index_are_counted_under_it() -> None:
    bench = Bench()
    cause = ThrottleCause("IndexWriteKeyRangeThroughputExceeded", "arn:aws:dynamodb:r:1:table/Music/index/ByYear")
    code = "ThrottlingException"
    failure = Failure(CODE_RULES[code], "slow down", code=code, request_id=None, causes=(cause,))
    bench.send(Attempts(bench.clock, [failure]))
    (index,) = bench.meter.snapshot().indexes
    assert (index.name, index.throttles) == ("ByYear", {"IndexWriteKeyRangeThroughputExceeded": 1})


def test_a_fault_slows_nobody() -> None:
    bench = Bench()
    bench.send(Attempts(bench.clock, [failed("InternalServerError")]))
    assert bench.shared.lane.rate == 100.0
    assert bench.meter.snapshot().throttles == {}


def test_a_cancelled_job_ends_in_its_back_off() -> None:
    bench = Bench()
    attempts = Attempts(bench.clock, [throttled()] * 10)
    attempts.before = bench.stop.set
    with pytest.raises(JobCancelledError):
        bench.send(attempts, reserved=bench.pacer.acquire(bench.stop, 1.0))
    assert attempts.count == 1


def test_an_endpoint_that_never_answered_is_given_up_on_early() -> None:
    from botocore.exceptions import EndpointConnectionError

    bench = Bench()
    rule = client_rule(EndpointConnectionError(endpoint_url="http://127.0.0.1:9"))
    unreachable = [Failure(rule, "nobody there", code="EndpointConnectionError", request_id=None)] * 100
    attempts = Attempts(bench.clock, unreachable)
    with pytest.raises(ServiceError):
        bench.send(attempts, reached=False)
    assert attempts.count == 3


def test_a_call_without_budget_is_timed_by_itself() -> None:
    clock = Clock()
    stop = Waiting(clock)
    context = CallContext(table="Music", stop=stop)
    with pytest.raises(ThrottledError):
        send_with_retries(
            Attempts(clock, [throttled()] * 100),
            context,
            RetryPolicy(retry_seconds=5.0),
            reached=lambda: True,
            clock=clock,
        )
    assert clock.now <= 1005.0
