"""The histograms of running statements, and the functions by which DuckDB's SQL fills and reads them.

DuckDB has no aggregates of Python. So a function of each row, called in the order of the rows, feeds a histogram, and
another reads it once a GROUP BY above has seen all rows::

    SELECT percentiles_fed(3, txid_current(), max(feed_histogram(3, txid_current(), g_, x, 10000, r_)), [0.5])
    FROM (SELECT *, hash(k) AS g_, count(*) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS r_ FROM t)
    GROUP BY k

The running count is what makes DuckDB run the rows through one thread, in their order.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.engines.local.sketches.groups import Bins, GroupedHistograms
from airflow_ddb_hive.engines.local.sketches.histogram import NumericHistogram
from airflow_ddb_hive.engines.local.sketches.moments import FIELDS, GroupedMoments
from airflow_ddb_hive.engines.local.sketches.ngrams import NGrams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import numpy.typing as npt

__all__ = ["Sketches"]

_BINS = "STRUCT(x DOUBLE, y DOUBLE)[]"
_MOMENTS = f"STRUCT({', '.join(f'{name} DOUBLE' for name in FIELDS)})"
_NGRAMS = "STRUCT(ngram VARCHAR[], estfrequency DOUBLE)[]"
_PLACE = ["BIGINT", "UBIGINT", "UBIGINT"]
"""Which aggregate, in which statement, and a row's group."""


