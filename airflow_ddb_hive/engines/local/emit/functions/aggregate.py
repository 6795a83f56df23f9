"""Aggregates and window functions. ``over`` is the filter-free OVER clause, or empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.functions.decimals import Decimal, as_decimal_type, averaged, divided, sum_of
from airflow_ddb_hive.engines.local.emit.functions.sketched import (
    MOMENTS,
    VARIANCES,
    emit_histogram,
    emit_moments,
    emit_ngrams,
    emit_percentile_approx,
    emit_window_variance,
)
from airflow_ddb_hive.engines.local.emit.sql import let, raise_error, wrap
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.conversion import is_integer, is_text
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import DOUBLE, STRING, ArrayType, DecimalType, StructType

__all__ = ["AGGREGATES", "FRAMELESS", "AggregateEmitter"]

AggregateEmitter = Callable[[Call, Sequence[str], str], str]

_SUMMABLE = 28
"""The most digits of which 10 thousand million numbers have a sum of 38 digits."""

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


def _text_sum(call: Call, value: str, over: str) -> tuple[str, str]:
    """The sum of text: Hive skips what is no number, but knows that there was some; and how much there was."""
    distinct = "DISTINCT " if call.distinct else ""
    count = f"count({distinct}{value}){over}"
    total = f"sum({distinct}{emit_cast(value, STRING, DOUBLE)}){over}"
    return f"CASE WHEN {count} > 0 THEN coalesce({total}, 0) END", count


def _sum(call: Call, arguments: Sequence[str], over: str) -> str:
    if isinstance(call.type, DecimalType):
        return _decimal_sum(call, arguments[0], over, call.type)
    if is_text(call.arguments[0].type):
        return _text_sum(call, arguments[0], over)[0]
    if call.distinct and not over and call.arguments[0].type == DOUBLE:
        return _floating_sum(arguments[0], distinct=True)
    total = f"sum({_inner(call, arguments)}){over}"
    if str(call.type) == "bigint":
        return wrap(f"({total} & {(1 << 64) - 1}::HUGEINT)", "bigint")
    return total


def _decimal_sum(call: Call, value: str, over: str, target: DecimalType) -> str:
    source = as_decimal_type(call.arguments[0].type)
    if source.precision <= _SUMMABLE:
        return f"TRY_CAST(sum({_inner(call, [value])}){over} AS {duckdb_type(target)})"
    if call.distinct:
        return let(
            f"list(DISTINCT {value}){over}",
            lambda v: _parts(
                lambda part: f"list_sum(list_transform({v}, lambda x: {part.format('x')}))", source, target
            ),
        )
    return _parts(lambda part: f"sum({part.format(value)}){over}", source, target)


def _parts(sum_: Callable[[str], str], source: DecimalType, target: DecimalType) -> str:
    """Sums of numbers with up to 38 digits: the first 19, the others and those behind the point each by themselves."""
    limb = f"{10**19}::HUGEINT"
    high = sum_(f"(CAST(trunc({{0}}) AS HUGEINT) // {limb})")
    low = sum_(f"(CAST(trunc({{0}}) AS HUGEINT) % {limb})")

    def whole(h: str) -> str:
        return let(
            low,
            lambda v: (
                f"CASE WHEN abs(CAST({h} AS DOUBLE) * 1e19 + CAST({v} AS DOUBLE)) < 1.1e38 "
                f"THEN TRY_CAST({h} * {limb} + {v} AS DECIMAL(38,0)) END"
            ),
        )

    total = let(high, whole)
    if not source.scale:
        return f"TRY_CAST({total} AS {duckdb_type(target)})"
    fraction = sum_("({0} - trunc({0}))")
    wide = DecimalType(38, source.scale)
    return let(
        total,
        lambda w: let(fraction, lambda f: sum_of("+", Decimal(w, DecimalType(38, 0)), Decimal(f, wide), target)),
    )


def _plain_average(call: Call, arguments: Sequence[str], over: str) -> str:
    if is_integer(call.arguments[0].type):
        total = f"sum({_inner(call, arguments)})"
        if str(call.arguments[0].type) == "bigint":
            total = wrap(f"({total} & {(1 << 64) - 1}::HUGEINT)", "bigint")
        return f"(CAST({total} AS DOUBLE) / nullif(count({_inner(call, arguments)}), 0))"
    if not is_text(call.arguments[0].type):
        return f"avg({_inner(call, arguments)}){over}"
    if over:
        return f"avg({emit_cast(arguments[0], STRING, DOUBLE)}){over}"
    # Hive's optimiser makes an average a sum by a count, and the count knows no numbers.
    total, count = _text_sum(call, arguments[0], over)
    return f"({total} / nullif({count}, 0))"


def _avg(call: Call, arguments: Sequence[str], over: str) -> str:
    if not isinstance(call.type, DecimalType):
        return _plain_average(call, arguments, over)
    source = as_decimal_type(call.arguments[0].type)
    total_type = DecimalType(min(38, source.precision + 10), source.scale)
    total = _decimal_sum(call, arguments[0], over, total_type)
    count = f"count({_inner(call, arguments)}){over}"
    target = call.type
    if not over:
        return averaged(Decimal(total, total_type), count, target)
    return let(
        total,
        lambda t: let(count, lambda n: divided(Decimal(t, total_type), Decimal(n, DecimalType(19, 0)), target)),
    )


def _extreme(name: str) -> AggregateEmitter:
    def emit(call: Call, arguments: Sequence[str], over: str) -> str:
        if isinstance(call.type, StructType) and not any(
            isinstance(type_, ArrayType | StructType) for _, type_ in call.type.fields
        ):
            # Hive puts a missing field before all others, DuckDB behind.
            fields = [f"({arguments[0]}).{quoted_field(field)}" for field, _ in call.type.fields]
            key = ", ".join(f"{field} IS NOT NULL, {field}" for field in fields)
            return f"arg_{name}({arguments[0]}, CASE WHEN {arguments[0]} IS NOT NULL THEN row({key}) END){over}"
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


def _percentile(call: Call, arguments: Sequence[str], over: str) -> str:
    """Exact: a group's values, 9 bytes each, are one list in memory."""
    value, wanted = arguments
    distinct = "DISTINCT " if call.distinct else ""
    many = isinstance(call.type, ArrayType)
    # A computed constant may have become a column below.
    shares = wanted if over else f"any_value({wanted})"
    found = f"exact_percentiles(list({distinct}{value}){over}, {shares if many else f'[{shares}]'})"
    return found if many else f"{found}[1]"


