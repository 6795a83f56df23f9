"""Conditions as DynamoDB's expressions, every name and value behind a placeholder, within DynamoDB's limits.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.dynamodb import AnyOf, Condition, KeyRange, Predicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.model.dynamodb import AttributeValue

__all__ = [
    "LONGEST_EXPRESSION",
    "Placeholders",
    "attributes_of",
    "filter_text",
    "fits",
    "key_condition_text",
    "projection_text",
]

LONGEST_EXPRESSION = 4096
"""The most bytes that an expression may have."""

_MOST_OPERATORS = 300
_MOST_OPERANDS = 100
"""Of one ``IN``."""
_MOST_VALUE_BYTES = 1_500_000
"""Of all values together; DynamoDB takes 2 MB."""

_TEMPLATES = {
    "=": "{name}={0}",
    "<": "{name}<{0}",
    "<=": "{name}<={0}",
    ">": "{name}>{0}",
    ">=": "{name}>={0}",
    "between": "{name} BETWEEN {0} AND {1}",
    "begins_with": "begins_with({name},{0})",
    "exists": "attribute_exists({name})",
    "not_exists": "attribute_not_exists({name})",
}
"""How a condition is written; ``in`` and ``<>`` have functions of their own."""


class Placeholders:
    """The ``#n`` names and ``:v`` values of one request, each name and value once.

    Example:
        >>> marks = Placeholders()
        >>> marks.name("a.b"), marks.name("size"), marks.name("a.b"), marks.value({"N": "1"})
        ('#n0', '#n1', '#n0', ':v0')
        >>> marks.fields()
        {'ExpressionAttributeNames': {'#n0': 'a.b', '#n1': 'size'}, 'ExpressionAttributeValues': {':v0': {'N': '1'}}}
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[bytes, tuple[str, AttributeValue]] = {}

    def copy(self) -> Placeholders:
        """Return the same names and values, to which others can be added."""
        other = Placeholders()
        other._names.update(self._names)
        other._values.update(self._values)
        return other

    def name(self, attribute: str) -> str:
        """Return the placeholder of a top-level attribute; a dot in its name is no path."""
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: AttributeValue) -> str:
        """Return the placeholder of a value."""
        return self._values.setdefault(msgspec.json.encode(value), (f":v{len(self._values)}", value))[0]

    @property
    def value_bytes(self) -> int:
        """How long all values are in JSON."""
        return sum(map(len, self._values))

    def fields(self) -> dict[str, Any]:
        """Return the request fields that explain the placeholders; none for what was not used."""
        fields: dict[str, Any] = {}
        if self._names:
            fields["ExpressionAttributeNames"] = {mark: name for name, mark in self._names.items()}
        if self._values:
            fields["ExpressionAttributeValues"] = dict(self._values.values())
        return fields


def projection_text(attributes: Sequence[str], marks: Placeholders) -> str:
    """Return a ProjectionExpression of top-level attributes.

    Example:
        >>> projection_text(["year", "a.b"], Placeholders())
        '#n0,#n1'
    """
    return ",".join(map(marks.name, attributes))


def key_condition_text(keys: Sequence[str], key_range: KeyRange, marks: Placeholders) -> str:
    """Return the KeyConditionExpression of a range in a table or index with these key attributes.

    Example:
        >>> songs = KeyRange({"S": "A"}, Condition("SongTitle", "begins_with", ({"S": "Call"},)))
        >>> key_condition_text(("Artist", "SongTitle"), songs, Placeholders())
        '#n0=:v0 AND begins_with(#n1,:v1)'
    """
    text = f"{marks.name(keys[0])}={marks.value(key_range.partition)}"
    if key_range.sort is None:
        return text
    return f"{text} AND {_condition_text(key_range.sort, marks)}"


