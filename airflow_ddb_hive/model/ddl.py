"""HiveQL that declares tables: the DDL that also runs on EMR.

See https://docs.aws.amazon.com/emr/latest/ReleaseGuide/EMR_Interactive_Hive.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.quoting import check_dynamodb_name, quote_location, quote_name, quote_table, quote_text
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType, parse_type

__all__ = [
    "FILE_FORMATS",
    "WHOLE_ITEM",
    "ColumnSpec",
    "FileFolder",
    "FormatRule",
    "MappedColumn",
    "SourceTable",
    "create_dynamodb_table",
    "create_file_table",
    "create_table",
    "drop_table",
    "fill_folder",
    "insert_directory",
    "parse_columns",
    "parse_table",
    "select_from",
    "storage_clause",
]

ColumnSpec = str | Sequence[str]
"""A Hive type, or a Hive type and a DynamoDB attribute, or these two and the attribute's DynamoDB type."""

_FIELD = re.compile(r"[A-Za-z_]\w*")
_DYNAMODB_TYPES = frozenset({"S", "N", "B", "BOOL", "L", "M", "SS", "NS", "BS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """A Hive column, its type, and the DynamoDB attribute behind it.

    ``attribute`` is ``None`` for the whole-item column; ``dynamodb_type`` is given where it is not the type's usual
    one (``SS`` for an array).

    Example:
        >>> MappedColumn(name="id", type="bigint", attribute="Id").attribute
        'Id'
    """

    name: str
    type: str
    attribute: str | None
    dynamodb_type: str | None = None


WHOLE_ITEM = (MappedColumn(name="item", type="map<string,string>", attribute=None),)
"""The one column that holds an item with all of its attributes, whatever they are."""


def parse_columns(columns: Mapping[str, ColumnSpec] | None) -> tuple[MappedColumn, ...]:
    """Read columns as a DAG author writes them; none at all means whole items.

    The key is the Hive column, and the attribute too if none is given: Hive's names are lower case, DynamoDB's keep
    theirs.

    Example:
        >>> [c.attribute for c in parse_columns({"Id": "bigint", "name": ("string", "Feature Name")})]
        ['Id', 'Feature Name']
        >>> parse_columns({"tags": ["array<string>", "Tags", "SS"]})[0].dynamodb_type
        'SS'

    Raises:
        InputError: A name or type is impossible, or two columns have one name.
    """
    if not columns:
        return WHOLE_ITEM
    if not hasattr(columns, "items"):
        raise InputError(f"columns must be a mapping of Hive column to type, not {type(columns).__name__}")
    parsed = tuple(_parse_column(name, spec) for name, spec in columns.items())
    names = [column.name for column in parsed]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"column {name!r} is given twice: Hive's names do not differ by case")
    return parsed


_SPEC_LENGTHS = range(1, 4)


def _parse_column(name: str, spec: ColumnSpec) -> MappedColumn:
    quote_name(name)
    parts: list[Any] = list(spec) if isinstance(spec, list | tuple) else [spec]
    if len(parts) not in _SPEC_LENGTHS or not all(type(part) is str for part in parts):
        raise InputError(
            f"column {name!r}: give a Hive type, or (type, attribute), or (type, attribute, DynamoDB type)"
        )
    type_text = _type_text(parse_type(parts[0]))
    attribute = parts[1] if len(parts) > 1 else name
    dynamodb_type = parts[2] if len(parts) > 2 else None  # noqa: PLR2004 - the third part
    if not attribute or "," in attribute:
        raise InputError(f"column {name!r}: attribute {attribute!r} cannot be mapped (empty, or with a comma)")
    if dynamodb_type is not None and dynamodb_type not in _DYNAMODB_TYPES:
        raise InputError(f"column {name!r}: {dynamodb_type!r} is none of {', '.join(sorted(_DYNAMODB_TYPES))}")
    return MappedColumn(name=name.lower(), type=type_text, attribute=attribute, dynamodb_type=dynamodb_type)


def _type_text(hive_type: HiveType) -> str:
    _check_fields(hive_type)
    return str(hive_type)


def _check_fields(hive_type: HiveType) -> None:
    match hive_type:
        case ArrayType(element):
            _check_fields(element)
        case MapType(_, value):
            _check_fields(value)
        case StructType(fields):
            for name, field in fields:
                if not _FIELD.fullmatch(name):
                    raise InputError(f"no struct field can be named {name!r}: use letters, digits and underscores")
                _check_fields(field)


def select_from(table: str, columns: Sequence[MappedColumn]) -> str:
    """Return the SELECT of these columns, in order.

    Example:
        >>> select_from("music", WHOLE_ITEM)
        'SELECT `item` FROM `music`'
    """
    names = ", ".join(quote_name(column.name) for column in columns)
    return " ".join(("SELECT", names, "FROM", quote_table(table)))


def _percent(value: float | str) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"no share of a table's capacity: {value!r}: give a number above 0, such as 0.5") from None
    if not 0 < number < float("inf"):
        raise InputError(f"no share of a table's capacity: {value!r}: give a number above 0, such as 0.5")
    return repr(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A DynamoDB table (or an index of it) as HiveQL sees it.

    Example:
        >>> SourceTable(table_name="Music").columns == WHOLE_ITEM
        True

    Raises:
        InputError: The table or index has an impossible name, or a share of capacity is not above zero.
    """

    table_name: str
    columns: tuple[MappedColumn, ...] = WHOLE_ITEM
    index_name: str | None = None
    read_percent: float | str | None = None
    write_percent: float | str | None = None

    def __post_init__(self) -> None:
        """Refuse what DynamoDB cannot have."""
        check_dynamodb_name(self.table_name, "table")
        if self.index_name is not None:
            check_dynamodb_name(self.index_name, "index")
        for value in (self.read_percent, self.write_percent):
            if value is not None:
                _percent(value)

    def properties(self) -> dict[str, str]:
        """Return the table properties of the connector, and ours for an index."""
        mapped = [c for c in self.columns if c.attribute is not None]
        typed = [c for c in mapped if c.dynamodb_type is not None]
        found = {
            "dynamodb.table.name": self.table_name,
            "dynamodb.column.mapping": ",".join(f"{c.name}:{c.attribute}" for c in mapped),
            "dynamodb.type.mapping": ",".join(f"{c.name}:{c.dynamodb_type}" for c in typed),
            "ddb_hive.index.name": self.index_name or "",
            "dynamodb.throughput.read.percent": "" if self.read_percent is None else _percent(self.read_percent),
            "dynamodb.throughput.write.percent": "" if self.write_percent is None else _percent(self.write_percent),
        }
        return {name: value for name, value in found.items() if value}


def _column_definitions(columns: Sequence[MappedColumn]) -> str:
    return ", ".join(f"{quote_name(column.name)} {column.type}" for column in columns)


def create_dynamodb_table(name: str, source: SourceTable) -> str:
    """Return the CREATE EXTERNAL TABLE of a DynamoDB table.

    Example:
        >>> print(create_dynamodb_table("music", SourceTable(table_name="Music")))
        CREATE EXTERNAL TABLE `music` (`item` map<string,string>)
        STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
        TBLPROPERTIES ('dynamodb.table.name' = 'Music');
    """
    properties = ", ".join(f"{quote_text(key)} = {quote_text(value)}" for key, value in source.properties().items())
    return (
        f"CREATE EXTERNAL TABLE {quote_table(name)} ({_column_definitions(source.columns)})\n"
        f"STORED BY {quote_text(DYNAMODB_HANDLER)}\n"
        f"TBLPROPERTIES ({properties});"
    )


@dataclass(frozen=True, slots=True)
class FormatRule:
    """What HiveQL says of a file format, and whether its columns must be given."""

    clause: str
    columns: str


FILE_FORMATS: Mapping[str, FormatRule] = {
    "csv": FormatRule(r"ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\'", "required"),
    "item": FormatRule("", "refused"),
    "parquet": FormatRule("STORED AS PARQUET", "optional"),
    "text": FormatRule("", "required"),
}
"""File formats by the names that operators take: ``item`` is whole items as Hive's default ``^A ^B ^C`` text."""

_NAMED_COLUMNS = frozenset({"parquet"})


def storage_clause(file_format: str) -> str:
    """Return what INSERT OVERWRITE DIRECTORY and CREATE TABLE say of a file format; empty for Hive's default text.

    Example:
        >>> storage_clause("parquet")
        'STORED AS PARQUET'

    Raises:
        InputError: There is no such format.
    """
    return _rule(file_format).clause


def _rule(file_format: str) -> FormatRule:
    if file_format not in FILE_FORMATS:
        raise InputError(f"no file format {file_format!r}: give one of {', '.join(sorted(FILE_FORMATS))}")
    return FILE_FORMATS[file_format]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFolder:
    """A folder of files of one format, with the columns that they hold.

    Example:
        >>> FileFolder(location="s3://lake/music/").file_format
        'item'

    Raises:
        InputError: The location is empty, the format unknown, or the columns do not fit it.
    """

    location: str
    columns: tuple[MappedColumn, ...] = WHOLE_ITEM
    file_format: str = "item"

    def __post_init__(self) -> None:
        """Refuse a format whose columns are missing, or are not asked for."""
        quote_location(self.location)
        rule = _rule(self.file_format)
        whole = self.columns == WHOLE_ITEM
        if whole and rule.columns == "required":
            raise InputError(
                f"file_format={self.file_format!r} needs columns={{name: type, ...}}; whole items go as 'item'"
            )
        if not whole and rule.columns == "refused":
            raise InputError(f"file_format={self.file_format!r} is whole items: leave columns out, or use 'text'")


def create_file_table(name: str, folder: FileFolder) -> str:
    """Return the CREATE EXTERNAL TABLE over a folder of files.

    Example:
        >>> print(create_file_table("music", FileFolder(location="s3://lake/music")))
        CREATE EXTERNAL TABLE `music` (`item` map<string,string>)
        LOCATION 's3://lake/music';
    """
    lines = (
        f"CREATE EXTERNAL TABLE {quote_table(name)} ({_column_definitions(folder.columns)})",
        storage_clause(folder.file_format),
        f"LOCATION {quote_location(folder.location)};",
    )
    return "\n".join(line for line in lines if line)


def drop_table(name: str) -> str:
    """Return the statement that forgets an external table's definition; its data stays.

    Example:
        >>> drop_table("music")
        'DROP TABLE IF EXISTS `music`;'
    """
    return f"DROP TABLE IF EXISTS {quote_table(name)};"


_TABLE_KEYS = {
    "location": frozenset({"columns", "file_format", "location"}),
    "table_name": frozenset({"columns", "index_name", "read_percent", "table_name"}),
}


def parse_table(name: str, spec: Mapping[str, Any]) -> SourceTable | FileFolder:
    """Read a table as a DAG author writes it: a DynamoDB table by ``table_name``, or files by ``location``.

    Example:
        >>> parse_table("music", {"table_name": "Music"}).table_name
        'Music'
        >>> parse_table(
        ...     "states", {"location": "s3://b/s", "file_format": "csv", "columns": {"a": "string"}}
        ... ).file_format
        'csv'

    Raises:
        InputError: Neither or both are given, or a key is unknown.
    """
    kinds = [kind for kind in _TABLE_KEYS if kind in spec]
    if len(kinds) != 1:
        raise InputError(f"table {name!r}: give either table_name (DynamoDB) or location (files)")
    unknown = sorted(set(spec) - _TABLE_KEYS[kinds[0]])
    if unknown:
        known = ", ".join(sorted(_TABLE_KEYS[kinds[0]]))
        raise InputError(f"table {name!r}: unknown {', '.join(unknown)}; with {kinds[0]} known are {known}")
    options = {**spec, "columns": parse_columns(spec.get("columns"))}
    return SourceTable(**options) if kinds == ["table_name"] else FileFolder(**options)


def create_table(name: str, table: SourceTable | FileFolder) -> str:
    """Return the CREATE EXTERNAL TABLE of either kind of table.

    Example:
        >>> create_table("music", SourceTable(table_name="Music")).splitlines()[0]
        'CREATE EXTERNAL TABLE `music` (`item` map<string,string>)'
    """
    if isinstance(table, SourceTable):
        return create_dynamodb_table(name, table)
    return create_file_table(name, table)


def fill_folder(name: str, folder: FileFolder, select: str) -> str:
    """Return the statements that write a query's rows to a folder under the columns' own names.

    INSERT OVERWRITE DIRECTORY names columns ``_col0``, ``_col1`` and so on, which a format that finds columns by name
    does not read back; a table over the folder does.

    Example:
        >>> columns = parse_columns({"artist": "string"})
        >>> print(
        ...     fill_folder(
        ...         "out", FileFolder(location="s3://lake/m", columns=columns, file_format="parquet"), "SELECT 1"
        ...     )
        ... )
        DROP TABLE IF EXISTS `out`;
        CREATE EXTERNAL TABLE `out` (`artist` string)
        STORED AS PARQUET
        LOCATION 's3://lake/m';
        INSERT OVERWRITE TABLE `out`
        SELECT 1;
        DROP TABLE IF EXISTS `out`;
    """
    if folder.file_format not in _NAMED_COLUMNS:
        return insert_directory(folder.location, folder.file_format, select)
    insert = f"INSERT OVERWRITE TABLE {quote_table(name)}\n{select};"
    return "\n".join((drop_table(name), create_file_table(name, folder), insert, drop_table(name)))


def insert_directory(location: str, file_format: str, select: str) -> str:
    """Return the statement that writes a query's rows to a folder.

    Example:
        >>> print(insert_directory("s3://lake/music/", "parquet", "SELECT * FROM music"))
        INSERT OVERWRITE DIRECTORY 's3://lake/music/'
        STORED AS PARQUET
        SELECT * FROM music;
    """
    lines = (f"INSERT OVERWRITE DIRECTORY {quote_location(location)}", storage_clause(file_format), f"{select};")
    return "\n".join(line for line in lines if line)
