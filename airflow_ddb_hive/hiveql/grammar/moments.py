"""Typed literals of dates and times, and intervals, as Hive 3.1's IdentifiersParser.g reads them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.grammar.syntax import CastNode, FunctionNode, LiteralNode, Node
from airflow_ddb_hive.model.types import (
    DATE,
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    STRING,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["extract_unit", "floor_unit", "read_interval", "read_typed_literal", "with_unit"]

_UNITS = {name: word for word in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND") for name in (word, f"{word}S")}
_EXTRACTED = {**_UNITS, "QUARTER": "QUARTER", "WEEK": "WEEKOFYEAR", "WEEKS": "WEEKOFYEAR", "DAYOFWEEK": "DAYOFWEEK"}
_FLOORED = {**_UNITS, "QUARTER": "QUARTER", "WEEK": "WEEK", "WEEKS": "WEEK"}
_RANGES = {"YEAR": "MONTH", "DAY": "SECOND"}
_NANOSECONDS = {"DAY": 86_400 * 10**9, "HOUR": 3_600 * 10**9, "MINUTE": 60 * 10**9, "SECOND": 10**9}
_INT_LIMIT = 2**31

_DATE = re.compile(r" *(\d{1,4})-(\d{1,2})-(\d{1,2})(?: .*)?")
_TIMESTAMP = re.compile(r" *(\d{1,4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))? *")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)? ?([A-Z][\w/+:-]*|[+-]\d\d:\d\d(:\d\d)?)")
_WHOLE = re.compile(r"[+-]?\d+")
_SECONDS = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?")
_YEAR_MONTH = re.compile(r"([+-]?)(\d+)-(\d{1,2})")
_DAY_TIME = re.compile(r"([+-]?)(\d+) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))?")


def read_typed_literal(cursor: Cursor) -> Node | None:
    """Take ``DATE '…'`` or ``TIMESTAMP '…'``; ``None`` if the word is a function or name after all.

    A timestamp with nanoseconds is text of nine digits, any other is a datetime.
    """
    if cursor.peek().kind != "string":
        return None
    word = cursor.advance()
    text = cursor.string()
    if word.value == "TIMESTAMPLOCALTZ":
        return _instant(text, word.position)
    value = _date_value(text) if word.value == "DATE" else _timestamp_value(text)
    if value is None:
        raise _refused(f"Unable to convert time literal '{text}' to time value.", word.position)
    return LiteralNode(word.position, value, DATE if word.value == "DATE" else TIMESTAMP, word.text)


def _instant(text: str, position: Position) -> Node:
    """Of an instant only the form is looked at here: the zone that its text must have is the engine's to know."""
    if _INSTANT.fullmatch(text.strip()) is None:
        raise _refused(f"Unable to convert time literal '{text}' to time value.", position)
    return CastNode(position, LiteralNode(position, text, STRING, text), TIMESTAMP_LOCAL)


