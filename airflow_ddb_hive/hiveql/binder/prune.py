"""Which columns a query really uses: the scans read no others.

Columns keep their places. What nobody uses in a projection becomes NULL, so that nothing below it is used for it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.walk import column_refs, mapped, parts
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Distinct,
    Expression,
    Filter,
    Join,
    LateralView,
    Limit,
    Literal,
    Project,
    Relation,
    ScalarSubquery,
    Scan,
    SetOperation,
    Sort,
    Union,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["pruned"]

_Needed = frozenset[int]


def pruned(relation: Relation) -> Relation:
    """The query with every scan's ``needed`` exact; all of the query's own columns are used."""
    return _prune(relation, frozenset(range(len(relation.columns))))


def _prune(relation: Relation, needed: _Needed) -> Relation:
    match relation:
        case Scan():
            found: Relation = replace(relation, needed=needed)
        case Values():
            found = relation
        case Union():
            found = replace(relation, inputs=tuple(_prune(part, needed) for part in relation.inputs))
        case Join():
            found = _join(relation, needed)
        case SetOperation():
            whole = frozenset(range(len(relation.columns)))
            found = replace(relation, left=_prune(relation.left, whole), right=_prune(relation.right, whole))
        case Project():
            found = _project(relation, needed)
        case _:
            found = _single(relation, needed)
    return found


def _uses(expressions: Iterable[Expression]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for expression in expressions:
        for reference in column_refs(expression):
            found[reference.relation].add(reference.index)
    return found


def _project(relation: Project, needed: _Needed) -> Relation:
    kept = tuple(
        _inner(expression) if index in needed else Literal(expression.type, expression.position, None)
        for index, expression in enumerate(relation.expressions)
    )
    below = frozenset(_uses(kept)[relation.input.id])
    return replace(relation, input=_prune(relation.input, below), expressions=kept)


def _join(relation: Join, needed: _Needed) -> Relation:
    width = len(relation.left.columns)
    condition = None if relation.condition is None else _inner(relation.condition)
    used = _uses(() if condition is None else (condition,))
    left = frozenset(index for index in needed if index < width) | used[relation.left.id]
    right = frozenset(index - width for index in needed if index >= width) | used[relation.right.id]
    return replace(relation, left=_prune(relation.left, left), right=_prune(relation.right, right), condition=condition)


def _single(relation: Relation, needed: _Needed) -> Relation:
    if isinstance(relation, Filter):
        condition = _inner(relation.condition)
        below = needed | _uses((condition,))[relation.input.id]
        return replace(relation, input=_prune(relation.input, below), condition=condition)
    if isinstance(relation, Sort):
        below = needed | _uses(key.expression for key in relation.keys)[relation.input.id]
        return replace(relation, input=_prune(relation.input, below))
    if isinstance(relation, Limit):
        return replace(relation, input=_prune(relation.input, needed))
    if isinstance(relation, Distinct):
        return replace(relation, input=_prune(relation.input, frozenset(range(len(relation.columns)))))
    return _widening(relation, needed)


def _widening(relation: Relation, needed: _Needed) -> Relation:
    """Relations that add columns to their input's, or replace them."""
    if isinstance(relation, LateralView):
        width = len(relation.input.columns)
        below = frozenset(i for i in needed if i < width) | _uses((relation.call,))[relation.input.id]
        return replace(relation, input=_prune(relation.input, below))
    assert isinstance(relation, Aggregate)  # noqa: S101 (there is no other relation)
    below = frozenset(_uses((*relation.keys, *relation.aggregates))[relation.input.id])
    return replace(relation, input=_prune(relation.input, below))


def _inner(expression: Expression) -> Expression:
    """Prune the subqueries within an expression."""
    if not _has_subquery(expression):
        return expression
    if isinstance(expression, ScalarSubquery):
        needed = frozenset[int]() if expression.kind == "exists" else frozenset(range(len(expression.relation.columns)))
        expression = replace(expression, relation=_prune(expression.relation, needed))
    return mapped(expression, _inner)


def _has_subquery(expression: Expression) -> bool:
    return isinstance(expression, ScalarSubquery) or any(_has_subquery(part) for part in parts(expression))
