"""ROW FORMAT, STORED AS, STORED BY and properties: how a table's rows are kept.

Follows https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL#LanguageManualDDL-RowFormats&SerDe.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import HiveSyntaxError
from airflow_ddb_hive.hiveql.binder.context import semantic_error, unsupported
from airflow_ddb_hive.model.serdes import SERDE_SCHEMA, text_serde
from airflow_ddb_hive.model.storage_classes import LAZY_SIMPLE_SERDE, format_word, storage_classes
from airflow_ddb_hive.model.table import Column, StorageDescriptor
from airflow_ddb_hive.model.types import STRING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor

__all__ = [
    "StorageReader",
    "read_format_word",
    "read_input_format",
    "read_names",
    "read_properties",
    "read_skew",
    "read_sort_columns",
]

_FORMATS = {
    "AVRO": "AVRO",
    "AVROFILE": "AVRO",
    "ORC": "ORC",
    "ORCFILE": "ORC",
    "PARQUET": "PARQUET",
    "PARQUETFILE": "PARQUET",
    "RCFILE": "RCFILE",
    "SEQUENCEFILE": "SEQUENCEFILE",
    "TEXTFILE": "TEXTFILE",
}
_DELIMITERS = (
    (("COLLECTION", "ITEMS", "TERMINATED", "BY"), "collection.delim"),
    (("MAP", "KEYS", "TERMINATED", "BY"), "mapkey.delim"),
    (("LINES", "TERMINATED", "BY"), "line.delim"),
    (("NULL", "DEFINED", "AS"), "serialization.null.format"),
)


def read_properties(cursor: Cursor) -> dict[str, str]:
    """Take ``('key'='value', …)``."""
    cursor.expect("(", "table properties")
    found: dict[str, str] = {}
    while True:
        key = cursor.string("table properties")
        cursor.expect("=", "table properties")
        found[key] = cursor.string("table properties")
        if not cursor.take(","):
            cursor.expect(")", "table properties")
            return found


@dataclass(slots=True)
class StorageReader:
    """Collects the clauses that say how rows are kept."""

    file_format: str = "TEXTFILE"
    serde: str | None = None
    handler: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    layout: dict[str, Any] = field(default_factory=dict)

    def take(self, cursor: Cursor) -> bool:
        """Take one of the clauses if it is next."""
        if cursor.clause("ROW", "FORMAT", context="table row format specification"):
            self._row_format(cursor)
        elif cursor.take("STORED", "AS"):
            self._stored_as(cursor)
        elif cursor.take("CLUSTERED", "BY"):
            self._clustered(cursor)
        elif cursor.take("SKEWED", "BY"):
            self._skewed(cursor)
        elif cursor.take("STORED", "BY"):
            self.handler = cursor.string("storage handler")
            if cursor.take("WITH", "SERDEPROPERTIES"):
                self.properties.update(read_properties(cursor))
        elif cursor.clause("STORED"):
            raise cursor.error("table file format specification")
        else:
            return False
        return True

    def descriptor(self) -> StorageDescriptor:
        """What was collected; a SerDe that the format has by itself is not kept."""
        usual = storage_classes(StorageDescriptor(file_format=self.file_format)).serde
        return StorageDescriptor(
            file_format=self.file_format,
            serde=None if self.serde == usual else self.serde,
            serde_properties=dict(self.properties),
            handler=self.handler,
            **self.layout,
        )

    def typed(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns as the SerDe has them: some make text of whatever the table declares."""
        if text_serde(self.descriptor()) not in SERDE_SCHEMA:
            return tuple(columns)
        return tuple(Column(column.name, STRING, "from deserializer") for column in columns)

    def check(self, names: Container[str]) -> None:
        """Refuse a bucket, sort or skew column that the table does not have.

        Raises:
            HiveSemanticError: There is no such column (10002, 10203).
        """
        used = [*self.layout.get("bucket_columns", ()), *(name for name, _ in self.layout.get("sort_columns", ()))]
        for name in used:
            if name not in names:
                raise semantic_error(10002, f"Invalid column reference  '{name}'")
        for name in self.layout.get("skewed_columns", ()):
            if name not in names:
                raise semantic_error(10203, f"Invalid skewed column name: {name}")

    def _clustered(self, cursor: Cursor) -> None:
        self.layout["bucket_columns"] = read_names(cursor, "table buckets specification")
        if cursor.take("SORTED", "BY"):
            self.layout["sort_columns"] = read_sort_columns(cursor)
        cursor.expect("INTO", "table buckets specification")
        self.layout["buckets"] = cursor.integer("table buckets specification")
        cursor.expect("BUCKETS", "table buckets specification")

    def _skewed(self, cursor: Cursor) -> None:
        columns, values, directories = read_skew(cursor)
        self.layout |= {"skewed_columns": columns, "skewed_values": values, "stored_as_directories": directories}

    def _row_format(self, cursor: Cursor) -> None:
        if cursor.take("SERDE"):
            self.serde = cursor.string("serde")
            if cursor.take("WITH", "SERDEPROPERTIES"):
                self.properties.update(read_properties(cursor))
            return
        cursor.expect("DELIMITED", "row format specification")
        if cursor.clause("FIELDS", "TERMINATED", "BY"):
            self.properties["field.delim"] = cursor.string("row format specification")
            self.properties["serialization.format"] = self.properties["field.delim"]
            if cursor.take("ESCAPED", "BY"):
                self.properties["escape.delim"] = cursor.string("row format specification")
        for words, name in _DELIMITERS:
            if cursor.take(*words):
                position = cursor.position
                self.properties[name] = cursor.string("row format specification")
                if name == "line.delim" and self.properties[name] not in ("\n", "10"):
                    raise HiveSyntaxError(
                        f"LINES TERMINATED BY only supports newline '\\n' right now. Error encountered near token "
                        f"'{self.properties[name]}'",
                        line=position.line,
                        column=position.column,
                    )

    def _stored_as(self, cursor: Cursor) -> None:
        if cursor.at("INPUTFORMAT"):
            self.file_format = read_input_format(cursor)
            # Hive gives such a table the text SerDe, whatever its files are, unless ROW FORMAT SERDE names another.
            self.serde = self.serde or LAZY_SIMPLE_SERDE
        else:
            self.file_format = read_format_word(cursor)


