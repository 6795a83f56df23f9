"""The boundary tables: one row set, once as text and once as ORC, in Hive and in the local engine.

Columns take their values by turns of different lengths, so that two columns of one row meet in many combinations.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = ["COLUMNS", "KEY", "NULL", "ROWS", "data_text", "setup_statements"]

KEY = "k"
"""The column that numbers the rows."""

ROWS = 31
"""A prime, so that every turn of values meets every other."""

NULL = "\\N"
"""How a text file holds NULL."""

_ITEMS, _ENTRIES, _THIRD = "\x02", "\x03", "\x04"


def _list(*items: str) -> str:
    return _ITEMS.join(items)


def _map(*entries: tuple[str, str]) -> str:
    return _ITEMS.join(f"{key}{_ENTRIES}{value}" for key, value in entries)


_TEXTS = (
    "", " ", "a", "Hive", " 1 ", "1e3", "0", "foo bar,baz", "a.b.c", "ABCabc", "%", "_x", "a%b_c", "\\", "ß", "éa",
    "日本語", "\U0001f600x", "x\U00010400", NULL, "true", "NULL", "-12.5", "2020-02-29", "abcabcabc", "it's", '"q"',
    "Supercalifragilistic", "a b  c", "İi", "e\u0301",
)  # fmt: skip
_NUMERIC_TEXTS = (
    "0", "1", "-1", " 1 ", "1e3", "127", "128", "-129", "32768", "2147483648", "-2147483649", "9223372036854775807",
    "9223372036854775808", "1.5", "-0.0", ".5", "5.", "NaN", "Infinity", "1e400", "0x1F", "", NULL, "1,000", "12abc",
    "+7", "99999999999999999999999999999999999999", "0.1234567890123456789", "1L", "1.0f", "- 1",
)  # fmt: skip
_MOMENT_TEXTS = (
    "2020-02-29", "2019-02-29", "2020-03-08 02:30:00", "2020-11-01 01:30:00.5", "0001-01-01", "9999-12-31 23:59:59",
    "1582-10-04", "1582-10-10", "1970-01-01 00:00:00", "1969-12-31 23:59:59.99999999", "2020-1-5", "2020-13-01",
    "2020-01-01T10:11:12", "2020-01-01 10:11", "2020-01-01 10:11:12.123456789", " 2020-01-01 ", "", NULL, "abc",
    "20200101", "2020-12-31 23:59:60", "2016-02-29 12:00:00", "1900-02-28", "2020-01-01 24:00:00", "10:11:12",
    "2020-01", "2020-06-30 00:00:00.000001", "1999-12-31", "2020-01-01 10:11:12 PST", "2020-01-01Z", "12020-01-01",
)  # fmt: skip
_STRUCTURED_TEXTS = (
    '{"a":1,"b":[1,2,{"c":"x"}]}', '{"a":null}', "[1,2,3]", '{"a":{"b":"ü"}}', "{", "", NULL,
    "http://user@host.com:80/p/a?k1=v1&k2=v2#Ref", "https://example.org/x%20y?q=a+b", "no url", "k1:v1,k2:v2",
    "k1=1&k2=2", "a,b,c", "<a><b>1</b><b>2</b></a>", '{"a":"x\\ty"}', "foo123bar45", "AbC-dEf", "aGVsbG8=",
    "68656C6C6F", "zz", "PST", "America/Los_Angeles", "UTF-8", "yyyy-MM-dd", "a|b|c",
)  # fmt: skip
_DATES = (
    "2020-02-29", "2019-02-28", "0001-01-01", "9999-12-31", NULL, "1970-01-01", "1969-12-31", "1582-10-04",
    "1582-10-15", "2020-03-08", "2020-11-01", "2000-01-01", "1900-03-01", "2021-01-31", "2016-12-31", "1752-09-14",
    "2020-06-30", "1999-12-27", "0004-02-29",
)  # fmt: skip
_TIMESTAMPS = (
    "2020-02-29 12:34:56.789", "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999999", "0001-01-01 00:00:00",
    "9999-12-31 23:59:59.999999999", NULL, "2020-03-08 02:30:00", "2020-03-08 10:00:00", "2020-11-01 01:30:00",
    "2020-11-01 09:30:00", "1582-10-04 23:59:59", "1582-10-15 00:00:00", "2020-01-01 10:11:12.123456789",
    "2038-01-19 03:14:08", "1900-01-01 00:00:00.1", "2021-01-31 00:00:00", "1969-12-31 23:59:58.5",
    "2000-06-15 12:00:00.000001", "2015-06-30 23:59:59", "0999-12-31 23:59:59.9",
)  # fmt: skip

COLUMNS: dict[str, tuple[str, Sequence[str]]] = {
    "ti": ("tinyint", ("0", "1", "-1", "127", "-128", NULL, "2", "5", "-3", "12", "64", "8", "3")),
    "si": ("smallint", ("32767", "0", "-32768", "1", NULL, "-1", "255", "100", "7", "-300", "2020")),
    "i": (
        "int",
        ("0", "2147483647", "-2147483648", "1", NULL, "-1", "2", "10", "31", "65", "-7", "1000000", "86400", "33"),
    ),
    "j": ("int", ("1", "-1", "0", "3", "2147483647", "-2147483648", NULL, "4", "-2", "12", "365", "5", "2", "32")),
    "b": (
        "bigint",
        (
            "9223372036854775807", "-9223372036854775808", "0", "1", "-1", NULL, "2147483648", "9007199254740993",
            "1583020800", "-62135596800", "253402300799", "4", "10", "-86401", "1000000000000", "63",
        ),
    ),
    "c": (
        "bigint",
        ("-1", "0", "2", "9223372036854775807", NULL, "-9223372036854775808", "3", "64", "-5", "1604221200", "7"),
    ),
    "f": (
        "float",
        (
            "0.0", "1.5", "-1.5", "3.4028235E38", "1.4E-45", NULL, "NaN", "Infinity", "-Infinity", "0.1", "16777217",
            "-0.0", "2.5", "1.0E10", "123.456", "0.5",
        ),
    ),
    "g": (
        "double",
        (
            "0.0", "1.0", "-1.0", "1.7976931348623157E308", "4.9E-324", NULL, "NaN", "Infinity", "-Infinity", "0.1",
            "2.5", "-2.5", "1.0E23", "2.0E-3", "9.007199254740993E15", "-0.0", "1583020800.5", "123456.789", "0.5",
            "1.0E7", "3.0",
        ),
    ),
    "h": (
        "double",
        (
            "2.0", "-0.5", "10.0", "0.0", NULL, "-3.7", "1.0E-5", "NaN", "100.0", "-Infinity", "0.3", "1.0E18",
            "64.0", "1.0", "-1.0E19",
        ),
    ),
    "p": (
        "decimal(10,2)",
        ("0.00", "99999999.99", "-99999999.99", "1.50", NULL, "-1.25", "0.01", "2.5", "10.00", "-0.01", "123.45", "3"),
    ),
    "q": (
        "decimal(38,18)",
        (
            "0", "99999999999999999999.999999999999999999", "-99999999999999999999.999999999999999999", NULL,
            "1.000000000000000001", "-0.5", "2.5", "1234567890.123456789", "1583020800.123456789", "3", "0.1",
            "-7.25", "100",
        ),
    ),
    "r": ("decimal(5,5)", ("0.5", "-0.99999", "0.00001", NULL, "0", "0.25", "0.12345")),
    "m": (
        "decimal(38,0)",
        ("99999999999999999999999999999999999999", "0", "-1", NULL, "7", "9223372036854775808", "-128", "1583020800"),
    ),
    "s": ("string", _TEXTS),
    "t": (
        "string",
        ("a", "", "b", NULL, "%", "Hive", "x", " ", "1", ",", "abc", "foo", "éa", "\U0001f600", "c", ".", "2020-02-29"),
    ),
    "u": ("string", _NUMERIC_TEXTS),
    "w": ("string", _MOMENT_TEXTS),
    "x": ("string", _STRUCTURED_TEXTS),
    "xm": (
        "string",
        (
            "<a><b>1</b><b>2.5</b></a>", '<a b="7" id="x">t</a>', NULL, "<a/>", "<a>&lt;&#233;</a>", "<b>-3</b>",
            "<a><b>x</b><c><b>12e2</b></c></a>",
        ),
    ),
    "v": ("varchar(12)", ("abc", "", " x ", "12", NULL, "日本語", "2020-02-29", "1.5", "Hive", "a\U0001f600b", "true")),
    "n": ("char(6)", ("abc", "", " x", "12", NULL, "日本", "-7", "Hive", "\U0001f600", "false", "1.5")),
    "z": ("boolean", ("true", "false", NULL)),
    "y": ("binary", ("aGVsbG8=", "", "AAECAw==", NULL, "w6k=", "8J+YgA==", "/v8=", "MTI=", "YWJjYWJj")),
    "dt": ("date", _DATES),
    "du": (
        "date",
        ("2020-03-01", NULL, "1999-12-31", "2020-02-29", "0001-01-03", "1582-10-20", "2021-02-28", "9999-12-30"),
    ),
    "ts": ("timestamp", _TIMESTAMPS),
    "tu": (
        "timestamp",
        (
            "2020-02-29 00:00:00", NULL, "2020-03-31 23:59:59.9", "1969-12-31 00:00:00.000000001",
            "1582-10-20 01:02:03", "2020-01-01 10:11:12.123456788", "0001-01-02 00:00:00", "9999-12-31 00:00:00",
        ),
    ),
    "ai": (
        "array<int>",
        (_list("1", "2", "3"), "", NULL, _list("7"), _list("3", NULL, "1"), _list("5", "5"), _list("2147483647", "-1")),
    ),
    "al": (
        "array<string>",
        (_list("a", "b"), "", NULL, _list("x", NULL, ""), _list("\U0001f600", "Hive"), _list("b", "a", "c"), "é"),
    ),
    "ag": ("array<double>", (_list("1.5", "NaN"), "", NULL, _list("-0.0", NULL, "Infinity"), _list("2.0", "1.0E10"))),
    "ms": (
        "map<string,int>",
        (_map(("a", "1"), ("b", "2")), "", NULL, _map(("Hive", NULL)), _map(("x", "-1"), ("", "7")), _map(("a", "9"))),
    ),
    "mi": (
        "map<int,string>",
        (_map(("1", "x")), "", NULL, _map(("2", NULL), ("3", "")), _map(("-1", "é"), ("5", "a"))),
    ),
    "st": (
        "struct<a:int,b:string,c:array<int>>",
        (
            _list("1", "x", f"1{_ENTRIES}2"), NULL, _list(NULL, NULL, NULL), _list("-5", "", ""),
            _list("7", "q\U0001f600", "9"),
        ),
    ),
    "aa": ("array<array<int>>", (_list(f"1{_ENTRIES}2", "3"), "", NULL, _list("4", NULL), _list(f"5{_ENTRIES}6"))),
    "sa": (
        "array<struct<a:int,b:string>>",
        (_list(f"1{_ENTRIES}x", f"2{_ENTRIES}y"), "", NULL, _list(f"3{_ENTRIES}{NULL}"), _list(f"0{_ENTRIES}z")),
    ),
}  # fmt: skip
"""Each column's type, and its values as a text file holds them."""