class Sketches:
    """The histograms of one database's statements.

    Example:
        >>> import duckdb
        >>> connection = duckdb.connect()
        >>> Sketches().register(connection)
        >>> connection.sql("SELECT percentiles_of([1.5, 2.5], 10, [0.5, 0.9])").fetchall()
        [([1.5, 2.3],)]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._fed: dict[tuple[int, int], GroupedHistograms] = {}
        self._fed_moments: dict[tuple[int, int], GroupedMoments] = {}
        self._fed_ngrams: dict[tuple[int, int], dict[int, NGrams]] = {}

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the functions known to a database."""
        from duckdb import func

        functions: dict[str, tuple[Any, Sequence[str], str]] = {
            "feed_histogram": (self._feed, [*_PLACE, "DOUBLE", "INTEGER", "BIGINT"], "UBIGINT"),
            "histogram_fed": (self._histogram, _PLACE, _BINS),
            "percentiles_fed": (self._percentiles, [*_PLACE, "DOUBLE[]"], "DOUBLE[]"),
            "feed_moments": (self._feed_moments, [*_PLACE, "DOUBLE", "DOUBLE", "BIGINT"], "UBIGINT"),
            "moments_fed": (self._moments, _PLACE, _MOMENTS),
            "moments_of": (_moments_of, ["DOUBLE[]", "DOUBLE[]"], _MOMENTS),
            "feed_ngrams": (
                self._feed_ngrams,
                [*_PLACE, "VARCHAR[][]", "INTEGER[]", "VARCHAR[]", "BIGINT"],
                "UBIGINT",
            ),
            "ngrams_fed": (self._ngrams, _PLACE, _NGRAMS),
            "exact_percentiles": (_exact_percentiles, ["BIGINT[]", "DOUBLE[]"], "DOUBLE[]"),
            "histogram_of": (_histogram_of, ["DOUBLE[]", "INTEGER"], _BINS),
            "percentiles_of": (_percentiles_of, ["DOUBLE[]", "INTEGER", "DOUBLE[]"], "DOUBLE[]"),
        }
        for name, (function, parameters, result) in functions.items():
            connection.create_function(
                name,
                function,
                list(parameters),
                result,
                type=func.PythonUDFType.ARROW,
                null_handling=func.FunctionNullHandling.SPECIAL,
                side_effects=True,
            )

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep what is fed until no statement is running any more."""
        with self._lock:
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._fed.clear()
                    self._fed_moments.clear()
                    self._fed_ngrams.clear()

    def _feed(
        self,
        place: pa.ChunkedArray,
        statement: pa.ChunkedArray,
        groups: pa.ChunkedArray,
        values: pa.ChunkedArray,
        bins: pa.ChunkedArray,
        _row: pa.ChunkedArray,
    ) -> pa.ChunkedArray:
        known = values.is_valid()
        floats = _array(values.filter(known), np.float64)
        if len(floats):
            with self._lock:
                fed = self._fed.setdefault(_key(place, statement), GroupedHistograms(_bin_count(bins)))
                fed.add(_array(groups.filter(known), np.uint64), floats)
        return groups

    def _feed_moments(
        self,
        place: pa.ChunkedArray,
        statement: pa.ChunkedArray,
        groups: pa.ChunkedArray,
        x: pa.ChunkedArray,
        y: pa.ChunkedArray,
        _row: pa.ChunkedArray,
    ) -> pa.ChunkedArray:
        known = pc.and_(x.is_valid(), y.is_valid())
        pairs = [_array(one.filter(known), np.float64) for one in (x, y)]
        with self._lock:
            fed = self._fed_moments.setdefault(_key(place, statement), GroupedMoments())
            fed.add(_array(groups.filter(known), np.uint64), *pairs)
        return groups

    def _moments(self, place: pa.ChunkedArray, statement: pa.ChunkedArray, groups: pa.ChunkedArray) -> pa.Array:
        with self._lock:
            fed = self._fed_moments.get(_key(place, statement)) or GroupedMoments()
            return _moments_array(fed.of(_array(groups.fill_null(0), np.uint64)))

    def _feed_ngrams(
        self,
        place: pa.ChunkedArray,
        statement: pa.ChunkedArray,
        groups: pa.ChunkedArray,
        texts: pa.ChunkedArray,
        numbers: pa.ChunkedArray,
        contexts: pa.ChunkedArray,
        _row: pa.ChunkedArray,
    ) -> pa.ChunkedArray:
        length, most, precision = numbers[0].as_py()
        context = contexts[0].as_py()
        with self._lock:
            fed = self._fed_ngrams.setdefault(_key(place, statement), {})
            for group, parts in zip(groups.to_pylist(), texts.to_pylist(), strict=True):
                for words in parts or ():
                    if words is not None:
                        _checked(words)
                        fed.setdefault(group, NGrams(length, most, precision)).add(words, context)
        return groups

    def _ngrams(self, place: pa.ChunkedArray, statement: pa.ChunkedArray, groups: pa.ChunkedArray) -> pa.Array:
        with self._lock:
            fed = self._fed_ngrams.get(_key(place, statement), {})
            tops = [fed[group].top() if group in fed else [] for group in groups.to_pylist()]
        rows = [[{"ngram": list(words), "estfrequency": count} for words, count in top] or None for top in tops]
        kind = pa.struct([("ngram", pa.list_(pa.string())), ("estfrequency", pa.float64())])
        return pa.array(rows, pa.list_(kind))

    def _bins(self, place: pa.ChunkedArray, statement: pa.ChunkedArray, groups: pa.ChunkedArray) -> Bins:
        with self._lock:
            fed = self._fed.get(_key(place, statement)) or GroupedHistograms(1)
            return fed.bins(_array(groups.fill_null(0), np.uint64))

    def _histogram(self, place: pa.ChunkedArray, statement: pa.ChunkedArray, groups: pa.ChunkedArray) -> pa.Array:
        return _bins_array(self._bins(place, statement, groups))

    def _percentiles(
        self, place: pa.ChunkedArray, statement: pa.ChunkedArray, groups: pa.ChunkedArray, wanted: pa.ChunkedArray
    ) -> pa.Array:
        return _quantiles_array(self._bins(place, statement, groups), wanted)


def _histogram_of(values: pa.ChunkedArray, bins: pa.ChunkedArray) -> pa.Array:
    return _bins_array(_listed(values, _bin_count(bins)))


def _percentiles_of(values: pa.ChunkedArray, bins: pa.ChunkedArray, wanted: pa.ChunkedArray) -> pa.Array:
    return _quantiles_array(_listed(values, _bin_count(bins)), wanted)


def _checked(words: list[str | None]) -> None:
    if None in words:
        raise ValueError("a text whose n-grams are counted may hold no NULL")


def _exact_percentiles(values: pa.ChunkedArray, wanted: pa.ChunkedArray) -> pa.Array:
    """The values at places of each list in order; between two places the nearer value weighs more."""
    lists = values.combine_chunks()
    shares = _shares(wanted)
    if any(share < 0 or share > 1 for share in shares):
        raise ValueError("Percentile value must be within the range of 0 to 1.")
    if any(map(math.isnan, shares)):
        return pa.nulls(len(values), pa.list_(pa.float64()))
    groups, flat = pc.list_parent_indices(lists), lists.flatten()
    known = flat.is_valid()
    parents, ordered = _array(groups.filter(known), np.int64), _array(flat.filter(known), np.int64)
    ordered = ordered[np.lexsort((ordered, parents))]
    counts = np.bincount(parents, minlength=len(lists))
    starts, filled = (np.cumsum(counts) - counts)[counts > 0], counts > 0
    columns = [_between(ordered, starts, counts[filled] - 1, share) for share in shares]
    offsets = np.concatenate(([0], np.cumsum(np.where(filled, len(shares), 0))))
    flat_result = np.stack(columns, axis=1).ravel() if columns else np.zeros(0)
    return _lists(offsets, pa.array(flat_result), ~filled)


def _between(
    ordered: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], last: npt.NDArray[np.int64], share: float
) -> npt.NDArray[np.float64]:
    place = last * share
    low, high = np.floor(place), np.ceil(place)
    below, above = ordered[starts + low.astype(np.int64)], ordered[starts + high.astype(np.int64)]
    mixed = (high - place) * below.astype(np.float64) + (place - low) * above.astype(np.float64)
    found: npt.NDArray[np.float64] = np.where(below == above, below.astype(np.float64), mixed)
    return found


def _moments_of(x: pa.ChunkedArray, y: pa.ChunkedArray) -> pa.Array:
    """The moments of pairs of lists: elements of one place belong together."""
    left, right = x.combine_chunks(), y.combine_chunks()
    groups = pc.list_parent_indices(left)
    a, b = left.flatten(), right.flatten()
    known = pc.and_(a.is_valid(), b.is_valid())
    moments = GroupedMoments()
    pairs = (_array(one.filter(known), np.float64) for one in (a, b))
    moments.add(_array(groups.filter(known), np.uint64), *pairs)
    return _moments_array(moments.of(np.arange(len(left), dtype=np.uint64)))


def _moments_array(fields: dict[str, npt.NDArray[np.float64]]) -> pa.Array:
    return pa.StructArray.from_arrays([pa.array(one) for one in fields.values()], names=list(fields))


def _listed(lists: pa.ChunkedArray, limit: int) -> Bins:
    """The bins of lists, each a histogram of its own."""
    starts, xs, ys = [0], [np.zeros(0)], [np.zeros(0)]
    for one in lists:
        histogram = NumericHistogram(limit)
        if one.is_valid:
            histogram.add(_array(one.values.drop_null(), np.float64))
        x, y = histogram.bins()
        xs.append(x)
        ys.append(y)
        starts.append(starts[-1] + len(x))
    return Bins(np.array(starts), np.concatenate(xs), np.concatenate(ys))


def _key(place: pa.ChunkedArray, statement: pa.ChunkedArray) -> tuple[int, int]:
    return place[0].as_py(), statement[0].as_py()


def _shares(wanted: pa.ChunkedArray) -> list[float]:
    """The shares of the first row that has some: they are constant, but a group without rows has none."""
    known = wanted.drop_null()
    shares = known[0].as_py() if len(known) else []
    return [math.nan if share is None else share for share in shares]


def _bin_count(bins: pa.ChunkedArray) -> int:
    count: int = bins[0].as_py()
    if count < 1:
        raise ValueError(f"a histogram needs at least one bin, but you supplied {count}.")
    return count


def _array(column: pa.ChunkedArray | pa.Array, kind: type[np.generic]) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = column.to_numpy().astype(kind, copy=False)
    return found


def _bins_array(bins: Bins) -> pa.Array:
    places = pa.StructArray.from_arrays([pa.array(bins.x), pa.array(bins.y)], names=["x", "y"])
    return _lists(bins.starts, places)


def _quantiles_array(bins: Bins, wanted: pa.ChunkedArray) -> pa.Array:
    shares = _shares(wanted)
    columns = [bins.quantiles(share) for share in shares]
    flat = np.stack(columns, axis=1).ravel() if columns else np.zeros(0)
    empty = np.diff(bins.starts) == 0
    offsets = np.concatenate(([0], np.cumsum(np.where(empty, 0, len(shares)))))
    return _lists(offsets, pa.array(flat[np.repeat(~empty, len(shares))]))


def _lists(offsets: npt.NDArray[np.int64], values: pa.Array, missing: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Lists of values; an empty one is NULL, unless it is said which are."""
    empty = np.append(np.diff(offsets) == 0 if missing is None else missing, [False])
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32), mask=empty), values)
