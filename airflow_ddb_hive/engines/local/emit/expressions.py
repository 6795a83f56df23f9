"""From one expression of the typed tree to DuckDB SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.functions import AGGREGATES, FRAMELESS, REFUSED_FUNCTIONS, SQL_FUNCTIONS
from airflow_ddb_hive.engines.local.emit.instants import instant_literal
from airflow_ddb_hive.engines.local.emit.sql import text
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
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
    Window,
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
        f"WHEN {emit_expression(when, relation)} THEN {emit_expression(then, relation)}" for when, then in case.branches
    )
    default = f" ELSE {emit_expression(case.default, relation)}" if case.default is not None else ""
    return f"(CASE {branches}{default} END)"


def _call(call: Call, relation: RelationEmitter) -> str:
    arguments = [emit_expression(argument, relation) for argument in call.arguments]
    if call.function in AGGREGATES:
        over = _over(call, call.window, relation) if call.window is not None else ""
        return AGGREGATES[call.function](call, arguments, over)
    emitter = SQL_FUNCTIONS.get(call.function)
    if emitter is None:
        reason = REFUSED_FUNCTIONS.get(call.function, "this engine does not have it yet")
        raise UnsupportedSqlError(f"function {call.function} is not supported: {reason}")
    return emitter(call, arguments)


def _over(call: Call, window: Window, relation: RelationEmitter) -> str:
    parts = []
    if window.partition:
        parts.append("PARTITION BY " + ", ".join(emit_expression(e, relation) for e in window.partition))
    if window.order:
        parts.append("ORDER BY " + ", ".join(emit_sort_key(key, relation) for key in window.order))
    if window.frame is not None and call.function not in FRAMELESS:
        unit, start, end = window.frame
        parts.append(f"{unit.upper()} BETWEEN {_bound(start, 'PRECEDING')} AND {_bound(end, 'FOLLOWING')}")
    return f" OVER ({' '.join(parts)})"


def _bound(offset: int | None, unbounded: str) -> str:
    if offset is None:
        return f"UNBOUNDED {unbounded}"
    if offset == 0:
        return "CURRENT ROW"
    return f"{abs(offset)} {'PRECEDING' if offset < 0 else 'FOLLOWING'}"


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
        return f"({emit_expression(subquery.operand, relation)} IN {query})"
    return query
