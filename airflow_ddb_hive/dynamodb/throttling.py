"""Why DynamoDB throttles, as a table: the 16 reasons, who has to slow down for each, and what its reader can do.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from airflow_ddb_hive.errors import ThrottledError

__all__ = ["REASONS", "Scope", "ThrottleCause", "causes_of", "throttled_error"]


class Scope(enum.Enum):
    """Who has to slow down."""

    KEY = "the requests for one range of keys"
    CAPACITY = "all who use the table or index in this role"
    ACCOUNT = "all who use the account in this region"


_QUOTA_REMEDY = "ask for a higher quota of DynamoDB throughput for the account in AWS Service Quotas"

_LIMITS = {
    "ProvisionedThroughputExceeded": (
        Scope.CAPACITY,
        "lower {share}, or raise the provisioned capacity",
    ),
    "AccountLimitExceeded": (
        Scope.ACCOUNT,
        "{quota}, or lower ddb_hive.{role}.units",
    ),
    "KeyRangeThroughputExceeded": (
        Scope.KEY,
        "a partition gives 3,000 read or 1,000 write units a second: lower {share}, or spread the keys",
    ),
    "MaxOnDemandThroughputExceeded": (
        Scope.CAPACITY,
        "lower {share}, or raise the on-demand maximum throughput",
    ),
}


def _filled(remedy: str, role: str) -> str:
    share = f"dynamodb.throughput.{role}.percent or ddb_hive.{role}.units"
    return remedy.format(share=share, role=role, quota=_QUOTA_REMEDY)


REASONS: dict[str, tuple[Scope, str]] = {
    f"{resource}{operation}{limit}": (scope, _filled(remedy, operation.lower()))
    for resource in ("Table", "Index")
    for operation in ("Read", "Write")
    for limit, (scope, remedy) in _LIMITS.items()
}
"""By reason: its scope and what to do."""

_BY_CODE = {"RequestLimitExceeded": Scope.ACCOUNT}
"""By error code, for answers that give no reason; what is in neither table is taken for the table's capacity."""

_ANY_REMEDY = "lower dynamodb.throughput.read|write.percent, or raise the capacity"
_INDEX = "/index/"


@dataclass(frozen=True, slots=True)
class ThrottleCause:
    """One reason of a throttled request, and the ARN of the table or index that it is about.

    Example:
        >>> arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Music/index/ByYear"
        >>> cause = ThrottleCause("IndexWriteProvisionedThroughputExceeded", arn)
        >>> cause.scope.name, cause.index
        ('CAPACITY', 'ByYear')
    """

    reason: str
    resource: str = ""

    @property
    def scope(self) -> Scope:
        """Who has to slow down."""
        if self.reason in REASONS:
            return REASONS[self.reason][0]
        return _BY_CODE.get(self.reason, Scope.CAPACITY)

    @property
    def index(self) -> str | None:
        """The index, where it is one that is throttled and the answer names it."""
        return self.resource.partition(_INDEX)[2] or None

    @property
    def remedy(self) -> str:
        """What to do."""
        if self.reason in REASONS:
            return REASONS[self.reason][1]
        return _QUOTA_REMEDY if self.scope is Scope.ACCOUNT else _ANY_REMEDY

    def __str__(self) -> str:
        """Return the reason and, if one is known, the index."""
        return self.reason if self.index is None else f"{self.reason} of index {self.index}"


def causes_of(code: str, causes: tuple[ThrottleCause, ...]) -> tuple[ThrottleCause, ...]:
    """Return an answer's causes; where it gives none, its code stands for one.

    Example:
        >>> [cause.scope.name for cause in causes_of("RequestLimitExceeded", ())]
        ['ACCOUNT']
    """
    return causes or (ThrottleCause(code),)


def throttled_error(
    table: str,
    causes: tuple[ThrottleCause, ...] | tuple[str, ...],
    waited: float,
    *,
    detail: str = "",
    code: str | None = None,
    request_id: str | None = None,
) -> ThrottledError:
    """Return the error of a job that was throttled for too long.

    Example:
        >>> print(throttled_error("Music", ("UnprocessedItems",), 600).message.partition(": ")[0])
        table Music was throttled for 600 s without progress (UnprocessedItems)

    Args:
        table: The DynamoDB table.
        causes: The last answer's causes, or their names.
        waited: Seconds without progress.
        detail: What DynamoDB said.
        code: The service's error code.
        request_id: The last request's id.
    """
    known = tuple(cause if isinstance(cause, ThrottleCause) else ThrottleCause(cause) for cause in causes)
    why = ", ".join(dict.fromkeys(map(str, known)))
    said = f": {detail}" if detail else ""
    return ThrottledError(
        f"table {table} was throttled for {waited:.0f} s without progress ({why}){said}: {known[0].remedy}; "
        "ddb_hive.retry.duration says how long to wait",
        table=table,
        code=code or known[0].reason,
        request_id=request_id,
    )
