"""Cells of delimited text files, written and read as Hive's LazySimpleSerDe does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.java_text import cast_text, decimal_digits
from airflow_ddb_hive.engines.local.emit.local_moments import text_to_local
from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.engines.local.emit.text_moments import text_to_date, text_to_timestamp
from airflow_ddb_hive.engines.local.emit.text_values import (
    text_to_boolean,
    text_to_decimal,
    text_to_floating,
    text_to_integer,
)
from airflow_ddb_hive.engines.local.emit.timestamp_formats import emit_usual_form
from airflow_ddb_hive.engines.local.physical import duckdb_type, quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.model.partition_path import DEFAULT_PARTITION
from airflow_ddb_hive.model.types import (
    STRING,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.delimited import DelimitedOptions
    from airflow_ddb_hive.model.table import Column

__all__ = ["emit_cells", "emit_parse", "emit_partition_text", "emit_partition_value", "write_cell"]


_DEEPEST = 8
"""DuckDB's time to bind nested lambdas triples with each level: nine take half a minute."""


def emit_cells(
    query: str,
    columns: Sequence[OutputColumn | Column],
    options: DelimitedOptions,
    others: Mapping[int, str] | None = None,
) -> str:
    """Return a SELECT of each column's text as a file has it; NULL stays NULL.

    ``others`` are further columns: the SQL of each over the query, which goes by the name ``r``.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import OutputColumn
        >>> from airflow_ddb_hive.model.delimited import DelimitedOptions
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> emit_cells("SELECT 1 AS c0", [OutputColumn("a", BIGINT)], DelimitedOptions())
        'SELECT CAST(r.c0 AS VARCHAR) AS c0 FROM (SELECT 1 AS c0) AS r'
    """
    cells = [f"{_write(f'r.c{i}', column.type, options, 1)} AS c{i}" for i, column in enumerate(columns)]
    cells += [f"{sql} AS c{i}" for i, sql in (others or {}).items()]
    return f"SELECT {', '.join(cells)} FROM ({query}) AS r"


