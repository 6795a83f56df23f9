"""Text columns to typed columns, by Arrow kernels; the one place that knows what fits which Hive type."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.paged_json import tag_of
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.types import ArrayType, CharType, HiveType, VarcharType

__all__ = ["CellError", "column_of_text", "decode_base64"]


class CellError(Exception):
    """A value that does not fit; ``row`` is its place in the array, where that is known."""

    def __init__(self, value: str, row: int | None) -> None:
        super().__init__(value)
        self.value = value
        self.row = row


def column_of_text(values: pa.Array, hive_type: HiveType, dynamodb_type: str) -> pa.Array:
    """Return a typed column from what ``paged_json`` read for it.

    Example:
        >>> from airflow_ddb_hive.model.types import DOUBLE
        >>> column_of_text(pa.array(["1.5", None]), DOUBLE, "N").to_pylist()
        [1.5, None]

    Raises:
        CellError: A value does not fit.
    """
    if isinstance(hive_type, ArrayType):
        return _list_column(values, hive_type, dynamodb_type)
    if dynamodb_type == "B":
        return decode_base64(values)
    if dynamodb_type == "S" and str(hive_type) == "string":
        return values
    return _scalar_column(values, hive_type)


def _list_column(values: pa.ListArray, hive_type: ArrayType, dynamodb_type: str) -> pa.Array:
    tag = dynamodb_type[0] if dynamodb_type != "L" else tag_of(hive_type.element)
    elements = values.flatten()
    if dynamodb_type == "L":
        elements = pc.struct_field(elements, [tag])
    try:
        typed = column_of_text(elements, hive_type.element, tag)
    except CellError as error:
        row = None if error.row is None else pc.list_parent_indices(values)[error.row].as_py()
        raise CellError(error.value, row) from error
    lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32)
    mask = pc.is_null(values)
    return pa.ListArray.from_arrays(pa.array(offsets), typed, type=arrow_type(hive_type), mask=mask)


def _scalar_column(values: pa.Array, hive_type: HiveType) -> pa.Array:
    if isinstance(hive_type, VarcharType | CharType):
        return _sized_text(values, hive_type)
    target = arrow_type(hive_type)
    if values.type == target:
        return values
    try:
        return pc.cast(values, target)
    except pa.ArrowInvalid:
        return _cast_or_name(values, target)


def _cast_or_name(values: pa.Array, target: pa.DataType) -> pa.Array:
    """Find the first value that the cast refuses, by halving."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        if _casts(values.slice(low, middle - low), target):
            low = middle
        else:
            high = middle
    raise CellError(values[low].as_py(), low)


def _casts(values: pa.Array, target: pa.DataType) -> bool:
    try:
        pc.cast(values, target)
    except pa.ArrowInvalid:
        return False
    return True


def _sized_text(values: pa.Array, hive_type: VarcharType | CharType) -> pa.Array:
    text = pc.utf8_rtrim(values, characters=" ") if isinstance(hive_type, CharType) else values
    too_long = pc.fill_null(pc.greater(pc.utf8_length(text), hive_type.length), fill_value=False)
    if pc.any(too_long).as_py():
        row = pc.index(too_long, value=True).as_py()
        raise CellError(values[row].as_py(), row)
    return text


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SEXTETS = np.zeros(256, dtype=np.uint32)
_SEXTETS[np.frombuffer(_ALPHABET, dtype=np.uint8)] = np.arange(64, dtype=np.uint32)
_PAD = ord("=")


def decode_base64(values: pa.Array) -> pa.Array:
    """Decode padded standard Base64, all values at once.

    Example:
        >>> decode_base64(pa.array(["aGk=", None, ""])).to_pylist()
        [b'hi', None, b'']
    """
    present = pc.fill_null(values, "")
    lengths = pc.binary_length(present).to_numpy(zero_copy_only=False).astype(np.int64)
    text = _bytes_of(present, int(lengths.sum()))
    quads = _SEXTETS[text].reshape(-1, 4)
    words = (quads[:, 0] << 18) | (quads[:, 1] << 12) | (quads[:, 2] << 6) | quads[:, 3]
    raw = np.stack([words >> 16, (words >> 8) & 0xFF, words & 0xFF], axis=1).astype(np.uint8).reshape(-1)
    padding = (text == _PAD).reshape(-1, 4).sum(axis=1)
    keep = (np.arange(3)[None, :] < (3 - padding)[:, None]).reshape(-1)
    ends = np.concatenate([[0], np.cumsum(lengths // 4)])
    kept = np.concatenate([[0], np.cumsum(3 - padding)])[ends].astype(np.int32)
    plain = pa.BinaryArray.from_buffers(
        pa.binary(), len(values), [None, pa.py_buffer(kept), pa.py_buffer(raw[keep].tobytes())]
    )
    return pc.if_else(pc.is_valid(values), plain, pa.scalar(None, pa.binary()))


def _bytes_of(values: pa.Array, total: int) -> npt.NDArray[np.uint8]:
    """The characters of all values, one after another."""
    _, offsets, data = values.buffers()
    if data is None or total == 0:
        return np.zeros(0, dtype=np.uint8)
    first = int(np.frombuffer(offsets, dtype=np.int32)[values.offset])
    return np.frombuffer(data, dtype=np.uint8)[first : first + total]