def read_format_word(cursor: Cursor) -> str:
    """Take the word behind STORED AS or SET FILEFORMAT.

    Raises:
        HiveSemanticError: It is none of Hive's.
    """
    position = cursor.position
    word = cursor.identifier("file format specification").upper()
    if word not in _FORMATS:
        raise semantic_error(None, f"Unrecognized file format in STORED AS clause: '{word}'", position)
    return _FORMATS[word]


def read_input_format(cursor: Cursor) -> str:
    """Take ``INPUTFORMAT 'class' OUTPUTFORMAT 'class'``; return the word of STORED AS that means the same.

    Raises:
        UnsupportedSqlError: The classes are none of Hive's own.
    """
    context = "file format specification"
    cursor.expect("INPUTFORMAT", context)
    position = cursor.position
    name = cursor.string(context)
    cursor.expect("OUTPUTFORMAT", context)
    cursor.string(context)
    for driver in ("INPUTDRIVER", "OUTPUTDRIVER"):
        if cursor.take(driver):
            cursor.string(context)
    word = format_word(name)
    if word not in _FORMATS:
        raise unsupported(f"Cannot find class '{name}': this engine has the formats of Hive itself", position)
    return word


def read_sort_columns(cursor: Cursor) -> tuple[tuple[str, bool], ...]:
    """Take ``(name [ASC | DESC], …)``; the flag says whether it goes down."""
    context = "table buckets specification"
    cursor.expect("(", context)
    keys = [_sort_column(cursor)]
    while cursor.take(","):
        keys.append(_sort_column(cursor))
    cursor.expect(")", context)
    return tuple(keys)


def read_skew(cursor: Cursor) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], bool]:
    """Take ``(name, …) ON (value, …) [STORED AS DIRECTORIES]``."""
    context = "table skewed specification"
    columns = read_names(cursor, context)
    cursor.expect("ON", context)
    cursor.expect("(", context)
    values = [_skewed_value(cursor)]
    while cursor.take(","):
        values.append(_skewed_value(cursor))
    cursor.expect(")", context)
    return columns, tuple(values), cursor.take("STORED", "AS", "DIRECTORIES")


def read_names(cursor: Cursor, context: str) -> tuple[str, ...]:
    """Take ``(name, …)``."""
    cursor.expect("(", context)
    found = [cursor.identifier(context)]
    while cursor.take(","):
        found.append(cursor.identifier(context))
    cursor.expect(")", context)
    return tuple(found)


def _sort_column(cursor: Cursor) -> tuple[str, bool]:
    name = cursor.identifier("table buckets specification")
    if cursor.take("DESC"):
        return name, True
    cursor.take("ASC")
    return name, False


def _skewed_value(cursor: Cursor) -> tuple[str, ...]:
    """One value, or one for each column in brackets, as text."""
    context = "skewed column value"
    if not cursor.take("("):
        return (_constant_text(cursor, context),)
    found = [_constant_text(cursor, context)]
    while cursor.take(","):
        found.append(_constant_text(cursor, context))
    cursor.expect(")", context)
    return tuple(found)


def _constant_text(cursor: Cursor, context: str) -> str:
    if cursor.word.kind == "string":
        return cursor.string(context)
    if cursor.word.kind != "number":
        raise cursor.error(context)
    return cursor.advance().text
