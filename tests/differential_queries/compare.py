"""Whether two answers are the same: rows in order or in any, types of columns, classes of refusals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tests.differential_queries.ask import Answer

__all__ = ["difference", "error_class", "is_broken"]

_ERROR = re.compile(r"FAILED: (\w+)(?: Error)?(?: \[Error (\d+)\])?")
_BROKEN = re.compile(
    r"^(?:FAILED: |java\.lang\.)(\w*Error\b(?! \[)|\w*(NullPointer|ClassCast|OutOfBounds|Runtime)\w*)"
    r"|return code \d+ from |java.lang.ClassCast"
)


def error_class(text: str) -> str:
    """Return the class of a refusal, with Hive's code where it has one.

    Example:
        >>> error_class("FAILED: SemanticException [Error 10004]: Line 1:7 Invalid table alias or column reference 'x'")
        'SemanticException 10004'
        >>> error_class("FAILED: ParseException line 1:7 missing EOF")
        'ParseException'
    """
    found = _ERROR.match(text)
    if found is None:
        return "Execution"
    if found[1].startswith("UDFArgument"):  # Hive's own subclasses of SemanticException
        return "SemanticException"
    return f"{found[1]} {found[2]}" if found[2] and found[2] != "40000" else found[1]


def is_broken(hive: Sequence[Answer]) -> bool:
    """Whether Hive gave up by a fault of its own, which says nothing about the query.

    Example:
        >>> is_broken([Answer(error="FAILED: NullPointerException Cannot invoke x")])
        True
        >>> is_broken([Answer(error="FAILED: SemanticException [Error 10001]: Table not found")])
        False
    """
    return any(one.error is not None and _BROKEN.search(one.error) is not None for one in hive)


def difference(hive: Sequence[Answer], ours: Sequence[Answer], *, ordered: bool) -> str | None:
    """Say in one line what differs; ``None`` where nothing does."""
    for theirs, mine in zip(hive, ours, strict=True):
        found = _one(theirs, mine, ordered)
        if found is not None:
            return found
    return None


def _types(answer: Answer) -> list[str]:
    """The types alone: names carry an alias or none by what Hive's plan happened to be."""
    return [column.partition(" ")[2] for column in answer.columns]


def _one(hive: Answer, ours: Answer, ordered: bool) -> str | None:
    if hive.error is not None and ours.error is not None:
        theirs, mine = error_class(hive.error), error_class(ours.error)
        return None if theirs.split()[0] == mine.split()[0] else f"refused as {mine}, by Hive as {theirs}"
    if hive.error is not None:
        return f"taken here, refused by Hive: {hive.error[:200]}"
    if ours.error is not None:
        return f"refused here: {ours.error[:300]}"
    if ours.columns and _types(hive) != _types(ours):  # Hive gives an INSERT the columns of its query
        return f"types {_types(ours)}, of Hive {_types(hive)}"
    our_rows, hive_rows = list(ours.rows), list(hive.rows)
    if not ordered:
        our_rows, hive_rows = sorted(our_rows), sorted(hive_rows)
    if our_rows == hive_rows:
        return None
    extra, missing = Counter(our_rows) - Counter(hive_rows), Counter(hive_rows) - Counter(our_rows)
    return (
        f"rows only here {list(extra.elements())[:8]}, only of Hive {list(missing.elements())[:8]} of {len(hive_rows)}"
    )
