"""Small pieces of DuckDB SQL: literals, and naming a value that a formula uses more than once."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["let", "list_of", "placed", "raise_error", "text", "wrap"]

_SIMPLE = re.compile(
    r"[rst]\d*\.c\d+|c\d+|e\d+(\.key|\.value)?|v[0-9a-f]{8}|-?\d+|NULL|TRUE|FALSE"
    r"|CAST\('-?[\d.]+' AS DECIMAL\(\d+,\d+\)\)"
)
_UNSAFE = re.compile("[\x00-\x1f\x7f\ufeff]+")


def text(value: str) -> str:
    r"""Return a string literal; control characters go through ``chr`` so that none meets the parser.

    Example:
        >>> text("it's"), text("a\x00")
        ("'it''s'", "('a' || chr(0))")
    """
    parts = []
    end = 0
    for match in _UNSAFE.finditer(value):
        if match.start() > end:
            parts.append(_quoted(value[end : match.start()]))
        parts += [f"chr({ord(character)})" for character in match.group()]
        end = match.end()
    if end < len(value) or not parts:
        parts.append(_quoted(value[end:]))
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def let(sql: str, body: Callable[[str], str]) -> str:
    """Return ``body`` of a value that it names several times, computed and written once.

    A column or constant is simply repeated: DuckDB computes common parts once, but text would grow with each level.

    Example:
        >>> let("t1.c0", lambda v: f"({v} * {v})")
        '(t1.c0 * t1.c0)'
        >>> let("f(t1.c0)", lambda v: f"({v} * {v})")
        'list_transform([f(t1.c0)], lambda v148edca4: (v148edca4 * v148edca4))[1]'
    """
    if _SIMPLE.fullmatch(sql):
        return body(sql)
    name = f"v{zlib.crc32(sql.encode()):08x}"
    return f"list_transform([{sql}], lambda {name}: {body(name)})[1]"


def list_of(items: list[str]) -> str:
    """Return a list constructor.

    Example:
        >>> list_of(["1", "2"])
        '[1, 2]'
    """
    return f"[{', '.join(items)}]"


def raise_error(message: str) -> str:
    """Return an expression that fails when it is evaluated.

    Example:
        >>> raise_error("no")
        "error('no')"
    """
    return f"error({text(message)})"


_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_NAMES = {"tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT"}


def wrap(sql: str, hive_integer: str) -> str:
    """Return a wider integer cut to a Hive integer's bits, as Java does.

    Example:
        >>> wrap("x", "tinyint")
        'CAST((((x) + 128) & 255) - 128 AS TINYINT)'
    """
    bits = _BITS[hive_integer]
    half, mask = 1 << (bits - 1), (1 << bits) - 1
    if hive_integer == "bigint":
        return f"CAST(((({sql}) + {half}::HUGEINT) & {mask}::HUGEINT) - {half}::HUGEINT AS BIGINT)"
    return f"CAST(((({sql}) + {half}) & {mask}) - {half} AS {_NAMES[hive_integer]})"


def placed(whole: str, scale: int) -> str:
    """Return a whole number's text with a point ``scale`` digits from its end: no decimal type is wide enough.

    Example:
        >>> placed("v", 0)
        'CAST(v AS VARCHAR)'
    """
    if not scale:
        return f"CAST({whole} AS VARCHAR)"

    def point(v: str) -> str:
        digits = f"CAST(abs({v}) AS VARCHAR)"
        padded = f"CASE WHEN length({digits}) > {scale} THEN {digits} ELSE lpad({digits}, {scale + 1}, '0') END"
        sign = f"CASE WHEN {v} < 0 THEN '-' ELSE '' END"
        return f"({sign} || left({padded}, -{scale}) || '.' || right({padded}, {scale}))"

    return let(whole, point)
