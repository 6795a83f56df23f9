"""The most frequent n-grams of many texts, estimated as Hive does: rare ones are forgotten when there are too many.

Which of equally rare ones is forgotten, Java's hash table decides; so its order is followed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["NGrams"]

_FIRST_CAPACITY = 16
_WORD = 0xFFFFFFFF

Words = tuple[str, ...]


class NGrams:
    """Counts of the n-grams of one group; memory: at most ``2 * most * precision`` of them.

    Example:
        >>> grams = NGrams(2, 1, 100)
        >>> grams.add(["a", "b", "a", "b"], ())
        >>> grams.top()
        [(('a', 'b'), 2.0)]
    """

    def __init__(self, length: int, most: int, precision: int) -> None:
        self._length = length
        self._most = most
        self._precision = precision
        self._counts: dict[Words, float] = {}
        self._largest = 0

    def add(self, words: Sequence[str], context: Sequence[str | None]) -> None:
        """Count the n-grams of a text; with a ``context``, what stands in its gaps wherever the rest of it does."""
        if context:
            self._add_all(_in_context(words, context))
        else:
            self._add_all(tuple(words[i : i + self._length]) for i in range(len(words) - self._length + 1))

    def top(self) -> list[tuple[Words, float]]:
        """Return the most frequent, by frequency and then by their words."""
        merged = NGrams(self._length, self._most, self._precision)
        for words in self._ordered():
            merged._counts[words] = self._counts[words]
            merged._largest += 1
        merged._trim(self._most * self._precision)
        merged._trim(self._most)
        return sorted(merged._counts.items(), key=lambda one: (-one[1], [word.encode("utf-16-be") for word in one[0]]))

    def _add_all(self, grams: Iterable[Words]) -> None:
        counts = self._counts
        most = 2 * self._most * self._precision
        for gram in grams:
            if gram in counts:
                counts[gram] += 1.0
                continue
            counts[gram] = 1.0
            self._largest = max(self._largest, len(counts))
            if len(counts) > most:
                self._trim(self._most * self._precision)

    def _trim(self, kept: int) -> None:
        spare = len(self._counts) - kept
        if spare > 0:
            for words in sorted(self._ordered(), key=self._counts.__getitem__)[:spare]:
                del self._counts[words]

    def _ordered(self) -> list[Words]:
        """The n-grams in the order of a HashMap that has grown to its largest size."""
        capacity = _FIRST_CAPACITY
        while self._largest > capacity * 3 // 4:
            capacity *= 2
        return sorted(self._counts, key=lambda words: _spread(words) & (capacity - 1))


def _in_context(words: Sequence[str], context: Sequence[str | None]) -> Iterable[Words]:
    gaps = [place for place, word in enumerate(context) if word is None]
    fixed = [(place, word) for place, word in enumerate(context) if word is not None]
    for start in range(len(words) - len(context) + 1):
        if all(words[start + place] == word for place, word in fixed):
            yield tuple(words[start + place] for place in gaps)


def _spread(words: Words) -> int:
    """The hash of an ArrayList of Strings, as HashMap mixes it."""
    total = 1
    for word in words:
        total = (31 * total + _java_hash(word)) & _WORD
    return total ^ (total >> 16)


def _java_hash(word: str) -> int:
    total = 0
    data = word.encode("utf-16-be", "surrogatepass")
    for high, low in zip(data[::2], data[1::2], strict=True):
        total = (31 * total + (high << 8 | low)) & _WORD
    return total
