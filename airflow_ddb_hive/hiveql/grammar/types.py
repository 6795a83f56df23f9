"""Types as they stand in casts and column lists, by the rule ``type`` of Hive 3.1's HiveParser.g."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError, InputError
from airflow_ddb_hive.model.types import (
    PRIMITIVES,
    TIMESTAMP_LOCAL,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["read_primitive_type", "read_type"]

_DECIMALS = frozenset({"DECIMAL", "NUMERIC", "DEC"})
_TEXTS: dict[str, Callable[[int], HiveType]] = {"VARCHAR": VarcharType, "CHAR": CharType}
_PRIMITIVE = "primitive type specification"


def read_type(cursor: Cursor) -> HiveType:
    """Take a type.

    Raises:
        HiveSyntaxError: The next words are no type.
        HiveSemanticError: A length or precision out of range.
    """
    for word, reader in _NESTED.items():
        if cursor.at(word, "<"):
            cursor.place += 2
            found = reader(cursor)
            cursor.expect(">", "type specification")
            return found
    if cursor.at_any(frozenset(_NESTED)):
        cursor.advance()
        raise cursor.error("type specification")
    return read_primitive_type(cursor, "type specification")


def read_primitive_type(cursor: Cursor, context: str = _PRIMITIVE) -> HiveType:
    """Take a primitive type, as CAST and the keys of maps have it."""
    first = cursor.word
    if first.kind == "word" and first.value in _DECIMALS:
        cursor.advance()
        return _decimal(cursor, first.position)
    if first.kind == "word" and first.value in _TEXTS:
        cursor.advance()
        cursor.expect("(", _PRIMITIVE)
        length = cursor.integer(_PRIMITIVE)
        cursor.expect(")", _PRIMITIVE)
        return _checked(first.position, _TEXTS[first.value], length)
    name = {"INTEGER": "int", "TIMESTAMPLOCALTZ": TIMESTAMP_LOCAL.name}.get(first.value, first.text.lower())
    if first.kind != "word" or name not in PRIMITIVES:
        raise cursor.error(context)
    cursor.advance()
    if name == "double":
        cursor.take("PRECISION")
    if name == "timestamp" and cursor.take("WITH"):
        for word in ("LOCAL", "TIME", "ZONE"):
            cursor.expect(word, context)
        return TIMESTAMP_LOCAL
    return PRIMITIVES[name]


def _decimal(cursor: Cursor, position: Position) -> HiveType:
    if not cursor.take("("):
        return DecimalType()
    precision, scale = cursor.integer(_PRIMITIVE), 0
    if cursor.take(","):
        scale = cursor.integer(_PRIMITIVE)
    cursor.expect(")", _PRIMITIVE)
    return _checked(position, DecimalType, precision, scale)


def _checked(position: Position, make: Callable[..., HiveType], *sizes: int) -> HiveType:
    try:
        return make(*sizes)
    except InputError as error:
        raise HiveSemanticError(error.message, line=position.line, column=position.column) from error


def _array(cursor: Cursor) -> HiveType:
    return ArrayType(read_type(cursor))


def _map(cursor: Cursor) -> HiveType:
    key = read_primitive_type(cursor)
    cursor.expect(",", "map type")
    return MapType(key, read_type(cursor))


def _struct(cursor: Cursor) -> HiveType:
    fields = [_field(cursor)]
    while cursor.take(","):
        fields.append(_field(cursor))
    return StructType(tuple(fields))


def _field(cursor: Cursor) -> tuple[str, HiveType]:
    name = cursor.identifier("column specification")
    cursor.expect(":", "column specification")
    found = read_type(cursor)
    if cursor.take("COMMENT"):
        cursor.string("column specification")
    return name, found


_NESTED: dict[str, Callable[[Cursor], HiveType]] = {"ARRAY": _array, "MAP": _map, "STRUCT": _struct}
"""What reads the inside of each type that has one."""
