"""Products and sums of decimals in 64 bits, where what a table holds at most proves that no digit gets lost.

Hive's type of a product has as many digits as both factors together, and beyond 18 of them DuckDB counts in 128 bits,
several times slower. The proven calls bear the narrower type; where anything but a sum, an average, a comparison or
more of the same takes them, they are cast to Hive's type again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    Case,
    Cast,
    ColumnRef,
    Distinct,
    Expression,
    Filter,
    Join,
    Limit,
    Literal,
    Project,
    Relation,
    Scan,
    Sort,
)
from airflow_ddb_hive.model.types import DecimalType, HiveType

__all__ = ["NARROW", "narrowed"]

NARROW = {"+": "narrow_add", "-": "narrow_subtract", "*": "narrow_multiply"}
"""By Hive's operator, the call that DuckDB's own arithmetic is enough for."""

_DIGITS = 18
_LIMIT = 10**_DIGITS
_OPEN = frozenset({"=", "!=", "<", "<=", ">", ">=", "sum", "avg", "min", "max"})
"""What takes a decimal of whatever digits."""

Limits = Mapping[int, Mapping[int, int]]
"""By a relation's number and a column's place, the largest magnitude of its decimals, without the point."""


def narrowed(relation: Relation, scanned: Limits) -> Relation:
    """Return the query with the arithmetic narrowed that ``scanned``, the limits of scans, proves to be."""
    return _Narrowing(dict(scanned)).relation(relation) if any(scanned.values()) else relation


class _Narrowing:
    """The walk over one query, from its scans up."""

    def __init__(self, limits: dict[int, Mapping[int, int]]) -> None:
        self._limits = limits

    def relation(self, relation: Relation) -> Relation:
        changes: dict[str, Any] = {}
        for part in fields(relation):
            value = getattr(relation, part.name)
            if isinstance(value, Relation):
                changes[part.name] = self.relation(value)
            elif part.name == "inputs":
                changes[part.name] = tuple(self.relation(one) for one in value)
        below = replace(relation, **changes) if changes else relation
        self._limits.setdefault(relation.id, self._of(below))
        return self._rewritten(below)

    def _of(self, relation: Relation) -> Mapping[int, int]:
        """The limits of a relation's columns, from those of its inputs."""
        match relation:
            case Filter() | Sort() | Limit() | Distinct():
                return self._limits[relation.input.id]
            case Join():
                right = {} if relation.kind in ("semi", "anti") else self._limits[relation.right.id]
                offset = len(relation.left.columns)
                return {**self._limits[relation.left.id], **{offset + place: one for place, one in right.items()}}
            case Project():
                found = [self._limit(one) for one in relation.expressions]
            case Aggregate() if relation.grouping_sets is None:
                found = [self._limit(one) for one in relation.keys]
            case _:
                return {}
        return {place: one for place, one in enumerate(found) if one is not None}

    def _rewritten(self, relation: Relation) -> Relation:
        """The relation with its own expressions narrowed; a project's types stay, for others refer to them."""
        if isinstance(relation, Scan):
            return relation
        changes: dict[str, Any] = {}
        for part in fields(relation):
            value = getattr(relation, part.name)
            if isinstance(value, Expression):
                changes[part.name] = self._kept(value)
            elif isinstance(value, tuple) and value and isinstance(value[0], Expression):
                changes[part.name] = tuple(self._kept(one) for one in value)
        return replace(relation, **changes) if changes else relation

    def _kept(self, expression: Any) -> Any:
        """An expression with its parts narrowed and its own type as it was."""
        narrow = self._narrow(expression)
        return narrow if narrow.type == expression.type else Cast(expression.type, expression.position, narrow)

    def _narrow(self, expression: Expression) -> Expression:
        """An expression with its parts narrowed, and itself where that is proven."""
        match expression:
            case Call() if expression.window is None:
                return self._call(expression)
            case Case():
                return self._case(expression)
            case Cast():
                return replace(expression, operand=self._kept(expression.operand))
        return expression

    def _call(self, call: Call) -> Call:
        proven = isinstance(call.type, DecimalType) and call.function in NARROW and self._is_proven(call)
        step = self._short if proven else self._narrow if call.function in _OPEN else self._kept
        arguments = tuple(step(one) for one in call.arguments)
        if not proven:
            return replace(call, arguments=arguments)
        precision = _natural(call.function, [one.type for one in arguments])
        type_ = DecimalType(precision, _scale(call.type))
        return replace(call, function=NARROW[call.function], arguments=arguments, type=type_)

    def _is_proven(self, call: Call) -> bool:
        if len(call.arguments) != 2 or not all(isinstance(one.type, DecimalType) for one in call.arguments):  # noqa: PLR2004 - a sign has one operand
            return False
        scales = [_scale(one.type) for one in call.arguments]
        exact = sum(scales) if call.function == "*" else max(scales)
        within = [self._limit(one) for one in (call, *call.arguments)]
        return exact == _scale(call.type) <= _DIGITS and all(one is not None and one < _LIMIT for one in within)

    def _short(self, expression: Expression) -> Expression:
        """An operand in 64 bits, whose limit is known to allow it."""
        narrow = self._narrow(expression)
        scale = _scale(narrow.type)
        if isinstance(narrow.type, DecimalType) and narrow.type.precision <= _DIGITS:
            return narrow
        return Cast(DecimalType(_DIGITS, scale), expression.position, narrow)

    def _case(self, case: Case) -> Case:
        results = [then for _, then in case.branches] + ([] if case.default is None else [case.default])
        limit = self._limit(case)
        is_wide = isinstance(case.type, DecimalType) and case.type.precision > _DIGITS
        if limit is None or not is_wide or not limit < _LIMIT or _scale(case.type) > _DIGITS:
            changed = [self._kept(one) for one in results]
            type_: HiveType = case.type
        else:
            type_ = DecimalType(_DIGITS, _scale(case.type))
            shorts = [self._short(one) for one in results]
            changed = [one if one.type == type_ else Cast(type_, one.position, one) for one in shorts]
        whens = [self._kept(when) for when, _ in case.branches]
        branches = tuple(zip(whens, changed, strict=False))
        return replace(case, type=type_, branches=branches, default=None if case.default is None else changed[-1])

    def _limit(self, expression: Expression) -> int | None:
        """The largest magnitude that a decimal can have, without its point; ``None`` if nobody knows."""
        scale = _scale(expression.type)
        found: int | None = None
        match expression:
            case _ if not isinstance(expression.type, DecimalType):
                pass
            case ColumnRef():
                found = self._limits.get(expression.relation, {}).get(expression.index)
            case Literal(_, _, value) | Cast(_, _, Literal(_, _, value)):
                found = _magnitude(value, scale)
            case Case():
                found = self._of_case(expression, scale)
            case Call():
                found = self._of_call(expression)
            case Cast():
                found = self._at(expression.operand, scale)
        return found

    def _of_case(self, case: Case, scale: int) -> int | None:
        results = [then for _, then in case.branches] + ([] if case.default is None else [case.default])
        found = [self._at(one, scale) for one in results]
        known = [one for one in found if one is not None]
        return max(known, default=0) if len(known) == len(found) else None

    def _of_call(self, call: Call) -> int | None:
        combine = _COMBINED.get(call.function)
        if combine is None or len(call.arguments) != 2:  # noqa: PLR2004 - a sign has one operand
            return None
        scale = _scale(call.type)
        if call.function == "*":
            found = [self._limit(one) for one in call.arguments]
            if sum(_scale(one.type) for one in call.arguments) != scale:
                return None
        else:
            found = [self._at(one, scale) for one in call.arguments]
        return None if found[0] is None or found[1] is None else combine(found[0], found[1])

    def _at(self, expression: Expression, scale: int) -> int | None:
        """A limit at a scale that is no smaller."""
        limit = self._limit(expression)
        more = scale - _scale(expression.type)
        return None if limit is None or more < 0 else limit * 10**more


_COMBINED: dict[str, Callable[[int, int], int]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one + other,
    "*": lambda one, other: one * other,
}


def _scale(type_: HiveType) -> int:
    return type_.scale if isinstance(type_, DecimalType) else 0


def _magnitude(value: object, scale: int) -> int | None:
    """A number without its point; half a unit more at most where it has digits beyond the scale."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return int(abs(Decimal(value)).scaleb(scale)) + 1


def _natural(function: str, types: list[HiveType]) -> int:
    """The digits of DuckDB's own type of a result; what would have over 18 has 18."""
    left, right = (type_ if isinstance(type_, DecimalType) else DecimalType(_DIGITS, 0) for type_ in types)
    whole = max(left.precision - left.scale, right.precision - right.scale) + max(left.scale, right.scale) + 1
    return min(_DIGITS, left.precision + right.precision if function == "*" else whole)
