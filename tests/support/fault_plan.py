"""Which request meets which fault: by a seed, or in a given order."""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence

__all__ = [
    "CARRIER_FAULTS",
    "ERROR_FAULTS",
    "PASSING_FAULTS",
    "THROTTLE_FAULTS",
    "THROTTLE_REASONS",
    "FaultPlan",
]

THROTTLE_REASONS = tuple(
    f"{what}{role}{why}"
    for what, role, why in itertools.product(
        ("Table", "Index"),
        ("Read", "Write"),
        (
            "ProvisionedThroughputExceeded",
            "AccountLimitExceeded",
            "KeyRangeThroughputExceeded",
            "MaxOnDemandThroughputExceeded",
        ),
    )
)
_THROTTLE_CODES = ("ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException")

THROTTLE_FAULTS = tuple(f"throttle:{code}:{reason}" for code in _THROTTLE_CODES for reason in THROTTLE_REASONS)
"""Every reason under every code, with the list's name as each code spells it."""

ERROR_FAULTS = ("500", "502", "503", "504", "error:InternalServerError", "error:ThrottlingException", "garbled-error")
"""Answers that say no; those of gateways are HTML."""

CARRIER_FAULTS = (
    "reset-before",
    "reset-after",
    "reset-body",
    "close-before",
    "cut",
    "cut-short",
    "cut-to-nothing",
    "corrupt",
    "broken-json",
    "no-items",
)
"""What the network, or whatever stands on the way, does to an answer; all but two after the request took effect."""

_SERVICE_FAULTS = ("unprocessed", "all-unprocessed", "empty-page", "slow", "chunked", "until-close", "no-checksum")

PASSING_FAULTS = (*THROTTLE_FAULTS, *ERROR_FAULTS, *CARRIER_FAULTS, *_SERVICE_FAULTS)
"""All that a job must survive."""


class FaultPlan:
    """Gives each request a fault or none.

    Args:
        seed: The same seed gives the same faults, in the order of requests.
        share: Of requests that meet one.
        faults: Which.
        first: Faults of the first requests; an empty one is none.
        operations: The operations that meet faults; none named means all.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        share: float = 0.0,
        faults: Sequence[str] = PASSING_FAULTS,
        first: Iterable[str] = (),
        operations: Iterable[str] = (),
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 - faults are no secret
        self.met: Counter[str] = Counter()
        self.operations = frozenset(operations)
        self.first: deque[str] = deque(first)
        self._share = share
        self._faults = faults
        self._lock = threading.Lock()

    def next(self, operation: str) -> str:
        """The fault of the next request, empty for none."""
        with self._lock:
            if self.operations and operation not in self.operations:
                return ""
            if self.first:
                fault = self.first.popleft()
            elif self.random.random() < self._share:
                fault = self.random.choice(self._faults)
            else:
                fault = ""
            if fault:
                self.met[fault] += 1
            return fault
