"""Key conditions and filters as people read them: attributes with DynamoDB's names, values as constants."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.dynamodb import AllOf, AnyOf, Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_ddb_hive.model.dynamodb import AccessPath, AttributeValue, KeyRange, Predicate

__all__ = ["key_condition_line", "predicate_line", "value_text"]

_ESCAPES = str.maketrans({"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
_LONGEST_NUMBER = 40
_SHOWN_VALUES = 5


def key_condition_line(path: AccessPath, keys: Sequence[str]) -> str | None:
    """Return what the key ranges of a path say of partition and sort key; ``None`` if it has none.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AccessPath, Condition, KeyRange
        >>> songs = Condition("SongTitle", "begins_with", ({"S": "Call"},))
        >>> path = AccessPath(kind="query", ranges=(KeyRange({"S": "Akon"}, songs), KeyRange({"S": "Cher"}, songs)))
        >>> key_condition_line(path, ("Artist", "SongTitle"))
        "Artist IN ('Akon', 'Cher') AND begins_with(SongTitle, 'Call')"
    """
    if not path.ranges:
        return None
    groups: dict[str, list[KeyRange]] = {}
    for one in path.ranges:
        groups.setdefault("" if one.sort is None else predicate_line(one.sort), []).append(one)
    texts = [_group_text(keys[0], sort, ranges) for sort, ranges in list(groups.items())[:_SHOWN_VALUES]]
    left = len(groups) - len(texts)
    return " OR ".join(texts) + (f" OR … {left:,} more" if left else "")


def _group_text(partition: str, sort: str, ranges: Sequence[KeyRange]) -> str:
    values = tuple(one.partition for one in ranges)
    test = Condition(partition, "=" if len(values) == 1 else "in", values)
    return predicate_line(test) + (f" AND {sort}" if sort else "")


def predicate_line(predicate: Predicate) -> str:
    """Return a predicate in one line.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import AnyOf
        >>> predicate_line(AnyOf((Condition("Year", "<", ({"N": "1990"},)), Condition("Genre", "exists"))))
        'Year < 1990 OR attribute_exists(Genre)'
    """
    match predicate:
        case AllOf(parts):
            return " AND ".join(_nested(part) for part in parts)
        case AnyOf(parts):
            return " OR ".join(_nested(part) for part in parts)
    return _condition_text(predicate)


def _nested(part: Predicate) -> str:
    text = predicate_line(part)
    return text if isinstance(part, Condition) else f"({text})"


def _condition_text(condition: Condition) -> str:
    values = [value_text(value) for value in condition.values]
    return _FORMS.get(condition.operator, _comparison)(condition, values)


def _comparison(condition: Condition, values: Sequence[str]) -> str:
    return f"{condition.attribute} {condition.operator} {values[0]}"


def _between(condition: Condition, values: Sequence[str]) -> str:
    return f"{condition.attribute} BETWEEN {values[0]} AND {values[1]}"


def _in(condition: Condition, values: Sequence[str]) -> str:
    shown = ", ".join(values[:_SHOWN_VALUES])
    left = len(values) - _SHOWN_VALUES
    return f"{condition.attribute} IN ({shown}{f', … {left:,} more' if left > 0 else ''})"


def _begins_with(condition: Condition, values: Sequence[str]) -> str:
    return f"begins_with({condition.attribute}, {values[0]})"


def _exists(condition: Condition, _values: Sequence[str]) -> str:
    return f"attribute_{condition.operator}({condition.attribute})"


_FORMS: Mapping[str, Callable[[Condition, Sequence[str]], str]] = {
    "begins_with": _begins_with,
    "between": _between,
    "exists": _exists,
    "in": _in,
    "not_exists": _exists,
}


def value_text(value: AttributeValue) -> str:
    r"""Return one attribute value as a constant.

    Example:
        >>> print(value_text({"N": "5"}), value_text({"S": "it's"}), value_text({"BOOL": True}))
        5 'it\'s' TRUE
    """
    ((kind, content),) = value.items()
    if kind == "S":
        return f"'{str(content).translate(_ESCAPES)}'"
    if kind == "N":
        return _number_text(Decimal(content))
    if kind == "B":
        return f"unbase64('{content}')"
    return str(content).upper() if kind == "BOOL" else str(content)


def _number_text(number: Decimal) -> str:
    """Digits as people write them, unless they are very many."""
    plain = f"{number:f}"
    return plain if len(plain) <= _LONGEST_NUMBER else str(number)
