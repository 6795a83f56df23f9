"""Java's ``Random.nextDouble`` many numbers at a time: a linear congruence whose i-th state has a closed form.

See https://docs.oracle.com/javase/8/docs/api/java/util/Random.html#next-int-.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["JavaRandom"]

_FACTOR = 0x5DEECE66D
_ADDEND = 0xB
_MASK = (1 << 48) - 1
_LEAST = 64


class JavaRandom:
    """Java's generator of a seed.

    Example:
        >>> random = JavaRandom(31183)
        >>> random.doubles(2).round(6).tolist()
        [0.107485, 0.89363]
    """

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _FACTOR) & _MASK
        self._factors = np.zeros(0, dtype=np.uint64)
        self._addends = np.zeros(0, dtype=np.uint64)

    def double(self) -> float:
        """Return the next number: ``[0, 1)`` in steps of ``2 ** -53``."""
        first = (self._state * _FACTOR + _ADDEND) & _MASK
        self._state = (first * _FACTOR + _ADDEND) & _MASK
        return ((first >> 22 << 27) + (self._state >> 21)) * 2.0**-53

    def doubles(self, count: int) -> npt.NDArray[np.float64]:
        """Return the next numbers."""
        if not count:
            return np.zeros(0)
        self._grow(2 * count)
        start = np.uint64(self._state)
        states = (self._factors[: 2 * count] * start + self._addends[: 2 * count]) & np.uint64(_MASK)
        self._state = int(states[-1])
        high, low = states[0::2] >> np.uint64(22), states[1::2] >> np.uint64(21)
        return ((high << np.uint64(27)) + low).astype(np.float64) * 2.0**-53

    def skip(self, count: int) -> None:
        """Leave numbers out."""
        if count:
            self._grow(2 * count)
            place = 2 * count - 1
            self._state = (int(self._factors[place]) * self._state + int(self._addends[place])) & _MASK

    def _grow(self, steps: int) -> None:
        """Tabulate the factor and addend of each of the next steps."""
        if steps <= len(self._factors):
            return
        factor, addend = 1, 0
        factors, addends = [], []
        for _ in range(max(_LEAST, 1 << (steps - 1).bit_length())):
            factor, addend = factor * _FACTOR & _MASK, (addend * _FACTOR + _ADDEND) & _MASK
            factors.append(factor)
            addends.append(addend)
        self._factors, self._addends = np.array(factors, dtype=np.uint64), np.array(addends, dtype=np.uint64)
