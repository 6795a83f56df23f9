"""The names that Hive prints over a result: ``t.id`` for a picked ``id`` (``hive.resultset.use.unique.column.names``).

DB-API users want ``id``, so the engine has no such names: they are part of the recordings' form.
"""

from __future__ import annotations

from collections.abc import Sequence

from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.grammar.syntax import (
    JoinNode,
    LateralNode,
    MemberNode,
    NameNode,
    QueryNode,
    SelectItem,
    SelectNode,
    SourceNode,
    StarNode,
    SubquerySource,
    TableSource,
)
from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["printed_names"]


def printed_names(statement: str, names: Sequence[str]) -> list[str]:
    """Return a query's column names with the table's alias before each that was picked by ``*`` or ``alias.name``."""
    query = _query(statement)
    if query is None or not isinstance(query.body, SelectNode):
        return list(names)
    prefixes = [prefix for item in query.body.items for prefix in _prefixes(item, query.body, len(names))]
    return [f"{prefix}.{name}" if prefix else name for prefix, name in zip(prefixes, names, strict=True)]


def _query(statement: str) -> QueryNode | None:
    if not statement.lstrip().lower().startswith(("select", "with")):
        return None
    return QueryReader(Cursor(read_words(statement, Position()))).query()


def _prefixes(item: SelectItem, select: SelectNode, width: int) -> list[str]:
    """The prefix of each column that an item makes; a star takes the places that the other items leave."""
    aliases = _aliases(select.source)
    match item.expression:
        case MemberNode(operand=NameNode(name=name)) if name in aliases and not item.aliases:
            return [name]
        case StarNode(qualifier=qualifier):
            stands_for = width - (len(select.items) - 1)
            return [qualifier[-1] if qualifier else aliases[0]] * stands_for
    return [""]


def _aliases(source: SourceNode | None) -> list[str]:
    match source:
        case TableSource():
            return [source.alias or source.name]
        case SubquerySource():
            return [source.alias]
        case JoinNode():
            return [*_aliases(source.left), *_aliases(source.right)]
        case LateralNode():
            return [*_aliases(source.input), source.alias]
    return []
