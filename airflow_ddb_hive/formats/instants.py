"""Timestamps in the exact form of ``model/arrow.py``, made and replaced at whatever depth of a column they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.types as pt

from airflow_ddb_hive.model.arrow import instant_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

__all__ = ["has_instants", "instants", "leaves", "replaced", "replaced_type"]


def instants(micros: np.ndarray, nanos: np.ndarray, nulls: pa.Array | None) -> pa.StructArray:
    """Return timestamps of microseconds since 1970 and the nanoseconds beyond them."""
    parts = [pa.array(micros.astype("i8")).cast(pa.timestamp("us")), pa.array(nanos.astype("i2"))]
    return pa.StructArray.from_arrays(parts, fields=list(instant_type()), mask=nulls)


def has_instants(type_: pa.DataType) -> bool:
    """Whether there are exact timestamps in a type, at whatever depth.

    Example:
        >>> has_instants(pa.list_(instant_type())), has_instants(pa.timestamp("us"))
        (True, False)
    """
    return bool(replaced_type(type_, pa.null()) != type_)


def replaced_type(type_: pa.DataType, leaf: pa.DataType) -> pa.DataType:
    """Return a type with another in the place of exact timestamps.

    Example:
        >>> replaced_type(pa.list_(pa.field("element", instant_type())), pa.string())
        ListType(list<element: string>)
    """
    if type_ == instant_type():
        return leaf
    if pt.is_list(type_):
        return pa.list_(type_.value_field.with_type(replaced_type(type_.value_type, leaf)))
    if pt.is_map(type_):
        return pa.map_(replaced_type(type_.key_type, leaf), replaced_type(type_.item_type, leaf))
    if pt.is_struct(type_):
        return pa.struct([one.with_type(replaced_type(one.type, leaf)) for one in type_])
    return type_


def replaced(values: pa.Array, leaf: pa.DataType, convert: Callable[[pa.StructArray], pa.Array]) -> pa.Array:
    """Return an array with what ``convert`` makes of its exact timestamps, which has the type ``leaf``."""
    type_ = values.type
    if type_ == instant_type():
        return convert(values)
    target = replaced_type(type_, leaf)
    if target == type_:
        return values
    nulls = values.is_null() if values.null_count else None
    if pt.is_struct(type_):
        parts = [replaced(values.field(place), leaf, convert) for place in range(type_.num_fields)]
        return pa.StructArray.from_arrays(parts, fields=list(target), mask=nulls)
    offsets = pa.concat_arrays([values.offsets]) if values.offset else values.offsets
    if pt.is_map(type_):
        keys, items = (replaced(one, leaf, convert) for one in (values.keys, values.items))
        return pa.MapArray.from_arrays(offsets, keys, items, target, mask=nulls)
    return pa.ListArray.from_arrays(offsets, replaced(values.values, leaf, convert), target, mask=nulls)


def leaves(values: pa.Array) -> Iterator[pa.StructArray]:
    """Yield the exact timestamps in an array, at whatever depth."""
    type_ = values.type
    if type_ == instant_type():
        yield values
    elif pt.is_list(type_):
        yield from leaves(values.flatten())
    elif pt.is_map(type_):
        yield from leaves(values.keys)
        yield from leaves(values.items)
    elif pt.is_struct(type_):
        for part in values.flatten():
            yield from leaves(part)
