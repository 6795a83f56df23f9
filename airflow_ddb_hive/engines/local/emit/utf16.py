r"""Texts as Java counts them: a character beyond U+FFFF is two units, and half of one is written ``?``.

Only text that is not ASCII takes the way round: a noncharacter behind each such character makes it two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.sql import let

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["by_units", "narrowed", "units", "widened"]

_SECOND = "\\x{FDD0}"
_FAR = "[\\x{10000}-\\x{10FFFF}]"


def widened(sql: str) -> str:
    """Return SQL of a text in which each character counts as its units."""
    return f"regexp_replace({sql}, '({_FAR})', '\\1' || chr(64976), 'g')"


def narrowed(sql: str) -> str:
    """Return SQL of what a widened text, cut at its ends, stands for."""
    first = f"regexp_replace({sql}, '^{_SECOND}', '?')"
    return f"replace(regexp_replace({first}, '{_FAR}$', '?'), chr(64976), '')"


def units(sql: str) -> str:
    """Return SQL of a text's length in units.

    Example:
        >>> import duckdb
        >>> duckdb.sql("SELECT " + units("'a😀'")).fetchall()
        [(3,)]
    """
    return let(sql, lambda s: f"CASE WHEN strlen({s}) = length({s}) THEN length({s}) ELSE length({widened(s)}) END")


def by_units(sql: str, body: Callable[[str], str]) -> str:
    """Return SQL of a part of a text that ``body`` cuts out by places.

    Example:
        >>> import duckdb
        >>> cut = by_units("'a😀b'", lambda s: f"substring({s}, 3, 2)")
        >>> duckdb.sql(f"SELECT {cut}").fetchall()
        [('?b',)]
    """

    def ways(s: str) -> str:
        far = let(widened(s), lambda w: narrowed(body(w)))
        return f"CASE WHEN strlen({s}) = length({s}) THEN {body(s)} ELSE {far} END"

    return let(sql, ways)
