"""Aggregates and window functions. ``over`` is the filter-free OVER clause, or empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airflow_ddb_hive.engines.local.emit.sql import let, placed, wrap
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import ArrayType, DecimalType, StructType

__all__ = ["AGGREGATES", "FRAMELESS", "AggregateEmitter"]

AggregateEmitter = Callable[[Call, Sequence[str], str], str]

FRAMELESS = frozenset({"cume_dist", "dense_rank", "lag", "lead", "ntile", "percent_rank", "rank", "row_number"})
"""Window functions that look at the whole partition whatever the frame says."""


def _inner(call: Call, arguments: Sequence[str]) -> str:
    return ("DISTINCT " if call.distinct else "") + ", ".join(arguments)


def _count(call: Call, arguments: Sequence[str], over: str) -> str:
    if not arguments:
        return f"count(*){over}"
    if len(arguments) == 1:
        return f"count({_inner(call, arguments)}){over}"
    # A row counts when none of its values is NULL.
    known = " AND ".join(f"{argument} IS NOT NULL" for argument in arguments)
    packed = f"CASE WHEN {known} THEN row({', '.join(arguments)}) END"
    return f"count({_inner(call, [packed])}){over}"


def _sum(call: Call, arguments: Sequence[str], over: str) -> str:
    total = f"sum({_inner(call, arguments)}){over}"
    if str(call.type) == "bigint":
        return wrap(f"({total} & {(1 << 64) - 1}::HUGEINT)", "bigint")
    if isinstance(call.type, DecimalType):
        return f"TRY_CAST({total} AS {duckdb_type(call.type)})"
    return total


def _avg(call: Call, arguments: Sequence[str], over: str) -> str:
    if not isinstance(call.type, DecimalType):
        return f"avg({_inner(call, arguments)}){over}"
    source = call.arguments[0].type
    scale = source.scale if isinstance(source, DecimalType) else 0
    result_scale, target = call.type.scale, duckdb_type(call.type)
    shift = result_scale - scale
    total = f"sum({_inner(call, arguments)}){over}"
    count = f"count({_inner(call, arguments)}){over}"

    def quotient(sum_: str) -> str:
        unscaled = f"CAST(replace(CAST({sum_} AS VARCHAR), '.', '') AS HUGEINT)"
        whole = f"({unscaled} * {10**shift}::HUGEINT)"

        def divide(n: str) -> str:
            half = f"CASE WHEN 2 * abs({whole} % {n}) >= {n} THEN sign({unscaled}) ELSE 0 END"
            return f"TRY_CAST({placed(f'({whole} // {n} + {half})', result_scale)} AS {target})"

        return let(f"nullif({count}, 0)", divide)

    return let(total, quotient)


def _extreme(name: str) -> AggregateEmitter:
    def emit(call: Call, arguments: Sequence[str], over: str) -> str:
        if isinstance(call.type, ArrayType | StructType):
            raise UnsupportedSqlError(f"{name}() of {call.type} is not supported: take it of its parts")
        return f"{name}({arguments[0]}){over}"

    return emit


def _collect(call: Call, arguments: Sequence[str], over: str) -> str:
    distinct = "DISTINCT " if call.distinct or call.function == "collect_set" else ""
    value = arguments[0]
    if over:
        gathered = f"list({distinct}{value}){over}"
        return f"coalesce(list_filter({gathered}, lambda g: g IS NOT NULL), [])"
    return f"coalesce(list({distinct}{value}) FILTER (WHERE {value} IS NOT NULL), [])"


def _percentile(_call: Call, arguments: Sequence[str], over: str) -> str:
    return f"quantile_cont({arguments[0]}, {arguments[1]}){over}"


def _plain(name: str) -> AggregateEmitter:
    return lambda call, arguments, over: f"{name}({_inner(call, arguments)}){over}"


def _integer(name: str) -> AggregateEmitter:
    return lambda call, arguments, over: f"CAST({name}({', '.join(arguments)}){over} AS {duckdb_type(call.type)})"


def _edge(name: str) -> AggregateEmitter:
    def emit(call: Call, arguments: Sequence[str], over: str) -> str:
        skip = call.arguments[1] if len(call.arguments) > 1 else None
        if isinstance(skip, Literal) and skip.value is True:
            return f"{name}({arguments[0]} IGNORE NULLS){over}"
        return f"{name}({arguments[0]}){over}"

    return emit


_REGRESSIONS = ("avgx", "avgy", "intercept", "r2", "slope", "sxx", "sxy", "syy")

AGGREGATES: dict[str, AggregateEmitter] = {
    "avg": _avg,
    "collect_list": _collect,
    "collect_set": _collect,
    "corr": _plain("corr"),
    "count": _count,
    "covar_pop": _plain("covar_pop"),
    "covar_samp": _plain("covar_samp"),
    "cume_dist": _plain("cume_dist"),
    "dense_rank": _integer("dense_rank"),
    "first_value": _edge("first_value"),
    "lag": _plain("lag"),
    "last_value": _edge("last_value"),
    "lead": _plain("lead"),
    "max": _extreme("max"),
    "min": _extreme("min"),
    "ntile": _integer("ntile"),
    "percent_rank": _plain("percent_rank"),
    "percentile": _percentile,
    "rank": _integer("rank"),
    "row_number": _integer("row_number"),
    "regr_count": _integer("regr_count"),
    **{f"regr_{name}": _plain(f"regr_{name}") for name in _REGRESSIONS},
    "stddev_pop": _plain("stddev_pop"),
    "stddev_samp": _plain("stddev_samp"),
    "sum": _sum,
    "var_pop": _plain("var_pop"),
    "var_samp": _plain("var_samp"),
}
"""Aggregates and window functions by the names that bound calls carry."""
