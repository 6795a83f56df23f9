"""A query's relations as lines of text, each below the one that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.hiveql.expression_text import column_names, expression_text
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    ColumnRef,
    Distinct,
    Filter,
    Join,
    LateralView,
    Limit,
    Project,
    Relation,
    Scan,
    SetOperation,
    Sort,
    Union,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["relation_lines"]

_STEP = "  "


def relation_lines(relation: Relation) -> Iterator[str]:
    """Yield the lines of a relation and, indented, of those it reads.

    Example:
        >>> list(relation_lines(Limit(2, (), Values(1, (), ((),)), 10)))
        ['Limit: 10', '  Values: 1 row']
    """
    yield _HEADS[type(relation)](relation)
    for child in _inputs(relation):
        yield from (_STEP + line for line in relation_lines(child))


def _inputs(relation: Relation) -> tuple[Relation, ...]:
    if isinstance(relation, Join | SetOperation):
        return (relation.left, relation.right)
    if isinstance(relation, Union):
        return relation.inputs
    child = getattr(relation, "input", None)
    return () if child is None else (child,)


def _names(relation: Relation) -> Callable[[ColumnRef], str]:
    """Names for the columns of what a relation reads; those of a join's sides show which side."""
    sides = _inputs(relation)
    if len(sides) == 1:
        return column_names(sides[0])
    known = {side.id: column_names(side) for side in sides}

    def name(column: ColumnRef) -> str:
        return f"t{column.relation}.{known[column.relation](column)}" if column.relation in known else _numbered(column)

    return name


def _numbered(column: ColumnRef) -> str:
    return f"t{column.relation}.c{column.index}"


def _scan(relation: Scan) -> str:
    sample = relation.sample
    part = "" if sample is None else f", sample of {sample.amount:g} {sample.kind}"
    return f"TableScan: {relation.table.qualified_name} (t{relation.id}){part}"


def _values(relation: Values) -> str:
    return f"Values: {len(relation.rows)} row{'' if len(relation.rows) == 1 else 's'}"


def _project(relation: Project) -> str:
    names = _names(relation)
    texts = []
    for expression, column in zip(relation.expressions, relation.columns, strict=True):
        text = expression_text(expression, names)
        texts.append(text if text == column.name else f"{text} AS {column.name}")
    return f"Select: {', '.join(texts)}"


def _filter(relation: Filter) -> str:
    return f"Filter: {expression_text(relation.condition, _names(relation))}"


def _join(relation: Join) -> str:
    on = "" if relation.condition is None else f": {expression_text(relation.condition, _names(relation))}"
    return f"Join {relation.kind}{on}"


def _lateral(relation: LateralView) -> str:
    outer = " outer" if relation.outer else ""
    return f"Lateral view{outer}: {expression_text(relation.call, _names(relation))}"


def _aggregate(relation: Aggregate) -> str:
    names = _names(relation)
    keys = ", ".join(expression_text(key, names) for key in relation.keys) or "()"
    calls = ", ".join(expression_text(call, names) for call in relation.aggregates)
    sets = "" if relation.grouping_sets is None else f" in {len(relation.grouping_sets)} grouping sets"
    return f"Group by: {keys}{sets}{f'; {calls}' if calls else ''}"


def _sort(relation: Sort) -> str:
    names = _names(relation)
    keys = (expression_text(key.expression, names) + (" DESC" if key.descending else "") for key in relation.keys)
    return f"Order by: {', '.join(keys)}"


def _limit(relation: Limit) -> str:
    return f"Limit: {relation.count}{f', leaving out {relation.offset}' if relation.offset else ''}"


_HEADS: Mapping[type[Relation], Callable[[Any], str]] = {
    Aggregate: _aggregate,
    Distinct: lambda _relation: "Distinct",
    Filter: _filter,
    Join: _join,
    LateralView: _lateral,
    Limit: _limit,
    Project: _project,
    Scan: _scan,
    SetOperation: lambda relation: f"{relation.kind.capitalize()}{' all' if relation.all else ''}",
    Sort: _sort,
    Union: lambda _relation: "Union all",
    Values: _values,
}
