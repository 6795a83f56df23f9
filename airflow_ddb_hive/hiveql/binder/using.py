"""JOIN … USING: columns of the same name on both sides are equal, and ``*`` lists them once, before all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.coercion import coerced
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.scope import Scope, ScopeColumn
from airflow_ddb_hive.hiveql.functions.conversion import comparison_type
from airflow_ddb_hive.hiveql.tree import Call, ColumnRef, Expression, Join, Position, Project, Relation
from airflow_ddb_hive.model.types import BOOLEAN

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.syntax import JoinNode

__all__ = ["join_using"]

_Side = tuple[Relation, Scope]


def join_using(context: Context, source: JoinNode, left: _Side, right: _Side) -> _Side:
    """Join two sides by the columns that USING names.

    Raises:
        HiveSemanticError: A side has no such column, or the two cannot be compared.
    """
    position = source.position
    if source.kind == "semi":
        raise semantic_error(
            10011, f"Invalid function '{source.using[0]}': LEFT SEMI JOIN takes ON, not USING", position
        )
    pairs = [(_found(left[1], name, position), _found(right[1], name, position)) for name in source.using]
    condition = _all([_equal(one, other, position) for one, other in pairs], position)
    kind = "inner" if source.kind == "cross" else source.kind
    both = left[1].joined(right[1])
    join = Join(context.number(), both.outputs(), kind, left[0], right[0], condition)
    return _arranged(context, join, both, _places(pairs, both, shown=1 if kind == "right" else 0))


def _found(scope: Scope, name: str, position: Position) -> ScopeColumn:
    column = scope.find(name)
    if column is None:
        message = f"Invalid table alias or column reference '{name}': (possible column names are: {scope.names()})"
        raise semantic_error(10004, message, position)
    return column


def _equal(one: ScopeColumn, other: ScopeColumn, position: Position) -> Expression:
    type_ = comparison_type(one.type, other.type)
    if type_ is None:
        raise semantic_error(10016, f"Argument type mismatch '{one.name}': {one.type} and {other.type}", position)
    sides = (coerced(one.reference(position), type_), coerced(other.reference(position), type_))
    return Call(BOOLEAN, position, "=", sides)


def _all(conditions: list[Expression], position: Position) -> Expression:
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = Call(BOOLEAN, position, "and", (whole, condition))
    return whole


def _places(pairs: list[tuple[ScopeColumn, ScopeColumn]], both: Scope, *, shown: int) -> tuple[list[int], set[int]]:
    """The order of the columns, and which are hidden."""
    at = {(column.relation, column.index): place for place, column in enumerate(both.columns)}
    joined = [(at[one.relation, one.index], at[other.relation, other.index]) for one, other in pairs]
    first = [pair[shown] for pair in joined]
    hidden = {pair[1 - shown] for pair in joined}
    rest = [place for place in range(len(both.columns)) if place not in hidden and place not in first]
    return [*first, *rest, *sorted(hidden)], hidden


def _arranged(context: Context, join: Join, both: Scope, order: tuple[list[int], set[int]]) -> _Side:
    places, hidden = order
    nowhere = Position()
    columns = tuple(join.columns[place] for place in places)
    references = tuple(ColumnRef(join.columns[place].type, nowhere, join.id, place) for place in places)
    project = Project(context.number(), columns, join, references)
    names = Scope(tuple(replace(both.columns[place], hidden=place in hidden) for place in places))
    return project, names.rebased(project)
