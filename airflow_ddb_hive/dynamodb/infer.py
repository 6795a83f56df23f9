"""Finds Hive types that hold what was seen of a table's attributes exactly, preferring those that EMR has.

Numbers are ``bigint`` if all are whole and fit, ``double`` if all are written the same again, otherwise ``decimal``,
which only the local engine has. A map is a ``struct`` if all that were seen have the same keys, in lower case;
otherwise ``map<string,T>`` if its values have one type. What has no such type stays in the column of whole items.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.column_names import column_names, unused_name
from airflow_ddb_hive.dynamodb.observe import Observed, merged
from airflow_ddb_hive.model.emr import is_portable
from airflow_ddb_hive.model.inferred import InferredColumn, InferredTable, LeftOutAttribute
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DOUBLE,
    STRING,
    ArrayType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflow_ddb_hive.dynamodb.observe import Numbers
    from airflow_ddb_hive.model.dynamodb import TableDescription
    from airflow_ddb_hive.model.inferred import TableSample

__all__ = ["ITEM_COLUMN", "infer_table"]

ITEM_COLUMN = "item"
"""The name of the column of whole items, unless an attribute has it."""

_MOST_DIGITS = 38
_ITEM_TYPE = MapType(STRING, STRING)
_SCALARS = {"S": STRING, "B": BINARY, "BOOL": BOOLEAN}
_KEY_TYPES = {"S": STRING, "B": BINARY, "N": BIGINT}
_SETS = frozenset({"SS", "NS", "BS"})
_FIELD = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)


class _NoTypeError(Exception):
    """Nothing but the whole item holds what was seen; the text says why."""


def infer_table(
    description: TableDescription,
    attributes: Mapping[str, Observed],
    sample: TableSample,
    *,
    portable: bool = False,
    reserved: frozenset[str] = frozenset(),
) -> InferredTable:
    """Return columns for what was seen of each attribute.

    Example:
        >>> from airflow_ddb_hive.dynamodb.observe import observe_items
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> from airflow_ddb_hive.model.inferred import TableSample
        >>> seen = observe_items([{"Id": {"N": "1"}, "Price": {"N": "9.5"}}, {"Id": {"N": "2"}}])
        >>> table = infer_table(
        ...     TableDescription(name="T", hash_key="Id", attribute_types={"Id": "N"}),
        ...     seen,
        ...     TableSample(items=2, units=1.0, segments=1, complete=True),
        ... )
        >>> [(column.name, str(column.type), table.share(column.items)) for column in table.columns]
        [('id', 'bigint', 1.0), ('price', 'double', 0.5)]

    Args:
        description: The table.
        attributes: What was seen.
        sample: How much was read.
        portable: Use no type that EMR does not have.
        reserved: Hive's reserved words, in capitals.
    """
    known = {**{name: Observed() for name in description.attribute_types}, **attributes}
    typed: dict[str, _ColumnType] = {}
    left_out: list[LeftOutAttribute] = []
    for name in sorted(known, key=lambda name: (_key_rank(name, description), -known[name].count, name)):
        try:
            typed[name] = _column_type(name, known[name], description, portable=portable)
        except _NoTypeError as reason:
            left_out.append(LeftOutAttribute(attribute=name, items=known[name].count, reason=str(reason)))
    names = column_names(typed, description.attribute_types)
    columns = [
        InferredColumn(
            name=names[attribute],
            attribute=attribute,
            type=hive_type,
            dynamodb_type=dynamodb_type,
            items=known[attribute].count,
            notes=tuple(_notes(attribute, names, known[attribute], hive_type, reserved)),
        )
        for attribute, (hive_type, dynamodb_type) in typed.items()
    ]
    if left_out or not columns:
        columns.append(_item_column(names.values(), description, sample))
    return InferredTable(description=description, sample=sample, columns=tuple(columns), left_out=tuple(left_out))


def _key_rank(name: str, description: TableDescription) -> int:
    keys = description.key_attributes
    return keys.index(name) if name in keys else len(keys)


def _item_column(names: Iterable[str], description: TableDescription, sample: TableSample) -> InferredColumn:
    taken = [*names, *(key.lower() for key in description.attribute_types)]
    return InferredColumn(
        name=unused_name(ITEM_COLUMN, taken),
        attribute=None,
        type=_ITEM_TYPE,
        items=sample.items,
        notes=("whole items",),
    )


_ColumnType = tuple[HiveType, str | None]
"""The type of a column, and the DynamoDB type where the mapping must name it."""


def _column_type(name: str, observed: Observed, description: TableDescription, *, portable: bool) -> _ColumnType:
    """Find the type of an attribute's column.

    Raises:
        _NoTypeError: It has none.
    """
    if "," in name:
        raise _NoTypeError("a column mapping cannot hold a comma")
    tag = _only_tag(observed) or description.attribute_types.get(name)
    if not observed.count and tag is not None:
        return _KEY_TYPES[tag], None
    if tag in _SETS:
        element = _number_type(observed.numbers) if tag == "NS" else _SCALARS[tag[0]]
        found: _ColumnType = ArrayType(element), tag
    else:
        hive_type = _value_type(observed)
        found = hive_type, "M" if hive_type == _ITEM_TYPE else None
    if portable and not is_portable(found[0]):
        raise _NoTypeError(f"{found[0]} does not run on EMR")
    return found


def _only_tag(observed: Observed) -> str | None:
    """The one type that values have; ``None`` if all are NULL.

    Raises:
        _NoTypeError: They have several.
    """
    tags = {tag: count for tag, count in observed.tags.items() if tag != "NULL"}
    if len(tags) > 1:
        total = sum(tags.values())
        shares = ", ".join(f"{tag} {count / total:.0%}" for tag, count in sorted(tags.items()))
        raise _NoTypeError(f"values of several types: {shares}")
    return next(iter(tags), None)


def _value_type(observed: Observed) -> HiveType:
    """The type that values have, at any depth."""
    tag = _only_tag(observed)
    match tag:
        case None:
            return STRING
        case "N":
            return _number_type(observed.numbers)
        case "L":
            return ArrayType(STRING if observed.elements is None else _value_type(observed.elements))
        case "M":
            return _map_type(observed)
    if tag in _SETS:
        raise _NoTypeError(f"a set ({tag}) inside a list or map")
    return _SCALARS[str(tag)]


def _number_type(numbers: Numbers) -> HiveType:
    if numbers.whole:
        return BIGINT
    if numbers.exact_doubles:
        return DOUBLE
    if max(numbers.digits, 0) + numbers.scale <= _MOST_DIGITS:
        # As many digits before the point as there can be: the sample has not seen every number.
        return DecimalType(_MOST_DIGITS, numbers.scale)
    raise _NoTypeError(f"numbers of {numbers.digits} digits before and {numbers.scale} behind the point")


def _map_type(observed: Observed) -> HiveType:
    fields = observed.fields
    same_keys = all(part.count == observed.tags["M"] for part in fields.values())
    if fields and same_keys and all(_FIELD.fullmatch(name) for name in fields):
        return StructType(tuple((name, _value_type(part)) for name, part in sorted(fields.items())))
    values = merged(fields.values())
    try:
        return MapType(STRING, _value_type(values))
    except _NoTypeError as error:
        why = "maps with different keys" if not same_keys else "maps with keys that are no lower-case names"
        raise _NoTypeError(f"{why}, and {error}") from error


def _notes(
    attribute: str, names: Mapping[str, str], observed: Observed, hive_type: HiveType, reserved: frozenset[str]
) -> Iterator[str]:
    name = names[attribute]
    rivals = [other for other in names if other != attribute and other.lower() == attribute.lower()]
    if rivals:
        yield f"differs from {', '.join(rivals)} by case only"
    if name != attribute.lower():
        yield "the name is made up"
    if name.upper() in reserved:
        yield "a reserved word: keep the backticks"
    if not observed.count:
        yield "in no sampled item: known as a key of the table or an index"
    elif set(observed.tags) == {"NULL"}:
        yield "only NULL was seen"
    if not is_portable(hive_type):
        yield f"{hive_type} does not run on EMR"
