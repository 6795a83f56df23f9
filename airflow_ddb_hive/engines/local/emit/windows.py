"""Window functions with Hive's frames.

Hive finds the ends of a RANGE frame by walking from the current row until the distance is *greater* than the offset:
``1 FOLLOWING`` as a start and ``1 PRECEDING`` as an end leave out the rows at just that distance. For a row whose key
is NULL it assumes that NULLs stand first in ascending and last in descending order, whatever the window says. A sum
over a frame of ROWS with two moving ends is the sum before it, less what left and plus what came: where all values of
a frame are NULL, and some before it was not, it is 0, and an average is NaN. (Measured on Hive 3.1.3.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.tree import Call, Expression, SortKey, Window
from airflow_ddb_hive.model.types import BIGINT, DATE, DOUBLE, FLOAT, INT, SMALLINT, TINYINT, DecimalType

__all__ = ["emit_window"]

_WHOLE_NUMBERS = frozenset({TINYINT, SMALLINT, INT, BIGINT})
_HERE = "CURRENT ROW"
_EMPTY = "RANGE BETWEEN CURRENT ROW AND CURRENT ROW EXCLUDE GROUP"
_AFTER_NULLS = "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP"

Emit = Callable[[Expression], str]
Applied = Callable[[str], str]
"""The SQL of a function under an OVER clause."""


@dataclass(frozen=True, slots=True)
class _Over:
    """All of an OVER clause but its frame."""

    partition: str
    order: str

    def clause(self, frame: str) -> str:
        return f" OVER ({' '.join(part for part in (self.partition, self.order, frame) if part)})"


def emit_window(call: Call, window: Window, arguments: Sequence[str], applied: Applied, emit: Emit) -> str:
    """Return a window function's SQL.

    Args:
        call: The call.
        window: Its window; the frame is ``None`` where the function has none.
        arguments: The SQL of the call's arguments.
        applied: The function under an OVER clause.
        emit: The SQL of an expression.

    Raises:
        UnsupportedSqlError: The frame is a RANGE of distances between what are no numbers.
    """
    partition = ", ".join(emit(one) for one in window.partition)
    partition = f"PARTITION BY {partition}" if partition else ""
    order = ", ".join(_sorted(emit(key.expression), key) for key in window.order)
    over = _Over(partition, f"ORDER BY {order}" if order else "")
    if window.frame is None:
        return applied(over.clause(""))
    unit, start, end = window.frame
    if unit == "range" and not window.order:
        return applied(over.clause(""))  # without an order all rows of a partition are at the same place
    key = window.order[0] if len(window.order) == 1 else None
    if unit != "range" or key is None or all(bound in (None, 0) for bound in (start, end)):
        found = applied(over.clause(f"{unit.upper()} BETWEEN {_bound(start)} AND {_bound(end, 'FOLLOWING')}"))
        return (
            found
            if unit == "range"
            else _moved(call, arguments, found, over, (_bound(start), _bound(end, "FOLLOWING")))
        )
    return _by_distance(applied, _Over(partition, ""), (emit(key.expression), key, start, end))


def _sorted(sql: str, key: SortKey) -> str:
    # A bare number would be a column's place.
    return f"({sql}) {'DESC' if key.descending else 'ASC'} NULLS {'FIRST' if key.nulls_first else 'LAST'}"


def _bound(offset: int | None, unbounded: str = "PRECEDING") -> str:
    if offset is None:
        return f"UNBOUNDED {unbounded}"
    if offset == 0:
        return _HERE
    return f"{abs(offset)} {'PRECEDING' if offset < 0 else 'FOLLOWING'}"


def _by_distance(applied: Applied, over: _Over, frame: tuple[str, SortKey, int | None, int | None]) -> str:
    sql, key, start, end = frame
    number, further = _distance(sql, key)
    over = _Over(over.partition, f"ORDER BY {_sorted(number, key)}")
    first = f"{further(start)} FOLLOWING" if start is not None and start > 0 else _bound(start)
    last = f"{further(end)} PRECEDING" if end is not None and end < 0 else _bound(end, "FOLLOWING")
    known = applied(over.clause(f"RANGE BETWEEN {first} AND {last}"))
    unknown = applied(over.clause(_of_null(start, end, descending=key.descending)))
    return f"CASE WHEN {sql} IS NULL THEN {unknown} ELSE {known} END"


def _distance(sql: str, key: SortKey) -> tuple[str, Callable[[int], str]]:
    """The key as a number that no offset overflows, and the least offset that is greater than a given one."""
    type_ = key.expression.type
    if type_ in _WHOLE_NUMBERS:
        return f"CAST({sql} AS HUGEINT)", lambda offset: str(abs(offset) + 1)
    if type_ == DATE:
        return f"CAST(date_diff('day', DATE '1970-01-01', {sql}) AS HUGEINT)", lambda offset: str(abs(offset) + 1)
    if isinstance(type_, DecimalType):
        step = f"1e-{type_.scale}"
        wide = f"DECIMAL(38,{type_.scale})"
        return f"CAST({sql} AS {wide})", lambda offset: f"(CAST({abs(offset)} AS {wide}) + CAST({step} AS {wide}))"
    if type_ in {FLOAT, DOUBLE}:
        # No offset leaves out the rows at exactly this distance; this one leaves out those a millionth of it beyond.
        return f"CAST({sql} AS DOUBLE)", lambda offset: repr(abs(offset) * (1 + 2**-40))
    raise UnsupportedSqlError(f"a RANGE of distances over {type_} is not supported: order by a number or a date")


def _of_null(start: int | None, end: int | None, *, descending: bool) -> str:
    """The frame of a row whose key is NULL."""
    if start is not None and start > 0:
        return _AFTER_NULLS if end is None and not descending else _EMPTY
    if end is not None and end < 0 and not descending:
        return _EMPTY
    preceding = _HERE if descending else "UNBOUNDED PRECEDING"
    following = "UNBOUNDED FOLLOWING" if descending else _HERE
    first = "UNBOUNDED PRECEDING" if start is None else _HERE if start == 0 else preceding
    last = "UNBOUNDED FOLLOWING" if end is None else _HERE if end == 0 else following
    return f"RANGE BETWEEN {first} AND {last}"


def _moved(call: Call, arguments: Sequence[str], found: str, over: _Over, ends: tuple[str, str]) -> str:
    """A sum or average over a frame of rows, which remembers what it has seen."""
    first, last = ends
    nothing = _of_nothing(call)
    if nothing is None or first == "UNBOUNDED PRECEDING" or last == "UNBOUNDED FOLLOWING":
        return found
    clause = over.clause(f"ROWS BETWEEN {first} AND {last}")
    seen = over.clause(f"ROWS BETWEEN UNBOUNDED PRECEDING AND {last}")
    value = arguments[0]
    return (
        f"CASE WHEN count({value}){clause} = 0 AND count(*){clause} > 0 AND count({value}){seen} > 0 "
        f"THEN {nothing} ELSE {found} END"
    )


def _of_nothing(call: Call) -> str | None:
    if call.distinct or call.function not in ("sum", "avg") or not call.arguments:
        return None
    if call.function == "sum":
        return f"CAST(0 AS {duckdb_type(call.type)})"
    return "CAST('NaN' AS DOUBLE)" if call.type == DOUBLE else None
