"""Decides whether, when and how often a request is sent again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from airflow_ddb_hive.dynamodb.errors_map import Kind, Rule
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause, causes_of, throttled_error
from airflow_ddb_hive.errors import DdbHiveError, JobCancelledError, ThrottledError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from airflow_ddb_hive.dynamodb.meter import Meter
    from airflow_ddb_hive.dynamodb.pacing import Pacer

__all__ = ["CallContext", "Failure", "RetryPolicy", "backoff_seconds", "send_with_retries"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long one request is tried, in seconds, and how many connections to an endpoint that never answered.

    A throttled request is tried as long as anybody makes progress with the table, and ``retry_seconds`` after that.

    Example:
        >>> RetryPolicy().retry_seconds
        600.0
    """

    retry_seconds: float = 600.0
    connect_attempts: int = 3
    base_delay: float = 0.05
    longest_delay: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallContext:
    """What a request belongs to: its table, the counters, the budget, and the event that ends it.

    ``reserved`` is what the request has reserved of the budget: it is given back while the request waits to be sent
    again, and taken again before it is.
    """

    table: str
    stop: threading.Event
    meter: Meter | None = None
    pacer: Pacer | None = None
    reserved: float | None = None


class Failure(Exception):  # noqa: N818 - never leaves this room: it is one attempt's outcome
    """One failed attempt: its rule and all that the final error says.

    ``consumed`` tells that the service may have done the work, although its answer is of no use.
    """

    def __init__(
        self,
        rule: Rule,
        message: str,
        *,
        code: str,
        request_id: str | None,
        causes: tuple[ThrottleCause, ...] = (),
        consumed: bool = False,
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.code = code
        self.request_id = request_id
        self.causes = causes_of(code, causes) if rule.error is ThrottledError else ()
        self.consumed = consumed

    @property
    def throttled(self) -> bool:
        """Whether it was the table, an index or the account that had no capacity left."""
        return bool(self.causes)

    def passing(self) -> Failure:
        """Return the same failure as one that is worth another attempt."""
        rule = replace(self.rule, kind=Kind.TRANSIENT)
        return Failure(rule, self.message, code=self.code, request_id=self.request_id)

    def final_error(self, context: CallContext, waited: float) -> DdbHiveError:
        """Return the error that the caller sees."""
        if self.throttled:
            return throttled_error(
                context.table,
                self.causes,
                waited,
                detail=self.message,
                code=self.code,
                request_id=self.request_id,
            )
        return self.rule.error(
            f"{self.message}: {self.rule.remedy}", table=context.table, code=self.code, request_id=self.request_id
        )


def backoff_seconds(attempt: int, policy: RetryPolicy, *, draw: Callable[[], float] = random.random) -> float:
    """Return a jittered wait that doubles with each attempt, from 1.

    Example:
        >>> backoff_seconds(3, RetryPolicy(base_delay=0.1), draw=lambda: 1.0)
        0.4
    """
    ceiling = min(policy.longest_delay, policy.base_delay * 2.0 ** min(attempt - 1, 20))
    return ceiling * (0.5 + 0.5 * draw())


@dataclass(slots=True)
class _Trial:
    """One request's attempts so far."""

    context: CallContext
    policy: RetryPolicy
    reached: Callable[[], bool]
    clock: Callable[[], float]
    started: float = 0.0
    attempt: int = 0
    troubled: float = 0.0
    """Seconds spent on failures that are no throttles, of which other requests' progress says nothing."""
    attempt_started: float = 0.0

    def begin(self) -> None:
        """A new attempt."""
        self.attempt_started = self.clock()
        if not self.attempt:
            self.started = self.attempt_started

    def waited(self, failure: Failure) -> float:
        """Seconds for which what went wrong now has gone wrong."""
        pacer = self.context.pacer
        if not failure.throttled:
            return self.troubled
        return self.clock() - self.started if pacer is None else pacer.seconds_without_progress(self.started)

    def is_last(self, failure: Failure, delay: float) -> bool:
        """Whether there is no use, or no time, for another attempt."""
        kind = failure.rule.kind
        if kind is Kind.UNREACHABLE and not self.reached():
            return self.attempt >= self.policy.connect_attempts
        return kind is Kind.FINAL or self.waited(failure) + delay > self.policy.retry_seconds


def send_with_retries(
    attempt_once: Callable[[], _T],
    context: CallContext,
    policy: RetryPolicy,
    *,
    reached: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
) -> _T:
    """Call until it succeeds, fails for good, is cancelled, or its time is over.

    ``reached`` says whether the endpoint has ever answered: one that never did is given up on early. ``clock`` must be
    the budget's.

    Raises:
        JobCancelledError: The context's event was set.
        DdbHiveError: What the last failure means.
    """
    trial = _Trial(context, policy, reached, clock)
    if context.meter is not None:
        context.meter.begin()
    while True:
        if context.stop.is_set():
            raise JobCancelledError(f"the job was cancelled while it used table {context.table}", table=context.table)
        trial.begin()
        try:
            return attempt_once()
        except Failure as failure:
            trial.attempt += 1
            delay = backoff_seconds(trial.attempt, policy)
            if not failure.throttled:
                trial.troubled += clock() - trial.attempt_started
            if trial.is_last(failure, delay):
                raise failure.final_error(context, trial.waited(failure)) from failure.__cause__
            if not failure.throttled:
                trial.troubled += delay
            _note(failure, context, delay)
            _back_off(failure, context, delay)


def _note(failure: Failure, context: CallContext, delay: float) -> None:
    """Count the retry; slow down whom a throttle concerns."""
    cause = failure.causes[0] if failure.causes else None
    if context.meter is not None:
        context.meter.retried(cause.reason if cause else None, index=cause.index if cause else None)
    if context.pacer is not None:
        context.pacer.throttled(failure.causes, delay)


def _back_off(failure: Failure, context: CallContext, delay: float) -> None:
    """Wait without a reservation, for others can use it; what may have been consumed all the same stays booked."""
    pacer, reserved = context.pacer, context.reserved
    if pacer is None or reserved is None:
        context.stop.wait(delay)
        return
    if not failure.consumed:
        pacer.give_back(reserved)
    if not context.stop.wait(delay):
        pacer.take_again(context.stop, reserved)
