"""From one expression of the typed tree to DuckDB SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.functions import AGGREGATES, FRAMELESS, REFUSED_FUNCTIONS, SQL_FUNCTIONS
from airflow_ddb_hive.engines.local.emit.instants import instant_literal
from airflow_ddb_hive.engines.local.emit.sql import text
from airflow_ddb_hive.engines.local.emit.windows import emit_window
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql import NESTED_TOO_DEEPLY
from airflow_ddb_hive.hiveql.functions.bridges import SIMPLE
from airflow_ddb_hive.hiveql.tree import (
    Call,
    Case,
    Cast,
    ColumnRef,
    Expression,
    Literal,
    Relation,
    ScalarSubquery,
    SortKey,
)
from airflow_ddb_hive.model.types import TIMESTAMP

__all__ = ["emit_expression", "emit_sort_key"]

RelationEmitter = Callable[[Relation], str]


def emit_expression(expression: Expression, relation: RelationEmitter) -> str:
    """Return an expression's SQL; ``relation`` emits the queries inside it.

    Raises:
        UnsupportedSqlError: The expression has no faithful SQL; its place in the script is on the error.
    """
    try:
        return _emit(expression, relation)
    except RecursionError as error:
        raise UnsupportedSqlError(NESTED_TOO_DEEPLY) from error
    except UnsupportedSqlError as error:
        if error.line is None:
            error.line, error.column = expression.position.line, expression.position.column
        raise


def _emit(expression: Expression, relation: RelationEmitter) -> str:
    match expression:
        case ColumnRef():
            return f"t{expression.relation}.c{expression.index}"
        case Literal():
            return _literal(expression)
        case Cast():
            return emit_cast(emit_expression(expression.operand, relation), expression.operand.type, expression.type)
        case Case():
            return _case(expression, relation)
        case Call():
            return _call(expression, relation)
        case ScalarSubquery():
            return _subquery(expression, relation)
    raise UnsupportedSqlError(f"an expression of kind {type(expression).__name__} is not supported")


def _literal(literal: Literal) -> str:
    value = literal.value
    target = duckdb_type(literal.type)
    match value:
        case None:
            return f"CAST(NULL AS {target})"
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return instant_literal(value) if literal.type == TIMESTAMP else text(value)
        case bytes():
            return f"unhex('{value.hex()}')"
        case datetime():
            return instant_literal(value.isoformat(sep=" "))
    written = value.isoformat() if isinstance(value, date) else str(value)
    return f"CAST('{written}' AS {target})"


def _case(case: Case, relation: RelationEmitter) -> str:
    branches = " ".join(
        f"WHEN {emit_expression(when, relation)} THEN {_widened(then, relation)}" for when, then in case.branches
    )
    default = f" ELSE {_widened(case.default, relation)}" if case.default is not None else ""
    return f"(CASE {branches}{default} END)"


_NARROWING = (SIMPLE - {"like"}) | {
    "+",
    "-",
    "*",
    "/",
    "%",
    "pmod",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "<=>",
    "in",
    "and",
}
"""What converts its arguments as CAST does; other functions convert them themselves, and no decimal is too large."""

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
"""What converts no column where a constant stands on the other side."""


def _widened(expression: Expression, relation: RelationEmitter) -> str:
    if not isinstance(expression, Cast):
        return emit_expression(expression, relation)
    operand = expression.operand
    return emit_cast(emit_expression(operand, relation), operand.type, expression.type, wide=True)


def _call(call: Call, relation: RelationEmitter) -> str:
    constant = call.function in _COMPARISONS and any(isinstance(argument, Literal) for argument in call.arguments)
    emit = _widened if constant or call.function not in _NARROWING else emit_expression
    arguments = [emit(argument, relation) for argument in call.arguments]
    if call.function in AGGREGATES:
        return _aggregate(call, arguments, relation)
    emitter = SQL_FUNCTIONS.get(call.function)
    if emitter is None:
        reason = REFUSED_FUNCTIONS.get(call.function, "this engine does not have it yet")
        raise UnsupportedSqlError(f"function {call.function} is not supported: {reason}")
    return emitter(call, arguments)


def _aggregate(call: Call, arguments: list[str], relation: RelationEmitter) -> str:
    aggregate = AGGREGATES[call.function]
    window = call.window
    if window is None:
        return aggregate(call, arguments, "")
    if call.function in FRAMELESS:
        window = replace(window, frame=None)
    return emit_window(
        call,
        window,
        arguments,
        lambda over: aggregate(call, arguments, over),
        lambda expression: emit_expression(expression, relation),
    )


def emit_sort_key(key: SortKey, relation: RelationEmitter) -> str:
    """Return one key of an ORDER BY, with its direction and the place of NULL written out."""
    direction = "DESC" if key.descending else "ASC"
    # A bare number would be a column's place, and a constant orders nothing.
    sql = emit_expression(key.expression, relation)
    return f"({sql}) {direction} NULLS {'FIRST' if key.nulls_first else 'LAST'}"


def _subquery(subquery: ScalarSubquery, relation: RelationEmitter) -> str:
    query = f"({relation(subquery.relation)})"
    if subquery.kind == "exists":
        return f"(EXISTS {query})"
    if subquery.kind == "in" and subquery.operand is not None:
        have, want = subquery.relation.columns[0].type, subquery.operand.type
        if have != want:
            query = f"(SELECT {emit_cast('q.c0', have, want)} FROM {query} AS q)"
        return f"({emit_expression(subquery.operand, relation)} IN {query})"
    return query