def _plain(name: str) -> AggregateEmitter:
    return lambda call, arguments, over: f"{name}({_inner(call, arguments)}){over}"


def _integer(name: str) -> AggregateEmitter:
    return lambda call, arguments, over: f"CAST({name}({', '.join(arguments)}){over} AS {duckdb_type(call.type)})"


def _ntile(call: Call, arguments: Sequence[str], over: str) -> str:
    """The number of tiles is that of a partition's first row."""
    tiles = call.arguments[0]
    if isinstance(tiles, Literal) and isinstance(tiles.value, int) and tiles.value > 0:
        return _integer("ntile")(call, arguments, over)
    whole = f"{over[:-1]} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    refused = f"CAST({raise_error('ntile() takes a whole number above 0: / by zero')} AS BIGINT)"
    place, rows, wanted = f"(row_number(){over} - 1)", f"count(*){whole}", f"first_value({arguments[0]}){whole}"
    checked = f"CASE WHEN {wanted} > 0 THEN CAST({wanted} AS BIGINT) ELSE {refused} END"

    def tile(n: str) -> str:
        # The first tiles have a row more than the others.
        size, longer = f"({rows} // {n})", f"({rows} % {n})"
        ahead = f"{longer} * ({size} + 1)"
        return (
            f"CAST(CASE WHEN {place} < {ahead} THEN {place} // ({size} + 1) "
            f"ELSE ({place} - {ahead}) // {size} + {longer} END + 1 AS {duckdb_type(call.type)})"
        )

    return tile(f"({checked})")


def _edge(name: str) -> AggregateEmitter:
    def emit(call: Call, arguments: Sequence[str], over: str) -> str:
        skip = call.arguments[1] if len(call.arguments) > 1 else None
        if isinstance(skip, Literal) and skip.value is True:
            return f"{name}({arguments[0]} IGNORE NULLS){over}"
        return f"{name}({arguments[0]}){over}"

    return emit


def _known(name: str) -> AggregateEmitter:
    """A statistic that is NULL where its formula divides nothing by nothing."""
    return lambda call, arguments, over: let(
        f"{name}({_inner(call, arguments)}){over}", lambda v: f"CASE WHEN NOT isnan({v}) THEN {v} END"
    )


