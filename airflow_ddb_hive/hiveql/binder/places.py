"""Where Hive says that an expression stands, and by which word it calls it: the first and last leaf of its syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.grammar.syntax import (
    CaseNode,
    CastNode,
    FunctionNode,
    InQueryNode,
    JoinNode,
    LateralNode,
    LiteralNode,
    MemberNode,
    NameNode,
    Node,
    QueryNode,
    SelectNode,
    SetNode,
    SourceNode,
    SubquerySource,
    UniqueJoinNode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["first_place", "key_place", "last_word", "query_place", "syntax_parts"]

_UNARY = frozenset({"negative", "positive", "~", "not"})


def first_place(node: Node) -> Position:
    """The place of an expression's first leaf: a function's name, or the left operand of an operator."""
    if isinstance(node, FunctionNode) and node.arguments and node.name != "in":
        first = first_place(node.arguments[0])
        return first if node.name in _UNARY or _before(first, node.position) else node.position
    if isinstance(node, MemberNode):
        return first_place(node.operand)
    return node.position


def _before(one: Position, other: Position) -> bool:
    return (one.line, one.column) < (other.line, other.column)


def last_word(node: Node) -> str:
    """The text of an expression's last leaf."""
    if isinstance(node, NameNode | MemberNode):
        return node.name
    if isinstance(node, LiteralNode):
        return node.text
    if isinstance(node, FunctionNode):
        return last_word(node.arguments[-1]) if node.arguments else node.name
    if isinstance(node, CaseNode):
        return last_word(node.default or node.branches[-1][1])
    return last_word(node.operand) if isinstance(node, CastNode | InQueryNode) else ""


def query_place(query: QueryNode) -> Position:
    """The place of a query's first leaf: the first table that it reads."""
    body = query.body
    if isinstance(body, SetNode):
        return query_place(body.left)
    if isinstance(body, SelectNode) and body.source is not None:
        return _source_place(body.source)
    return query.position


def _source_place(source: SourceNode) -> Position:
    if isinstance(source, JoinNode):
        return _source_place(source.left)
    if isinstance(source, LateralNode):
        return _source_place(source.input)
    if isinstance(source, UniqueJoinNode):
        return source.parts[0].source.position
    return query_place(source.query) if isinstance(source, SubquerySource) else source.position


def key_place(root: Node, column: Position) -> tuple[Position, str]:
    """Where Hive says that a column of an expression is no key: at what the column is an operand of, and its text."""
    parent = _parent(root, column)
    return (column, last_word(root)) if parent is None else (first_place(parent), last_word(parent))


def _parent(root: Node, column: Position) -> Node | None:
    if isinstance(root, FunctionNode) and root.window is not None:
        return None
    for part in syntax_parts(root):
        if isinstance(part, NameNode) and part.position == column:
            return root
        if isinstance(part, MemberNode) and first_place(part) == column:
            return root
        found = _parent(part, column)
        if found is not None:
            return found
    return None


def syntax_parts(node: Node) -> Iterator[Node]:
    """The expressions directly within one."""
    if isinstance(node, FunctionNode):
        yield from node.arguments
        if node.window is not None:
            yield from node.window.partition
            yield from (key.expression for key in node.window.order)
    elif isinstance(node, MemberNode | CastNode | InQueryNode):
        yield node.operand
    elif isinstance(node, CaseNode):
        yield from (part for branch in node.branches for part in branch)
        yield from (part for part in (node.operand, node.default) if part is not None)