def write_cell(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    """Return the text of one column's value; NULL stays NULL."""
    return _write(sql, type_, options, 1)


def _separator(options: DelimitedOptions, depth: int) -> str:
    if depth >= len(options.separators):
        raise UnsupportedSqlError("a column of a text table is nested deeper than Hive has separators")
    if depth > _DEEPEST:
        raise UnsupportedSqlError(
            f"a column of a text table is nested deeper than {_DEEPEST} levels: store it as PARQUET"
        )
    return text(options.separators[depth])


def _write(sql: str, type_: HiveType, options: DelimitedOptions, depth: int) -> str:
    match type_:
        case ArrayType(element):
            item = f"e{depth}"
            written = _write_inner(item, element, options, depth + 1)
            return f"array_to_string(list_transform({sql}, lambda {item}: {written}), {_separator(options, depth)})"
        case MapType(key, value):
            entry = f"e{depth}"
            pair = (
                f"{_write_inner(f'{entry}.key', key, options, depth + 2)} || {_separator(options, depth + 1)} || "
                f"{_write_inner(f'{entry}.value', value, options, depth + 2)}"
            )
            entries = f"list_transform(map_entries({sql}), lambda {entry}: {pair})"
            return f"array_to_string({entries}, {_separator(options, depth)})"
        case StructType(fields):
            return let(sql, lambda v: _write_struct(v, fields, options, depth))
    return _write_primitive(sql, type_, options)


def _write_struct(v: str, fields: tuple[tuple[str, HiveType], ...], options: DelimitedOptions, depth: int) -> str:
    parts = [_write_inner(f"({v}).{quoted_field(name)}", type_, options, depth + 1) for name, type_ in fields]
    joined = f" || {_separator(options, depth)} || ".join(parts)
    return f"CASE WHEN {v} IS NOT NULL THEN {joined} END"


def _write_inner(sql: str, type_: HiveType, options: DelimitedOptions, depth: int) -> str:
    return f"coalesce({_write(sql, type_, options, depth)}, {text(options.null_format)})"


def _write_primitive(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    match type_:
        case DecimalType():
            return decimal_digits(sql, type_)
        case CharType(length):
            return _escape(f"rpad({sql}, {length}, ' ')", options)
        case VarcharType():
            return _escape(sql, options)
    name = str(type_)
    if name == "string":
        return _escape(sql, options)
    if name == "binary":
        return f"to_base64({sql})"
    return f"CAST({sql} AS VARCHAR)" if name == "boolean" else cast_text(sql, type_)


def _escape(sql: str, options: DelimitedOptions) -> str:
    if options.escape is None:
        return sql
    mark = text(options.escape)
    result = f"replace({sql}, {mark}, {text(options.escape * 2)})"
    for separator in dict.fromkeys(options.separators):
        if separator != options.escape:
            result = f"replace({result}, {text(separator)}, {text(options.escape + separator)})"
    for character, letter in (("\r", "r"), ("\n", "n")):
        result = f"replace({result}, {text(character)}, {text(options.escape + letter)})"
    return result


def emit_parse(
    source: str,
    columns: Sequence[tuple[int, HiveType]],
    options: DelimitedOptions,
    others: Mapping[int, str] | None = None,
) -> str:
    """Return a SELECT of typed columns ``c<i>`` from a source of text columns ``c<i>``.

    ``others`` are columns that are no text of the file: the SQL of each over the source, which goes by the name ``s``.

    Example:
        >>> from airflow_ddb_hive.model.delimited import DelimitedOptions
        >>> from airflow_ddb_hive.model.types import STRING
        >>> emit_parse("cells", [(0, STRING)], DelimitedOptions())
        'SELECT s.c0 AS c0 FROM cells AS s'
    """
    parsed = [f"{_read_cell(f's.c{i}', type_, options)} AS c{i}" for i, type_ in columns]
    parsed += [f"{sql} AS c{i}" for i, sql in (others or {}).items()]
    return f"SELECT {', '.join(parsed) or '0 AS c_'} FROM {source} AS s"


def emit_partition_text(sql: str, type_: HiveType) -> str:
    """Return the text of a partition column's value; NULL and the empty text are the default partition's.

    Example:
        >>> from airflow_ddb_hive.model.types import STRING
        >>> emit_partition_text("r.c1", STRING)
        "coalesce(nullif(r.c1, ''), '__HIVE_DEFAULT_PARTITION__')"
    """
    written = sql if type_ == STRING else emit_cast(sql, type_, STRING)
    return f"coalesce(nullif({written}, ''), {text(DEFAULT_PARTITION)})"


def emit_partition_value(sql: str, type_: HiveType) -> str:
    """Return a partition column's value from its text; the default partition's is NULL, but in a text column.

    Example:
        >>> from airflow_ddb_hive.model.types import STRING
        >>> emit_partition_value("s.c1", STRING)
        's.c1'
    """
    if type_ == STRING:
        return sql
    return emit_cast(f"nullif({sql}, {text(DEFAULT_PARTITION)})", STRING, type_)


def _read_cell(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    """A column of its own: the cells of character columns come without their escapes."""
    if type_ == STRING or isinstance(type_, VarcharType | CharType):
        options = replace(options, escape=None)
    return _read(sql, type_, options, 1)


def _read(sql: str, type_: HiveType, options: DelimitedOptions, depth: int) -> str:
    match type_:
        case ArrayType(element):
            item = f"e{depth}"
            read = _read_inner(item, element, options, depth + 1)
            parts = _split(sql, options, depth)
            listed = f"list_transform({parts}, lambda {item}: {read})"
            return f"CAST(CASE WHEN {sql} = '' THEN [] ELSE {listed} END AS {duckdb_type(type_)})"
        case MapType(key, value):
            return _read_map(sql, key, value, options, depth)
        case StructType():
            return _read_struct(sql, type_, options, depth)
    return _read_primitive(sql, type_, options)


def _split(sql: str, options: DelimitedOptions, depth: int) -> str:
    """The parts between separators of one level; an escaped separator parts nothing, and stays escaped."""
    separator = _separator(options, depth)
    plain = f"string_split({sql}, {separator})"
    if options.escape is None:
        return plain
    between, mark = (f"\\x{{{ord(char):x}}}" for char in (options.separators[depth], options.escape))
    pattern = f"(?s){between}((?:{mark}.|[^{between}{mark}])*(?:{mark}$)?)"
    exact = f"regexp_extract_all({separator} || {sql}, {text(pattern)}, 1)"
    return f"CASE WHEN strpos({sql}, {text(options.escape)}) = 0 THEN {plain} ELSE {exact} END"


def _read_inner(sql: str, type_: HiveType, options: DelimitedOptions, depth: int) -> str:
    null = text(options.null_format)
    return _read(f"nullif({sql}, {null})", type_, options, depth)


def _read_map(sql: str, key: HiveType, value: HiveType, options: DelimitedOptions, depth: int) -> str:
    """The first of equal keys wins; an entry without separator has a NULL value; a NULL key is left out."""
    mark = _separator(options, depth + 1)
    item, pair = f"e{depth}", f"p{depth}"
    key_text = f"split_part({item}, {mark}, 1)"
    value_text = f"CASE WHEN strpos({item}, {mark}) > 0 THEN {item}[strpos({item}, {mark}) + 1:] END"
    if options.escape is not None:
        key_text = f"({_split(item, options, depth + 1)})[1]"
        value_text = f"CASE WHEN length({item}) > length({key_text}) THEN {item}[length({key_text}) + 2:] END"
    entry = (
        f"{{'k': {_read_inner(key_text, key, options, depth + 2)}, "
        f"'v': {_read_inner(value_text, value, options, depth + 2)}}}"
    )
    entries = f"list_transform({_split(sql, options, depth)}, lambda {item}: {entry})"
    kept = let(
        entries,
        lambda v: (
            f"list_filter({v}, lambda {pair}, i: {pair}.k IS NOT NULL AND "
            f"list_position(list_transform({v}, lambda y{depth}: y{depth}.k), {pair}.k) = i)"
        ),
    )
    target = duckdb_type(MapType(key, value))
    return (
        f"CASE WHEN {sql} IS NULL THEN NULL WHEN {sql} = '' THEN CAST(MAP {{}} AS {target}) "
        f"ELSE CAST(map_from_entries({kept}) AS {target}) END"
    )


def _read_struct(sql: str, type_: StructType, options: DelimitedOptions, depth: int) -> str:
    def read(parts: str) -> str:
        packed = ", ".join(
            f"{quoted_field(name)} := {_read_inner(f'{parts}[{place}]', field, options, depth + 1)}"
            for place, (name, field) in enumerate(type_.fields, 1)
        )
        return f"CASE WHEN {parts} IS NOT NULL THEN struct_pack({packed}) END"

    return let(_split(sql, options, depth), read)


def _lazy(convert: Callable[..., str]) -> Callable[[str, HiveType, DelimitedOptions], str]:
    return lambda sql, type_, _options: str(convert(sql, type_, lazy=True))


def _unescape(sql: str, _type: HiveType, options: DelimitedOptions) -> str:
    if options.escape is None:
        return sql
    mark = options.escape
    pattern = "\\" + mark if not mark.isalnum() and mark.isprintable() else f"\\x{ord(mark):02x}"
    plain = f"regexp_replace({sql}, {text(f'(?s){pattern}(.)')}, '\\1', 'g')"
    # Only where an escaped line end stands are the parts looked at one by one.
    pieces = f"regexp_extract_all({sql}, {text(f'(?s){pattern}.|[^{pattern}]+|{pattern}$')})"
    ends = (
        f"array_to_string(list_transform({pieces}, lambda u: CASE WHEN u = {text(mark + 'n')} THEN chr(10) "
        f"WHEN u = {text(mark + 'r')} THEN chr(13) WHEN length(u) > 1 AND u[1] = {text(mark)} THEN u[2:] "
        "ELSE u END), '')"
    )
    has_end = f"(strpos({sql}, {text(mark + 'n')}) > 0 OR strpos({sql}, {text(mark + 'r')}) > 0)"
    return let(sql, lambda v: f"CASE WHEN {has_end} THEN {ends} ELSE {plain} END".replace(sql, v))


def _read_char(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    length = type_.length if isinstance(type_, CharType) else 0
    return f"rtrim(left({_unescape(sql, type_, options)}, {length}), ' ')"


def _read_varchar(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    length = type_.length if isinstance(type_, VarcharType) else 0
    return f"left({_unescape(sql, type_, options)}, {length})"


def _read_binary(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    """Base64 if every character could be of it, else the bytes as they are."""

    def decode(v: str) -> str:
        letters = f"regexp_replace(translate(split_part({v}, '=', 1), '-_', '+/'), '[ \\t\\r\\n]', '', 'g')"
        whole = let(
            letters,
            lambda s: (
                f"rpad(CASE WHEN length({s}) % 4 = 1 THEN {s}[:-2] ELSE {s} END, "
                f"CAST((length({s}) + CASE WHEN length({s}) % 4 = 1 THEN 2 ELSE 3 END) // 4 * 4 AS INTEGER), '=')"
            ),
        )
        base64 = f"regexp_full_match({v}, '[A-Za-z0-9+/=_ \\t\\r\\n-]*')"
        decoded = f"nullif(TRY(from_base64({whole})), ''::BLOB)"
        return f"CASE WHEN {base64} THEN coalesce({decoded}, encode({v})) ELSE encode({v}) END"

    return let(_unescape(sql, type_, options), decode)


def _read_timestamp(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    return text_to_timestamp(emit_usual_form(sql, options.timestamp_formats), type_, lazy=True)


_READERS: dict[str, Callable[[str, HiveType, DelimitedOptions], str]] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), _lazy(text_to_integer)),
    **dict.fromkeys(("float", "double"), _lazy(text_to_floating)),
    "boolean": _lazy(text_to_boolean),
    "date": _lazy(text_to_date),
    "timestamp": _read_timestamp,
    "timestamp with local time zone": _lazy(text_to_local),
    "string": _unescape,
    "binary": _read_binary,
    "void": lambda _sql, _type, _options: "CAST(NULL AS INTEGER)",
}


def _read_primitive(sql: str, type_: HiveType, options: DelimitedOptions) -> str:
    match type_:
        case DecimalType():
            return text_to_decimal(sql, type_, lazy=True)
        case CharType():
            return _read_char(sql, type_, options)
        case VarcharType():
            return _read_varchar(sql, type_, options)
    return _READERS[str(type_)](sql, type_, options)
