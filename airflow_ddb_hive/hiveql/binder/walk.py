"""Going through expressions: the parts of one, and the same with other parts."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.hiveql.tree import (
    Call,
    Case,
    Cast,
    ColumnRef,
    Expression,
    Relation,
    ScalarSubquery,
    SortKey,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["column_refs", "mapped", "outer_refs", "parts"]


def parts(expression: Expression) -> Iterator[Expression]:
    """The expressions directly within one; not those of a subquery's own relations."""
    if isinstance(expression, Call):
        yield from expression.arguments
        if expression.window is not None:
            yield from expression.window.partition
            yield from (key.expression for key in expression.window.order)
    elif isinstance(expression, Cast):
        yield expression.operand
    elif isinstance(expression, Case):
        for condition, result in expression.branches:
            yield condition
            yield result
        if expression.default is not None:
            yield expression.default
    elif isinstance(expression, ScalarSubquery) and expression.operand is not None:
        yield expression.operand


def column_refs(expression: Expression) -> Iterator[ColumnRef]:
    """Every column that an expression uses; of a subquery, those of the query around it."""
    if isinstance(expression, ColumnRef):
        yield expression
    elif isinstance(expression, ScalarSubquery):
        yield from outer_refs(expression.relation)
    for part in parts(expression):
        yield from column_refs(part)


def outer_refs(relation: Relation) -> Iterator[ColumnRef]:
    """The columns that a correlated query uses of the queries around it."""
    inside = set(_numbers(relation))
    for expression in _expressions(relation):
        yield from (ref for ref in column_refs(expression) if ref.relation not in inside)


def mapped(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with each direct part changed."""
    if isinstance(expression, Call):
        window = None if expression.window is None else _mapped_window(expression.window, change)
        return replace(expression, arguments=tuple(map(change, expression.arguments)), window=window)
    if isinstance(expression, Cast):
        return replace(expression, operand=change(expression.operand))
    if isinstance(expression, Case):
        branches = tuple((change(condition), change(result)) for condition, result in expression.branches)
        default = None if expression.default is None else change(expression.default)
        return replace(expression, branches=branches, default=default)
    if isinstance(expression, ScalarSubquery):
        operand = None if expression.operand is None else change(expression.operand)
        return replace(expression, operand=operand, relation=_outer_mapped(expression.relation, change))
    return expression


def _mapped_window(window: Window, change: Callable[[Expression], Expression]) -> Window:
    keys = tuple(SortKey(change(key.expression), key.descending, key.nulls_first) for key in window.order)
    return replace(window, partition=tuple(map(change, window.partition)), order=keys)


def _outer_mapped(relation: Relation, change: Callable[[Expression], Expression]) -> Relation:
    """A subquery with each column of the queries around it changed."""
    inside = set(_numbers(relation))
    if next(outer_refs(relation), None) is None:
        return relation

    def visit(expression: Expression) -> Expression:
        if isinstance(expression, ColumnRef):
            return expression if expression.relation in inside else change(expression)
        return mapped(expression, visit)

    changed: Relation = _rebuilt(relation, visit)
    return changed


def _rebuilt(value: Any, visit: Callable[[Expression], Expression]) -> Any:
    """A part of a relation with each of its expressions visited."""
    if isinstance(value, Expression):
        return visit(value)
    if isinstance(value, tuple):
        return tuple(_rebuilt(part, visit) for part in value)
    if isinstance(value, SortKey):
        return replace(value, expression=visit(value.expression))
    if isinstance(value, Relation):
        return replace(value, **{part.name: _rebuilt(getattr(value, part.name), visit) for part in fields(value)})
    return value


def _numbers(relation: Relation) -> Iterator[int]:
    """The numbers of a relation and of all those that it is made of; its expressions' subqueries have their own."""
    yield relation.id
    for value in _values(relation):
        if isinstance(value, Relation):
            yield from _numbers(value)


def _expressions(relation: Relation) -> Iterator[Expression]:
    """Every expression that stands directly in a relation or in one that it is made of."""
    for value in _values(relation):
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, SortKey):
            yield value.expression
        elif isinstance(value, Relation):
            yield from _expressions(value)


def _values(value: object) -> Iterator[object]:
    """What a relation's fields hold, tuples opened."""
    for part in fields(value) if isinstance(value, Relation) else ():
        yield from _opened(getattr(value, part.name))


def _opened(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for part in value:
            yield from _opened(part)
    else:
        yield value
