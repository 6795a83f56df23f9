"""Text columns to typed columns, by Arrow kernels; the one place that knows what fits which Hive type."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.types import DATE, STRING, TIMESTAMP, CharType, DecimalType, HiveType, VarcharType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Typed = tuple[pa.Array, npt.NDArray[np.intp]]

__all__ = ["CellError", "column_of_text", "decode_base64"]


class CellError(Exception):
    """A value that does not fit; ``row`` is its place in the array."""

    def __init__(self, value: str, row: int) -> None:
        super().__init__(value)
        self.value = value
        self.row = row


def column_of_text(
    values: pa.Array, hive_type: HiveType, tag: str, *, null_bad_values: bool = False
) -> tuple[pa.Array, int]:
    """Return a typed column and how many values became NULL because they do not fit.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> column_of_text(pa.array(["7", None, "1.5"]), BIGINT, "N", null_bad_values=True)[0].to_pylist()
        [7, None, None]

    Raises:
        CellError: A value does not fit, and is not to become NULL.
    """
    if tag == "B":
        return decode_base64(values), 0
    if hive_type == STRING:
        return values, 0
    typed, unfit = _converter(hive_type)(values)
    if len(unfit) and not null_bad_values:
        row = int(unfit[0])
        raise CellError(values[row].as_py(), row)
    return typed, len(unfit)


def _converter(hive_type: HiveType) -> Callable[[pa.Array], _Typed]:
    """What makes typed values of text, NULL where one does not fit, and says where that is."""
    if isinstance(hive_type, VarcharType | CharType):
        return functools.partial(_sized_text, hive_type=hive_type)
    if isinstance(hive_type, DecimalType):
        return functools.partial(_decimal, hive_type=hive_type)
    if hive_type in _DATED:
        return functools.partial(_dated, hive_type=hive_type)
    return functools.partial(_number, targets=(arrow_type(hive_type),))


_NONE = np.zeros(0, np.intp)


def _places(mask: pa.Array) -> npt.NDArray[np.intp]:
    return np.flatnonzero(pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False))


def _number(values: pa.Array, *, targets: tuple[pa.DataType, ...]) -> _Typed:
    """Cast to one type after the other."""
    typed = _cast(values, targets)
    if typed is None:
        parts = _pieces(values, 0, targets)
        unfit = np.array([row for row, piece in parts if piece is None], np.intp)
        null = pa.nulls(1, targets[-1])
        return pa.concat_arrays([null if piece is None else piece for _, piece in parts]), unfit
    if pa.types.is_float32(typed.type):
        too_large = pc.is_inf(typed)
        return pc.if_else(too_large, None, typed), _places(too_large)
    return typed, _NONE


def _cast(values: pa.Array, targets: tuple[pa.DataType, ...]) -> pa.Array | None:
    try:
        return functools.reduce(pc.cast, targets, values)
    except pa.ArrowInvalid:
        return None


def _pieces(values: pa.Array, first: int, targets: tuple[pa.DataType, ...]) -> list[tuple[int, pa.Array | None]]:
    """Typed pieces and where each begins, ``None`` for a single value that does not fit: found by halving."""
    typed = _cast(values, targets)
    if typed is not None or len(values) == 1:
        return [(first, typed)]
    middle = len(values) // 2
    return _pieces(values.slice(0, middle), first, targets) + _pieces(values.slice(middle), first + middle, targets)


_MOST_DIGITS = 38
_EXACT = decimal.Context(prec=400)
"""More digits than any number of DynamoDB has with all its zeros."""


def _decimal(values: pa.Array, *, hive_type: DecimalType) -> _Typed:
    """Arrow shifts a number's digits by its scale without a look at what falls off, so there must be room for them."""
    target, scale = arrow_type(hive_type), hive_type.scale
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    if longest > _MOST_DIGITS or pc.any(pc.match_substring(values, "E", ignore_case=True)).as_py():
        texts = values.to_pylist()
        found = [None if text is None else _exact(text, hive_type) for text in texts]
        return pa.array(found, target), _lost(texts, found)
    room = (pa.decimal256(2 * _MOST_DIGITS, scale),) if longest + scale > _MOST_DIGITS else ()
    return _number(values, targets=(*room, target))


def _exact(text: str, hive_type: DecimalType) -> decimal.Decimal | None:
    number = decimal.Decimal(text)
    digits = number.scaleb(hive_type.scale, _EXACT)
    fits = digits == digits.to_integral_value() and abs(digits) < 10**hive_type.precision
    return number if fits else None


def _lost(texts: Sequence[str | None], found: Sequence[object]) -> npt.NDArray[np.intp]:
    """The places of texts that nothing was found for."""
    return np.array([row for row, text in enumerate(texts) if text is not None and found[row] is None], np.intp)


def _sized_text(values: pa.Array, *, hive_type: VarcharType | CharType) -> _Typed:
    # Spaces at the end are no part of a CHAR's value.
    text = pc.utf8_rtrim(values, characters=" ") if isinstance(hive_type, CharType) else values
    too_long = pc.greater(pc.utf8_length(text), hive_type.length)
    unfit = _places(too_long)
    return (pc.if_else(too_long, None, text) if len(unfit) else text), unfit


_DATED: dict[HiveType, re.Pattern[str]] = {
    DATE: re.compile(r" *(\d{4})-(\d{1,2})-(\d{1,2}) *", re.ASCII),
    TIMESTAMP: re.compile(
        r" *(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)? *", re.ASCII
    ),
}
"""Those of Hive's forms in which nothing is lost: it also takes days that no calendar has, and ends of any kind."""

_PLAIN: dict[HiveType, str] = {
    DATE: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    TIMESTAMP: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?)?$",
}
"""The forms that Arrow reads with the same meaning."""

_FIRST_YEAR = dt.date.min


def _dated(values: pa.Array, *, hive_type: HiveType) -> _Typed:
    target = arrow_type(hive_type)
    plain = pc.all(pc.match_substring_regex(values, _PLAIN[hive_type])).as_py()
    typed = _cast(values, (target,)) if plain is not False else None
    if typed is not None and not pc.any(pc.less(typed.cast(pa.date32()), pa.scalar(_FIRST_YEAR))).as_py():
        return typed, _NONE
    texts = values.to_pylist()
    found = [None if text is None else _moment(text, hive_type) for text in texts]
    return pa.array(found, target), _lost(texts, found)


def _moment(text: str, hive_type: HiveType) -> dt.date | None:
    match = _DATED[hive_type].fullmatch(text)
    if match is None:
        return None
    year, month, day, *time = (part or "0" for part in match.groups())
    try:
        date = dt.date(int(year), int(month), int(day))
        if hive_type == DATE:
            return date
        *clock, fraction = time
        nanoseconds = int(fraction.ljust(9, "0"))
        hour, minute, second = map(int, clock)
        return (
            None
            if nanoseconds % 1000
            else dt.datetime.combine(date, dt.time(hour, minute, second, nanoseconds // 1000))
        )
    except ValueError:
        return None


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
