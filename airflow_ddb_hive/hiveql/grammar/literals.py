"""Numbers as Hive reads them: whole, with a suffix, decimal, or with an exponent."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.grammar.syntax import LiteralNode
from airflow_ddb_hive.model.types import BIGINT, DOUBLE, INT, SMALLINT, STRING, TINYINT, DecimalType, HiveType

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["charset_literal", "number_literal"]

_MAX_DIGITS = 38
_CHARSETS = {"UTF-16": "utf-16-be", "UTF16": "utf-16-be"}
"""Where Java reads bytes in another order than Python."""

_NUMBER = re.compile(r"\d+(\.\d*)?(E[+-]?\d+)?(BD|[LSYD])?")
_SUFFIXES: dict[str, HiveType] = {"L": BIGINT, "S": SMALLINT, "Y": TINYINT}
_LARGEST = {"L": 2**63 - 1, "S": 2**15 - 1, "Y": 2**7 - 1}


def number_literal(cursor: Cursor, text: str, position: Position) -> LiteralNode:
    """The constant of a number's text, in upper case."""
    if _NUMBER.fullmatch(text) is None:
        cursor.place -= 1
        raise cursor.error("expression specification")
    if text.endswith("BD"):
        return _decimal_literal(Decimal(text[:-2]), position, text)
    if text[-1] in _SUFFIXES and text[:-1].isdigit():
        return _suffixed_literal(text, position)
    if text[-1] == "D":
        return LiteralNode(position, float(text[:-1]), DOUBLE, text)
    if text.isdigit():
        return _whole_literal(text.lstrip("0") or "0", position, text)
    if "E" in text and text[-1].isdigit():
        return LiteralNode(position, float(text), DOUBLE, text)
    if text[-1].isalpha():
        cursor.place -= 1
        raise cursor.error("expression specification")
    return _decimal_literal(Decimal(text), position, text)


def _suffixed_literal(text: str, position: Position) -> LiteralNode:
    if len(text.lstrip("0")) > _MAX_DIGITS or int(text[:-1]) > _LARGEST[text[-1]]:
        message = f"Invalid numerical constant '{text}'"
        raise HiveSemanticError(message, code=10029, line=position.line, column=position.column)
    return LiteralNode(position, int(text[:-1]), _SUFFIXES[text[-1]], text)


def _whole_literal(digits: str, position: Position, text: str) -> LiteralNode:
    # Python does not read numbers of any length; what no decimal holds is a double.
    if len(digits) > _MAX_DIGITS:
        return LiteralNode(position, float(digits), DOUBLE, text)
    value = int(digits)
    if value < 2**31:
        return LiteralNode(position, value, INT, text)
    if value < 2**63:
        return LiteralNode(position, value, BIGINT, text)
    return _decimal_literal(Decimal(value), position, text)


def _decimal_literal(value: Decimal, position: Position, text: str) -> LiteralNode:
    """A decimal literal has the digits that are left when trailing zeros after the point are gone."""
    if abs(value.adjusted()) > 2 * _MAX_DIGITS or len(value.as_tuple().digits) > 10 * _MAX_DIGITS:
        return LiteralNode(position, float(value), DOUBLE, text)
    _, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    figures = int("".join(map(str, digits))) * 10 ** max(0, int(exponent))
    while scale and figures % 10 == 0:
        figures //= 10
        scale -= 1
    precision = max(len(str(figures)), scale, 1)
    if precision > _MAX_DIGITS:
        return LiteralNode(position, float(value), DOUBLE, text)
    return LiteralNode(
        position, Decimal((0, tuple(map(int, str(figures))), -scale)), DecimalType(precision, scale), text
    )


def charset_literal(cursor: Cursor) -> LiteralNode:
    """Take ``_UTF-8 0xE993AE``: the text that bytes stand for in a character set.

    Raises:
        HiveSyntaxError: No bytes in hexadecimal digits follow the character set.
        HiveSemanticError: There is no such character set, or a digit is missing.
    """
    word, digits = cursor.advance(), cursor.word
    if digits.kind != "charset" or not digits.value.startswith("0X"):
        raise cursor.error("character string literal")
    cursor.advance()
    line, column = word.position.line, word.position.column
    if len(digits.text) % 2:
        message = f"String index out of range: {len(digits.text) - 1}: bytes have two digits each"
        raise HiveSemanticError(message, line=line, column=column)
    try:
        value = bytes.fromhex(digits.text[2:]).decode(_CHARSETS.get(word.value[1:], word.text[1:]), "replace")
    except LookupError as error:
        message = f"{word.text[1:]}: there is no such character set"
        raise HiveSemanticError(message, line=line, column=column) from error
    return LiteralNode(word.position, value, STRING, f"{word.text} {digits.text}")
