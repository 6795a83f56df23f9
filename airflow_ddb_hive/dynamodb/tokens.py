"""Where everything in a page of items stands, found for all of it at once by numpy: no Python object per value.

DynamoDB's JSON is ``[{name: {tag: content}}]``, and a quote inside a string always has a backslash before it. So the
quotes of a page alternate between openings and closings, what follows a closing quote says whether the string is a
name, a tag or a value, and the brackets outside of strings say how deep it stands: items are at depth 2, their
attribute values at 3, elements and entries of a list or map at 4, the values of those at 5, and so on.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    import numpy.typing as npt

    Places = npt.NDArray[np.intp]
    Mask = npt.NDArray[np.bool_]

__all__ = ["KINDS", "Level", "Tokens"]

_QUOTE, _BACKSLASH, _COLON, _OPEN_BRACE, _OPEN_BRACKET = b'"\\:{['
_OPENING, _CLOSING = 0x7B, 0x7D
_CASE_BIT = 0x20
"""With it set, both kinds of opening bracket are ``{`` and both kinds of closing bracket are ``}``."""
_ITEM_DEPTH, _VALUE_DEPTH = 2, 3

# glibc gives large blocks back to the system as soon as they are free, and getting them again for the next page costs
# more than all that is computed in them, one page fault for each 4 KB. It learns from the largest block that was ever
# freed, up to 32 MB, what to keep; elsewhere this does nothing. It is never written to, so it never takes memory.
_ = np.empty(31 << 20, np.uint8)
del _

KINDS = {
    tag: int.from_bytes((tag + '"').encode()[:2], "little")
    for tag in ("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")
}
"""Each type tag as the first two bytes of ``tag"``: they differ for all ten."""


@dataclass(frozen=True, slots=True)
class Level:
    """The attribute values at one depth, in the order of the page.

    ``tags`` are the strings with their type tags, ``kinds`` those tags as in :data:`KINDS`, ``owners`` the items, or
    the values of the level above, that they belong to.
    """

    tags: Places
    kinds: npt.NDArray[np.uint16]
    owners: Places


@dataclass(frozen=True, slots=True)
class _Marks:
    """Quotes and brackets: where; which are quotes; 1 and -1 for what opens and closes outside of strings; depths."""

    places: Places
    is_quote: Mask
    steps: npt.NDArray[np.int8]
    depths: npt.NDArray[np.int16]

    def brackets(self, step: int) -> Places:
        """The places of brackets after which the depth is that of items: what opens them, what closes their values."""
        found: Places = self.places[(self.steps == step) & (self.depths == _ITEM_DEPTH)]
        return found


