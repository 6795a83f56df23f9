"""From a table's storage clause to its file format."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError, UnsupportedSqlError
from airflow_ddb_hive.formats.csv_text import CsvText
from airflow_ddb_hive.formats.delimited import DelimitedText
from airflow_ddb_hive.formats.line_text import LineText
from airflow_ddb_hive.formats.multi_text import MultiText
from airflow_ddb_hive.formats.orc import Orc
from airflow_ddb_hive.formats.parquet import Parquet
from airflow_ddb_hive.formats.regex_text import RegexText
from airflow_ddb_hive.formats.stand_in import stands_in
from airflow_ddb_hive.formats.text_frame import TextFrame
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.serdes import TEXT_SERDES, text_serde
from airflow_ddb_hive.model.types import TIMESTAMP_LOCAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.formats.base import FileFormat
    from airflow_ddb_hive.model.table import Column, StorageDescriptor

__all__ = ["file_format"]

_TEXT, _PARQUET, _ORC = "TEXTFILE", "PARQUET", "ORC"

_FORMATS = {
    "textfile": _TEXT,
    "jsonfile": _TEXT,
    "org.apache.hadoop.mapred.textinputformat": _TEXT,
    "org.apache.hadoop.hive.ql.io.hiveignorekeytextoutputformat": _TEXT,
    "org.apache.hadoop.hive.ql.io.ignorekeytextoutputformat": _TEXT,
    "parquet": _PARQUET,
    "parquetfile": _PARQUET,
    "org.apache.hadoop.hive.ql.io.parquet.mapredparquetinputformat": _PARQUET,
    "org.apache.hadoop.hive.ql.io.parquet.mapredparquetoutputformat": _PARQUET,
    "orc": _ORC,
    "orcfile": _ORC,
    "org.apache.hadoop.hive.ql.io.orc.orcinputformat": _ORC,
    "org.apache.hadoop.hive.ql.io.orc.orcoutputformat": _ORC,
}
_SERDES = {
    **dict.fromkeys(TEXT_SERDES, _TEXT),
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": _PARQUET,
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": _ORC,
}
_SUPPORTED = "TEXTFILE with one of the SerDes in docs/how-to/files.md, PARQUET and ORC"
_NO_PROPERTIES: Mapping[str, str] = MappingProxyType({})
_UNREAD = {
    "line.delim": ("\n", "10"),
}
"""Properties that would change what text means, and the values at which they do not."""


def file_format(
    storage: StorageDescriptor, columns: Sequence[Column], properties: Mapping[str, str] = _NO_PROPERTIES
) -> FileFormat:
    """Return the format of a table's files; ``columns`` are all that lie in the files, in order.

    Example:
        >>> from airflow_ddb_hive.model.table import StorageDescriptor
        >>> file_format(StorageDescriptor(), []).cells, file_format(StorageDescriptor(file_format="PARQUET"), []).cells
        ('text', 'typed')

    Raises:
        UnsupportedSqlError: The format, SerDe or one of its properties is not supported.
        InputError: A separator or codec is none.
    """
    settings = {**properties, **storage.serde_properties}
    stand_in = stands_in(storage, properties)
    kind = _PARQUET if stand_in else _kind(storage)
    if kind in (_PARQUET, _ORC):
        _refuse_instants(kind, columns)
    if kind == _PARQUET:
        return Parquet(columns, compression=settings.get("parquet.compression", "uncompressed"), evolves=stand_in)
    if kind == _ORC:
        return Orc(columns, compression=settings.get("orc.compress", "zlib"))
    return _text_format(storage, columns, settings)


def _refuse_instants(kind: str, columns: Sequence[Column]) -> None:
    for column in columns:
        if TIMESTAMP_LOCAL.name in str(column.type):
            raise UnsupportedSqlError(
                f"column {column.name}: {kind} files hold no {TIMESTAMP_LOCAL}, as in Hive: use TEXTFILE or timestamp"
            )


def _text_format(storage: StorageDescriptor, columns: Sequence[Column], settings: Mapping[str, str]) -> FileFormat:
    for name, harmless in _UNREAD.items():
        if settings.get(name, harmless[0]).lower() not in harmless:
            raise UnsupportedSqlError(f"{name}={settings[name]!r} is not supported for text files: leave it out")
    frame = TextFrame.from_properties(settings)
    match text_serde(storage):
        case "csv":
            return CsvText(storage.serde_properties, frame=frame)
        case "regex":
            return RegexText(storage.serde_properties, len(columns), frame=frame)
        case "multi":
            return MultiText(storage.serde_properties, len(columns), frame=frame)
        case "json" | "openx":
            return LineText(frame=frame)
    return DelimitedText(
        DelimitedOptions.from_properties(storage.serde_properties),
        columns,
        frame=frame,
        last_takes_rest=settings.get("serialization.last.column.takes.rest", "").lower() == "true",
    )


def _kind(storage: StorageDescriptor) -> str:
    if storage.handler is not None:
        raise InputError(f"the rows of a table STORED BY {storage.handler!r} lie in no files")
    kind = _FORMATS.get(storage.file_format.lower())
    if kind is None:
        raise UnsupportedSqlError(f"files stored as {storage.file_format} are not read here: use {_SUPPORTED}")
    if storage.serde is not None and _SERDES.get(storage.serde) != kind:
        raise UnsupportedSqlError(f"SerDe {storage.serde} is not supported for {kind}: use {_SUPPORTED}")
    return kind
