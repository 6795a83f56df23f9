"""Histograms of many groups at once: groups with few different values are rows of three arrays, the others objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from airflow_ddb_hive.engines.local.sketches.histogram import NumericHistogram

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Groups = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.int64]

__all__ = ["Bins", "GroupedHistograms"]

Value = TypeVar("Value", bound=np.generic)

_PENDING = 1 << 17
"""Values that are gathered before they are sorted into their groups."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of several groups, one after the other; group ``i`` has those from ``starts[i]`` to ``starts[i + 1]``."""

    starts: Places
    x: Floats
    y: Floats

    def quantiles(self, wanted: float) -> Floats:
        """Return a quantile of each group, interpolated between bins; groups without bins get 0.

        Example:
            >>> bins = Bins(np.array([0, 2, 2, 3]), np.array([1.5, 2.5, 7.0]), np.ones(3))
            >>> bins.quantiles(0.9).tolist()
            [2.3, 0.0, 7.0]
        """
        found = np.zeros(len(self.starts) - 1)
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled) == 0:
            return found
        first, last = self.starts[filled], self.starts[filled + 1]
        # Counts are whole numbers, so that a sum over all groups less what came before is each group's own.
        running = np.cumsum(self.y)
        before = np.concatenate(([0.0], running))[first]
        total = running[last - 1] - before
        lengths = last - first
        reached = running - np.repeat(before, lengths)
        hits = np.where(reached / np.repeat(total, lengths) >= wanted, np.arange(len(self.x)), len(self.x))
        place = np.minimum.reduceat(hits, first)
        found[filled] = self._between(place, first, last, reached, wanted * total)
        return found

    def _between(self, place: Places, first: Places, last: Places, reached: Floats, rank: Floats) -> Floats:
        at = np.minimum(place, last - 1)
        below = np.maximum(at - 1, first)
        with np.errstate(invalid="ignore", over="ignore"):
            step = (rank - (reached[at] - self.y[at])) * (self.x[at] - self.x[below]) / self.y[at]
            inner = self.x[below] + step
        return np.where(place >= last, -1.0, np.where(at == first, self.x[at], inner))


class GroupedHistograms:
    """The histograms of all groups of one aggregate.

    Memory: at most 40 bytes for each of a group's bins, of which it has as many as different values and no more than
    ``limit``; and 2 MB, or as much as for the bins, for values that wait. How many rows come makes no difference.

    Example:
        >>> groups = GroupedHistograms(2)
        >>> groups.add(np.array([7, 9, 7, 7], dtype=np.uint64), np.array([1.0, 5.0, 2.0, 9.0]))
        >>> bins = groups.bins(np.array([9, 7], dtype=np.uint64))
        >>> bins.starts.tolist(), bins.x.tolist(), bins.y.tolist()
        ([0, 1, 3], [5.0, 1.5, 9.0], [1.0, 2.0, 1.0])
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._groups: Groups = np.zeros(0, dtype=np.uint64)
        self._x: Floats = np.zeros(0)
        self._y: Floats = np.zeros(0)
        self._large: dict[int, NumericHistogram] = {}
        self._waiting: list[tuple[Groups, Floats]] = []
        self._waiting_count = 0

    def add(self, groups: Groups, values: Floats) -> None:
        """Take values, each with its group, in their order."""
        self._waiting.append((groups, values))
        self._waiting_count += len(values)
        if self._waiting_count >= max(_PENDING, len(self._x)):
            self._settle()

    def bins(self, groups: Groups) -> Bins:
        """Return the bins of some groups, in their order."""
        self._settle()
        starts = np.searchsorted(self._groups, groups, "left")
        lengths = np.searchsorted(self._groups, groups, "right") - starts
        xs, ys = [self._x], [self._y]
        size = len(self._x)
        for place in self._large_places(groups):
            x, y = self._large[int(groups[place])].bins()
            starts[place], lengths[place] = size, len(x)
            xs.append(x)
            ys.append(y)
            size += len(x)
        ends = np.concatenate(([0], np.cumsum(lengths)))
        taken = np.repeat(starts - ends[:-1], lengths) + np.arange(ends[-1])
        all_x, all_y = (np.concatenate(xs), np.concatenate(ys)) if len(xs) > 1 else (self._x, self._y)
        return Bins(ends, all_x[taken], all_y[taken])

    def _large_places(self, groups: Groups) -> list[int]:
        if not self._large:
            return []
        known = np.fromiter(self._large, dtype=np.uint64, count=len(self._large))
        return [int(place) for place in np.flatnonzero(np.isin(groups, known))]

    def _settle(self) -> None:
        """Sort the waiting values into their groups."""
        if not self._waiting:
            return
        groups = np.concatenate([one for one, _ in self._waiting])
        values = np.concatenate([one for _, one in self._waiting])
        self._waiting, self._waiting_count = [], 0
        self._enlarge(np.unique(groups[np.isnan(values)]))
        if self._large:
            known = np.fromiter(self._large, dtype=np.uint64, count=len(self._large))
            grown = np.isin(groups, known)
            for group, own in _parted(groups[grown], values[grown]):
                self._large[group].add(own)
            groups, values = groups[~grown], values[~grown]
        if len(groups):
            self._count(groups, values)

    def _count(self, groups: Groups, values: Floats) -> None:
        """Count different values; a group with more than there are bins for starts over, in the order of its values."""
        all_groups = np.concatenate((self._groups, groups))
        all_x = np.concatenate((self._x, values))
        order = np.lexsort((all_x, all_groups))
        by_group, by_x = all_groups[order], all_x[order]
        fresh = np.concatenate(([True], (by_group[1:] != by_group[:-1]) | (by_x[1:] != by_x[:-1])))
        firsts = np.flatnonzero(fresh)
        found, sizes = np.unique(by_group[firsts], return_counts=True)
        over = found[sizes > self._limit]
        if len(over):
            self._enlarge(over)
            grown = np.isin(groups, over)
            for group, own in _parted(groups[grown], values[grown]):
                self._large[group].add(own)
            if not grown.all():
                self._count(groups[~grown], values[~grown])
            return
        weights = np.concatenate((self._y, np.ones(len(values))))[order]
        self._groups, self._x, self._y = by_group[firsts], by_x[firsts], np.add.reduceat(weights, firsts)

    def _enlarge(self, groups: Groups) -> None:
        """Give groups objects of their own, with what is counted of them."""
        taken = np.isin(self._groups, groups)
        counted = dict(_parted(self._groups[taken], np.flatnonzero(taken)))
        for group in groups.tolist():
            if group not in self._large:
                self._large[group] = NumericHistogram(self._limit)
        for group, places in counted.items():
            self._large[group].start(self._x[places], self._y[places])
        self._groups, self._x, self._y = self._groups[~taken], self._x[~taken], self._y[~taken]


def _parted(groups: Groups, values: npt.NDArray[Value]) -> Iterator[tuple[int, npt.NDArray[Value]]]:
    """Each group with its values in their order."""
    if len(groups) == 0:
        return
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    cuts = np.flatnonzero(sorted_groups[1:] != sorted_groups[:-1]) + 1
    for part in np.split(order, cuts):
        yield int(groups[part[0]]), values[part]
