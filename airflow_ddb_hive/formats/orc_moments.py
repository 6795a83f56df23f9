"""Timestamps between their exact form and what Arrow's ORC library takes, or text where it takes them not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.formats.instants import instants, leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PLAIN", "fits_orc", "from_text", "to_plain", "to_text"]

PLAIN = pa.timestamp("ns")
"""What Arrow's ORC library has timestamps in."""

_SECOND = 1_000_000
_DAY = 86_400_000_000
_EPOCH = "1970-01-01 00:00:00"
_EPOCH_JULIAN_DAY = 2_440_588
_FIRST_GREGORIAN = "1582-10-15"
_FIRST_GREGORIAN_DAY = -141_427
_FIRST_MICROS = -9_223_372_036_000_000
_LAST_MICROS = 9_223_372_036_000_000
"""What 64 bits of nanoseconds reach, 1677 to 2262, in microseconds."""
_FORM = r"^ *[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})? *$"


def _numbers(values: pa.StructArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Microseconds since 1970 and nanoseconds beyond them, 0 for NULL, as Hive's ORC writer leaves them.

    It counts whole seconds from below zero towards it and its reader takes that back, but for the second before 1970:
    of that, what has milliseconds comes back a second later.
    """
    micros = values.field(0).cast(pa.int64()).fill_null(0).to_numpy()
    nanos = values.field(1).fill_null(0).to_numpy().astype("i8")
    micros = np.where(values.is_valid().to_numpy(zero_copy_only=False), micros, 0)
    late = (micros >= 1000 - _SECOND) & (micros < 0)
    return np.where(late, micros + _SECOND, micros), nanos


def fits_orc(values: pa.Array) -> bool:
    """Whether Arrow writes all timestamps of an array, at whatever depth, so that it and Hive read them again."""
    for part in leaves(values):
        micros, nanos = _numbers(part)
        fractions = (micros < 0) & ((micros % _SECOND != 0) | (nanos != 0))
        if bool((fractions | (micros < _FIRST_MICROS) | (micros > _LAST_MICROS)).any()):
            return False
    return True


def to_plain(values: pa.StructArray) -> pa.TimestampArray:
    """Return exact timestamps that fit as nanoseconds."""
    micros, nanos = _numbers(values)
    return pa.array(micros * 1000 + nanos, mask=values.is_null().to_numpy(zero_copy_only=False)).cast(PLAIN)


def to_text(values: pa.StructArray) -> pa.StringArray:
    """Return exact timestamps as their text with nine digits of a fraction; Hive reads old days as Julian ones."""
    micros, nanos = _numbers(values)
    days = micros // _DAY
    clock = pa.array(micros - days * _DAY).cast(pa.timestamp("us")).cast(pa.string())
    digits = pc.utf8_lpad(pa.array(nanos).cast(pa.string()), 3, "0")
    day = pa.array(days).cast(pa.int32()).cast(pa.date32()).cast(pa.string())
    if (days < _FIRST_GREGORIAN_DAY).any():
        day = pc.if_else(pa.array(days < _FIRST_GREGORIAN_DAY), _julian_text(days), day)
    text = pc.binary_join_element_wise(day, pc.utf8_slice_codeunits(clock, 10), digits, "")
    return pc.if_else(values.is_valid(), text, None)


def _julian_text(days: NDArray[np.int64]) -> pa.StringArray:
    """The days' names in the Julian calendar."""
    count = days + _EPOCH_JULIAN_DAY + 32082
    year = (4 * count + 3) // 1461
    rest = count - 1461 * year // 4
    month = (5 * rest + 2) // 153
    parts = (year - 4800 + month // 10, month + 3 - 12 * (month // 10), rest - (153 * month + 2) // 5 + 1)
    texts = [
        pc.utf8_lpad(pa.array(one).cast(pa.string()), width, "0") for one, width in zip(parts, (4, 2, 2), strict=True)
    ]
    return pc.binary_join_element_wise(*texts, "-")


def _julian_days(text: pa.StringArray) -> NDArray[np.int64]:
    """The days that texts name in the Julian calendar."""
    year, month, day = (
        pc.utf8_slice_codeunits(text, start, end).cast(pa.int64()).to_numpy()
        for start, end in ((0, 4), (5, 7), (8, 10))
    )
    early = (14 - month) // 12
    year, month = year + 4800 - early, month + 12 * early - 3
    days: NDArray[np.int64] = day + (153 * month + 2) // 5 + 365 * year + year // 4 - 32083 - _EPOCH_JULIAN_DAY
    return days


def from_text(values: pa.StringArray) -> pa.StructArray:
    """Return exact timestamps of their text; what is no timestamp is NULL."""
    good = pc.fill_null(pc.match_substring_regex(values, _FORM), fill_value=False)
    text = pc.utf8_trim(pc.if_else(good, values, _EPOCH), " ")
    old = pc.less(text, _FIRST_GREGORIAN)
    clock = pc.if_else(old, pc.binary_replace_slice(text, 0, 10, "1970-01-01"), text)
    seconds = pc.utf8_slice_codeunits(clock, 0, 19).cast(pa.timestamp("s")).cast(pa.int64()).to_numpy()
    if pc.any(old).as_py():
        seconds = seconds + np.where(old.to_numpy(zero_copy_only=False), _julian_days(text) * 86_400, 0)
    fraction = pc.utf8_rpad(pc.utf8_slice_codeunits(text, 20, 29), 9, "0").cast(pa.int64()).to_numpy()
    return instants(seconds * _SECOND + fraction // 1000, fraction % 1000, pc.invert(good))
