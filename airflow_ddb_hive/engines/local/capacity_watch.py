"""Keeps a budget at its share of the capacity that a table has now: it is asked for again while a job runs.

Autoscaling, and whoever changes a table by hand, raise and lower capacity under a running job. A thread that is about
to send a request asks, every 5 to 10 minutes at random as the EMR connector's writer does; nobody asks where the user
has said the throughput himself.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.lane import Lane
from airflow_ddb_hive.dynamodb.pacing import SharedBudget
from airflow_ddb_hive.engines.local.table_settings import first_setting
from airflow_ddb_hive.errors import DdbHiveError, JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.model.budget import Budget
    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["Claim", "WatchedBudget", "budget_text"]

_LEAST_SECONDS = 300.0
_MORE_SECONDS = 300.0
_ASKING_SECONDS = 5.0
"""The question is tried again for so long; then the job goes on with what it knew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One reader's or writer's use of a budget.

    ``target`` gives the budget of the table or index that is used (``None``), or of a global index that writes feed,
    from a description. ``by_hand`` tells that the user said the throughput. ``statement`` is whatever stands for the
    running statement.
    """

    mapped: MappedTable
    role: str
    index: str | None
    statement: object
    target: Callable[[TableDescription, str | None], Budget]
    by_hand: bool


def budget_text(role: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
    """The throughput that the user has said for a table, ``None`` if it is the table's own.

    Example:
        >>> budget_text("read", {"dynamodb.throughput.read": "100"}, {}), budget_text("write", {}, {})
        ('100', None)
    """
    absolute = first_setting(f"ddb_hive.{role}.units", properties, settings)
    return absolute or properties.get(f"dynamodb.throughput.{role}")


class WatchedBudget:
    """A shared budget whose lanes follow the table's capacity.

    Users within one statement that want different rates get the lowest.

    Args:
        claim: The first use.
        notice: Takes a line that the user should know.
        clock: Seconds that only grow.
        draw: Numbers from 0 to 1.
        on_account_limit: Told of throttles that concern the whole account.
    """

    def __init__(
        self,
        claim: Claim,
        *,
        notice: Callable[[str], None],
        clock: Callable[[], float],
        draw: Callable[[], float],
        on_account_limit: Callable[[ThrottleCause, float], None],
    ) -> None:
        self._claims = [claim]
        self._notice = notice
        self._clock = clock
        self._draw = draw
        self._asking = threading.Lock()
        self._due = self._next_due()
        description = claim.mapped.description
        fed = [] if claim.role == "read" else _global_indexes(description)
        self.shared = SharedBudget(
            Lane(self._rate(description, None), clock=clock, index=claim.index),
            [Lane(self._rate(description, name), clock=clock, index=name) for name in fed],
            clock=clock,
            on_account_limit=on_account_limit,
            before_wait=self.ask_if_due,
        )

    def join(self, claim: Claim) -> None:
        """Let another user in; those of earlier statements count no more."""
        with self._asking:
            self._claims = [one for one in self._claims if one.statement is claim.statement]
            self._claims.append(claim)
            self._apply(claim.mapped.description)

    def ask_if_due(self, stop: threading.Event) -> None:
        """Ask for the table's capacity if it is time to; whoever is not the one to ask goes on at once.

        Raises:
            JobCancelledError: The job was cancelled while it asked.
        """
        if self._clock() < self._due or not self._asking.acquire(blocking=False):
            return
        try:
            self._due = self._next_due()
            if not all(claim.by_hand for claim in self._claims):
                self._ask(stop)
        finally:
            self._asking.release()

    def _ask(self, stop: threading.Event) -> None:
        mapped = self._claims[-1].mapped
        client = mapped.client.with_policy(retry_seconds=_ASKING_SECONDS, connect_attempts=1)
        try:
            description = client.describe(mapped.description.name, stop=stop)
            before = self.shared.lane.target
            self._apply(description)
        except JobCancelledError:
            raise
        except DdbHiveError as error:
            self._notice(
                f"the capacity of table {mapped.description.name} could not be asked for again, the job goes on at "
                f"{self.shared.lane.target:,.0f} units/s: {error.message}"
            )
            return
        now = self.shared.lane.target
        if now != before:
            what = f"table {description.name}" if self.shared.lane.index is None else f"index {self.shared.lane.index}"
            self._notice(
                f"the {self._claims[-1].role} capacity of {what} has changed: the job goes on at {now:,.0f} units/s "
                f"instead of {before:,.0f}"
            )

    def _apply(self, description: TableDescription) -> None:
        rates = {name: self._rate(description, name) for name in (None, *self._fed(description))}
        with self.shared.lock:
            for name, rate in rates.items():
                lane = self.shared.lane if name is None else self.shared.indexes.get(name)
                if lane is not None:
                    lane.retarget(rate)
                else:
                    self.shared.indexes[str(name)] = Lane(rate, clock=self._clock, index=name)

    def _fed(self, description: TableDescription) -> list[str]:
        return [] if self._claims[0].role == "read" else _global_indexes(description)

    def _rate(self, description: TableDescription, index: str | None) -> float:
        return min(claim.target(description, index).units_per_second for claim in self._claims)

    def _next_due(self) -> float:
        return self._clock() + _LEAST_SECONDS + _MORE_SECONDS * self._draw()


def _global_indexes(description: TableDescription) -> list[str]:
    return [index.name for index in description.indexes if index.kind == "global"]
