"""LIKE, IN and BETWEEN: what may follow an operand, by the rules of Hive 3.1's IdentifiersParser.g."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from airflow_ddb_hive.errors import HiveSyntaxError
from airflow_ddb_hive.hiveql.grammar.syntax import FunctionNode, InQueryNode, Node, QueryNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["MATCHES", "read_predicate"]

MATCHES = {"LIKE": "like", "RLIKE": "rlike", "REGEXP": "rlike"}
"""The words that compare with a pattern, and their functions."""


class _Expressions(Protocol):
    cursor: Cursor

    def operand(self) -> Node: ...

    def expressions(self) -> tuple[Node, ...]: ...


def read_predicate(
    reader: _Expressions, read_query: Callable[[], QueryNode], left: Node, position: Position
) -> Node | None:
    """Take a predicate on ``left`` if one follows."""
    cursor = reader.cursor
    if cursor.word.kind == "word" and cursor.word.value in MATCHES:
        return _match(reader, left, position, MATCHES[cursor.advance().value])
    if cursor.take("IN"):
        return _in(reader, read_query, left, position)
    if cursor.take("BETWEEN"):
        low = reader.operand()
        cursor.expect("AND", "expression specification")
        high = reader.operand()
        least = FunctionNode(position, ">=", (left, low))
        return FunctionNode(position, "and", (least, FunctionNode(position, "<=", (left, high))))
    return None


def _match(reader: _Expressions, left: Node, position: Position, name: str) -> Node:
    cursor = reader.cursor
    if name == "like" and (cursor.at("ANY", "(") or cursor.at("ALL", "(")):
        many = "likeany" if cursor.advance().value == "ANY" else "likeall"
        cursor.expect("(")
        patterns = reader.expressions()
        cursor.expect(")", "expression specification")
        return FunctionNode(position, many, (left, *patterns))
    return FunctionNode(position, name, (left, reader.operand()))


def _in(reader: _Expressions, read_query: Callable[[], QueryNode], left: Node, position: Position) -> Node:
    cursor = reader.cursor
    cursor.expect("(", "expression specification")
    if cursor.at("SELECT") or cursor.at("WITH") or cursor.at("FROM"):
        return InQueryNode(position, left, _in_query(cursor, read_query))
    values = reader.expressions()
    cursor.expect(")", "expression specification")
    return FunctionNode(position, "in", (left, *values))


def _in_query(cursor: Cursor, read_query: Callable[[], QueryNode]) -> QueryNode:
    """Hive's grammar tries a list of values where it cannot read a query, and so fails where the query begins."""
    first = cursor.place
    try:
        query = read_query()
        cursor.expect(")", "subquery")
    except HiveSyntaxError as error:
        cursor.place = first
        raise cursor.error("expression specification") from error
    return query
