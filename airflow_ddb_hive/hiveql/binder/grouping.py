"""GROUPING SETS, CUBE and ROLLUP: which keys each set keeps, and what GROUPING__ID and grouping() say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.tree import Call, ColumnRef, Expression, Literal, Position
from airflow_ddb_hive.model.types import BIGINT, INT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from airflow_ddb_hive.hiveql.grammar.syntax import Node

__all__ = ["GROUPING_ID", "bound_grouping", "check_distinct", "check_overlap", "grouping_sets"]

GROUPING_ID = "grouping__id"
"""The name of the virtual column."""


def grouping_sets(
    keys: tuple[Expression, ...], sets: Iterable[Sequence[tuple[Node, Expression]]]
) -> tuple[tuple[int, ...], ...]:
    """Return the places of the keys in each set, each set once.

    Raises:
        HiveSemanticError: A set has an expression that is no key (10213), or all sets are empty (10211).
    """
    found: dict[tuple[int, ...], None] = {}
    for one in sets:
        for node, expression in one:
            if expression not in keys:
                message = "Grouping sets expression is not in GROUP BY key"
                raise semantic_error(10213, message, node.position)
        found[tuple(sorted({keys.index(expression) for _, expression in one}))] = None
    if set(found) == {()}:
        raise semantic_error(10211, "Empty grouping sets not allowed", keys[0].position)
    return tuple(found)


def check_overlap(keys: tuple[Expression, ...], calls: Iterable[Call]) -> None:
    """Refuse an aggregate of a key, as Hive does.

    Raises:
        HiveSemanticError: An aggregate's argument is a key (10210).
    """
    for call in calls:
        if any(argument in keys for argument in call.arguments):
            raise semantic_error(
                10210,
                "Grouping sets aggregations (with rollups or cubes) are not allowed if aggregation function parameters "
                "overlap with the aggregation functions columns",
                call.position,
            )


def check_distinct(calls: Iterable[Call]) -> None:
    """Refuse a DISTINCT aggregate that only HAVING names: Hive does not find its column.

    Raises:
        HiveSemanticError: There is one (10002).
    """
    for call in calls:
        if call.distinct:
            message = f"Invalid column reference in {call.function}(DISTINCT): HAVING may only repeat one of SELECT"
            raise semantic_error(10002, message, call.position)


def bound_grouping(
    arguments: Sequence[Expression], keys: tuple[Expression, ...], identity: ColumnRef | None, position: Position
) -> Expression:
    """Return ``grouping(key, …)``: GROUPING__ID reduced to the bits of some keys.

    Raises:
        HiveSemanticError: An argument is no key (10409).
    """
    if any(argument not in keys for argument in arguments):
        raise semantic_error(10409, "Expression in GROUPING function not present in GROUP BY", position)
    if identity is None:
        return Literal(BIGINT, position, 0)
    bits = (Literal(INT, position, len(keys) - 1 - keys.index(argument)) for argument in arguments)
    return Call(BIGINT, position, "grouping", (identity, *bits))
