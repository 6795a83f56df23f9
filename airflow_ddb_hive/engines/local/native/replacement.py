r"""Java's replacement texts: ``$1``, ``${name}`` and ``\x``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_replacement"]


def read_replacement(replacement: str, groups: int, names: Mapping[str, int]) -> list[str | int]:
    r"""Return the parts: texts, and numbers of groups.

    Example:
        >>> read_replacement(r"<$12\$>", 1, {})
        ['<', 1, '2', '$', '>']

    Raises:
        ValueError: Java would not take it.
    """
    parts: list[str | int] = []
    place = 0
    while place < len(replacement):
        character = replacement[place]
        following = replacement[place + 1 : place + 2]
        if character == "\\":
            if not following:
                raise ValueError(f"the replacement {replacement!r} ends with a backslash")
            parts.append(following)
            place += 2
        elif character == "$":
            number, place = _reference(replacement, place + 1, groups, names)
            parts.append(number)
        else:
            parts.append(character)
            place += 1
    return parts


def _reference(replacement: str, place: int, groups: int, names: Mapping[str, int]) -> tuple[int, int]:
    """The group that is meant, and where the text goes on: as many digits as there are groups."""
    if replacement.startswith("{", place):
        end = replacement.find("}", place)
        name = replacement[place + 1 : end]
        if end < 0 or name not in names:
            raise ValueError(f"the replacement {replacement!r} names no group of the pattern: {name!r}")
        return names[name], end + 1
    digits = ""
    while replacement[place : place + 1].isdigit() and (not digits or int(digits + replacement[place]) <= groups):
        digits += replacement[place]
        place += 1
    if not digits or int(digits) > groups:
        raise ValueError(f"the replacement {replacement!r} has a $ that no group of the pattern follows")
    return int(digits), place
