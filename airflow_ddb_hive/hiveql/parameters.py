"""pyformat parameters, ``%(name)s``, bound as typed literals.

A value becomes the text of one HiveQL constant of its type; no value can become anything else.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["bind_parameters"]

_TOKEN = re.compile(
    r"""(?P<kept>'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|`(?:``|[^`])*`?|--[^\n]*)"""
    r"""|%\((?P<name>[^)]*)\)(?P<kind>.?)|(?P<percent>%%)""",
    re.DOTALL,
)
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\0": "\\0", ";": "\\u003B"}


def bind_parameters(text: str, parameters: Mapping[str, Any] | None) -> str:
    r"""Put typed literals in the places of ``%(name)s`` outside strings and comments.

    Example:
        >>> bind_parameters("select %(a)s, '%(a)s', 5 %% 2", {"a": "it's"})
        "select 'it\\'s', '%(a)s', 5 % 2"
        >>> bind_parameters("select 5 %% 2", None)
        'select 5 %% 2'

    Raises:
        InputError: A name has no value, or its value no Hive type.
    """
    if parameters is None:
        return text

    def replace(match: re.Match[str]) -> str:
        if match.group("kept") is not None:
            return match.group("kept")
        if match.group("percent") is not None:
            return "%"
        return _literal(_value(match, parameters), match.group("name"))

    return _TOKEN.sub(replace, text)


def _value(match: re.Match[str], parameters: Mapping[str, Any]) -> object:
    name = match.group("name")
    if match.group("kind") != "s":
        raise InputError(f"the marker %({name}){match.group('kind')} is no parameter: write %({name})s")
    if name not in parameters:
        raise InputError(f"no value was given for the parameter %({name})s: add {name!r} to the parameters")
    return parameters[name]


def _literal(value: object, name: str) -> str:
    for type_, write in _WRITERS:
        if isinstance(value, type_):
            return write(value)
    if isinstance(value, list | tuple):
        if not value:
            raise InputError(f"the parameter {name!r} is an empty list: HiveQL has no empty ()")
        return "(" + ", ".join(_literal(item, name) for item in value) + ")"
    raise InputError(f"the parameter {name!r} is a {type(value).__name__}, which has no HiveQL literal")


def _text(value: Any) -> str:
    def escape(character: str) -> str:
        code = ord(character)
        if character in _ESCAPES:
            return _ESCAPES[character]
        return character if character >= " " and not "\ud800" <= character <= "\udfff" else f"\\u{code:04X}"

    return "'" + "".join(map(escape, value)) + "'"


def _whole(value: Any) -> str:
    number = int(value)
    if -(2**31) < number < 2**31:
        return str(number)
    if -(2**63) < number < 2**63:
        return f"{number}L"
    return f"{number}BD"


def _decimal(value: Any) -> str:
    if not value.is_finite():
        raise InputError(f"the decimal {value} has no HiveQL literal")
    return f"{value:f}BD"


def _double(value: Any) -> str:
    if math.isnan(value):
        return "cast('NaN' as double)"
    if math.isinf(value):
        return f"cast('{'-' if value < 0 else ''}Infinity' as double)"
    return f"{value!r}D".replace("e+", "e")


def _moment(value: Any) -> str:
    if value.tzinfo is not None:
        raise InputError(f"the datetime {value} has a time zone, a Hive timestamp has none: convert it first")
    return f"cast('{value.isoformat(sep=' ')}' as timestamp)"


_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda value: "NULL"),  # noqa: ARG005 (every writer takes the value)
    (bool, lambda value: str(value).upper()),
    (str, _text),
    (int, _whole),
    (float, _double),
    (Decimal, _decimal),
    (bytes, lambda value: f"unhex('{value.hex().upper()}')"),
    (datetime, _moment),
    (date, lambda value: f"cast('{value.isoformat()}' as date)"),
)
