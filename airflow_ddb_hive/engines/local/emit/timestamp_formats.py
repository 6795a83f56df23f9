"""``timestamp.formats``: patterns by which a text file's timestamps are read before Hive's own form is tried.

Measured with Hive 3.1.3's own tests: a pattern has to fit the whole cell, and of a fraction it takes milliseconds.
"""

from __future__ import annotations

import re

from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.errors import UnsupportedSqlError

__all__ = ["emit_usual_form"]

_PIECE = re.compile(r"'([^']*)'|([A-Za-z])\2*|.", re.DOTALL)
_FIELDS = {
    "y": ("([0-9]{4})", "1970"),
    "M": ("([0-9]{1,2})", "01"),
    "d": ("([0-9]{1,2})", "01"),
    "H": ("([0-9]{1,2})", "00"),
    "m": ("([0-9]{1,2})", "00"),
    "s": ("([0-9]{1,2})", "00"),
    "S": ("([0-9]{1,3})[0-9]{0,6}", "0"),
}
"""A pattern's letters: what stands for each, and what it is where the pattern has it not."""


def emit_usual_form(sql: str, patterns: tuple[str, ...]) -> str:
    """Return the text of a timestamp in Hive's own form where one of the patterns fits, else as it is.

    Example:
        >>> emit_usual_form("s.c0", ())
        's.c0'

    Raises:
        UnsupportedSqlError: A pattern has another letter than ``yMdHmsS``.
    """
    if not patterns:
        return sql
    forms = [_form(pattern) for pattern in patterns]

    def chosen(v: str) -> str:
        cases = " ".join(
            f"WHEN regexp_full_match({v}, {text(form)}) THEN regexp_replace({v}, {text(f'^{form}$')}, {text(usual)})"
            for form, usual in forms
        )
        return f"CASE {cases} ELSE {v} END"

    return let(sql, chosen)


def _form(pattern: str) -> tuple[str, str]:
    """A regular expression for a pattern, and Hive's own form made of its groups."""
    parts, places = [], dict[str, str]()
    for match in _PIECE.finditer(pattern):
        letter = match[2]
        if letter is None:
            parts.append(re.escape((match[1] or "'") if match[0].startswith("'") else match[0]))
            continue
        if letter not in _FIELDS or letter in places:
            raise UnsupportedSqlError(
                f"timestamp.formats {pattern!r}: {match[0]} is not supported: use each of yyyy, MM, dd, HH, mm, ss and "
                "SSS once at most"
            )
        places[letter] = f"\\{len(places) + 1}"
        parts.append(_FIELDS[letter][0])
    year, month, day, hour, minute, second, fraction = (
        places.get(letter, default) for letter, (_, default) in _FIELDS.items()
    )
    return "".join(parts), f"{year}-{month}-{day} {hour}:{minute}:{second}.{fraction}"
