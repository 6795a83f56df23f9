"""The kinds of arguments that the forms in ``shapes.tsv`` name: which columns, constants and results stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airflow_ddb_hive.model.types import ArrayType, CharType, DecimalType, HiveType, MapType, StructType, VarcharType

__all__ = ["ALIKE", "CLASSES", "KINDS", "Kind", "class_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Columns and constants of a kind, and the classes of results that may stand for it, too."""

    columns: Sequence[str] = ()
    constants: Sequence[str] = ()
    classes: Sequence[str] = ()


CLASSES = (
    "integer", "decimal", "floating", "text", "boolean", "binary", "date", "timestamp", "day_time", "year_month",
    "array", "map", "struct", "constant",
)  # fmt: skip
"""Every class of argument that a report tells apart."""

_CLASSES = {
    "tinyint": "integer",
    "smallint": "integer",
    "int": "integer",
    "bigint": "integer",
    "float": "floating",
    "double": "floating",
    "string": "text",
    "interval_day_time": "day_time",
    "interval_year_month": "year_month",
}


def class_of(type_: HiveType) -> str:
    """Return the class of a type: integers are one, texts are one."""
    match type_:
        case DecimalType():
            return "decimal"
        case VarcharType() | CharType():
            return "text"
        case ArrayType():
            return "array"
        case MapType():
            return "map"
        case StructType():
            return "struct"
    return _CLASSES.get(str(type_), str(type_))


def _kind(columns: str = "", constants: Sequence[str] = (), classes: str = "") -> Kind:
    return Kind(tuple(columns.split()), tuple(constants), tuple(classes.split()))


_INTEGERS, _DECIMALS, _FLOATS, _TEXTS = "ti si i j b c", "p q r m", "f g h", "s t u w x v n"
_NESTED = "ai al ag ms mi st aa sa"
_DATE_PATTERNS = (
    "'yyyy-MM-dd'", "'yyyy-MM-dd HH:mm:ss'", "'dd/MM/yy'", "'EEE, d MMM yyyy'", "'yyyyMMdd'", "'H:m:s.SSS'", "'D'",
    "'MMMM'", "'hh:mm a'", "'yyyy'", "'G yyyy'", "'EEEE'", "'w W F u'", "'k K'", "''", "'QQ'",
    "'yyyy-MM-dd\\'T\\'HH:mm'",
    "'z'", "'Z'",
)  # fmt: skip
_DAY_INTERVALS = (
    "(ts - tu)", "(dt - du)", "interval '1 02:03:04.5' day to second", "interval '-3' day", "interval '25' hour",
    "interval '90' minute", "interval '1.000000001' second", "interval (ti) day", "interval (si) second",
)  # fmt: skip
_MONTH_INTERVALS = (
    "interval '1-2' year to month", "interval '-13' month", "interval '100' year", "interval (ti) month",
    "interval (ti) year",
)  # fmt: skip
_TYPES = (
    "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)", "decimal(38,18)", "decimal(5,5)",
    "decimal(38,0)", "decimal(3,1)", "string", "varchar(3)", "varchar(20)", "char(4)", "char(20)", "boolean",
    "binary", "date", "timestamp",
)  # fmt: skip

