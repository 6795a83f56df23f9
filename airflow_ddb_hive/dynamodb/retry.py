"""Decides whether, when and how often a request is sent again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from airflow_ddb_hive.dynamodb.errors_map import Kind, Rule
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
    """What a request belongs to: its table, the counters, the budget, and the event that ends it."""

    table: str
    stop: threading.Event
    meter: Meter | None = None
    pacer: Pacer | None = None


class Failure(Exception):  # noqa: N818 - never leaves this room: it is one attempt's outcome
    """One failed attempt: its rule and all that the final error says."""

    def __init__(
        self, rule: Rule, message: str, *, code: str, request_id: str | None, reasons: tuple[str, ...]
    ) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.code = code
        self.request_id = request_id
        self.reasons = reasons

    def final_error(self, context: CallContext, waited: float) -> DdbHiveError:
        """Return the error that the caller sees."""
        text = self.message
        if self.rule.error is ThrottledError:
            why = ", ".join(self.reasons) or self.code
            text = f"table {context.table} was throttled for {waited:.0f} s ({why}): {self.message}"
        return self.rule.error(
            f"{text}: {self.rule.remedy}", table=context.table, code=self.code, request_id=self.request_id
        )


def backoff_seconds(attempt: int, policy: RetryPolicy, *, draw: Callable[[], float] = random.random) -> float:
    """Return a jittered wait that doubles with each attempt, from 1.

    Example:
        >>> backoff_seconds(3, RetryPolicy(base_delay=0.1), draw=lambda: 1.0)
        0.4
    """
    ceiling = min(policy.longest_delay, policy.base_delay * 2.0 ** min(attempt - 1, 20))
    return ceiling * (0.5 + 0.5 * draw())


def send_with_retries(
    attempt_once: Callable[[], _T], context: CallContext, policy: RetryPolicy, *, reached: Callable[[], bool]
) -> _T:
    """Call until it succeeds, fails for good, is cancelled, or its time is over.

    ``reached`` says whether the endpoint has ever answered: one that never did is given up on early.

    Raises:
        JobCancelledError: The context's event was set.
        DdbHiveError: What the last failure means.
    """
    started = time.monotonic()
    attempt = 0
    while True:
        if context.stop.is_set():
            raise JobCancelledError(f"the job was cancelled while it used table {context.table}", table=context.table)
        try:
            return attempt_once()
        except Failure as failure:
            attempt += 1
            waited = time.monotonic() - started
            delay = backoff_seconds(attempt, policy)
            if _is_last(failure, attempt, waited + delay, policy, reached()):
                raise failure.final_error(context, waited) from failure.__cause__
            _note(failure, context, delay)
            context.stop.wait(delay)


def _is_last(failure: Failure, attempt: int, waited: float, policy: RetryPolicy, reached: bool) -> bool:
    kind = failure.rule.kind
    if kind is Kind.UNREACHABLE and not reached:
        return attempt >= policy.connect_attempts
    return kind is Kind.FINAL or waited > policy.retry_seconds


def _note(failure: Failure, context: CallContext, delay: float) -> None:
    """Count the retry; a throttled table slows everybody, a hot key only the one who met it."""
    throttled = failure.rule.kind is Kind.THROTTLE
    reasons = failure.reasons or (failure.code,)
    if context.meter is not None:
        context.meter.retried(reasons[0] if throttled else None)
    if throttled and context.pacer is not None and not all("KeyRange" in reason for reason in reasons):
        context.pacer.pause(delay)
