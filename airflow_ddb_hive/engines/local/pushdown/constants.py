"""The values of constant expressions: literals as they are, what is computed of them by DuckDB, as the query would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.emit.expressions import emit_expression
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.binder.walk import parts
from airflow_ddb_hive.hiveql.tree import Call, Cast, Expression, Literal, Relation
from airflow_ddb_hive.model.types import BINARY, DOUBLE, STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext

__all__ = ["UNKNOWN", "Constants"]

UNKNOWN = object()
"""What is no constant, or one that only the query itself may compute."""

_EXACT_INTEGERS = 2**53

_MOST_COMPUTED = 1000
"""Constants that one SELECT computes; a list of more of them is left to the query."""

_FUNCTIONS = frozenset(
    {"=", "!=", "<", "<=", ">", ">=", "<=>", "and", "or", "not", "isnull", "isnotnull"}
    | {"+", "-", "*", "/", "%", "pmod", "div", "negative", "positive", "&", "|", "^", "~"}
    | {"concat", "lower", "upper", "trim", "ltrim", "rtrim", "substr", "substring", "reverse", "lpad", "rpad", "repeat"}
    | {"unhex", "unbase64", "encode", "to_date", "date_add", "date_sub", "add_months", "last_day", "trunc"}
    | {"abs", "floor", "ceil", "round"}
)
"""Functions whose value depends on their arguments alone."""


class Constants:
    """The constants within some expressions, those that have to be computed by one SELECT.

    Args:
        expressions: Where they stand.
        context: The statement.
    """

    def __init__(self, expressions: Iterable[Expression], context: StatementContext) -> None:
        # By identity, for an expression with a subquery in it has no hash; the list keeps them alive.
        self._computed = [one for each in expressions for one in _computed(each)]
        few = 0 < len(self._computed) <= _MOST_COMPUTED
        values = _evaluated(self._computed, context) if few else [UNKNOWN] * len(self._computed)
        self._values = {id(one): value for one, value in zip(self._computed, values, strict=True)}

    def value(self, expression: Expression) -> Any:
        """The value of an expression; ``None`` is NULL."""
        simple = _simple(expression)
        return simple if simple is not UNKNOWN else self._values.get(id(expression), UNKNOWN)


def _simple(expression: Expression) -> Any:
    """A literal, or a conversion of one that is the same here and everywhere."""
    match expression:
        case Literal(value=value):
            return value
        case Cast(operand=Literal(value=int() as value)) if expression.type == DOUBLE and abs(value) < _EXACT_INTEGERS:
            return float(value)
        case Cast(operand=Literal(value=str() as text, type=type_)) if (expression.type, type_) == (BINARY, STRING):
            return text.encode()
    return UNKNOWN


def _computed(expression: Expression) -> Iterator[Expression]:
    """The largest constant parts of an expression that are no literals."""
    if _simple(expression) is not UNKNOWN:
        return
    if _is_constant(expression):
        yield expression
        return
    for part in parts(expression):
        yield from _computed(part)


def _is_constant(expression: Expression) -> bool:
    if isinstance(expression, Literal):
        return True
    if isinstance(expression, Call) and (expression.function not in _FUNCTIONS or expression.window is not None):
        return False
    return isinstance(expression, Call | Cast) and all(_is_constant(part) for part in parts(expression))


def _evaluated(expressions: Sequence[Expression], context: StatementContext) -> list[Any]:
    """The values; an expression that fails is left to the query, which then fails with its own words."""
    import duckdb

    with context.duck.cursor(context.cancellation) as cursor:
        texts = [_sql(expression) for expression in expressions]
        try:
            return list(_row(cursor, texts))
        except duckdb.Error:
            return [_single(cursor, text) for text in texts]


def _sql(expression: Expression) -> str | None:
    try:
        return emit_expression(expression, _no_relation)
    except (KeyError, UnsupportedSqlError):
        return None


def _row(cursor: Any, texts: Sequence[str | None]) -> Iterator[Any]:
    row = cursor.execute("SELECT " + ", ".join(text or "NULL" for text in texts)).fetchone()
    return (UNKNOWN if text is None else value for text, value in zip(texts, row, strict=True))


def _single(cursor: Any, text: str | None) -> Any:
    import duckdb

    try:
        return next(_row(cursor, [text]))
    except duckdb.Error:
        return UNKNOWN


def _no_relation(_relation: Relation) -> str:
    raise UnsupportedSqlError("a constant has no query in it")
