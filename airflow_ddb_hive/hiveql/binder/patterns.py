"""Columns by a regular expression in backticks: ``SELECT `(ds|hr)?+.+` FROM logs``.

See https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Select#LanguageManualSelect-REGEXColumnSpecification.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.places import first_place
from airflow_ddb_hive.hiveql.grammar.syntax import MemberNode, NameNode, Node

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.scope import Scope, ScopeColumn

__all__ = ["matching_columns"]

_PLAIN = re.compile(r"\w+")


def matching_columns(node: Node, scope: Scope, *, grouped: bool) -> tuple[ScopeColumn, ...]:
    """Return the columns whose names a pattern matches, none for what is no pattern.

    Raises:
        HiveSemanticError: It matches none (10002), or stands beside GROUP BY (10025).
    """
    if not isinstance(node, NameNode | MemberNode) or _PLAIN.fullmatch(node.name):
        return ()
    columns = scope.listed
    if isinstance(node, MemberNode):
        if not isinstance(node.operand, NameNode) or not scope.has_qualifier(node.operand.name):
            return ()
        columns = scope.of_qualifier((node.operand.name,))
    place = first_place(node)
    if grouped:
        raise semantic_error(10025, f"Expression not in GROUP BY key '`{node.name}`'", place)
    try:
        pattern = re.compile(node.name, re.IGNORECASE)
    except re.error as error:
        raise semantic_error(10002, f"Invalid column reference '`{node.name}`': {error}", place) from error
    found = tuple(column for column in columns if pattern.fullmatch(column.name))
    if not found:
        raise semantic_error(10002, f"Invalid column reference '`{node.name}`'", place)
    return found
