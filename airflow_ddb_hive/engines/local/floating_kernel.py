"""Java's text of floats and doubles as an Arrow kernel that DuckDB's SQL calls.

The same in SQL (``emit/java_text.py``) takes DuckDB longer to plan than many a query takes to run; so results, which
have few values of the kinds that need it, call this. See
https://docs.oracle.com/javase/8/docs/api/java/lang/Double.html#toString-double-.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.engines.local.java_digits import java_digits, unusual

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

__all__ = ["java_text", "register_floating_texts"]

_PARTS = r"^(?P<whole>\d+)(?:\.(?P<fraction>\d+))?(?:e\+?(?P<exponent>-?\d+))?$"
_SINGLE_BITS = 24
_ARROW: dict[str, Any] = {"type": "arrow"}
_LEAST_PLAIN_POWER, _MOST_PLAIN_POWER = -3, 7
_PLAIN = (0.001, 1e7)
"""From where to where Java writes no exponent."""


def register_floating_texts(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``java_text_of_double`` and ``java_text_of_float`` known to a database.

    Example:
        >>> import duckdb
        >>> with duckdb.connect() as connection:
        ...     register_floating_texts(connection)
        ...     connection.sql("SELECT java_text_of_double(2e23)").fetchall()
        [('1.9999999999999998E23',)]
    """
    for name, type_, bits in (("java_text_of_double", "DOUBLE", 53), ("java_text_of_float", "FLOAT", 24)):
        types: list[Any] = [type_]
        connection.create_function(name, _kernel(bits), types, "VARCHAR", **_ARROW)


def _kernel(bits: int) -> Callable[[pa.ChunkedArray], pa.Array]:
    def kernel(values: pa.ChunkedArray) -> pa.Array:
        flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        return java_text(flat, bits)

    return kernel


def java_text(values: pa.Array, significant_bits: int = 53) -> pa.Array:
    """Return the text of floats, or of doubles below 0.001 or from 10 million, and of those that are no numbers.

    Example:
        >>> java_text(pa.array([37734107.37, -1e-5, float("nan"), float("-inf"), 2.0**60, 2e23])).to_pylist()
        ['3.773410737E7', '-1.0E-5', 'NaN', '-Infinity', '1.15292150460684698E18', '1.9999999999999998E23']
    """
    size = pc.abs(values)
    shortest = pc.cast(pc.if_else(pc.is_finite(size), size, pa.scalar(1.0, size.type)), pa.string())
    text = _scientific(shortest)
    if significant_bits == _SINGLE_BITS:
        plain = pc.if_else(pc.match_substring(shortest, "."), shortest, pc.binary_join_element_wise(shortest, "0", "."))
        inside = pc.and_(pc.greater_equal(size, _PLAIN[0]), pc.less(size, _PLAIN[1]))
        text = pc.if_else(pc.or_(inside, pc.equal(size, 0.0)), plain, text)
    text = _with_unusual(text, size, single=significant_bits == _SINGLE_BITS)
    text = pc.if_else(pc.is_inf(size), "Infinity", text)
    negative_zero = pc.less(pc.divide(pa.scalar(1.0, size.type), values), 0.0)
    negative = pc.or_(pc.less(values, 0.0), negative_zero)
    signed = pc.if_else(negative, pc.binary_join_element_wise("-", text, ""), text)
    return pc.if_else(pc.is_nan(values), "NaN", signed)


def _with_unusual(text: pa.Array, size: pa.Array, *, single: bool) -> pa.Array:
    """Write the numbers one by one whose digits are not the shortest."""
    filled = pc.fill_null(size, 0.0)
    mask = unusual(filled.to_numpy(zero_copy_only=False))
    if not mask.any():
        return text
    chosen = pa.array(mask)
    written = [_written(*java_digits(value, single=single)) for value in filled.filter(chosen).to_pylist()]
    return pc.replace_with_mask(text, chosen, pa.array(written, pa.string()))


def _written(digits: str, power: int) -> str:
    if not _LEAST_PLAIN_POWER <= power < _MOST_PLAIN_POWER:
        return f"{digits[0]}.{digits[1:] or '0'}E{power}"
    if power < 0:
        return f"0.{'0' * (-power - 1)}{digits}"
    return f"{digits[: power + 1].ljust(power + 1, '0')}.{digits[power + 1 :] or '0'}"


def _scientific(shortest: pa.Array) -> pa.Array:
    """``123.4``, ``0.0001`` or ``1.5e+20`` as one digit, a point, the others, and the exponent."""
    parts = pc.extract_regex(shortest, _PARTS)
    whole, fraction, exponent = (parts.field(place) for place in range(3))
    written = pc.binary_join_element_wise(whole, pc.fill_null(fraction, ""), "")
    digits = pc.utf8_ltrim(written, "0")
    leading = pc.subtract(pc.utf8_length(written), pc.utf8_length(digits))
    shift = pc.cast(pc.if_else(pc.equal(pc.fill_null(exponent, ""), ""), "0", exponent), pa.int32())
    power = pc.subtract(pc.add(pc.utf8_length(whole), shift), pc.add(leading, 1))
    return _joined(digits, power)


def _joined(digits: pa.Array, power: pa.Array) -> pa.Array:
    rest = pc.utf8_rtrim(pc.utf8_slice_codeunits(digits, 1), "0")
    rest = pc.if_else(pc.equal(rest, ""), "0", rest)
    mantissa = pc.binary_join_element_wise(pc.utf8_slice_codeunits(digits, 0, 1), rest, ".")
    return pc.binary_join_element_wise(mantissa, pc.cast(power, pa.string()), "E")
