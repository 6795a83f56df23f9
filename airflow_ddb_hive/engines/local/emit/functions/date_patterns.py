"""Java's SimpleDateFormat as SQL: texts of a moment by a pattern, and moments of texts by a pattern.

See https://docs.oracle.com/javase/8/docs/api/java/text/SimpleDateFormat.html; the language is English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.calendar import (
    era_year,
    from_label,
    labelled_moment,
    week_year_of_sundays,
)
from airflow_ddb_hive.engines.local.emit.sql import let, raise_error, text
from airflow_ddb_hive.errors import UnsupportedSqlError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Field", "formatted", "named_text", "parsed_seconds", "read_pattern", "zoned_seconds"]

_LETTERS = "GyYMLwWDdFEuaHkKhmsSzZX"
_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")
_LONGEST_SHORT = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A run of one letter; ``letter`` is empty for text between fields."""

    letter: str
    count: int = 0
    literal: str = ""


def read_pattern(java: str) -> list[Field] | None:
    """Return the fields of a pattern; ``None`` if Java refuses it.

    Example:
        >>> [(field.letter, field.count, field.literal) for field in read_pattern("yy'T'") or ()]
        [('y', 2, ''), ('', 0, 'T')]
    """
    fields: list[Field] = []
    end = 0
    for match in _TOKEN.finditer(java):
        if match.start() != end:
            return None
        end = match.end()
        letter = match.group(2)
        if letter is None:
            token = match.group()
            quoted = (match.group(1) or "").replace("''", "'") or "'"
            fields.append(Field("", 0, quoted if token.startswith("'") else token))
        elif letter in _LETTERS:
            fields.append(Field(letter, len(match.group())))
        else:
            return None
    return fields if end == len(java) else None


def formatted(moment: str, fields: list[Field]) -> str:
    """Return the text of a DuckDB TIMESTAMP by a pattern; NULL stays NULL."""

    def written(v: str) -> str:
        return let(labelled_moment(v), lambda n: named_text(n, v, fields))

    return let(moment, written)


def named_text(named: str, true: str, fields: list[Field]) -> str:
    """Return the text of a moment from its name in the older calendar; ``true`` is the moment, for its weekday."""
    return _joined([_written(field, named, true) for field in fields], true)


def _joined(parts: list[tuple[str, str]], v: str) -> str:
    """Neighbours that strftime can say together are one call of it."""
    out: list[str] = []
    said = named = ""
    for kind, part in [*parts, ("end", "")]:
        if kind not in ("end", "literal", "sql"):
            said, named = said + part, kind
        elif kind == "literal":
            said += part.replace("%", "%%")
        else:
            if said:
                out.append(f"strftime({named or v}, {text(said)})")
            said = named = ""
            out += [part] if kind == "sql" else []
    return f"({' || '.join(out)})" if out else f"CASE WHEN {v} IS NOT NULL THEN '' END"


def _written(field: Field, named: str, true: str) -> tuple[str, str]:
    """What writes a field: strftime over the moment's name in the old calendar, or SQL."""
    if not field.letter:
        return "literal", field.literal
    said = _STRFTIME.get((field.letter, field.count))
    if said is not None:
        return named, said
    return "sql", _PIECES[field.letter](field.count, named, true)


_STRFTIME = {
    ("M", 1): "%-m",
    ("M", 2): "%m",
    ("M", 3): "%b",
    ("M", 4): "%B",
    ("d", 1): "%-d",
    ("d", 2): "%d",
    ("H", 1): "%-H",
    ("H", 2): "%H",
    ("h", 1): "%-I",
    ("h", 2): "%I",
    ("m", 1): "%-M",
    ("m", 2): "%M",
    ("s", 1): "%-S",
    ("s", 2): "%S",
    ("S", 3): "%g",
    ("D", 3): "%j",
    ("a", 1): "%p",
    ("y", 2): "%y",
}


def _number(sql: str, count: int) -> str:
    return f"format('{{:0{count}d}}', CAST({sql} AS BIGINT))"


def _counted(template: str) -> Callable[[int, str, str], str]:
    return lambda count, named, true: _number(template.format(n=named, v=true, day=f"CAST({true} AS DATE)"), count)


def _month(count: int, named: str, _true: str) -> str:
    if count <= _LONGEST_SHORT - 1:
        return _number(f"month({named})", count)
    return f"strftime({named}, '{'%b' if count == _LONGEST_SHORT else '%B'}')"


def _year(count: int, named: str, _true: str) -> str:
    return _number(era_year(named), count) if count != 2 else f"strftime({named}, '%y')"  # noqa: PLR2004 - yy


def _week_year(count: int, _named: str, true: str) -> str:
    year = week_year_of_sundays(f"CAST({true} AS DATE)")[1]
    return _number(year, count) if count != 2 else f"right({_number(year, 2)}, 2)"  # noqa: PLR2004 - YY