def _date_value(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    return None if found is None else _lenient(*(int(part) for part in found.groups()))


def _lenient(year: int, month: int, day: int) -> date | None:
    """A month or day that is too large carries over, as in Java's lenient calendar."""
    months = year * 12 + month - 1
    try:
        return date(max(months // 12, 1), months % 12 + 1, 1) + timedelta(days=day - 1)
    except (ValueError, OverflowError):
        return None


def _timestamp_value(text: str) -> datetime | str | None:
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    *parts, fraction = found.groups()
    year, month, day, hours, minutes, seconds = (int(part) for part in parts)
    start = _lenient(year, month, day)
    if start is None:
        return None
    nanoseconds = (fraction or "").ljust(9, "0")
    try:
        moment = datetime.combine(start, time()) + timedelta(
            hours=hours, minutes=minutes, seconds=seconds, microseconds=int(nanoseconds[:6])
        )
    except OverflowError:
        return None
    if nanoseconds.endswith("000"):
        return moment
    return f"{moment.isoformat(sep=' ', timespec='microseconds')}{nanoseconds[6:]}"


def read_interval(cursor: Cursor, expression: Callable[[], Node]) -> Node | None:
    """Take what begins with INTERVAL: a literal, or ``INTERVAL (expression) unit``; ``None`` if neither follows."""
    following = cursor.peek()
    if following.kind in ("string", "number"):
        position = cursor.advance().position
        text = cursor.string() if cursor.word.kind == "string" else cursor.advance().text
        found = _literal(cursor, text, position)
        if found is None:
            cursor.place -= 2
            raise cursor.error("expression specification")
        return found
    if following.text != "(":
        return None
    position = cursor.advance().position
    cursor.advance()
    operand = expression()
    cursor.expect(")", "expression specification")
    unit = _unit(cursor)
    if unit is None:
        raise cursor.error("expression specification")
    return FunctionNode(position, "internal_interval", (LiteralNode(position, unit, STRING, unit), operand))


def with_unit(cursor: Cursor, literal: LiteralNode) -> Node:
    """The interval of a constant that a unit follows (``5 days``, ``(5) days``), or the constant."""
    if cursor.word.kind != "word" or cursor.word.value not in _UNITS:
        return literal
    text = literal.value if isinstance(literal.value, str) else literal.text
    return _literal(cursor, text, literal.position) or literal


def _unit(cursor: Cursor) -> str | None:
    """Take a unit, or two with TO between them."""
    unit = _UNITS.get(cursor.word.value) if cursor.word.kind == "word" else None
    if unit is None:
        return None
    cursor.advance()
    last = _RANGES.get(unit)
    if last is not None and cursor.at("TO") and _UNITS.get(cursor.peek().value) == last:
        cursor.place += 2
        return f"{unit} TO {last}"
    return unit


def _literal(cursor: Cursor, text: str, position: Position) -> LiteralNode | None:
    unit = _unit(cursor)
    if unit is None:
        return None
    year_month = unit.startswith(("YEAR", "MONTH"))
    value = _months(text, unit) if year_month else _nanoseconds(text, unit)
    if value is None:
        raise _refused(f"Invalid interval literal: '{text}' is no number of {unit}", position)
    return LiteralNode(position, value, INTERVAL_YEAR_MONTH if year_month else INTERVAL_DAY_TIME, text)


def _months(text: str, unit: str) -> int | None:
    if unit != "YEAR TO MONTH":
        count = _int(text)
        return None if count is None else count * (12 if unit == "YEAR" else 1)
    found = _YEAR_MONTH.fullmatch(text.strip())
    if found is None or int(found[3]) > 11:  # noqa: PLR2004 - months of a year
        return None
    return (-1 if found[1] == "-" else 1) * (int(found[2]) * 12 + int(found[3]))


def _nanoseconds(text: str, unit: str) -> int | None:
    if unit == "DAY TO SECOND":
        return _day_time(text.strip())
    if unit != "SECOND":
        count = _int(text)
        return None if count is None else count * _NANOSECONDS[unit]
    found = _SECONDS.fullmatch(text.strip())
    if found is None:
        return None
    return (-1 if found[1] == "-" else 1) * (int(found[2]) * 10**9 + _fraction(found[3]))


def _day_time(text: str) -> int | None:
    found = _DAY_TIME.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part) for part in found.groups()[1:5])
    if hours > 23 or minutes > 59 or seconds > 59:  # noqa: PLR2004 - a clock's ends
        return None
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return (-1 if found[1] == "-" else 1) * (total * 10**9 + _fraction(found[6]))


def _fraction(digits: str | None) -> int:
    return int((digits or "").ljust(9, "0")[:9])


def _int(text: str) -> int | None:
    if _WHOLE.fullmatch(text) is None:
        return None
    value = int(text)
    return value if -_INT_LIMIT <= value < _INT_LIMIT else None


def extract_unit(cursor: Cursor) -> str:
    """Take the unit of EXTRACT: the name of the function that gives it."""
    unit = _EXTRACTED.get(cursor.word.value) if cursor.word.kind == "word" else None
    if unit is None:
        raise cursor.error("expression specification")
    cursor.advance()
    return unit.lower()


def floor_unit(cursor: Cursor) -> str | None:
    """Take ``TO unit`` within FLOOR: the name of the function that it means."""
    if not cursor.at("TO"):
        return None
    cursor.advance()
    unit = _FLOORED.get(cursor.word.value) if cursor.word.kind == "word" else None
    if unit is None:
        raise cursor.error("function specification")
    cursor.advance()
    return f"floor_{unit.lower()}"


def _refused(message: str, position: Position) -> HiveSemanticError:
    return HiveSemanticError(message, line=position.line, column=position.column)
