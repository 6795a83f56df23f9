"""From one statement's text to its meaning: names from the catalog, a Hive type on every expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import DdbHiveError, HiveSyntaxError, UnsupportedSqlError
from airflow_ddb_hive.hiveql.binder.alter import bind_alter
from airflow_ddb_hive.hiveql.binder.cli_commands import bind_command
from airflow_ddb_hive.hiveql.binder.commands import bind_set, bind_use
from airflow_ddb_hive.hiveql.binder.context import Context
from airflow_ddb_hive.hiveql.binder.describe import bind_describe
from airflow_ddb_hive.hiveql.binder.explain import bind_explain
from airflow_ddb_hive.hiveql.binder.inserts import bind_load, bind_query_statement
from airflow_ddb_hive.hiveql.binder.maintenance import bind_analyze, bind_msck, bind_truncate
from airflow_ddb_hive.hiveql.binder.refused import REFUSED, bind_refused, bind_row_change
from airflow_ddb_hive.hiveql.binder.show import bind_show
from airflow_ddb_hive.hiveql.binder.tables import bind_create, bind_drop
from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.grammar.syntax import LiteralNode
from airflow_ddb_hive.hiveql.session_statements import Macro
from airflow_ddb_hive.hiveql.tree import Position
from airflow_ddb_hive.model.types import STRING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.hiveql.catalog import Catalog
    from airflow_ddb_hive.hiveql.statements import Statement

__all__ = ["NESTED_TOO_DEEPLY", "STATEMENT_WORDS", "bind_statement"]

NESTED_TOO_DEEPLY = "the statement is nested too deeply: split it, or put an inner part into a subquery or a view"
"""What is said where an expression has too many levels."""

_BINDERS: dict[str, Callable[[Cursor, Context], Statement]] = {
    **dict.fromkeys(REFUSED, bind_refused),
    "ALTER": bind_alter,
    "ANALYZE": bind_analyze,
    "CREATE": bind_create,
    "DELETE": bind_row_change,
    "DESC": bind_describe,
    "DESCRIBE": bind_describe,
    "DROP": bind_drop,
    "EXPLAIN": bind_explain,
    "FROM": bind_query_statement,
    "INSERT": bind_query_statement,
    "LOAD": bind_load,
    "MERGE": bind_row_change,
    "MSCK": bind_msck,
    "SELECT": bind_query_statement,
    "SHOW": bind_show,
    "TRUNCATE": bind_truncate,
    "UPDATE": bind_row_change,
    "USE": bind_use,
    "WITH": bind_query_statement,
    "(": bind_query_statement,
}

STATEMENT_WORDS = frozenset({*_BINDERS, "SET"})
"""The first words of statements."""
_LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|$))*")


def bind_statement(
    text: str,
    *,
    catalog: Catalog,
    database: str = "default",
    settings: Mapping[str, str] | None = None,
    macros: Mapping[str, Macro] | None = None,
    origin: Position = Position(1, 0),  # noqa: B008 (frozen)
) -> Statement:
    """Turn one statement's text into what it means.

    Raises:
        HiveSyntaxError: Hive's grammar refuses the text.
        HiveSemanticError: A name or type does not fit.
        UnsupportedSqlError: Valid HiveQL that is not supported.
    """
    first = text[_leading(text) :]
    command = bind_set(first, origin) or bind_command(first, origin)
    if command is not None:
        return command
    dropped: list[HiveSyntaxError] = []
    cursor = Cursor(read_words(text, origin, dropped), text)
    context = Context(
        catalog=catalog, database=database, settings=settings or {}, macros=_macros(text, database, macros or {})
    )
    try:
        statement = _bound(cursor, context, origin)
    except HiveSyntaxError:
        raise
    except DdbHiveError as error:
        if dropped:
            raise dropped[0] from error
        if error.line is None:
            error.line, error.column = cursor.words[0].position.line, cursor.words[0].position.column
        raise
    if dropped:
        raise dropped[0]
    return statement


def _macros(text: str, database: str, macros: Mapping[str, Macro]) -> Mapping[str, Macro]:
    """The session's macros, and CURRENT_DATABASE() where it is spoken of: only here is it known which one that is."""
    name = "current_database"
    if name not in text.lower() or name in macros:
        return macros
    place = Position(1, 0)
    return {**macros, name: Macro(name=name, parameters=(), body=LiteralNode(place, database, STRING))}


def _bound(cursor: Cursor, context: Context, origin: Position) -> Statement:
    binder = _BINDERS.get(cursor.word.value if cursor.word.kind in ("word", "sign") else "")
    if binder is None:
        raise _unknown(cursor)
    try:
        statement = binder(cursor, context)
    except RecursionError as error:
        raise UnsupportedSqlError(NESTED_TOO_DEEPLY, line=origin.line, column=origin.column) from error
    cursor.end()
    return statement


def _leading(text: str) -> int:
    """How much white space and comment stands before the statement."""
    match = _LEADING.match(text)
    return 0 if match is None else match.end()


def _unknown(cursor: Cursor) -> Exception:
    near = " ".join(f"'{cursor.peek(distance).text}'" for distance in range(3))
    error = cursor.error()
    error.message = f"cannot recognize input near {near}"
    error.args = (error.message,)
    return error