class Tokens:
    """A page cut up; strings are numbered in its order.

    Args:
        page: The JSON list of a page's items, without blanks between its tokens.

    Example:
        >>> tokens = Tokens(b'[{"Id":{"N":"7"},"Tags":{"SS":["x"]}}]')
        >>> tokens.rows, tokens.texts.take(pa.array(2 * tokens.level(0).tags)).to_pylist()
        (1, [b'N', b'SS'])
    """

    def __init__(self, page: bytes) -> None:
        self.page = page
        self._levels: dict[int, Level] = {}
        self.codes = np.frombuffer(page, np.uint8)
        self.escaped = b"\\" in page
        self._quotes = self.codes == _QUOTE
        if self.escaped:
            self._quotes[_escaped(self.codes)] = False
        places = np.flatnonzero(self._quotes)
        self.starts = places[0::2] + 1
        self.ends = places[1::2]
        after = self.codes.take(self.ends + 1, mode="clip")
        self.is_key: Mask = after == _COLON
        self.next: npt.NDArray[np.uint8] = self.codes.take(self.ends + 2, mode="clip")
        """For a key, the first character of what it names."""

    @functools.cached_property
    def texts(self) -> pa.BinaryArray:
        """The contents of string number ``n`` at ``2 * n``, as they are written; what is between them at the others."""
        bounds = np.empty(2 * len(self.starts), np.int32)
        bounds[0::2] = self.starts
        bounds[1::2] = self.ends
        count = max(0, len(bounds) - 1)
        return pa.BinaryArray.from_buffers(pa.binary(), count, [None, pa.py_buffer(bounds), pa.py_buffer(self.page)])

    @functools.cached_property
    def is_flat(self) -> bool:
        """Whether all attributes are scalars and no item is empty: then quotes alone say everything."""
        if ((self.codes[:-1] == _OPEN_BRACE) & (self.codes[1:] == _CLOSING)).any():
            return False
        names = np.count_nonzero(self.is_key & (self.next == _OPEN_BRACE))
        lists = np.count_nonzero(self.is_key & (self.next == _OPEN_BRACKET))
        # Every name is followed by one tag, and only a map's tag is followed by a brace as names are.
        return not lists and 2 * names == np.count_nonzero(self.is_key)

    @functools.cached_property
    def _names(self) -> Places:
        """The names of the items' attributes."""
        if self.is_flat:
            return np.flatnonzero(self.is_key & (self.next == _OPEN_BRACE))
        return np.flatnonzero(self.is_key & (self.depths == _ITEM_DEPTH))

    @functools.cached_property
    def _marks(self) -> _Marks:
        lower = self.codes | _CASE_BIT
        places = np.flatnonzero(self._quotes | (lower == _OPENING) | (lower == _CLOSING))
        kinds = self.codes[places]
        is_quote = kinds == _QUOTE
        kinds |= _CASE_BIT
        # The sum wraps around, but stays odd within a string.
        within = np.add.accumulate(is_quote.view(np.uint8), dtype=np.uint8) & 1
        steps = (kinds == _OPENING).view(np.int8) - (kinds == _CLOSING).view(np.int8)
        steps *= (within ^ 1).view(np.int8)
        return _Marks(places, is_quote, steps, np.add.accumulate(steps, dtype=np.int16))

    @functools.cached_property
    def depths(self) -> npt.NDArray[np.int16]:
        """How deep each string stands."""
        marks = self._marks
        return marks.depths[np.flatnonzero(marks.is_quote)[0::2]]

    @functools.cached_property
    def _item_starts(self) -> Places:
        return self._marks.brackets(1)

    @functools.cached_property
    def rows(self) -> int:
        """How many items there are."""
        if self.is_flat:
            return int(self._first_of_items.sum())
        return len(self._item_starts)

    @functools.cached_property
    def _first_of_items(self) -> Mask:
        """Which names are the first of their items."""
        firsts: Mask = self.codes.take(self.starts[self._names] - 2) == _OPEN_BRACE
        return firsts

    @functools.cached_property
    def tags(self) -> Places:
        """The type tags of all levels."""
        if self.is_flat:
            return self.level(0).tags
        # Names stand at even depths, tags at odd ones.
        return np.flatnonzero(self.is_key & (self.depths % 2 == 1))

    def level(self, number: int) -> Level:
        """The attribute values at a level: 0 are the items' attributes, 1 what is in their lists and maps."""
        if number not in self._levels:
            self._levels[number] = self._find_level(number)
        return self._levels[number]

    def _find_level(self, number: int) -> Level:
        if number == 0 and self.is_flat:
            return self._level(self._names + 1, np.cumsum(self._first_of_items) - 1)
        depth = _VALUE_DEPTH + 2 * number
        tags = np.flatnonzero(self.is_key & (self.depths == depth))
        if number == 0:
            owners = np.searchsorted(self._item_starts, self.starts[tags]) - 1
        else:
            owners = np.searchsorted(self.level(number - 1).tags, tags) - 1
        return self._level(tags, owners)

    def _level(self, tags: Places, owners: Places) -> Level:
        starts = self.starts[tags]
        kinds = self.codes[starts].astype(np.uint16) | (self.codes[1:][starts].astype(np.uint16) << np.uint16(8))
        return Level(tags, kinds, owners)

    @property
    def has_escaped_names(self) -> bool:
        """Whether the name of an attribute is written with a backslash."""
        slashes = np.flatnonzero(self.codes == _BACKSLASH)
        within = np.searchsorted(self.starts, slashes, "right") - 1
        is_name = np.zeros(len(self.starts), np.bool_)
        is_name[self._names] = True
        return bool(is_name[within].any())

    def elements(self, number: int) -> tuple[Places, Places]:
        """The strings in the sets of a level, and the values that the sets are."""
        if self.is_flat:
            nothing = np.zeros(0, np.intp)
            return nothing, nothing
        strings = np.flatnonzero(~self.is_key & (self.depths == _VALUE_DEPTH + 2 * number + 1))
        return strings, np.searchsorted(self.level(number).tags, strings) - 1

    def named(self, name: bytes) -> Places:
        """The values of level 0 that have a name, which is written as in the page."""
        found = np.flatnonzero(self._name_heads == int.from_bytes(name[:8], "little"))
        strings = self._names[found]
        starts, ends = self.starts[strings], self.ends[strings]
        same = ends - starts == len(name)
        for place in range(8, len(name), 8):
            part = name[place : place + 8]
            words = self._words(starts + place) & np.uint64(_low_bytes(len(part)))
            same &= words == int.from_bytes(part, "little")
        return found if same.all() else found[same]

    @functools.cached_property
    def _name_heads(self) -> npt.NDArray[np.uint64]:
        """The first eight bytes of each attribute's name as a number."""
        starts, ends = self.starts[self._names], self.ends[self._names]
        lengths = np.minimum(ends - starts, 8)
        heads: npt.NDArray[np.uint64] = self._words(starts) & _LOW_BYTES[lengths]
        return heads

    def spans(self) -> tuple[Places, Places]:
        """Where each value of level 0 begins with its brace, and where it has ended."""
        tags = self.level(0).tags
        begins = self.starts[tags] - 2
        if not self.is_flat:
            return begins, self._marks.brackets(-1) + 1
        heads = self.next[tags]
        # Behind a tag there are `":true}` or `":false}`, or a string that is followed by `"}`.
        strings = np.minimum(tags + 1, len(self.ends) - 1)
        literals = self.ends[tags] + np.where(heads == ord("t"), 7, 8)
        return begins, np.where(heads == _QUOTE, self.ends[strings] + 2, literals)

    def _words(self, places: Places) -> npt.NDArray[np.uint64]:
        """Eight bytes of the page from each place on, as a number."""
        last = len(self.page) - 8
        if last < 0:
            return np.zeros(len(places), np.uint64)
        words: npt.NDArray[np.uint64] = np.ndarray((last + 1,), "<u8", self.page, 0, (1,))
        # Not by take: it would first copy what is not aligned, which is all of it.
        found: npt.NDArray[np.uint64] = words[np.minimum(places, last)]
        return found


def _escaped(codes: npt.NDArray[np.uint8]) -> Places:
    """The places of characters that have a backslash before them which has none itself."""
    slashes = np.flatnonzero(codes == _BACKSLASH)
    is_first = np.ones(len(slashes), np.bool_)
    is_first[1:] = np.diff(slashes) > 1
    firsts = np.flatnonzero(is_first)
    lengths = np.diff(np.append(firsts, len(slashes)))
    odd = lengths % 2 == 1
    places: Places = slashes[firsts[odd]] + lengths[odd]
    return places


def _low_bytes(count: int) -> int:
    return (1 << (8 * count)) - 1


_LOW_BYTES = np.array([_low_bytes(count) for count in range(9)], np.uint64)
