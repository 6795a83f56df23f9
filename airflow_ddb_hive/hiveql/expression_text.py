"""An expression of the typed tree as readable HiveQL: with the conversions that the binder made, and few brackets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import NoneType
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.hiveql.tree import (
    Call,
    Case,
    Cast,
    ColumnRef,
    Expression,
    Literal,
    LiteralValue,
    ScalarSubquery,
    SortKey,
    Window,
)

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.tree import Relation

__all__ = ["column_names", "expression_text"]

Names = Callable[[ColumnRef], str]
"""What a column is called."""

_OR, _AND, _NOT, _COMPARES, _POSTFIX = 1, 2, 3, 4, 12
# fmt: off
_BINARY: Mapping[str, int] = {
    "or": _OR, "and": _AND,
    "=": _COMPARES, "<=>": _COMPARES, "!=": _COMPARES, "<": _COMPARES, "<=": _COMPARES, ">": _COMPARES,
    ">=": _COMPARES, "like": _COMPARES, "rlike": _COMPARES, "regexp": _COMPARES,
    "|": 5, "&": 6, "+": 8, "-": 8, "*": 9, "/": 9, "%": 9, "div": 9, "^": 10,
}
# fmt: on
"""How strongly each operator binds; a comparison beside a comparison gets brackets."""

_PREFIX: Mapping[str, tuple[str, int]] = {"not": ("NOT ", _NOT), "negative": ("-", 11), "~": ("~", 11)}
_SUFFIX: Mapping[str, str] = {
    "isnull": " IS NULL",
    "isnotnull": " IS NOT NULL",
    "istrue": " IS TRUE",
    "isfalse": " IS FALSE",
    "isnottrue": " IS NOT TRUE",
    "isnotfalse": " IS NOT FALSE",
}
_ESCAPES = str.maketrans({"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def expression_text(expression: Expression, names: Names | None = None) -> str:
    """Return an expression as HiveQL; without ``names`` columns have names such as ``t1.c0``.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Position
        >>> from airflow_ddb_hive.model.types import BIGINT, BOOLEAN, INT
        >>> place = Position()
        >>> column = Cast(BIGINT, place, ColumnRef(INT, place, 1, 0))
        >>> test = Call(BOOLEAN, place, ">", (column, Literal(BIGINT, place, 5)))
        >>> expression_text(test, lambda column: "age")
        'CAST(age AS bigint) > 5'
    """
    return _Writer(names or _numbered).text(expression)


def column_names(relation: Relation) -> Names:
    """Return names for the columns of a relation, and for those of all others their numbers.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import OutputColumn, Position, Values
        >>> from airflow_ddb_hive.model.types import INT
        >>> names = column_names(Values(7, (OutputColumn("age", INT),), ()))
        >>> names(ColumnRef(INT, Position(), 7, 0)), names(ColumnRef(INT, Position(), 8, 2))
        ('age', 't8.c2')
    """
    known = tuple(column.name for column in relation.columns)
    return lambda column: known[column.index] if column.relation == relation.id else _numbered(column)


def _numbered(column: ColumnRef) -> str:
    return f"t{column.relation}.c{column.index}"


class _Writer:
    """Writes expressions whose columns have names."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def text(self, expression: Expression, least: int = 0) -> str:
        """The text, in brackets if it binds less strongly than its place needs."""
        text, strength = self._written(expression)
        return f"({text})" if strength < least else text

    def _written(self, expression: Expression) -> tuple[str, int]:
        match expression:
            case Literal(value=value):
                negative = isinstance(value, int | float) and value < 0
                return _literal(value), 11 if negative else _POSTFIX
            case ColumnRef():
                return self._names(expression), _POSTFIX
            case Cast(operand=operand):
                return f"CAST({self.text(operand)} AS {expression.type})", _POSTFIX
            case Case():
                return self._case(expression), _POSTFIX
            case ScalarSubquery():
                return self._subquery(expression)
            case Call():
                return self._call(expression)
        raise TypeError(f"no text for {type(expression).__name__}")

    def _case(self, case: Case) -> str:
        branches = " ".join(f"WHEN {self.text(when)} THEN {self.text(then)}" for when, then in case.branches)
        default = "" if case.default is None else f" ELSE {self.text(case.default)}"
        return f"CASE {branches}{default} END"

    def _subquery(self, subquery: ScalarSubquery) -> tuple[str, int]:
        if subquery.kind == "in" and subquery.operand is not None:
            return f"{self.text(subquery.operand, _COMPARES + 1)} IN (subquery)", _COMPARES
        return ("EXISTS (subquery)" if subquery.kind == "exists" else "(subquery)"), _POSTFIX

    def _call(self, call: Call) -> tuple[str, int]:
        name, arguments = call.function, call.arguments
        if (between := self._between(call)) is not None:
            return between, _COMPARES
        if name in _BINARY and len(arguments) > 1:
            return self._chain(name, arguments), _BINARY[name]
        if name in _PREFIX:
            sign, strength = _PREFIX[name]
            return self._negated(arguments[0]) or sign + self.text(arguments[0], strength), strength
        if name in _SUFFIX:
            return self.text(arguments[0], _COMPARES + 1) + _SUFFIX[name], _COMPARES
        return self._special(call)

    def _special(self, call: Call) -> tuple[str, int]:
        arguments = call.arguments
        if call.function == "in":
            values = ", ".join(self.text(value) for value in arguments[1:])
            return f"{self.text(arguments[0], _COMPARES + 1)} IN ({values})", _COMPARES
        if call.function == "index":
            return f"{self.text(arguments[0], _POSTFIX)}[{self.text(arguments[1])}]", _POSTFIX
        if call.function == "field" and isinstance(arguments[1], Literal):
            return f"{self.text(arguments[0], _POSTFIX)}.{arguments[1].value!s}", _POSTFIX
        listed = ", ".join(self.text(argument) for argument in arguments)
        distinct = "DISTINCT " if call.distinct else ""
        star = "*" if call.function == "count" and not arguments else listed
        over = "" if call.window is None else f" OVER ({self._window(call.window)})"
        return f"{call.function}({distinct}{star}){over}", _POSTFIX

    def _chain(self, name: str, arguments: tuple[Expression, ...]) -> str:
        strength = _BINARY[name]
        word = name.upper() if name.isalpha() else name
        # AND and OR may stand in any order; what comes behind another operator binds from the left.
        first = strength + 1 if strength == _COMPARES else strength
        later = strength if strength in (_AND, _OR) else strength + 1
        texts = [self.text(arguments[0], first), *(self.text(argument, later) for argument in arguments[1:])]
        return f" {word} ".join(texts)

    def _between(self, call: Call) -> str | None:
        """``x BETWEEN a AND b``, which the binder writes as two comparisons."""
        match call:
            case Call(
                function="and",
                arguments=(
                    Call(function=">=", arguments=(low_of, low)),
                    Call(function="<=", arguments=(high_of, high)),
                ),
            ) if low_of == high_of:
                bound = _COMPARES + 1
                return f"{self.text(low_of, bound)} BETWEEN {self.text(low, bound)} AND {self.text(high, bound)}"
        return None

    def _negated(self, operand: Expression) -> str | None:
        """``x NOT IN (…)`` and the like, for NOT before them."""
        if not isinstance(operand, Call):
            return None
        tested = operand.arguments[0] if operand.arguments else None
        if self._between(operand) is not None and isinstance(tested, Call):
            tested = tested.arguments[0]
        elif operand.function not in ("in", "like", "rlike"):
            return None
        left = "" if tested is None else self.text(tested, _COMPARES + 1)
        return f"{left} NOT{self.text(operand)[len(left) :]}"

    def _window(self, window: Window) -> str:
        parts = []
        if window.partition:
            parts.append("PARTITION BY " + ", ".join(self.text(part) for part in window.partition))
        if window.order:
            parts.append("ORDER BY " + ", ".join(self._key(key) for key in window.order))
        if window.frame is not None:
            unit, start, end = window.frame
            parts.append(f"{unit.upper()} BETWEEN {_bound(start, 'PRECEDING')} AND {_bound(end, 'FOLLOWING')}")
        return " ".join(parts)

    def _key(self, key: SortKey) -> str:
        return self.text(key.expression) + (" DESC" if key.descending else "")


def _bound(offset: int | None, unbounded: str) -> str:
    if offset is None:
        return f"UNBOUNDED {unbounded}"
    if offset == 0:
        return "CURRENT ROW"
    return f"{abs(offset)} {'PRECEDING' if offset < 0 else 'FOLLOWING'}"


_LITERALS: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _value: "NULL",
    bool: lambda value: str(value).upper(),
    bytes: lambda value: f"unhex('{value.hex().upper()}')",
    date: lambda value: f"DATE '{value.isoformat()}'",
    datetime: lambda value: f"TIMESTAMP '{value.isoformat(sep=' ')}'",
    str: lambda value: f"'{value.translate(_ESCAPES)}'",
}
"""How constants are written that are no numbers."""


def _literal(value: LiteralValue) -> str:
    return _LITERALS.get(type(value), str)(value)
