"""Hive's streaming histogram: at most so many bins, the two nearest of which become one when a new value comes.

After Ben-Haim and Tom-Tov, "A Streaming Parallel Decision Tree Algorithm", as Hive's ``NumericHistogram`` has it, with
the choice between equal distances that its seeded generator makes. So the bins depend on the order of the values.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from airflow_ddb_hive.engines.local.sketches.java_random import JavaRandom

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["NumericHistogram", "quantile"]

_SEED = 31183
_FEW = 128
"""Up to so many bins plain lists are faster than arrays."""


class NumericHistogram:
    """The bins of one group of values; memory: 32 bytes a bin, however many values come.

    While there are no more different values than bins they are only counted, a whole array at once. From then on each
    value that is not a bin's own costs one pass over the bins, as in Hive.

    Example:
        >>> histogram = NumericHistogram(2)
        >>> histogram.add(np.array([1.0, 2.0, 10.0, 11.0, 2.0]))
        >>> [one.tolist() for one in histogram.bins()]
        [[1.6666666666666665, 10.5], [3.0, 2.0]]
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._x: Floats = np.zeros(0)
        self._y: Floats = np.zeros(0)
        self._merging: _ListedBins | _ArrayBins | None = None

    def bins(self) -> tuple[Floats, Floats]:
        """Return the places of the bins, ascending, and how many values each stands for."""
        return (self._x, self._y) if self._merging is None else self._merging.bins()

    def start(self, x: Floats, y: Floats) -> None:
        """Begin with values that are counted already, at most as many as there are bins."""
        self._x, self._y = x, y

    def add(self, values: Floats) -> None:
        """Take values in their order."""
        rest = self._count(values) if self._merging is None else values
        if len(rest) == 0:
            return
        finite = bool(np.isfinite(rest).all())
        if self._merging is None:
            large = self._limit > _FEW and finite and bool(np.isfinite(self._x).all())
            self._merging = (_ArrayBins if large else _ListedBins)(self._limit, self._x, self._y)
        elif not finite and isinstance(self._merging, _ArrayBins):
            self._merging = self._merging.listed()
        self._merging.add(rest)

    def _count(self, values: Floats) -> Floats:
        """Count the values before the first that no bin is left for; return the rest."""
        broken = np.flatnonzero(np.isnan(values))
        regular = values[: broken[0]] if len(broken) else values
        whole = np.concatenate((self._x, regular))
        _, firsts, places = np.unique(whole, return_index=True, return_inverse=True)
        if len(firsts) > self._limit:
            end = int(np.sort(firsts)[self._limit])
            whole = whole[:end]
            _, firsts, places = np.unique(whole, return_index=True, return_inverse=True)
        weights = np.ones(len(whole))
        weights[: len(self._y)] = self._y
        taken = len(whole) - len(self._x)
        self._x, self._y = whole[firsts], np.bincount(places, weights, minlength=len(firsts)).astype(np.float64)
        return values[taken:]


class _ListedBins:
    """Few bins, or places without an order (NaN): Hive's loops as they are, over plain lists."""

    def __init__(self, limit: int, x: Floats, y: Floats, random: JavaRandom | None = None) -> None:
        self._limit = limit
        self._x: list[float] = x.tolist()
        self._y: list[float] = y.tolist()
        self._random = random or JavaRandom(_SEED)
        self._ordered = bool(np.isfinite(x).all())

    def bins(self) -> tuple[Floats, Floats]:
        return np.array(self._x), np.array(self._y)

    def add(self, values: Floats) -> None:
        self._ordered = self._ordered and bool(np.isfinite(values).all())
        find = bisect_left if self._ordered else _found
        x, y = self._x, self._y
        for value in values.tolist():
            place = find(x, value)
            if place < len(x) and x[place] == value:
                y[place] += 1.0
                continue
            x.insert(place, value)
            y.insert(place, 1.0)
            if len(x) > self._limit:
                self._merge(self._nearest())

    def _nearest(self) -> int:
        """The place of the smallest distance; each further equal one takes over by chance."""
        x = self._x
        gaps = [b - a for a, b in pairwise(x)]
        smallest, place, equals = gaps[0], 0, 1
        for i, gap in enumerate(gaps):
            if gap < smallest:
                smallest, place, equals = gap, i, 1
            elif gap == smallest and i:
                equals += 1
                if self._random.double() <= 1.0 / equals:
                    place = i
        return place

    def _merge(self, place: int) -> None:
        x, y = self._x, self._y
        total = y[place] + y[place + 1]
        x[place] = x[place] * (y[place] / total) + x[place + 1] / total * y[place + 1]
        y[place] = total
        del x[place + 1], y[place + 1]