def _week(count: int, _named: str, true: str) -> str:
    return _number(week_year_of_sundays(f"CAST({true} AS DATE)")[0], count)


def _constant(short: str, long: str = "") -> Callable[[int, str, str], str]:
    def piece(count: int, _named: str, true: str) -> str:
        said = long if long and count > _LONGEST_SHORT else short
        other = raise_error("a zone is written in UTC alone: SET hive.local.time.zone=UTC, or leave out z, Z and X")
        zoned = f"CASE WHEN current_setting('TimeZone') = 'UTC' THEN '{said}' ELSE {other} END"
        return f"CASE WHEN {true} IS NOT NULL THEN {zoned} END"

    return piece


_LOST = "CASE WHEN {{n}} >= TIMESTAMP '1582-10-15' AND {{n}} < TIMESTAMP '{end}' THEN 10 ELSE 0 END"
_DAY = f"(day({{n}}) - {_LOST.format(end='1582-11-01')})"
"""Days of October 1582 are counted without the ten that were left out."""

_PIECES: dict[str, Callable[[int, str, str], str]] = {
    "G": lambda _count, named, _true: f"CASE WHEN year({named}) > 0 THEN 'AD' ELSE 'BC' END",
    "y": _year,
    "Y": _week_year,
    "M": _month,
    "L": _month,
    "w": _week,
    "W": _counted(f"({_DAY} - 1 + (dayofweek({{v}}) - {_DAY} + 36) % 7) // 7 + 1"),
    "D": _counted(f"dayofyear({{n}}) - {_LOST.format(end='1583-01-01')}"),
    "d": _counted("day({n})"),
    "F": _counted(f"({_DAY} - 1) // 7 + 1"),
    "E": lambda count, _named, true: f"strftime({true}, '{'%a' if count <= _LONGEST_SHORT else '%A'}')",
    "u": _counted("isodow({v})"),
    "a": lambda _count, named, _true: f"strftime({named}, '%p')",
    "H": _counted("hour({n})"),
    "k": _counted("(hour({n}) + 23) % 24 + 1"),
    "K": _counted("hour({n}) % 12"),
    "h": _counted("(hour({n}) + 11) % 12 + 1"),
    "m": _counted("minute({n})"),
    "s": _counted("second({n})"),
    "S": _counted("millisecond({n}) % 1000"),
    "z": _constant("UTC", "Coordinated Universal Time"),
    "Z": _constant("+0000"),
    "X": _constant("Z"),
}

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_FULL_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = "sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat"
_MONTH_NAMES = "|".join([*_FULL_MONTHS, *_MONTHS])
_ZONES = {"gmt": 0, "utc": 0, "ut": 0, "z": 0, "est": -18000, "edt": -14400, "cst": -21600, "cdt": -18000}
_ZONES |= {"mst": -25200, "mdt": -21600, "pst": -28800, "pdt": -25200}
_PARSED_AS_TEXT = {
    "E": _DAYS,
    "G": "ad|bc",
    "a": "am|pm",
    "z": "(?:gmt|utc)?[+-][0-9]{1,2}:?[0-9]{2}|" + "|".join(_ZONES),
    "Z": "(?:gmt|utc)?[+-][0-9]{1,2}:?[0-9]{2}|" + "|".join(_ZONES),
    "X": "z|[+-][0-9]{2}(?::?[0-9]{2})?",
}
_NOT_PARSED = "YwWFu"


def parsed_seconds(value: str, fields: list[Field], pattern: str) -> str:
    """Return the seconds since 1970 of a text by a pattern, as a BIGINT; NULL where the text is another.

    Numbers that are too large carry over, and what stands behind the pattern's end is not looked at, as in Java.

    Raises:
        UnsupportedSqlError: The pattern has weeks, which only together and seldom make a date.
    """
    if any(field.letter and field.letter in _NOT_PARSED for field in fields):
        raise UnsupportedSqlError(f"the date pattern {pattern!r} has weeks, which are not read: use month and day")
    names: dict[str, str] = {}
    parts = []
    for place, field in enumerate(fields):
        abuts = place + 1 < len(fields) and _is_number(fields[place + 1]) and _is_number(field)
        follows = place > 0 and _is_number(fields[place - 1]) and _is_number(field)
        if not field.letter:
            parts.append(re.sub(r"([^\w\s])", r"\\\1", field.literal))
            continue
        names[field.letter] = f"f{place}"
        parts.append(f"[ \\t]*({_form(field, exact=abuts, last=follows)})")
    groups = [f"f{place}" for place, field in enumerate(fields) if field.letter]
    if not groups:
        return "CAST(NULL AS BIGINT)"
    listed = ", ".join(f"'{name}'" for name in groups)
    found = f"regexp_extract({value}, {text('(?i)^' + ''.join(parts))}, [{listed}])"
    counts = {field.letter: field.count for field in fields}
    return let(found, lambda f: _seconds(f, names, counts))


