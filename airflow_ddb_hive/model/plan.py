"""What EXPLAIN says, as plain nouns: what a statement reads and writes, how, and what that will take."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.model.estimate import Bounds

if TYPE_CHECKING:
    from airflow_ddb_hive.model.estimate import CapacityEstimate

__all__ = ["Capacity", "DynamoDBInput", "FilesInput", "InputPlan", "OutputPlan", "StatementPlan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The rate that a statement may use a table at: a share (``percent``, 0.5 = half) of its capacity.

    ``dollars_per_million`` is the price of a million units on demand; ``on_demand`` says whether the table is billed
    so.
    """

    units_per_second: float
    percent: float
    capacity_units: float
    dollars_per_million: float
    on_demand: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoDBInput:
    """How a DynamoDB table is read.

    ``access`` is ``scan``, ``query``, ``get`` or ``nothing``; ``ranges`` the number of key ranges or keys.
    ``attributes`` is ``None`` for whole items, and empty where only their number counts. ``key_condition`` and
    ``filter`` are what DynamoDB applies, ``residual`` what is left to this engine alone. ``table_items`` and
    ``table_bytes`` are DynamoDB's own count of the table or index, six hours old at worst.
    """

    table_name: str
    index_name: str | None
    access: str
    ranges: int
    segments: int
    attributes: tuple[str, ...] | None
    key_condition: str | None
    filter: str | None
    residual: tuple[str, ...]
    reason: str
    consistent: bool
    table_items: int
    table_bytes: int
    capacity: Capacity
    estimate: CapacityEstimate
    kind: str = "dynamodb"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesInput:
    """Files that are read whole: their format, and how many and how large they are now."""

    format: str
    location: str
    files: int
    bytes: int
    kind: str = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPlan:
    """One table that a statement reads.

    ``table`` is Hive's name, ``reading`` is ``batch by batch``, ``streamed``, ``spooled`` or ``scanned``; ``uses`` how
    often the statement names the table. ``written_before`` says that an earlier statement of the script changes the
    table, so that its size is not known yet.
    """

    table: str
    reading: str
    uses: int
    source: DynamoDBInput | FilesInput
    written_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPlan:
    """Where a statement's rows go.

    ``kind`` is ``caller``, ``directory``, ``table`` or ``dynamodb``; ``action`` is ``append``, ``overwrite``, ``put``
    or ``delete``. ``rows`` are those that will be given or written. ``slow_index`` is the global index with the lowest
    rate of writes, if that is lower than the table's, and ``slow_index_units`` its units a second.
    """

    kind: str
    rows: Bounds
    target: str | None = None
    action: str | None = None
    format: str | None = None
    indexes: int = 0
    slow_index: str | None = None
    slow_index_units: float | None = None
    capacity: Capacity | None = None
    estimate: CapacityEstimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPlan:
    """A statement's whole plan.

    ``kind`` is ``query``, ``insert``, ``create table as select`` or ``load data``. ``shape`` is ``map`` where each
    batch of the only input gives its rows on its own, ``whole`` where one DuckDB query reads all inputs, else empty.
    ``refusals`` are what a guard would say if the statement were run; ``tree`` are the lines of its relations.

    Example:
        >>> plan = StatementPlan(kind="query", inputs=(), output=OutputPlan(kind="caller", rows=Bounds.exactly(1)))
        >>> plan.read_units, plan.to_dict()["output"]["rows"]
        (Bounds(low=0, high=0), {'low': 1, 'high': 1})
    """

    kind: str
    inputs: tuple[InputPlan, ...]
    output: OutputPlan
    shape: str = ""
    refusals: tuple[str, ...] = ()
    tree: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[CapacityEstimate, ...]:
        """The estimates of the DynamoDB tables that are read."""
        return tuple(one.source.estimate for one in self.inputs if isinstance(one.source, DynamoDBInput))

    @property
    def writes(self) -> tuple[CapacityEstimate, ...]:
        """The estimate of the DynamoDB table that is written, if one is."""
        return () if self.output.estimate is None else (self.output.estimate,)

    @property
    def read_units(self) -> Bounds:
        """Read units of all tables together."""
        return sum((one.units for one in self.reads), Bounds.exactly(0))

    @property
    def write_units(self) -> Bounds:
        """Write units."""
        return sum((one.units for one in self.writes), Bounds.exactly(0))

    @property
    def dollars(self) -> Bounds:
        """US dollars of all reads and writes together."""
        return sum((one.dollars for one in (*self.reads, *self.writes)), Bounds.exactly(0))

    @property
    def seconds(self) -> Bounds:
        """Time for DynamoDB's tables: at least the slowest one's, at most one after the other."""
        times = [one.seconds for one in (*self.reads, *self.writes)]
        together = sum(times, Bounds.exactly(0))
        return Bounds(max((time.low for time in times), default=0), together.high)

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers."""
        total = {
            "read_units": self.read_units.to_dict(),
            "write_units": self.write_units.to_dict(),
            "seconds": self.seconds.to_dict(),
            "dollars": self.dollars.to_dict(),
        }
        return asdict(self) | {"total": total}
