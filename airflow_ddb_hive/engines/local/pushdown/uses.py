"""What must hold for the rows of each scan that a query has use for: the conditions above it, moved down to it.

A row for which one of them is not true may be left out without changing the query's result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.walk import column_refs, mapped, parts
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    ColumnRef,
    Distinct,
    Expression,
    Filter,
    Join,
    LateralView,
    Limit,
    Project,
    Relation,
    ScalarSubquery,
    Scan,
    SetOperation,
    Sort,
    Union,
)
from airflow_ddb_hive.model.types import DOUBLE, FLOAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["ScanUse", "conjuncts_of", "uses_of"]

_Conditions = tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ScanUse:
    """A scan and the conditions, all over its own columns, that its rows of use fulfil."""

    scan: Scan
    conditions: tuple[Expression, ...]


def uses_of(relation: Relation) -> tuple[ScanUse, ...]:
    """Return each scan of a query, those of its subqueries too, with the conditions that reach it."""
    return tuple(_walked(relation, ()))


def conjuncts_of(condition: Expression) -> Iterator[Expression]:
    """Yield what all must be true for a condition to be true."""
    if isinstance(condition, Call) and condition.function == "and":
        for argument in condition.arguments:
            yield from conjuncts_of(argument)
    else:
        yield condition


def _walked(relation: Relation, conditions: _Conditions) -> Iterator[ScanUse]:
    if isinstance(relation, Scan):
        # A condition would change which rows a sample takes.
        yield ScanUse(relation, conditions if relation.sample is None else ())
        return
    for expression in _expressions(relation):
        for subquery in _subqueries(expression):
            yield from _walked(subquery.relation, ())
    for below, kept in _BELOW.get(type(relation), _nothing)(relation, conditions):
        yield from _walked(below, kept)


def _expressions(relation: Relation) -> Iterator[Expression]:
    match relation:
        case Filter(condition=condition):
            yield condition
        case Project(expressions=expressions):
            yield from expressions
        case Join(condition=condition) if condition is not None:
            yield condition
        case Aggregate(keys=keys, aggregates=aggregates):
            yield from keys
            yield from aggregates
        case Sort(keys=sort_keys):
            yield from (key.expression for key in sort_keys)
        case LateralView(call=call):
            yield call


def _subqueries(expression: Expression) -> Iterator[ScalarSubquery]:
    if isinstance(expression, ScalarSubquery):
        yield expression
    for part in parts(expression):
        yield from _subqueries(part)


_Below = "Iterable[tuple[Relation, _Conditions]]"


def _moved(conditions: Iterable[Expression], image: Callable[[ColumnRef], Expression | None]) -> _Conditions:
    """The conditions with each column replaced; those with a column that has no image are left out."""
    return tuple(
        _replaced(condition, image)
        for condition in conditions
        if all(image(reference) is not None for reference in column_refs(condition))
    )


def _replaced(expression: Expression, image: Callable[[ColumnRef], Expression | None]) -> Expression:
    if isinstance(expression, ColumnRef):
        return image(expression) or expression
    return mapped(expression, lambda part: _replaced(part, image))


def _renumbered(conditions: _Conditions, below: Relation) -> _Conditions:
    width = len(below.columns)

    def image(reference: ColumnRef) -> Expression | None:
        if reference.index >= width:
            return None
        return ColumnRef(reference.type, reference.position, below.id, reference.index)

    return _moved(conditions, image)


def _filter(relation: Filter, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    # In a subquery a conjunct may speak of the query around it, too.
    own = _only(conjuncts_of(relation.condition), relation.input)
    yield relation.input, (*_renumbered(conditions, relation.input), *own)


def _same(relation: Sort | Distinct, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    yield relation.input, _renumbered(conditions, relation.input)


def _limit(relation: Limit, _conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    # Which rows a LIMIT takes would change.
    yield relation.input, ()


def _lateral(relation: LateralView, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    yield relation.input, _renumbered(conditions, relation.input)


def _project(relation: Project, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    if any(_has_window(expression) for expression in relation.expressions):
        yield relation.input, ()
        return
    yield relation.input, _moved(conditions, lambda reference: relation.expressions[reference.index])


def _has_window(expression: Expression) -> bool:
    if isinstance(expression, Call) and expression.window is not None:
        return True
    return any(_has_window(part) for part in parts(expression))


def _aggregate(relation: Aggregate, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    """Whole groups may be left out, by their keys; the one group of no keys is always there."""
    of_keys = [condition for condition in conditions if any(True for _ in column_refs(condition))]
    if relation.grouping_sets is not None:
        of_keys = []

    def key(reference: ColumnRef) -> Expression | None:
        return relation.keys[reference.index] if reference.index < len(relation.keys) else None

    yield relation.input, _moved(of_keys, key)


def _union(relation: Union, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    for one in relation.inputs:
        yield one, _renumbered(conditions, one)


def _set_operation(relation: SetOperation, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    """A row of either side that the conditions refuse can only keep or remove rows that they refuse as well."""
    for side in (relation.left, relation.right):
        yield side, _renumbered(conditions, side)


_ABOVE = {
    "inner": (True, True),
    "cross": (True, True),
    "left": (True, False),
    "right": (False, True),
    "full": (False, False),
    "semi": (True, False),
    "anti": (True, False),
}
"""Whether conditions above a join of a kind hold for rows of its left and right side alone."""

_WITHIN = {
    "inner": (True, True),
    "cross": (True, True),
    "left": (False, True),
    "right": (True, False),
    "full": (False, False),
    "semi": (True, True),
    "anti": (False, True),
}
"""Whether the join's own condition does: not for a side whose rows stay without a partner."""

