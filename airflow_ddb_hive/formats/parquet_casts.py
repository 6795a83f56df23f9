"""Which stored type a Hive column can be read from, and what becomes of values that do not fit.

Measured with Hive 3.1.3: a whole number out of a column's range, or of a decimal's, is NULL; where Hive fails with a
ClassCastException, and where its rounding or text form is its own, the file is refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from airflow_ddb_hive.errors import FileFormatError
from airflow_ddb_hive.formats.int96 import INT96, from_int96
from airflow_ddb_hive.model.arrow import exact_type, instant_type
from airflow_ddb_hive.model.types import CharType, HiveType, VarcharType

if TYPE_CHECKING:
    from airflow_ddb_hive.model.table import Column

__all__ = ["cast_column", "number_of_text"]


def cast_column(values: pa.Array, column: Column, file: str) -> pa.Array:
    """Give stored values the column's type.

    Raises:
        FileFormatError: The stored type cannot be the column's.
    """
    try:
        return _cut(_cast(values, exact_type(column.type)), column.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, _UnfitError) as error:
        raise FileFormatError(
            f"{file!r}: column {column.name!r} is stored as {values.type}, which cannot be read as {column.type}"
        ) from error


def number_of_text(values: pa.Array, type_: HiveType) -> pa.Array:
    """Make numbers of text where the column became a column of numbers, as Hive's ORC reader does; others stay.

    Example:
        >>> from airflow_ddb_hive.model.types import INT
        >>> number_of_text(pa.array(["12", "1.5", "+4", "99999999999", "x"]), INT).to_pylist()
        [12, None, 4, None, None]
    """
    target = exact_type(type_)
    if not _is_text(values.type) or not (pt.is_integer(target) or pt.is_floating(target)):
        return values
    whole = pt.is_integer(target)
    trimmed = values if whole else pc.utf8_trim(values, " ")
    form = r"^[+-]?\d{1,38}$" if whole else r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
    written = pc.if_else(pc.match_substring_regex(trimmed, form), trimmed, None)
    unsigned = pc.utf8_ltrim(written, "+")
    if not whole:
        return unsigned.cast(pa.float64()).cast(target, safe=False)
    wide, most = unsigned.cast(_ANY_WHOLE), 1 << (target.bit_width - 1)
    low, high = (pa.scalar(Decimal(end), _ANY_WHOLE) for end in (-most, most - 1))
    inside = pc.and_(pc.greater_equal(wide, low), pc.less_equal(wide, high))
    return pc.if_else(inside, wide, pa.scalar(None, _ANY_WHOLE)).cast(target)


_ANY_WHOLE = pa.decimal128(38, 0)


class _UnfitError(Exception):
    """A stored type for which there is no rule."""


def _cast(values: pa.Array, target: pa.DataType) -> pa.Array:
    stored = values.type
    if stored == target:
        return values
    if pt.is_dictionary(stored):
        return _cast(values.dictionary_decode(), target)
    for is_stored, is_target, convert in _RULES:
        if is_stored(stored) and is_target(target):
            result: pa.Array = convert(values, target)
            return result
    raise _UnfitError


def _plain(values: pa.Array, target: pa.DataType) -> pa.Array:
    return values.cast(target)


def _in_range(values: pa.Array, target: pa.DataType) -> pa.Array:
    bits = target.bit_width
    inside = pc.and_(
        pc.greater_equal(values, pa.scalar(-(1 << (bits - 1)), pa.int64())),
        pc.less_equal(values, pa.scalar((1 << (bits - 1)) - 1, pa.int64())),
    )
    return pc.if_else(inside, values, None).cast(target)


def _float(values: pa.Array, target: pa.DataType) -> pa.Array:
    return values.cast(target, safe=False)


def _decimal(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Rescale half up; what then has too many digits is NULL."""
    wide = values.cast(pa.decimal256(70, max(getattr(values.type, "scale", 0), target.scale)))
    rounded = pc.round(wide, target.scale, "half_towards_infinity")
    limit = pa.scalar(10 ** (target.precision - target.scale), pa.decimal256(70, 0)).cast(rounded.type)
    inside = pc.less(pc.abs(rounded), limit)
    return pc.if_else(inside, rounded, pa.scalar(None, rounded.type)).cast(target)