def _regression_average(place: int) -> AggregateEmitter:
    """The average of one side over the rows that have both."""

    def emit(call: Call, arguments: Sequence[str], over: str) -> str:
        if not isinstance(call.type, DecimalType):
            return _known(call.function)(call, arguments, over)
        both = f"CASE WHEN {arguments[1 - place]} IS NOT NULL THEN {arguments[place]} END"
        argument = call.arguments[place]
        return _avg(replace(call, arguments=(argument,)), [both], over)

    return emit


def _floating_sum(value: str, *, distinct: bool) -> str:
    """The sum of doubles, distinct ones in their order, in which Hive's reducer gets them."""
    return f"list_sum(list_sort(list(DISTINCT {value})))" if distinct else f"sum({value})"


_REDUCED = {
    "stddev_pop": "pow({spread} / {n}, 0.5)",
    "stddev_samp": "CASE WHEN {n} <> 1 THEN pow({spread} / ({n} - 1), 0.5) END",
    "var_pop": "({spread} / {n})",
    "var_samp": "CASE WHEN {n} <> 1 THEN {spread} / ({n} - 1) END",
}


def _variance(call: Call, arguments: Sequence[str], over: str) -> str:
    """Hive's optimiser makes a group's variance of three sums; that of a window is added value by value."""
    counted = value = arguments[0]
    if is_text(call.arguments[0].type):
        value = emit_cast(value, STRING, DOUBLE)
    if over:
        return emit_window_variance(call, value, over)
    distinct = "DISTINCT " if call.distinct else ""
    squares, total = (_floating_sum(one, distinct=call.distinct) for one in (f"({value} * {value})", value))

    def reduced(s: str, q: str, n: str) -> str:
        return f"CASE WHEN {n} > 0 THEN {_REDUCED[call.function].format(spread=f'({q} - {s} * {s} / {n})', n=n)} END"

    count = f"count({distinct}{counted})"
    return let(total, lambda s: let(squares, lambda q: let(count, lambda n: reduced(s, q, n))))


def _bloom_filter(_call: Call, arguments: Sequence[str], over: str) -> str:
    """Hive's planner alone gives a filter its size: one that a script asks for has none."""
    failure = raise_error("expectedEntries should be > 0")
    return f"CAST(CASE WHEN count({arguments[0]}){over} >= 0 THEN {failure} END AS BLOB)"


def _compute_stats(call: Call, arguments: Sequence[str], _over: str) -> str:
    value = arguments[0]
    missing = f"(count(*) - count({value}))"
    kind = str(call.arguments[0].type)
    if kind == "boolean":
        counts = ", ".join(f"{name} := count_if({value} = {name[5:-1]})" for name in ("counttrues", "countfalses"))
        return f"struct_pack(columntype := 'Boolean', {counts}, countnulls := {missing})"
    if kind == "binary":
        size = f"octet_length({value})"
        average = f"CAST(coalesce(sum({size}), 0) AS DOUBLE) / nullif(count(*), 0)"
        return (
            f"struct_pack(columntype := 'Binary', maxlength := coalesce(max({size}), 0), avglength := {average}, "
            f"countnulls := {missing})"
        )
    raise UnsupportedSqlError(f"compute_stats() of {kind} holds a sketch in Hive's own format: count what you need")


AGGREGATES: dict[str, AggregateEmitter] = {
    "avg": _avg,
    "bloom_filter": _bloom_filter,
    "collect_list": _collect,
    "collect_set": _collect,
    "compute_stats": _compute_stats,
    "context_ngrams": emit_ngrams,
    "count": _count,
    "cume_dist": _plain("cume_dist"),
    "dense_rank": _integer("dense_rank"),
    "first_value": _edge("first_value"),
    "histogram_numeric": emit_histogram,
    "lag": _plain("lag"),
    "last_value": _edge("last_value"),
    "lead": _plain("lead"),
    "max": _extreme("max"),
    "min": _extreme("min"),
    "ngrams": emit_ngrams,
    "ntile": _ntile,
    "percent_rank": _plain("percent_rank"),
    "percentile": _percentile,
    "percentile_approx": emit_percentile_approx,
    "rank": _integer("rank"),
    "row_number": _integer("row_number"),
    "regr_avgx": _regression_average(1),
    "regr_avgy": _regression_average(0),
    "regr_count": _integer("regr_count"),
    **dict.fromkeys(MOMENTS, emit_moments),
    **dict.fromkeys(VARIANCES, _variance),
    "sum": _sum,
    "$sum0": lambda call, arguments, over: f"coalesce({_sum(call, arguments, over)}, 0)",
}
"""Aggregates and window functions by the names that bound calls carry."""