KINDS: dict[str, Kind] = {
    "nullable": _kind(f"{_INTEGERS} {_DECIMALS} {_FLOATS} {_TEXTS} z y dt du ts tu", (), ""),
    "any": _kind(
        f"{_INTEGERS} {_DECIMALS} {_FLOATS} {_TEXTS} z y dt du ts tu {_NESTED}",
        ("null", "'a'", "1", "1.5D", "2.50"),
        "integer decimal floating text boolean binary date timestamp array map struct",
    ),
    "any_primitive": _kind(
        f"{_INTEGERS} {_DECIMALS} {_FLOATS} {_TEXTS} z y dt du ts tu",
        ("null", "'1'", "0", "-1", "1.5D", "2.50", "'2020-02-29'", "date '2020-02-29'"),
        "integer decimal floating text boolean binary date timestamp",
    ),
    "primitive": _kind(
        f"{_INTEGERS} {_DECIMALS} {_FLOATS} {_TEXTS} z dt ts", ("'a'", "1"), "integer decimal text date"
    ),
    "number": _kind(
        f"{_INTEGERS} {_DECIMALS} {_FLOATS} {_INTEGERS} {_DECIMALS} u",
        ("0", "1", "-1", "2", "3000000000", "1.5", "0.01", "2.5D", "1e3", "12345678901234567890BD"),
        "integer decimal floating",
    ),
    "number_constant": _kind("", ("0", "10", "-5", "1.5", "100.25", "2.5D")),
    "integer": _kind(_INTEGERS, ("0", "1", "-1", "2", "7", "33", "2147483647", "9223372036854775807"), "integer"),
    "divisor": _kind("", ("1", "2", "-1", "3", "7L", "(j | 1)", "-10", "(c | 1)")),
    "real": _kind(
        f"{_FLOATS} {_FLOATS} {_INTEGERS} {_DECIMALS} u", ("0", "1", "0.5", "2.0D", "-1"), "integer decimal floating"
    ),
    "double": _kind("g h", ("1.5D",), "floating"),
    "text": _kind(f"{_TEXTS} s s t", ("''", "'a'", "'é\U0001f600'", "' x '"), "text"),
    "text_constant": _kind("", ("'a'", "''", "'k1'", "'Hive'", "' '")),
    "numeric_text": _kind("u u u v n", ("' 12 '", "'1e2'"), "text"),
    "list_text": _kind("x s", ("'a,b,c'", "'Hive,,x'"), "text"),
    "structured_text": _kind("x x x s", (), "text"),
    "hex_text": _kind("x s u", ("'4869'", "'F09F9880'", "'1'", "hex(s)"), "text"),
    "xml_text": _kind(
        "xm xm", ("'<a><b>1</b><b>2.5</b></a>'", "'<a id=\"x\">t</a>'", "concat('<a><b>', i, '</b></a>')")
    ),
    "moment_text": _kind("w w w s", ("'2020-01-31'", "'2020-02-29 10:11:12'")),
    "day_interval_text": _kind("", ("'1 02:03:04'", "concat(ti, ' 1:2:3.5')", "'-2 0:0:0.000000001'")),
    "month_interval_text": _kind("", ("'1-2'", "concat(abs(ti), '-3')", "'-10-11'")),
    "date": _kind("dt du", ("date '2020-01-31'",), "date"),
    "timestamp": _kind("ts tu", ("timestamp '2020-01-31 10:11:12.5'",), "timestamp"),
    "moment": _kind("dt du ts tu w dt ts", ("'2020-03-31'", "'2020-03-31 22:10:11'"), "date timestamp"),
    "interval": _kind("", (*_DAY_INTERVALS, *_MONTH_INTERVALS), "day_time year_month"),
    "day_interval": _kind("", _DAY_INTERVALS, "day_time"),
    "month_interval": _kind("", _MONTH_INTERVALS, "year_month"),
    "boolean": _kind("z z", ("true", "cast(null as boolean)", "(i > j)", "(s = t)"), "boolean"),
    "binary": _kind("y", ("cast('ab' as binary)", "cast(s as binary)"), "binary"),
    "array": _kind("ai al ag aa sa", (), "array"),
    "nested_array": _kind("aa"),
    "structs": _kind("sa"),
    "map": _kind("ms mi", (), "map"),
    "collection": _kind("ai al ag aa sa ms mi", (), "array map"),
    "struct": _kind("st", (), ""),
    "key": _kind(f"{_INTEGERS} s t dt ts p z", ("'k'", "1")),
    "small": _kind("ti ti si", ("0", "1", "-1", "2", "3", "12", "-13", "5"), ""),
    "small_int": _kind("i ", ("1", "5", "3"), ""),
    "small_constant": _kind("", ("1", "2", "5", "0", "-2")),
    "length": _kind("", ("0", "1", "5", "12", "pmod(i, 9)", "pmod(ti, 20)")),
    "map_key": _kind("", ("'a'", "'Hive'", "''", "lower(t)", "'é'", "i", "substr(s, 1, 1)")),
    "map_place": _kind("", ("1", "-1", "5", "ti", "si", "pmod(i, 6)", "null")),
    "index": _kind("ti si i j", ("0", "1")),
    "seconds": _kind("i b c j", ("0", "-1", "1583020800")),
    "place": _kind("", ("0", "1", "2", "-1", "pmod(ti, 3)", "5")),
    "digits": _kind("", ("0", "1", "2", "-1", "5", "-3", "18", "30")),
    "radix": _kind("", ("2", "8", "10", "16", "36", "-10", "-16", "pmod(i, 40)")),
    "character_code": _kind("i j ti b g", ("65", "233", "0", "256", "300"), "integer floating"),
    "group": _kind("", ("0", "1", "2")),
    "sha_bits": _kind("", ("0", "224", "256", "384", "512", "1")),
    "aes_key": _kind("", ("'1234567890123456'", "'123456789012345678901234'", "'short'", "t")),
    "like_pattern": _kind("t", ("'%a%'", "'_'", "'a\\\\%b%'", "''", "'%'", "'H_ve'", "'%\\\\_%'", "'\U0001f600%'")),
    "regex": _kind(
        "",
        (
            "'a'", "'^[a-z]+$'", "'(\\\\w+) (\\\\w+)'", "'([0-9]+)'", "''", "'.'", "'b|c'", "'\\\\s'", "'(a)(b)?'",
            "'[^a-c]+'", "'\\\\d{2,}'", "'(?i)HIVE'", "'.*'", "'x*'", "'é'",
        ),
    ),
    "replacement": _kind("t", ("'X'", "''", "'$1'", "'<$0>'", "'\\\\\\\\'")),
    "separator": _kind("t", ("','", "'.'", "' '", "''", "'ab'")),
    "separator_regex": _kind("", ("','", "':'", "' '", "'\\\\.'", "'[,.]'", "''", "'a'", "'\\\\|'", "'='", "'&'")),
    "json_path": _kind(
        "", ("'$.a'", "'$.b[0]'", "'$.b[2].c'", "'$'", "'$.a.b'", "'$.b[*]'", "'$[1]'", "'a'", "'$.zz'")
    ),
    "url_part": _kind(
        "", ("'HOST'", "'PATH'", "'QUERY'", "'REF'", "'PROTOCOL'", "'FILE'", "'AUTHORITY'", "'USERINFO'", "'x'")
    ),
    "xpath": _kind(
        "", ("'a/b'", "'a/b/text()'", "'/a/b[2]'", "'sum(a/b)'", "'count(a/b)'", "'a/@id'", "'zz'", "'//b'")
    ),
    "date_pattern": _kind("", _DATE_PATTERNS),
    "number_pattern": _kind("", ("'###,###.##'", "'0.00'", "'#'", "'##,##0.000'")),
    "number_format": _kind("", ("'%d'", "'%5d|'", "'%05d'", "'%x'", "'%,d'", "'%-8d|'", "'%+d'", "'%o'")),
    "real_format": _kind("", ("'%f'", "'%.2f'", "'%e'", "'%10.3f|'", "'%g'", "'%.0f'")),
    "text_format": _kind("", ("'%s-%s'", "'%2$s %1$s'", "'%10s|%-5s|'", "'%S%.2s'")),
    "charset": _kind("", ("'UTF-8'", "'US-ASCII'", "'ISO-8859-1'", "'UTF-16'", "'UTF-16LE'", "'UTF-16BE'", "'utf-8'")),
    "zone": _kind(
        "t",
        ("'America/Los_Angeles'", "'PST'", "'UTC'", "'GMT+5'", "'Asia/Kolkata'", "'Europe/Berlin'", "'nowhere'",
         "'+03:00'"),
    ),
    "weekday": _kind("t", ("'MO'", "'tue'", "'Friday'", "'SU'", "'x'", "''")),
    "trunc_unit": _kind("", ("'MM'", "'YYYY'", "'Q'", "'month'", "'YEAR'", "'quarter'", "'DD'", "''")),
    "unit": _kind("", ("year", "quarter", "month", "week", "day", "dayofweek", "hour", "minute", "second")),
    "type": _kind("", _TYPES),
    "number_type": _kind("", _TYPES[:11]),
    "moment_type": _kind("", ("date", "timestamp")),
    "text_type": _kind("", ("string", "varchar(3)", "varchar(20)", "char(4)", "char(20)")),
}  # fmt: skip
"""Every kind by its name."""

ALIKE = ("integer", "number", "real", "text", "numeric_text", "date", "timestamp", "moment", "boolean", "binary")
"""The kinds of which one is drawn for all arguments of a form that it calls ``alike1`` or ``alike2``."""
