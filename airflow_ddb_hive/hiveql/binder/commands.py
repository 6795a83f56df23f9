"""SET, USE, SHOW and DESCRIBE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.statements import (
    Describe,
    SetStatement,
    ShowCreateTable,
    ShowDatabases,
    ShowTables,
    Statement,
    UseDatabase,
)

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["bind_describe", "bind_set", "bind_show", "bind_use"]

_SET = re.compile(r"\s*set(\s+(?P<rest>.*))?\s*$", re.IGNORECASE | re.DOTALL)


def bind_set(text: str, position: Position) -> SetStatement | None:
    """Read SET, which is no SQL: everything behind the first ``=`` is the value, quotes included."""
    match = _SET.match(text)
    if match is None:
        return None
    rest = (match.group("rest") or "").strip()
    if rest in ("", "-v"):
        return SetStatement(key=None, position=position)
    key, equals, value = rest.partition("=")
    if not equals:
        return SetStatement(key=rest, position=position)
    return SetStatement(key=key.strip(), value=value.strip(), position=position)


def bind_use(cursor: Cursor, context: Context) -> Statement:
    """Bind USE."""
    start = cursor.expect("USE").position
    if cursor.at("DEFAULT"):
        cursor.advance()
        return UseDatabase(name="default", position=start)
    name = cursor.identifier("switch database statement")
    return UseDatabase(name=context.need_database(name), position=start)


def bind_show(cursor: Cursor, context: Context) -> Statement:
    """Bind SHOW TABLES, SHOW DATABASES and SHOW CREATE TABLE."""
    start = cursor.expect("SHOW").position
    if cursor.take("DATABASES") or cursor.take("SCHEMAS"):
        return ShowDatabases(pattern=_pattern(cursor), position=start)
    if cursor.take("CREATE", "TABLE"):
        database, name, place = table_name(cursor, context)
        return ShowCreateTable(table=context.table(database, name, place), position=start)
    if cursor.take("TABLES"):
        database = context.database
        if cursor.take("IN") or cursor.take("FROM"):
            database = context.need_database(cursor.identifier("show tables"))
        return ShowTables(database=database, pattern=_pattern(cursor), position=start)
    raise cursor.unsupported(f"SHOW {cursor.word.text.upper()} is not supported", start)


def _pattern(cursor: Cursor) -> str | None:
    cursor.take("LIKE")
    return cursor.string() if cursor.word.kind == "string" else None


def bind_describe(cursor: Cursor, context: Context) -> Statement:
    """Bind DESCRIBE [EXTENDED | FORMATTED] table."""
    start = cursor.advance().position
    for word in ("DATABASE", "SCHEMA", "FUNCTION"):
        if cursor.at(word):
            raise cursor.unsupported(f"DESCRIBE {word} is not supported", start)
    style = cursor.advance().text.lower() if cursor.at("EXTENDED") or cursor.at("FORMATTED") else ""
    cursor.take("TABLE")
    database, name, place = table_name(cursor, context)
    table = context.table(database, name, place)
    if cursor.word.kind != "end":
        raise cursor.unsupported("DESCRIBE of a column or partition is not supported: describe the table")
    return Describe(table=table, style=style, position=start)