def filter_text(predicate: Predicate, marks: Placeholders) -> str:
    """Return a FilterExpression that is true exactly where the predicate is.

    ``<>`` asks for the value's type too: by itself DynamoDB's is true of other types and of missing attributes.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AllOf
        >>> one, two = Condition("a", "=", ({"N": "1"},)), Condition("b", "<>", ({"S": "x"},))
        >>> filter_text(AllOf((AnyOf((one, two)), one)), Placeholders())
        '(#n0=:v0 OR attribute_type(#n1,:v1) AND #n1<>:v2) AND #n0=:v0'

    Raises:
        InputError: It is longer, or has more operators, than DynamoDB takes; :func:`fits` would have said so.
    """
    before = marks.value_bytes
    text = _text(_cut(predicate), marks)
    operators = sum(_operators(part) for part in _conditions(predicate))
    if len(text) > LONGEST_EXPRESSION or operators - 1 > _MOST_OPERATORS or not _has_parts(predicate):
        raise InputError(
            f"a filter of {operators} operators in {len(text)} bytes is beyond DynamoDB's limits "
            f"({_MOST_OPERATORS} in {LONGEST_EXPRESSION}): leave it to the engine"
        )
    if marks.value_bytes - before > _MOST_VALUE_BYTES:
        raise InputError(f"a filter's values have more than {_MOST_VALUE_BYTES} bytes: leave it to the engine")
    return text


def fits(predicate: Predicate) -> bool:
    """Return whether DynamoDB takes a predicate as a FilterExpression, by its size.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AllOf
        >>> several = Condition("a", "in", tuple({"N": str(n)} for n in range(250)))
        >>> fits(several), fits(AllOf((several, several, several)))
        (True, False)
    """
    try:
        filter_text(predicate, Placeholders())
    except InputError:
        return False
    return True


def attributes_of(predicate: Predicate | None) -> frozenset[str]:
    """Return the attributes that a predicate asks about.

    Example:
        >>> sorted(attributes_of(AnyOf((Condition("b", "exists"), Condition("a", "exists")))))
        ['a', 'b']
    """
    return frozenset() if predicate is None else frozenset(part.attribute for part in _conditions(predicate))


def _conditions(predicate: Predicate) -> Iterator[Condition]:
    if isinstance(predicate, Condition):
        yield predicate
    else:
        for part in predicate.parts:
            yield from _conditions(part)


def _has_parts(predicate: Predicate) -> bool:
    """Whether nothing in it is an AND, OR or IN of nothing, which no expression says."""
    if isinstance(predicate, Condition):
        return predicate.operator != "in" or bool(predicate.values)
    return bool(predicate.parts) and all(map(_has_parts, predicate.parts))


def _operators(condition: Condition) -> int:
    """What a condition counts for DynamoDB, with the AND or OR that ties it to the next."""
    if condition.operator == "in":
        return 2 * max(1, -(-len(condition.values) // _MOST_OPERANDS))
    return 4 if condition.operator == "<>" else 2


def _cut(predicate: Predicate) -> Predicate:
    """Cut long INs, and take away what would be redundant parentheses, which DynamoDB refuses."""
    if isinstance(predicate, Condition):
        return _cut_in(predicate) if predicate.operator == "in" else predicate
    kind = type(predicate)
    parts: list[Predicate] = []
    for part in map(_cut, predicate.parts):
        parts.extend(part.parts if isinstance(part, kind) else (part,))
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _cut_in(condition: Condition) -> Predicate:
    groups = [
        Condition(condition.attribute, "in", condition.values[start : start + _MOST_OPERANDS])
        for start in range(0, len(condition.values), _MOST_OPERANDS)
    ]
    return groups[0] if len(groups) == 1 else AnyOf(tuple(groups))


def _text(predicate: Predicate, marks: Placeholders) -> str:
    if isinstance(predicate, Condition):
        return _condition_text(predicate, marks)
    if isinstance(predicate, AnyOf):
        return " OR ".join(_text(part, marks) for part in predicate.parts)
    parts = ((_text(part, marks), isinstance(part, AnyOf)) for part in predicate.parts)
    return " AND ".join(f"({text})" if is_or else text for text, is_or in parts)


def _condition_text(condition: Condition, marks: Placeholders) -> str:
    name = marks.name(condition.attribute)
    if condition.operator == "in":
        return f"{name} IN ({','.join(map(marks.value, condition.values))})"
    if condition.operator == "<>":
        (value,) = condition.values
        (type_name,) = value
        return f"attribute_type({name},{marks.value({'S': type_name})}) AND {name}<>{marks.value(value)}"
    return _TEMPLATES[condition.operator].format(*map(marks.value, condition.values), name=name)
