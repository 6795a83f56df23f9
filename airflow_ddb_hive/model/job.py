"""The contract between the faces and the engines: a HiveQL script and all it needs to run."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.model.access import AwsAccess

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CATALOGS",
    "IndexUsage",
    "Job",
    "JobHandle",
    "JobReport",
    "JobState",
    "StatementReport",
    "TableUsage",
]


CATALOGS = ("memory", "warehouse", "glue")
"""Where the tables of a session are known: in itself, in its warehouse, or in the AWS Glue Data Catalog."""


class JobState(enum.StrEnum):
    """Where a job is; only the last three are final.

    Example:
        >>> JobState.RUNNING.is_final
        False
    """

    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the state can no longer change."""
        return self in {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A HiveQL script with its variables, settings and places.

    ``parameters`` are values for ``%(name)s`` markers, bound as typed literals; ``hivevars`` are textual, as in the
    Hive CLI. ``init_hql`` runs first. ``warehouse`` is a folder or URL for managed tables; ``None`` is a private one
    that ends with the job. ``catalog`` is one of :data:`CATALOGS`; ``None`` is ``warehouse`` where one is named, and
    otherwise ``memory``. ``keep_rows`` bounds the rows of the last query that the result holds. With ``explain_only``
    nothing is run: the result holds the lines of EXPLAIN for each statement that reads or writes rows.

    Example:
        >>> Job(hql="SELECT 1").schema
        'default'
    """

    hql: str
    hiveconfs: Mapping[str, str] = field(default_factory=dict)
    hivevars: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    init_hql: str | None = None
    schema: str = "default"
    warehouse: str | None = None
    access: AwsAccess = field(default_factory=AwsAccess)
    keep_rows: int | None = None
    catalog: str | None = None
    explain_only: bool = False


@dataclass(frozen=True, slots=True)
class JobHandle:
    """What identifies a submitted job to its engine.

    Example:
        >>> JobHandle(engine="local", job_id="a1").to_dict()
        {'engine': 'local', 'job_id': 'a1'}
    """

    engine: str
    job_id: str

    def to_dict(self) -> dict[str, str]:
        """Return the fields, for a trigger or a state store."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, str]) -> JobHandle:
        """Rebuild from :meth:`to_dict`."""
        return cls(engine=data["engine"], job_id=data["job_id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexUsage:
    """What a statement's writes took from one global index's budget: units, units a second, throttles by reason."""

    name: str
    units: float = 0.0
    budget: float = 0.0
    units_per_second: float = 0.0
    throttles: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableUsage:
    """What a statement took from one table's budget.

    ``role`` is ``read`` or ``write``; ``index`` is the index that was read in the table's place. Units are DynamoDB
    capacity units, those of ``indexes`` included. ``budget`` is the target at the end, ``units_per_second`` what was
    achieved in ``seconds`` from the first request to the last answer; both are of the table without the global indexes
    that writes feed, which have their own in ``indexes``. ``bytes`` are those that crossed the wire, ``scanned`` counts
    the items that DynamoDB evaluated for a read, ``throttles`` are counted by reason. ``mismatched`` counts, for each
    column, the attributes that were NULL because they have another type than the column; ``bad_values`` those that did
    not fit and became NULL because ``ddb_hive.on.bad.value`` is ``null``. ``replaced`` counts rows that a later row
    with the same key replaced. ``deletes`` says that the writes were deletions.
    """

    table: str
    role: str
    items: int = 0
    bytes: int = 0
    requests: int = 0
    units: float = 0.0
    budget: float = 0.0
    retries: int = 0
    throttles: Mapping[str, int] = field(default_factory=dict)
    mismatched: Mapping[str, int] = field(default_factory=dict)
    bad_values: Mapping[str, int] = field(default_factory=dict)
    replaced: int = 0
    scanned: int = 0
    seconds: float = 0.0
    units_per_second: float = 0.0
    index: str | None = None
    deletes: bool = False
    indexes: tuple[IndexUsage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReport:
    """One statement: its text, rows it gave or wrote, seconds it took, tables it used.

    ``outcome`` is ``run``, ``explained``, or ``rehearsed`` for what a job that only explains did to its own view of the
    catalog; the latter two have no rows.
    """

    statement: str
    rows: int = 0
    seconds: float = 0.0
    files: int = 0
    usage: tuple[TableUsage, ...] = ()
    outcome: str = "run"

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers."""
        usages = [asdict(usage) | {"indexes": [asdict(index) for index in usage.indexes]} for usage in self.usage]
        return asdict(self) | {"usage": usages}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """What a job did, in numbers that XCom can carry.

    Example:
        >>> JobReport(engine="local", state=JobState.SUCCEEDED).to_dict()["state"]
        'succeeded'
    """

    engine: str
    state: JobState
    seconds: float = 0.0
    statements: tuple[StatementReport, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers."""
        return {
            "engine": self.engine,
            "state": str(self.state),
            "seconds": self.seconds,
            "statements": [statement.to_dict() for statement in self.statements],
            "error": self.error,
        }
