"""SET and USE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import unsupported
from airflow_ddb_hive.hiveql.statements import SetStatement, Statement, UseDatabase

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["bind_set", "bind_use"]

_SET = re.compile(r"\s*set(\s+(?P<rest>.*))?\s*$", re.IGNORECASE | re.DOTALL)
_NO_SETTING = re.compile(r"(role|autocommit)\s+\w+", re.IGNORECASE)


def bind_set(text: str, position: Position) -> SetStatement | None:
    """Read SET, which is no SQL: everything behind the first ``=`` is the value, quotes included.

    Raises:
        UnsupportedSqlError: It is SET ROLE or SET AUTOCOMMIT, which are SQL.
    """
    match = _SET.match(text)
    if match is None:
        return None
    rest = (match.group("rest") or "").strip()
    if rest in ("", "-v"):
        return SetStatement(key=None, position=position)
    other = _NO_SETTING.fullmatch(rest)
    if other is not None:
        raise unsupported(f"SET {other[1].upper()} is not supported: there are no roles or transactions here", position)
    key, equals, value = rest.partition("=")
    if not equals:
        return SetStatement(key=rest, position=position)
    return SetStatement(key=key.strip(), value=value.strip(), position=position)


def bind_use(cursor: Cursor, context: Context) -> Statement:
    """Bind USE."""
    start = cursor.expect("USE").position
    place = cursor.position
    if cursor.at("DEFAULT"):
        cursor.advance()
        return UseDatabase(name="default", position=start)
    name = cursor.identifier("switch database statement")
    return UseDatabase(name=context.need_database(name, place), position=start)
