"""Calls that Hive refuses where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.places import first_place, syntax_parts
from airflow_ddb_hive.hiveql.grammar.syntax import FunctionNode, MemberNode, NameNode

if TYPE_CHECKING:
    from airflow_ddb_hive.errors import HiveSemanticError

__all__ = ["check_count", "check_kind", "no_window_here"]


def check_count(node: FunctionNode) -> None:
    """Refuse COUNT of nothing, and of several expressions without DISTINCT."""
    if not node.arguments and not node.star:
        raise semantic_error(10015, "Argument expected", node.position)
    if len(node.arguments) > 1 and not node.distinct:
        raise semantic_error(None, "DISTINCT keyword must be specified", node.position)


def check_kind(kind: str, node: FunctionNode) -> None:
    """Refuse window and table-generating functions, and DISTINCT, in a plain call."""
    if kind == "window":
        raise semantic_error(10247, f"Missing over clause for function :  {node.name}", node.position)
    if kind == "udtf":
        message = "UDTF's are not supported outside the SELECT clause, nor nested in expressions"
        raise semantic_error(10081, message, node.position)
    if node.distinct:
        raise semantic_error(10093, f"DISTINCT is not supported for function {node.name}", node.position)


def no_window_here(node: FunctionNode, *, grouped: bool) -> HiveSemanticError:
    """Hive sees no column within a window that stands outside the select list and ORDER BY."""
    if grouped:
        return semantic_error(10025, f"Expression not in GROUP BY key '{node.name}'", node.position)
    for part in syntax_parts(replace(node, arguments=())):
        if isinstance(part, NameNode | MemberNode):
            return semantic_error(10002, f"Invalid column reference '{part.name}'", first_place(part))
    return semantic_error(
        None, f"Window function '{node.name}' may only stand in a select list or ORDER BY", node.position
    )
