"""Going through expressions: the parts of one, and the same with other parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.tree import Call, Case, Cast, ColumnRef, Expression, ScalarSubquery, SortKey, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["column_refs", "mapped", "parts"]


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
    """Every column that an expression uses."""
    if isinstance(expression, ColumnRef):
        yield expression
    for part in parts(expression):
        yield from column_refs(part)


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
    if isinstance(expression, ScalarSubquery) and expression.operand is not None:
        return replace(expression, operand=change(expression.operand))
    return expression


def _mapped_window(window: Window, change: Callable[[Expression], Expression]) -> Window:
    keys = tuple(SortKey(change(key.expression), key.descending, key.nulls_first) for key in window.order)
    return replace(window, partition=tuple(map(change, window.partition)), order=keys)
