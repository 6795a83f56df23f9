"""RAND with a seed: the numbers of ``java.util.Random``, many at a time, in the order that rows are read.

See https://docs.oracle.com/en/java/javase/11/docs/api/java.base/java/util/Random.html for the sequence.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from typing import Any

import numpy as np
import pyarrow as pa

__all__ = ["JavaRandom", "drawn"]

_MULTIPLIER = 0x5DEECE66D
_INCREMENT = 0xB
_MASK = (1 << 48) - 1
_STEPS = 4096
_MOST_SEQUENCES = 4096


def _powers() -> tuple[Any, Any]:
    """Factor and summand of 1 to ``_STEPS`` steps at once: 64 bits may wrap, as 48 of them count."""
    pairs = itertools.accumulate(
        range(_STEPS - 1),
        lambda pair, _: (pair[0] * _MULTIPLIER & _MASK, (pair[1] * _MULTIPLIER + _INCREMENT) & _MASK),
        initial=(_MULTIPLIER, _INCREMENT),
    )
    factors, summands = zip(*pairs, strict=True)
    return np.array(factors, np.uint64), np.array(summands, np.uint64)


_FACTORS, _SUMMANDS = _powers()


class JavaRandom:
    """One sequence of ``nextDouble``.

    Example:
        >>> JavaRandom(5).doubles(2).tolist()
        [0.730519863614471, 0.08825840967622589]
    """

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _MULTIPLIER) & _MASK

    def doubles(self, count: int) -> Any:
        """Return the next numbers."""
        found = [self._some(min(_STEPS // 2, count - start)) for start in range(0, count, _STEPS // 2)]
        return np.concatenate(found) if found else np.empty(0)

    def _some(self, count: int) -> Any:
        states = (np.uint64(self._state) * _FACTORS[: 2 * count] + _SUMMANDS[: 2 * count]) & np.uint64(_MASK)
        self._state = int(states[-1])
        high, low = states[0::2] >> np.uint64(22), states[1::2] >> np.uint64(21)
        return ((high << np.uint64(27)) + low).astype(np.float64) * 2.0**-53


_sequences: OrderedDict[int, JavaRandom] = OrderedDict()
_lock = threading.Lock()


def drawn(seeds: Any, calls: Any) -> Any:
    """Return a number for each row: the next ones of its call, whose first row gives the seed."""
    if not len(seeds):
        return pa.array([], pa.float64())
    with _lock:
        call = calls[0].as_py()
        if call not in _sequences:
            _sequences[call] = JavaRandom(seeds[0].as_py() or 0)
            while len(_sequences) > _MOST_SEQUENCES:
                _sequences.popitem(last=False)
        return pa.array(_sequences[call].doubles(len(seeds)))
