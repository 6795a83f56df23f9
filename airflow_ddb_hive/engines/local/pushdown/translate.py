"""From a condition in Hive's meaning to one that DynamoDB can test: true at least wherever Hive's is.

An attribute that is missing, NULL or of another type is NULL for Hive, and no comparison with it is true for either.
Strings compare by their UTF-8 bytes here and there. What has no counterpart becomes ``ALWAYS``: nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.dynamodb.predicates import ALWAYS, NEVER, all_of, any_of
from airflow_ddb_hive.engines.local.pushdown.comparison import Subject, comparison, present, subject_of
from airflow_ddb_hive.engines.local.pushdown.constants import UNKNOWN
from airflow_ddb_hive.hiveql.tree import Call, ColumnRef, Expression
from airflow_ddb_hive.model.dynamodb import Condition, Predicate
from airflow_ddb_hive.model.types import STRING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflow_ddb_hive.engines.local.pushdown.constants import Constants
    from airflow_ddb_hive.model.dynamodb import AttributeColumn

__all__ = ["Translated", "Translator"]


@dataclass(frozen=True, slots=True)
class Translated:
    """A predicate that follows from a condition; ``exact`` if the condition follows from it, too."""

    predicate: Predicate
    exact: bool


_NOTHING_KNOWN = Translated(ALWAYS, exact=False)
_IMPOSSIBLE = Translated(NEVER, exact=True)
_CERTAIN = Translated(ALWAYS, exact=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """Translates conditions over one table.

    Args:
        columns: The attribute behind each place of the scan.
        constants: The values of constant expressions.
        key_types: The types of attributes that are keys of the table or of its indexes.
        table_keys: The table's own key attributes, which every item has.
        null_bad_values: Whether a value that its column cannot hold is NULL.
    """

    columns: tuple[AttributeColumn, ...]
    constants: Constants
    key_types: Mapping[str, str]
    table_keys: tuple[str, ...]
    null_bad_values: bool = False

    def translate(self, condition: Expression, *, wanted: bool = True) -> Translated:
        """Return what follows from a condition's being true or, if that is ``wanted``, false."""
        value = self.constants.value(condition)
        if value is not UNKNOWN:
            return _CERTAIN if value is wanted else _IMPOSSIBLE
        if isinstance(condition, ColumnRef):
            return self._compared(self._subject(condition), "=", wanted)
        if not isinstance(condition, Call):
            return _NOTHING_KNOWN
        translate = _FUNCTIONS.get(condition.function)
        return _NOTHING_KNOWN if translate is None else translate(self, condition, wanted)

    def _subject(self, expression: Expression) -> Subject | None:
        """A column that DynamoDB can compare, as it is or under a conversion that keeps the order."""
        found = subject_of(expression, self.columns)
        if found is None or found.column.attribute is None:
            return None
        wanted = self.key_types.get(found.column.attribute, found.column.dynamodb_type)
        return found if wanted == found.column.dynamodb_type else None

    def logical(self, call: Call, wanted: bool) -> Translated:
        """AND and OR; one of them is the other's negation."""
        parts = [self.translate(argument, wanted=wanted) for argument in call.arguments]
        join = all_of if (call.function == "and") == wanted else any_of
        return Translated(join(part.predicate for part in parts), all(part.exact for part in parts))

    def negated(self, call: Call, wanted: bool) -> Translated:
        """NOT."""
        return self.translate(call.arguments[0], wanted=not wanted)

    def compared(self, call: Call, wanted: bool) -> Translated:
        """A comparison of a column and a constant."""
        left, right = call.arguments
        operator = call.function
        subject, value = self._subject(left), self.constants.value(right)
        if subject is None:
            subject, value, operator = self._subject(right), self.constants.value(left), _TURNED[operator]
        if value is UNKNOWN:
            # The other side is computed from the row: the column must only have a value.
            return _NOTHING_KNOWN if subject is None or operator == "<=>" else self._present(subject)
        if operator == "<=>":
            return self._same(subject, value, wanted)
        if value is None:
            return _IMPOSSIBLE
        return self._compared(subject, operator if wanted else _OPPOSITE[operator], value)

    def _same(self, subject: Subject | None, value: Any, wanted: bool) -> Translated:
        """``<=>``: never NULL."""
        if value is None:
            return self._null(subject, wanted)
        return self._compared(subject, "=", value) if wanted else _NOTHING_KNOWN

    def _compared(self, subject: Subject | None, operator: str, value: Any) -> Translated:
        if subject is None or value is UNKNOWN:
            return _NOTHING_KNOWN
        found = comparison(subject, operator, value)
        if found is None:
            return self._present(subject)
        predicate, exact = found
        # A value that does not fit is NULL for Hive, where it does not fail, and a number for DynamoDB.
        exact = exact and not (subject.is_checked and self.null_bad_values and operator != "=")
        return Translated(predicate, exact)

    def _present(self, subject: Subject) -> Translated:
        """The attribute is there, which says nothing of its type."""
        if subject.column.attribute in self.table_keys:
            return _NOTHING_KNOWN
        return Translated(present(subject), exact=False)

    def member(self, call: Call, wanted: bool) -> Translated:
        """IN: one of several equalities, or none of them."""
        subject = self._subject(call.arguments[0])
        values = [self.constants.value(argument) for argument in call.arguments[1:]]
        if any(value is UNKNOWN for value in values) or subject is None:
            return _NOTHING_KNOWN if subject is None else self._present(subject)
        if not wanted and None in values:
            return _IMPOSSIBLE
        operator, join = ("=", any_of) if wanted else ("!=", all_of)
        parts = [self._compared(subject, operator, value) for value in values if value is not None]
        joined = join(_collected(part.predicate for part in parts)) if wanted else join(p.predicate for p in parts)
        return Translated(joined, all(part.exact for part in parts))

    def like(self, call: Call, wanted: bool) -> Translated:
        """LIKE: what all matches begin with."""
        subject, pattern = self._subject(call.arguments[0]), self.constants.value(call.arguments[1])
        if subject is None or pattern is UNKNOWN:
            return _NOTHING_KNOWN if subject is None else self._present(subject)
        if pattern is None:
            return _IMPOSSIBLE
        prefix, exact = _prefix(pattern)
        if not wanted or not prefix or subject.type != STRING:
            return self._present(subject)
        if prefix == pattern:
            return self._compared(subject, "=", prefix)
        begins = self._compared(subject, "begins_with", prefix)
        return Translated(begins.predicate, begins.exact and exact)

    def null(self, call: Call, wanted: bool) -> Translated:
        """IS NULL and IS NOT NULL."""
        return self._null(self._subject(call.arguments[0]), wanted == (call.function == "isnull"))

    def _null(self, subject: Subject | None, is_null: bool) -> Translated:
        if subject is None:
            return _NOTHING_KNOWN
        always_there = subject.column.attribute in self.table_keys and not subject.is_checked
        if is_null:
            return _IMPOSSIBLE if always_there else _NOTHING_KNOWN
        return _CERTAIN if always_there else self._present(subject)

    def certain(self, call: Call, wanted: bool) -> Translated:
        """IS TRUE and its like, which are never NULL."""
        value, says = _CERTAINTIES[call.function]
        if says != wanted:
            return _NOTHING_KNOWN
        return self.translate(call.arguments[0], wanted=value)