def _cell(values: Sequence[str], row: int, place: int) -> str:
    """Odd rounds begin elsewhere, so that columns of one length do not stay side by side."""
    return values[(row + place * (1 + row // len(values))) % len(values)]


_IN_ORC = {"1969-12-31 23:59:59.999999999": "1970-01-01 00:00:00.999999999"}
"""What Hive's ORC writer makes of a fraction of the last second before 1970."""


def data_text(*, from_orc: bool = False) -> str:
    """The rows, a line each, in Hive's default delimiters; or what Hive reads from ORC after it wrote them there."""
    lines = [
        "\x01".join([str(row), *(_cell(values, row, place) for place, (_, values) in enumerate(COLUMNS.values()))])
        for row in range(ROWS)
    ]
    text = "".join(f"{line}\n" for line in lines)
    for written, found in _IN_ORC.items() if from_orc else ():
        text = text.replace(written, found)
    return text


def setup_statements(text: Path, *, database: str, orc: Path | None = None) -> list[str]:
    """The statements that make ``bt`` (text) and ``bo`` (ORC).

    With ``orc`` the table ``bo`` holds as text what that file says: the local engine has no nanoseconds in ORC.
    """
    columns = ", ".join([f"{KEY} int", *(f"{name} {type_}" for name, (type_, _) in COLUMNS.items())])
    # A vectorised insert would make an empty array of text one that holds a NULL.
    filled = ["set hive.vectorized.execution.enabled=false", "insert into bo select * from bt"]
    return [
        f"create database if not exists {database}",
        f"use {database}",
        *(f"drop table if exists {name}" for name in ("bt", "bo")),
        f"create table bt ({columns})",
        f"load data local inpath '{text}' overwrite into table bt",
        f"create table bo ({columns})" + (" stored as orc" if orc is None else ""),
        *(filled if orc is None else [f"load data local inpath '{orc}' overwrite into table bo"]),
    ]
