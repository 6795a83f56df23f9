"""Aggregates over a bounded histogram, whose result depends on the order of the rows: see ``engines/local/sketches``.

Over groups, rows feed histograms one by one under the group's number ``g_`` and the row's ``r_``, which a relation's
emitter adds (:func:`ordered_input`); of a window or of distinct values, a list is made first.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.sql import let
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Literal
from airflow_ddb_hive.model.types import INT, ArrayType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import Call

__all__ = [
    "MOMENTS",
    "SKETCHED",
    "VARIANCES",
    "emit_histogram",
    "emit_moments",
    "emit_ngrams",
    "emit_percentile_approx",
    "emit_window_variance",
    "is_fed",
    "ordered_input",
]

MOMENTS = {
    "corr": "CASE WHEN {m}.n > 0 AND {m}.xv <> 0 AND {m}.yv <> 0 THEN {m}.cv / sqrt({m}.yv) / sqrt({m}.xv) END",
    "covar_pop": "CASE WHEN {m}.n > 0 THEN {m}.cv / {m}.n END",
    "covar_samp": "CASE WHEN {m}.n > 1 THEN {m}.cv / ({m}.n - 1) END",
    "regr_intercept": "CASE WHEN {m}.n > 0 AND {m}.xv <> 0 THEN {m}.ya - ({m}.cv / {m}.xv) * {m}.xa END",
    "regr_r2": "CASE WHEN {m}.n < 2 OR {m}.xv = 0 THEN NULL WHEN {m}.yv = 0 THEN 1.0::DOUBLE "
    "ELSE {m}.cv * {m}.cv / {m}.xv / {m}.yv END",
    "regr_slope": "CASE WHEN {m}.n >= 2 AND {m}.xv <> 0 THEN {m}.cv / {m}.xv END",
    "regr_sxx": "CASE WHEN {m}.n > 0 THEN {m}.vx END",
    "regr_sxy": "CASE WHEN {m}.n > 0 THEN {m}.cv END",
    "regr_syy": "CASE WHEN {m}.n > 0 THEN {m}.vy END",
}
"""Statistics of pairs by their moments ``m``."""

VARIANCES = {
    "stddev_pop": "CASE WHEN {m}.n > 0 THEN sqrt({m}.vx / {m}.n) END",
    "stddev_samp": "CASE WHEN {m}.n > 1 THEN sqrt({m}.vx / ({m}.n - 1)) END",
    "var_pop": "CASE WHEN {m}.n > 0 THEN {m}.vx / {m}.n END",
    "var_samp": "CASE WHEN {m}.n > 1 THEN {m}.vx / ({m}.n - 1) END",
}
"""Statistics of single values by the moments ``m`` of a window's."""

SKETCHED = frozenset({"context_ngrams", "histogram_numeric", "ngrams", "percentile_approx", *MOMENTS})
"""Functions that are fed row by row."""

_USUAL_BINS = "10000"
_places = itertools.count(1)


def is_fed(call: Call) -> bool:
    """Whether a call needs :func:`ordered_input`."""
    return call.function in SKETCHED and call.window is None and not call.distinct


def ordered_input(source: str, name: str, keys: Sequence[str]) -> str:
    """Return the FROM of an aggregate with ``g_``, the group's number, and ``r_``, the row's.

    A number is 64 bits of hash: two of a million groups share one once in thirty million times.

    Example:
        >>> ordered_input("(SELECT 1 AS c0) AS t1", "t1", [])[:36]
        '(SELECT t1.*, 0::UBIGINT AS g_, coun'
    """
    group = f"hash({', '.join(keys)})" if keys else "0::UBIGINT"
    running = "count(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    return f"(SELECT {name}.*, {group} AS g_, {running} AS r_ FROM {source}) AS {name}"


def _fed(call: Call, value: str, bins: str, result: str, extra: str = "") -> str:
    statement = f"{next(_places)}, txid_current()"
    if not is_fed(call):
        raise UnsupportedSqlError(f"{call.function} of distinct values is not supported")
    return f"{result}({statement}, max(feed_histogram({statement}, g_, {value}, {bins}, r_)){extra})"


def emit_moments(call: Call, arguments: Sequence[str], over: str) -> str:
    """Return a statistic of pairs; but for covariances, Hive takes the second value as x."""
    x, y = arguments if call.function.startswith("covar_") else arguments[::-1]
    if over:
        moments = f"moments_of(list({x}){over}, list({y}){over})"
    elif call.distinct:
        raise UnsupportedSqlError(f"{call.function} of distinct values is not supported")
    else:
        statement = f"{next(_places)}, txid_current()"
        moments = f"moments_fed({statement}, max(feed_moments({statement}, g_, {x}, {y}, r_)))"
    return let(moments, lambda m: MOMENTS[call.function].format(m=m))


def emit_window_variance(call: Call, value: str, over: str) -> str:
    """Return a variance or deviation of a window's values, which Hive adds one by one."""
    return let(f"moments_of(list({value}){over}, list({value}){over})", lambda m: VARIANCES[call.function].format(m=m))


_FEWEST_COUNTS = 1000
"""Hive keeps at least so many n-grams, whatever precision is asked for."""


def emit_ngrams(call: Call, arguments: Sequence[str], over: str) -> str:
    """Return ``ngrams(texts, n, k[, pf])`` or ``context_ngrams(texts, context, k[, pf])``."""
    texts, shape = arguments[:2]
    if over or call.distinct:
        raise UnsupportedSqlError(f"{call.function} of windows or distinct values is not supported")
    most, precision = (integer_constant(one) or 1 for one in (*call.arguments[2:], Literal(INT, call.position, 1))[:2])
    if most * precision < _FEWEST_COUNTS:
        precision = _FEWEST_COUNTS // most
    words = call.arguments[0].type
    if isinstance(words, ArrayType) and not isinstance(words.element, ArrayType):
        texts = f"[{texts}]"
    length, context = ("1", shape) if call.function == "context_ngrams" else (shape, "CAST([] AS VARCHAR[])")
    statement = f"{next(_places)}, txid_current()"
    fed = f"feed_ngrams({statement}, g_, {texts}, [{length}, {most}, {precision}], {context}, r_)"
    return f"ngrams_fed({statement}, max({fed}))"


def emit_histogram(call: Call, arguments: Sequence[str], over: str) -> str:
    """Return ``histogram_numeric(value, bins)``."""
    value, bins = arguments
    if over:
        return f"histogram_of(list({value}){over}, {bins})"
    if call.distinct:
        # Hive's reducer gets distinct values in their order.
        return f"histogram_of(list_sort(list(DISTINCT {value})), {bins})"
    return _fed(call, value, bins, "histogram_fed")


def emit_percentile_approx(call: Call, arguments: Sequence[str], over: str) -> str:
    """Return ``percentile_approx(value, share or shares[, bins])``."""
    value, wanted, *rest = arguments
    bins = rest[0] if rest else _USUAL_BINS
    many = isinstance(call.type, ArrayType)
    # A computed constant may have become a column below.
    one = wanted if over else f"any_value({wanted})"
    shares = one if many else f"[{one}]"
    if over:
        found = f"percentiles_of(list({value}){over}, {bins}, {shares})"
    else:
        found = _fed(call, value, bins, "percentiles_fed", f", {shares}")
    return found if many else f"{found}[1]"
