"""Java's text of the floats and doubles for which its digits are not simply the fewest that tell a number apart.

Up to version 18 Java makes digits until the rest is *less* than half a unit of the last bit: where the fewest digits
lie exactly half a unit off it goes on. Its powers of two, numbers without a full significand and whole numbers that fit
a long have rules of their own. Checked against Java 17 for every rule; Hive's answers are the same. See
https://bugs.openjdk.org/browse/JDK-4511638.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["java_digits", "unusual"]

_LONG_BITS = 63
_POWER_OF_TWO = 0.5
"""What frexp leaves of a power of two."""
_BOUNDARY_DIGITS = 1e40
"""No number of 17 digits above it is an odd multiple of half a unit of the last bit."""
_FIRST_LONG_FORM = 8
_LAST_LONG_FORM = -3
_WIDTHS = (32, 64)
_EXACT_POWERS = 27


class _Parts(NamedTuple):
    """A positive number: its significand without zeros at the end, the power of its first bit, and its precision."""

    significand: int
    power: int
    precision: int


def unusual(values: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Tell which numbers have a text that is not the shortest one.

    Example:
        >>> unusual(np.array([0.1, 2e23, 1e300, 2.0**-40])).tolist()
        [False, True, False, True]
    """
    single = values.dtype == np.float32
    tiny = float(np.finfo(values.dtype).tiny)
    least = 2.0**21 if single else 2.0**53
    with np.errstate(invalid="ignore"):
        size = np.abs(values.astype(np.float64))
        fractions, _ = np.frexp(np.where(np.isfinite(size), size, 0.0))
        odd = (size < tiny) | (fractions == _POWER_OF_TWO) | ((size >= least) & (size < _BOUNDARY_DIGITS))
        found: npt.NDArray[np.bool_] = np.isfinite(size) & (size > 0) & odd
        return found


def java_digits(value: float, *, single: bool) -> tuple[str, int]:
    """Return the digits of a positive number and the power of ten of the first of them.

    Example:
        >>> java_digits(2e23, single=False), java_digits(3381977.25, single=True)
        (('19999999999999998', 23), ('33819772', 6))
    """
    parts = _parts(value, single=single)
    bits = parts.significand.bit_length()
    if bits - 1 <= parts.power < _LONG_BITS:
        return _whole(int(value), parts)
    return _divided(parts)


def _parts(value: float, *, single: bool) -> _Parts:
    fraction, exponent = math.frexp(value)
    full, least = (24, -126) if single else (53, -1022)
    power = exponent - 1
    precision = full if power >= least else full - (least - power)
    significand = int(math.ldexp(fraction, full))
    significand //= significand & -significand
    return _Parts(significand, power, precision)


def _whole(value: int, parts: _Parts) -> tuple[str, int]:
    """A whole number that a long holds: digits below the unit of the last bit are rounded away."""
    spare = parts.power - parts.precision - 1
    dropped = len(str(1 << spare)) - 1 if spare > 1 else 0
    unit = 10**dropped
    kept = str((value + unit // 2) // unit if dropped else value)
    return kept.rstrip("0") or "0", len(kept) + dropped - 1


def _divided(parts: _Parts) -> tuple[str, int]:
    """Digit by digit, with numbers of any size: ``b / s`` is the rest and ``m / s`` half a unit of the last bit."""
    bits = parts.significand.bit_length()
    tiny = max(0, bits - parts.power - 1)
    exponent = _estimated_exponent(parts)
    fives, tens = max(0, -exponent), max(0, exponent)
    b2, s2 = fives + tiny + parts.power, tens + tiny
    m2 = b2 - parts.precision
    b2 -= bits - 1
    common = min(b2, s2)
    b2, s2, m2 = b2 - common, s2 - common, m2 - common - (bits == 1)
    if m2 < 0:
        b2, s2, m2 = b2 - m2, s2 - m2, 0
    needed = max(bits + b2 + _power_bits(fives), s2 + 1 + _power_bits(tens + 1))
    width = next((one for one in _WIDTHS if needed < one), None)
    return _generated((parts.significand * 5**fives << b2, 5**tens << s2, 5**fives << m2), exponent, width)


def _power_bits(exponent: int) -> int:
    """Java's estimate of the bits of a power of five."""
    return 3 * exponent if not 0 < exponent < _EXACT_POWERS else (5**exponent).bit_length()


def _estimated_exponent(parts: _Parts) -> int:
    lead = parts.significand / (1 << (parts.significand.bit_length() - 1))
    return math.floor((lead - 1.5) * 0.289529654 + 0.176091259 + parts.power * 0.301029995663981)


def _generated(scaled: tuple[int, int, int], exponent: int, width: int | None) -> tuple[str, int]:
    b, s, m = scaled
    digits: list[int] = []
    first = True
    low = high = False
    while first or not (low or high):
        digit, b = divmod(b, s)
        b, m = 10 * b, 10 * m
        low, high = _reached(b, m, 10 * s, width)
        if first and digit == 0 and not high:
            exponent -= 1
        else:
            digits.append(digit)
        if first and not _LAST_LONG_FORM <= exponent < _FIRST_LONG_FORM:
            low = high = False
        first = False
    if high and (not low or 2 * b > 10 * s or (2 * b == 10 * s and digits[-1] % 2)):
        return _rounded_up(digits, exponent)
    return _text(digits), exponent


def _reached(b: int, m: int, tens: int, width: int | None) -> tuple[bool, bool]:
    """Whether the digits so far, or they and one more in the last place, are near enough.

    Java counts in 32 or 64 bits where it expects no more to be needed, and its sums then wrap.
    """
    if width is None:
        return b < m, b + m >= tens
    half = 1 << (width - 1)
    if m >= half:
        return True, True
    return b < m, (b + m if b + m < half else b + m - 2 * half) > tens


def _rounded_up(digits: list[int], exponent: int) -> tuple[str, int]:
    number = str(int("".join(map(str, digits))) + 1)
    grown = len(number) - len(digits)
    return number.rstrip("0"), exponent + grown


def _text(digits: list[int]) -> str:
    return "".join(map(str, digits)).rstrip("0") or "0"