def _is_number(field: Field) -> bool:
    return bool(field.letter) and field.letter not in _PARSED_AS_TEXT and not _is_month_name(field)


def _is_month_name(field: Field) -> bool:
    return field.letter in ("M", "L") and field.count >= _LONGEST_SHORT


def _form(field: Field, *, exact: bool, last: bool) -> str:
    if _is_month_name(field):
        return _MONTH_NAMES
    if field.letter in _PARSED_AS_TEXT:
        return _PARSED_AS_TEXT[field.letter]
    if exact:
        return f"[0-9]{{{field.count}}}"
    return f"[0-9]{{1,{field.count}}}" if last else "[0-9]{1,9}"


def _seconds(f: str, names: dict[str, str], counts: dict[str, int]) -> str:
    """The fields counted together; the first group is empty where the text did not match."""

    def number(letters: str, default: str) -> str:
        given = [names[letter] for letter in letters if letter in names]
        return f"TRY_CAST({f}.{given[0]} AS BIGINT)" if given else default

    year = _year_number(f, names, counts) if "y" in names else "1970"
    month = _month_number(f, names, counts) or "1"
    day = number("D", "1") if "D" in names and "d" not in names else number("d", "1")
    start = f"make_date(CAST(greatest({year}, 1) AS INTEGER), 1, 1) + to_months(CAST({month} - 1 AS INTEGER))"
    date = f"CAST({start} + to_days(CAST({day} - 1 AS INTEGER)) AS DATE)"
    clock = f"(({_hours(f, names, number)} * 60 + {number('m', '0')}) * 60 + {number('s', '0')})"
    whole = f"(datediff('day', DATE '1970-01-01', {from_label(date)}) * 86400 + {clock}"
    fraction = f" + {number('S', '0')} // 1000" if "S" in names else ""
    counted = f"CAST({whole}{fraction}) AS BIGINT)"
    if set("zZX") & set(names):
        found = f"({counted} - {_zone(f, names)})"
    else:
        found = zoned_seconds(f"make_timestamp({counted} * 1000000)")
    return f"CASE WHEN {f}.{next(iter(names.values()))} <> '' THEN {found} END"


def zoned_seconds(moment: str) -> str:
    """Return the seconds since 1970 of a DuckDB TIMESTAMP that is meant in the session's zone, as a BIGINT."""
    return f"(epoch_us(CAST({moment} AS TIMESTAMPTZ)) // 1000000)"


def _year_number(f: str, names: dict[str, str], counts: dict[str, int]) -> str:
    """Two digits for ``yy`` are a year from 80 years before now to 20 after."""
    digits = f"{f}.{names['y']}"
    value = f"TRY_CAST({digits} AS BIGINT)"
    if counts["y"] > 2:  # noqa: PLR2004 - yy
        return value
    base = "(year(current_date) - 80)"
    return f"CASE WHEN length({digits}) = 2 THEN {base} + ({value} - {base} % 100 + 100) % 100 ELSE {value} END"


def _month_number(f: str, names: dict[str, str], counts: dict[str, int]) -> str | None:
    letter = next((letter for letter in "ML" if letter in names), None)
    if letter is None:
        return None
    digits = f"{f}.{names[letter]}"
    if counts[letter] < _LONGEST_SHORT:
        return f"TRY_CAST({digits} AS BIGINT)"
    listed = ", ".join(f"'{name}'" for name in _MONTHS)
    return f"list_position([{listed}], lower(left({digits}, 3)))"


def _hours(f: str, names: dict[str, str], number: Callable[[str, str], str]) -> str:
    afternoon = f"CASE WHEN lower({f}.{names['a']}) = 'pm' THEN 12 ELSE 0 END" if "a" in names else "0"
    for letter, hour in (("H", "{v}"), ("k", "{v} % 24"), ("K", "({v} + {pm})"), ("h", "({v} % 12 + {pm})")):
        if letter in names:
            return hour.format(v=number(letter, "0"), pm=afternoon)
    return afternoon


def _zone(f: str, names: dict[str, str]) -> str:
    """Seconds east of Greenwich."""
    digits = f"lower({f}.{next(names[letter] for letter in 'XZz' if letter in names)})"
    known = " ".join(f"WHEN '{name}' THEN {offset}" for name, offset in _ZONES.items())
    hours, minutes = (
        f"TRY_CAST(regexp_extract({digits}, '([0-9]{{1,2}}):?([0-9]{{2}})?$', {i}) AS BIGINT)" for i in (1, 2)
    )
    offset = f"({hours} * 3600 + coalesce({minutes}, 0) * 60) * CASE WHEN contains({digits}, '-') THEN -1 ELSE 1 END"
    return f"CASE {digits} {known} ELSE {offset} END"
