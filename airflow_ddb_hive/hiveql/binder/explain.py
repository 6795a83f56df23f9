"""EXPLAIN, by the rule ``explainStatement`` of Hive 3.1's HiveParser.g."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.inserts import bind_load, bind_query_statement
from airflow_ddb_hive.hiveql.binder.tables import bind_create
from airflow_ddb_hive.hiveql.statements import (
    CreateTableAs,
    Explain,
    InsertStatement,
    LoadData,
    MultiInsert,
    QueryStatement,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["bind_explain"]

_STYLES = frozenset({"EXTENDED", "FORMATTED"})
_OTHER_STYLES = frozenset(
    {"ANALYZE", "AUTHORIZATION", "DEPENDENCY", "LOGICAL", "REOPTIMIZATION", "REWRITE", "VECTORIZATION"}
)
"""What Hive 3.1 takes besides; ``AST``, ``CBO``, ``DEBUG``, ``JOINCOST`` and ``LOCKS`` it does not know."""

_EXPLAINED: Mapping[str, Callable[[Cursor, Context], Statement]] = {
    "CREATE": bind_create,
    "FROM": bind_query_statement,
    "INSERT": bind_query_statement,
    "LOAD": bind_load,
    "SELECT": bind_query_statement,
    "WITH": bind_query_statement,
    "(": bind_query_statement,
}
# fmt: off
_UNEXPLAINED = frozenset({
    "ABORT", "ALTER", "ANALYZE", "DELETE", "DESC", "DESCRIBE", "DROP", "EXPORT", "GRANT", "IMPORT", "KILL", "LOCK",
    "MERGE", "MSCK", "RELOAD", "REPL", "REVOKE", "SHOW", "TRUNCATE", "UNLOCK", "UPDATE", "USE",
})
# fmt: on
"""Statements that Hive explains, and that read and write no rows here."""


def bind_explain(cursor: Cursor, context: Context) -> Statement:
    """Bind EXPLAIN [EXTENDED | FORMATTED] of a query, INSERT, CREATE TABLE AS SELECT or LOAD DATA.

    Raises:
        UnsupportedSqlError: It is another form of EXPLAIN, or of a statement that reads and writes no rows.
    """
    start = cursor.expect("EXPLAIN").position
    style = _style(cursor)
    begins = cursor.position
    word = cursor.word
    reader = _EXPLAINED.get(word.value) if word.kind in ("word", "sign") else None
    if reader is None:
        if word.kind == "word" and word.value in _UNEXPLAINED:
            raise _unexplained(cursor, word.value, begins)
        raise cursor.error("explain statement")
    statement = reader(cursor, context)
    if not isinstance(statement, QueryStatement | InsertStatement | MultiInsert | CreateTableAs | LoadData):
        raise _unexplained(cursor, "CREATE without AS SELECT", begins)
    return Explain(statement=statement, style=style, position=start)


def _style(cursor: Cursor) -> str:
    """Take the words between EXPLAIN and the statement; FORMATTED wins over EXTENDED, as in Hive."""
    taken = set()
    while cursor.at_any(_STYLES | _OTHER_STYLES):
        word = cursor.word
        if word.value in _OTHER_STYLES:
            raise cursor.unsupported(f"EXPLAIN {word.value} is not supported: use EXPLAIN, EXTENDED or FORMATTED")
        taken.add(cursor.advance().value.lower())
    return min(taken, key=["formatted", "extended"].index, default="")


def _unexplained(cursor: Cursor, what: str, position: Position) -> Exception:
    message = f"EXPLAIN of {what} is not supported: it reads and writes no rows"
    return cursor.unsupported(message, position)