def _list(values: pa.Array, target: pa.DataType) -> pa.Array:
    lists = values.cast(pa.list_(values.type.value_type)) if pt.is_large_list(values.type) else values
    items = _cast(lists.values, target.value_type)
    return pa.ListArray.from_arrays(_offsets(lists), items, target, mask=_mask(lists))


def _map(values: pa.Array, target: pa.DataType) -> pa.Array:
    keys, items = _cast(values.keys, target.key_type), _cast(values.items, target.item_type)
    return pa.MapArray.from_arrays(_offsets(values), keys, items, target, mask=_mask(values))


def _offsets(values: pa.Array) -> pa.Array:
    return pa.concat_arrays([values.offsets]) if values.offset else values.offsets


def _mask(values: pa.Array) -> pa.Array | None:
    return values.is_null() if values.null_count else None


def _struct(values: pa.Array, target: pa.DataType) -> pa.Array:
    by_name = {values.type.field(index).name.lower(): index for index in range(values.type.num_fields)}
    arrays = []
    for field in target:
        index = by_name.get(field.name)
        part = pa.nulls(len(values), field.type) if index is None else _cast(values.field(index), field.type)
        arrays.append(part)
    return pa.StructArray.from_arrays(arrays, fields=list(target), mask=_mask(values))


def _cut(values: pa.Array, type_: HiveType) -> pa.Array:
    if isinstance(type_, VarcharType | CharType):
        return pc.utf8_slice_codeunits(values, 0, type_.length)
    return values


def _is_bytes(type_: pa.DataType) -> bool:
    return bool(pt.is_binary(type_) or pt.is_large_binary(type_) or pt.is_fixed_size_binary(type_))


def _is_text(type_: pa.DataType) -> bool:
    return bool(pt.is_string(type_) or pt.is_large_string(type_))


def _instant(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Timestamps of any unit; nanoseconds are rounded down to microseconds first."""
    parts = values.cast(pa.int64())
    unit = _MICROS_PER_UNIT.get(values.type.unit)
    if unit is not None:
        micros, nanos = pc.multiply_checked(parts, unit), pa.repeat(pa.scalar(0, pa.int16()), len(values))
    else:
        numbers = parts.fill_null(0).to_numpy()
        micros, nanos = pa.array(numbers // 1000), pa.array((numbers % 1000).astype("i2"))
    return pa.StructArray.from_arrays([micros.cast(pa.timestamp("us")), nanos], fields=list(target), mask=_mask(values))


def _int96(values: pa.Array, _target: pa.DataType) -> pa.Array:
    return from_int96(values)


_MICROS_PER_UNIT = {"s": 1_000_000, "ms": 1000, "us": 1}
_RULES = (
    (INT96.equals, instant_type().equals, _int96),
    (pt.is_timestamp, instant_type().equals, _instant),
    (pt.is_null, lambda _: True, _plain),
    (pt.is_integer, pt.is_signed_integer, _in_range),
    (pt.is_integer, pt.is_floating, _float),
    (pt.is_integer, pt.is_decimal, _decimal),
    (pt.is_integer, _is_text, _plain),
    (pt.is_float32, pt.is_float64, _plain),
    (pt.is_boolean, _is_text, _plain),
    (_is_text, _is_text, _plain),
    (_is_bytes, _is_text, _plain),
    (_is_bytes, _is_bytes, _plain),
    (pt.is_decimal, pt.is_decimal, _decimal),
    (lambda type_: pt.is_list(type_) or pt.is_large_list(type_), pt.is_list, _list),
    (pt.is_map, pt.is_map, _map),
    (pt.is_struct, pt.is_struct, _struct),
)
"""Stored type, column's type, and how the one becomes the other; the first that fits."""
