"""Functions that make intervals, and FLOOR of a timestamp to a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_decimal, is_integer, is_text
from airflow_ddb_hive.hiveql.functions.signatures import specs
from airflow_ddb_hive.hiveql.functions.spec import WRONG_TYPE, ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.hiveql.tree import Expression, Literal
from airflow_ddb_hive.model.types import INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH, STRING, VOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.model.types import HiveType

__all__ = ["INTERVALS"]


def _of_unit(arguments: Sequence[Expression]) -> Signature:
    """``INTERVAL (value) unit``: the unit is the first argument."""
    unit, value = arguments
    if not (is_text(value.type) or is_integer(value.type) or is_decimal(value.type)):
        message = (
            "The second argument to internalinterval must be from the string group or numeric group "
            "(except:float/double)"
        )
        raise ArgumentMismatch(message, code=WRONG_TYPE, index=1)
    year_month = isinstance(unit, Literal) and str(unit.value).startswith(("YEAR", "MONTH"))
    return Signature((STRING, STRING), INTERVAL_YEAR_MONTH if year_month else INTERVAL_DAY_TIME)


def _parsed(type_: HiveType) -> Resolver:
    def resolve(arguments: Sequence[Expression]) -> Signature:
        if len(arguments) != 1:
            raise ArgumentMismatch(f"takes 1 arguments, got {len(arguments)}", code=10015)
        have = arguments[0].type
        if have not in (type_, VOID) and not is_text(have):
            raise ArgumentMismatch(f"{type_} only takes STRING or {type_} types", index=0)
        return Signature((type_,), type_)

    return resolve


_FLOORS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")

INTERVALS: dict[str, FunctionSpec] = specs(
    "scalar",
    {
        "internal_interval": _of_unit,
        "to_epoch_milli": "timestamp -> bigint",
        "interval_day_time": _parsed(INTERVAL_DAY_TIME),
        "interval_year_month": _parsed(INTERVAL_YEAR_MONTH),
        **{f"floor_{unit}": "onlytimestamp -> timestamp" for unit in _FLOORS},
    },
)
