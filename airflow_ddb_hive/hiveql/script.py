"""A script's statements, cut as the Hive CLI cuts them.

``;`` ends a statement unless it stands in quotes, behind a backslash or in a comment. The CLI itself only knows
comments that begin a line, and fails at a ``;`` or a quote in any other; scripts that it takes are cut as it cuts them.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ScriptStatement", "split_script"]

_QUOTES = "'\"`"


@dataclass(frozen=True, slots=True)
class ScriptStatement:
    """One statement: its text, and the line (from 1) and column (from 0) of its first character."""

    text: str
    line: int
    column: int


def split_script(text: str) -> tuple[ScriptStatement, ...]:
    r"""Cut a script into statements; what is only comment or white space is none.

    Example:
        >>> [(s.text, s.line) for s in split_script("-- first;\nselect ';';\n\nselect 2")]
        [("select ';'", 2), ('select 2', 4)]
    """
    statements: list[ScriptStatement] = []
    ends, escapes = _signs(text)
    start = 0
    for end in (*ends, len(text)):
        statement = _statement(text, start, end, escapes)
        if statement is not None:
            statements.append(statement)
        start = end + 1
    return tuple(statements)


def _signs(text: str) -> tuple[list[int], set[int]]:
    """The places of the semicolons that end statements, and of the backslashes that keep one from it."""
    ends: list[int] = []
    escapes: set[int] = set()
    place = 0
    quote = ""
    while place < len(text):
        character = text[place]
        if character == "\\":
            if not quote and text.startswith(";", place + 1):
                escapes.add(place)
            place += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif text.startswith("--", place):
            place = _line_end(text, place)
        elif character == ";":
            ends.append(place)
        place += 1
    return ends, escapes


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _statement(text: str, start: int, end: int, escapes: set[int]) -> ScriptStatement | None:
    while start < end:
        if text[start].isspace():
            start += 1
        elif text.startswith("--", start):
            start = _line_end(text, start)
        else:
            break
    if start >= end:
        return None
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1)
    kept = "".join(character for place, character in enumerate(text[start:end], start) if place not in escapes)
    return ScriptStatement(kept.rstrip(), line, column)
