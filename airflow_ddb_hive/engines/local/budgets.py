"""How fast a statement may read or write a DynamoDB table: one budget for all its users in a session."""

from __future__ import annotations

import math
import random
import threading
import time
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import Meter, Pacer
from airflow_ddb_hive.engines.local.capacity_watch import Claim, WatchedBudget, budget_text
from airflow_ddb_hive.engines.local.table_settings import first_setting, number_setting
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.budget import ON_DEMAND_UNITS, Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.dynamodb.pacing import SharedBudget
    from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.model.dynamodb import IndexDescription, TableDescription

__all__ = ["BudgetRegistry", "open_budget", "table_budget"]

_LEAST_PERCENT = 1e-9
"""Stands for a write percentage of 0 and less, which means the least rate: one unit a second."""

_ADVISED = (0.1, 1.5)
"""Shares of capacity that AWS's guide speaks of."""

_LEAST_WRITE_UNITS = 1.0
"""Writes are rounded up item by item, so a small request wastes nothing."""

_LARGEST_ITEM_READ_UNITS = 50.0
"""What nobody knows the size of is taken for the largest, for one page: the first answer tells."""


class BudgetRegistry:
    """One session's budgets, by endpoint, table, role and, for the reads of a global index, index.

    Consecutive statements go on where the ones before them were: no statement begins with a burst.

    Args:
        notice: Takes a line that the user should know, once.
        clock: Seconds that only grow; the one that requests are timed by.
        draw: Numbers from 0 to 1, for the moments at which capacity is asked for again.
    """

    def __init__(
        self,
        notice: Callable[[str], None] = lambda _line: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._notice = notice
        self._clock = clock
        self._draw = draw
        self._lock = threading.Lock()
        self._budgets: dict[tuple[str, ...], WatchedBudget] = {}
        self._accounts: dict[tuple[str, str], list[WatchedBudget]] = {}

    def claim(self, claim: Claim) -> WatchedBudget:
        """Return the budget that a reader or writer shares with all others of the same table and role."""
        description = claim.mapped.description
        endpoint = claim.mapped.client.endpoint_url
        name = description.arn or description.name
        with self._lock:
            key = (endpoint, name, claim.role, claim.index or "")
            watched = self._budgets.get(key)
            if watched is None:
                account = (endpoint, _account(description.arn))
                watched = WatchedBudget(
                    claim,
                    notice=self._notice,
                    clock=self._clock,
                    draw=self._draw,
                    on_account_limit=lambda cause, seconds: self._slow_account(account, cause, seconds),
                )
                self._budgets[key] = watched
                self._accounts.setdefault(account, []).append(watched)
            else:
                watched.join(claim)
            return watched

    def _slow_account(self, account: tuple[str, str], cause: ThrottleCause, seconds: float) -> None:
        with self._lock:
            concerned = tuple(self._accounts[account])
        for watched in concerned:
            watched.shared.slow_down(seconds)
        place = f"account {account[1]}" if account[1] else "the account"
        self._notice(f"DynamoDB throttles {place} ({cause.reason}), all tables of it are slowed down: {cause.remedy}")


def _account(arn: str) -> str:
    """Account and region of ``arn:aws:dynamodb:region:account:table/name``."""
    _, _, place = arn.partition(":dynamodb:")
    region, _, rest = place.partition(":")
    return f"{rest.partition(':')[0]} in {region}" if rest else ""


def open_budget(
    mapped: MappedTable,
    role: str,
    context: StatementContext,
    *,
    index_name: str | None = None,
    unit_items: float | None = None,
) -> tuple[Pacer, Meter]:
    """A pacer on the budget that all share who use the table in this role, and a meter of one's own.

    Args:
        mapped: The table.
        role: ``read`` or ``write``.
        context: The statement.
        index_name: The index that is read in the table's place.
        unit_items: A first guess at units an item, for tables of which DynamoDB has counted the items.

    Raises:
        InputError: The percentage, throughput or units are no number, or out of range.
    """
    description = mapped.description
    table_budget(mapped, role, context, index_name=index_name)
    index = _global_index(description, index_name)

    def target(now: TableDescription, lane: str | None) -> Budget:
        return _budget(now, role, lane or index, mapped.table.properties, settings)

    settings = dict(context.settings)
    claim = Claim(
        mapped=mapped,
        role=role,
        index=index,
        statement=context,
        target=target,
        by_hand=budget_text(role, mapped.table.properties, settings) is not None,
    )
    watched = context.budgets.claim(claim)
    pacer = _pacer(watched.shared, role, unit_items if _counted(description, index_name) else None)
    return pacer, Meter(description.name, role, index=index_name, pacer=pacer)


def _pacer(shared: SharedBudget, role: str, unit_items: float | None) -> Pacer:
    if role == "write":
        return Pacer(shared, unit_items=unit_items or 1.0, least_request_units=_LEAST_WRITE_UNITS)
    return Pacer(shared, unit_items=unit_items or _LARGEST_ITEM_READ_UNITS)


def _counted(description: TableDescription, index_name: str | None) -> bool:
    part = description if index_name is None else _index(description, index_name)
    return part.item_count > 0 and part.size_bytes > 0


def table_budget(mapped: MappedTable, role: str, context: StatementContext, *, index_name: str | None = None) -> Budget:
    """The rate that a statement may read or write a table, or read an index of it, at.

    Raises:
        InputError: The percentage, throughput or units are no number, or out of range.
    """
    description, properties = mapped.description, mapped.table.properties
    index = _global_index(description, index_name)
    budget = _budget(description, role, index, properties, context.settings)
    absolute = first_setting(f"ddb_hive.{role}.units", properties, context.settings)
    if absolute is None and not _ADVISED[0] <= budget.percent <= _ADVISED[1]:
        key = f"dynamodb.throughput.{role}.percent"
        share = 0.0 if budget.percent == _LEAST_PERCENT else budget.percent
        context.setting_notices.say(f"{key}={share:g} of table {description.name}: AWS advises 0.1 to 1.5")
    return budget


def _budget(
    description: TableDescription,
    role: str,
    index: str | None,
    properties: Mapping[str, str],
    settings: Mapping[str, str],
) -> Budget:
    """The budget of a table, or of a global index against its own capacity."""
    part = description if index is None else _index(description, index)
    known = part.read_capacity_units if role == "read" else part.write_capacity_units
    capacity = float(known or ON_DEMAND_UNITS)
    absolute_key = f"ddb_hive.{role}.units"
    absolute = first_setting(absolute_key, properties, settings)
    if absolute is not None:
        units = _positive(absolute_key, absolute)
        # What is said of a table's units holds for its indexes as far as they have so many.
        return Budget(capacity_units=max(1.0, units if index is None else min(units, capacity)), percent=1.0)
    percent_key, units_key = f"dynamodb.throughput.{role}.percent", f"dynamodb.throughput.{role}"
    percent = number_setting(percent_key, first_setting(percent_key, properties, settings) or "0.5")
    by_hand = properties.get(units_key) if index is None else None
    units = capacity if by_hand is None else number_setting(units_key, by_hand)
    _check_rate(role, units, percent)
    return Budget(capacity_units=max(1.0, units), percent=max(percent, _LEAST_PERCENT))


def _positive(key: str, text: str) -> float:
    units = number_setting(key, text)
    if not units > 0 or math.isinf(units):
        raise InputError(f"{key}={text}: give units a second, a number above 0, such as 100")
    return units


def _check_rate(role: str, units: float, percent: float) -> None:
    """Refuse what the connector refuses: it checks reads only, and writes at least one unit a second."""
    if role != "read":
        return
    if percent <= 0:
        raise InputError(f"Invalid read percentage: {percent}: give a number above 0, such as 0.5")
    if units < 1:
        share = units * percent
        raise InputError(f"Read throughput should not be less than 1. Read throughput percent: {share}: give 1 or more")


def _global_index(description: TableDescription, name: str | None) -> str | None:
    """The index if it has a capacity of its own: a local one shares its table's."""
    if name is None:
        return None
    found = next((index for index in description.indexes if index.name == name), None)
    return name if found is not None and found.kind == "global" else None


def _index(description: TableDescription, name: str) -> IndexDescription:
    for index in description.indexes:
        if index.name == name:
            return index
    raise InputError(f"table {description.name} has no index {name} any more", table=description.name)
