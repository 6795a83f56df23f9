"""Means, variances and covariances of many groups, each value added as Hive adds it: the last digits depend on that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Groups = npt.NDArray[np.uint64]
    Places = npt.NDArray[np.int64]

__all__ = ["FIELDS", "GroupedMoments"]

FIELDS = ("n", "xa", "ya", "xv", "yv", "cv", "xs", "vx", "ys", "vy")
"""Count; means; squared distances from them and their product, as ``corr`` adds them; sums and ``variance``'s own."""

_WAITING = 1 << 15
_ROUNDS = 48
"""Groups with more values at a time than this are added to value by value."""


class GroupedMoments:
    """The moments of pairs of numbers in groups; memory: 80 bytes a group and 1 MB for values that wait.

    Example:
        >>> moments = GroupedMoments()
        >>> moments.add(np.array([1, 1, 2], dtype=np.uint64), np.array([1.0, 3.0, 5.0]), np.array([2.0, 4.0, 0.0]))
        >>> moments.of(np.array([1], dtype=np.uint64))["cv"].tolist()
        [2.0]
    """

    def __init__(self) -> None:
        self._slots: dict[int, int] = {}
        self._state: list[Floats] = [np.zeros(0) for _ in FIELDS]
        self._waiting: list[tuple[Groups, Floats, Floats]] = []
        self._count = 0

    def add(self, groups: Groups, x: Floats, y: Floats) -> None:
        """Take pairs, each with its group, in their order."""
        self._waiting.append((groups, x, y))
        self._count += len(x)
        if self._count >= _WAITING:
            self._settle()

    def of(self, groups: Groups) -> dict[str, Floats]:
        """Return each field of some groups; a group without pairs counts 0 of them."""
        self._settle()
        slots = np.array([self._slots.get(group, -1) for group in groups.tolist()], dtype=np.int64)
        return {
            name: np.where(slots < 0, 0.0, np.append(values, 0.0)[slots])
            for name, values in zip(FIELDS, self._state, strict=True)
        }

    def _settle(self) -> None:
        if not self._count:
            return
        groups, x, y = (np.concatenate([one[i] for one in self._waiting]) for i in range(3))
        self._waiting, self._count = [], 0
        order = np.argsort(groups, kind="stable")
        found, starts, counts = np.unique(groups[order], return_index=True, return_counts=True)
        slots = np.array([self._slots.setdefault(one, len(self._slots)) for one in found.tolist()], dtype=np.int64)
        grown = len(self._slots) - len(self._state[0])
        self._state = [np.concatenate((one, np.zeros(grown))) for one in self._state]
        with np.errstate(all="ignore"):
            self._add_rounds(slots, starts, np.minimum(counts, _ROUNDS), x[order], y[order])
        for place in np.flatnonzero(counts > _ROUNDS).tolist():
            taken = order[starts[place] + _ROUNDS : starts[place] + counts[place]]
            self._add_each(int(slots[place]), x[taken].tolist(), y[taken].tolist())

    def _add_rounds(self, slots: Places, starts: Places, counts: Places, x: Floats, y: Floats) -> None:
        """The first value of every group at once, then the second, and so on."""
        for place in range(int(counts.max())):
            active = counts > place
            at = starts[active] + place
            chosen = slots[active]
            old = [one[chosen] for one in self._state]
            for field, new in zip(self._state, _added(old, x[at], y[at]), strict=True):
                field[chosen] = new

    def _add_each(self, slot: int, x: Sequence[float], y: Sequence[float]) -> None:
        n, xa, ya, xv, yv, cv, xs, vx, ys, vy = (float(one[slot]) for one in self._state)
        for a, b in zip(x, y, strict=True):
            n += 1.0
            dx, dy = a - xa, b - ya
            xa += dx / n
            ya += dy / n
            cv += dx * (b - ya)
            xv += dx * (a - xa)
            yv += dy * (b - ya)
            xs += a
            ys += b
            weight = n * (n - 1.0)
            tx, ty = n * a - xs, n * b - ys
            vx += tx * tx / weight
            vy += ty * ty / weight
        for field, new in zip(self._state, (n, xa, ya, xv, yv, cv, xs, vx, ys, vy), strict=True):
            field[slot] = new


def _added(old: Sequence[Floats], a: Floats, b: Floats) -> tuple[Floats, ...]:
    """The state with one more pair; a first pair moves the means only."""
    n, xa, ya, xv, yv, cv, xs, vx, ys, vy = old
    n = n + 1.0
    later = n > 1.0
    dx, dy = a - xa, b - ya
    xa, ya, xs, ys = xa + dx / n, ya + dy / n, xs + a, ys + b
    weight = n * (n - 1.0)
    tx, ty = n * a - xs, n * b - ys
    return (
        n,
        xa,
        ya,
        np.where(later, xv + dx * (a - xa), xv),
        np.where(later, yv + dy * (b - ya), yv),
        np.where(later, cv + dx * (b - ya), cv),
        xs,
        np.where(later, vx + tx * tx / weight, vx),
        ys,
        np.where(later, vy + ty * ty / weight, vy),
    )