def _found(x: list[float], value: float) -> int:
    """Java's search, which stops wherever neither is larger: NaN is neither."""
    place, low, high = 0, 0, len(x)
    while low < high:
        place = (low + high) // 2
        if x[place] > value:
            high = place
        elif x[place] < value:
            place += 1
            low = place
        else:
            break
    return place


class _ArrayBins:
    """Many bins of finite places: arrays, and the distances between the bins kept beside them."""

    def __init__(self, limit: int, x: Floats, y: Floats) -> None:
        self._limit = limit
        self._size = len(x)
        self._x, self._y, self._gaps = (np.zeros(limit + 1) for _ in range(3))
        self._x[: self._size], self._y[: self._size] = x, y
        self._gaps[: self._size - 1] = np.diff(x)
        self._random = JavaRandom(_SEED)

    def bins(self) -> tuple[Floats, Floats]:
        return self._x[: self._size], self._y[: self._size]

    def listed(self) -> _ListedBins:
        """The same bins for values that have no order."""
        return _ListedBins(self._limit, *self.bins(), self._random)

    def add(self, values: Floats) -> None:
        x, y = self._x, self._y
        for value in values.tolist():
            place = int(x[: self._size].searchsorted(value))
            if place < self._size and x[place] == value:
                y[place] += 1.0
                continue
            self._insert(place, value)
            if self._size > self._limit:
                self._merge(self._nearest())

    def _insert(self, place: int, value: float) -> None:
        x, y, gaps, size = self._x, self._y, self._gaps, self._size
        x[place + 1 : size + 1] = x[place:size]
        y[place + 1 : size + 1] = y[place:size]
        gaps[place + 1 : size] = gaps[place : size - 1]
        x[place], y[place] = value, 1.0
        self._size = size + 1
        self._measure(place)

    def _measure(self, place: int) -> None:
        """Measure the distances on both sides of a bin."""
        if place:
            self._gaps[place - 1] = self._x[place] - self._x[place - 1]
        if place + 1 < self._size:
            self._gaps[place] = self._x[place + 1] - self._x[place]

    def _nearest(self) -> int:
        """As for lists: the draws that smaller distances before the smallest cost are skipped."""
        gaps = self._gaps[: self._size - 1]
        place = int(gaps.argmin())
        smallest = gaps[place]
        if place > 1:
            self._random.skip(int(np.count_nonzero(gaps[1:place] == np.minimum.accumulate(gaps[: place - 1]))))
        equals = np.flatnonzero(gaps[place + 1 :] == smallest)
        if len(equals):
            draws = self._random.doubles(len(equals))
            chosen = np.flatnonzero(draws <= 1.0 / np.arange(2, len(equals) + 2))
            if len(chosen):
                return place + 1 + int(equals[chosen[-1]])
        return place

    def _merge(self, place: int) -> None:
        x, y, gaps, size = self._x, self._y, self._gaps, self._size
        total = y[place] + y[place + 1]
        x[place] = x[place] * (y[place] / total) + x[place + 1] / total * y[place + 1]
        y[place] = total
        x[place + 1 : size - 1] = x[place + 2 : size]
        y[place + 1 : size - 1] = y[place + 2 : size]
        gaps[place : size - 2] = gaps[place + 1 : size - 1]
        self._size = size - 1
        self._measure(place)


def quantile(x: Floats, y: Floats, wanted: float) -> float:
    """Return the value below which a share of the counted values lies, interpolated between bins.

    Example:
        >>> quantile(np.array([1.5, 2.5]), np.array([1.0, 1.0]), 0.9)
        2.3
    """
    reached = np.cumsum(y)
    total = reached[-1]
    places = np.flatnonzero(reached / total >= wanted)
    if len(places) == 0:
        return -1.0
    place = int(places[0])
    if place == 0:
        return float(x[0])
    before = reached[place] - y[place]
    return float(x[place - 1] + (wanted * total - before) * (x[place] - x[place - 1]) / y[place])