_HANDED_OVER = {
    "inner": (True, True),
    "left": (False, True),
    "right": (True, False),
    "semi": (True, True),
}
"""Whether a condition on one side holds, through an equality of the join, for the left and right side."""


def _join(relation: Join, conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    width = len(relation.left.columns)
    own = () if relation.condition is None else tuple(conjuncts_of(relation.condition))

    def left(reference: ColumnRef) -> Expression | None:
        if reference.index >= width:
            return None
        return ColumnRef(reference.type, reference.position, relation.left.id, reference.index)

    def right(reference: ColumnRef) -> Expression | None:
        if reference.index < width:
            return None
        return ColumnRef(reference.type, reference.position, relation.right.id, reference.index - width)

    above_left, above_right = _ABOVE[relation.kind]
    within_left, within_right = _WITHIN[relation.kind]
    lefts = _moved(conditions, left) if above_left else ()
    rights = _moved(conditions, right) if above_right else ()
    lefts += _only(own, relation.left) if within_left else ()
    rights += _only(own, relation.right) if within_right else ()
    to_left, to_right = _HANDED_OVER.get(relation.kind, (False, False))
    pairs = list(_equalities(own, relation))
    yield relation.left, lefts + (_handed_over(rights, [(b, a) for a, b in pairs]) if to_left else ())
    yield relation.right, rights + (_handed_over(lefts, pairs) if to_right else ())


def _only(conditions: Iterable[Expression], side: Relation) -> _Conditions:
    """Those that are of one side alone."""
    return tuple(
        condition
        for condition in conditions
        if all(reference.relation == side.id for reference in column_refs(condition))
    )


def _equalities(conditions: Iterable[Expression], join: Join) -> Iterator[tuple[ColumnRef, ColumnRef]]:
    """Columns of the left and right side that a join holds equal, as they are."""
    for condition in conditions:
        match condition:
            case Call(function="=", arguments=(ColumnRef() as one, ColumnRef() as other)) if one.type == other.type:
                # Zero has two doubles, which are equal and yet not the same.
                if one.type in (DOUBLE, FLOAT) or {one.relation, other.relation} != {join.left.id, join.right.id}:
                    continue
                yield (one, other) if one.relation == join.left.id else (other, one)


def _handed_over(conditions: Iterable[Expression], pairs: Iterable[tuple[ColumnRef, ColumnRef]]) -> _Conditions:
    images = dict(pairs)
    with_columns = (condition for condition in conditions if any(True for _ in column_refs(condition)))
    return _moved(with_columns, images.get)


def _nothing(_relation: Relation, _conditions: _Conditions) -> Iterator[tuple[Relation, _Conditions]]:
    yield from ()


_BELOW: dict[type[Relation], Callable[..., Iterator[tuple[Relation, _Conditions]]]] = {
    Aggregate: _aggregate,
    Distinct: _same,
    Filter: _filter,
    Join: _join,
    LateralView: _lateral,
    Limit: _limit,
    Project: _project,
    SetOperation: _set_operation,
    Sort: _same,
    Union: _union,
}
"""The relations below one, each with what is known of its rows; VALUES has none."""