def _collected(predicates: Iterable[Predicate]) -> list[Predicate]:
    """Equalities with one attribute as one IN, each value once."""
    values: dict[str, dict[tuple[Any, ...], Any]] = {}
    others: list[Predicate] = []
    for one in predicates:
        if isinstance(one, Condition) and one.operator == "=":
            values.setdefault(one.attribute, {})[tuple(one.values[0].items())] = one.values[0]
        else:
            others.append(one)
    for attribute, found in values.items():
        operator: Any = "=" if len(found) == 1 else "in"
        others.append(Condition(attribute, operator, tuple(found.values())))
    return others


def _prefix(pattern: str) -> tuple[str, bool]:
    r"""What a LIKE pattern begins with as it stands, and whether all that begins so matches.

    Example:
        >>> _prefix("ab%"), _prefix("a_%"), _prefix("ab"), _prefix(r"a\%%")
        (('ab', True), ('a', False), ('ab', False), ('a', False))
    """
    places = [place for mark in "%_\\" if (place := pattern.find(mark)) >= 0]
    end = min(places, default=len(pattern))
    rest = pattern[end:]
    return pattern[:end], bool(rest) and not rest.strip("%")


_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=", "<=>": "<=>"}

_CERTAINTIES = {
    "istrue": (True, True),
    "isfalse": (False, True),
    "isnottrue": (True, False),
    "isnotfalse": (False, False),
}
"""What the operand is if the function's own value is the second."""

_FUNCTIONS: dict[str, Callable[[Translator, Call, bool], Translated]] = {
    "and": Translator.logical,
    "or": Translator.logical,
    "not": Translator.negated,
    "in": Translator.member,
    "like": Translator.like,
    "isnull": Translator.null,
    "isnotnull": Translator.null,
    **dict.fromkeys(_TURNED, Translator.compared),
    **dict.fromkeys(_CERTAINTIES, Translator.certain),
}
