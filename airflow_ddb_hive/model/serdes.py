"""The SerDes of text files: which of Hive's classes means which way of writing a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from airflow_ddb_hive.model.table import StorageDescriptor

__all__ = ["SERDE_SCHEMA", "TEXT_SERDES", "TextSerde", "text_serde"]

TextSerde = Literal["delimited", "csv", "regex", "multi", "json", "openx", "delimited_json"]
"""A way of writing a row as a line of text."""

_HIVE = "org.apache.hadoop.hive"
TEXT_SERDES: dict[str, TextSerde] = {
    f"{_HIVE}.serde2.lazy.LazySimpleSerDe": "delimited",
    f"{_HIVE}.serde2.OpenCSVSerde": "csv",
    f"{_HIVE}.serde2.RegexSerDe": "regex",
    f"{_HIVE}.contrib.serde2.RegexSerDe": "regex",
    f"{_HIVE}.contrib.serde2.MultiDelimitSerDe": "multi",
    f"{_HIVE}.serde2.MultiDelimitSerDe": "multi",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
    f"{_HIVE}.serde2.JsonSerDe": "json",
    "org.openx.data.jsonserde.JsonSerDe": "openx",
    f"{_HIVE}.serde2.DelimitedJSONSerDe": "delimited_json",
}
"""Hive's and openx's classes."""

SERDE_SCHEMA = frozenset({"csv"})
"""SerDes for which a column is text, whatever type the table declares."""


def text_serde(storage: StorageDescriptor) -> TextSerde | None:
    """Return what a table's SerDe does with lines of text; ``None`` if it is none of those.

    Example:
        >>> from airflow_ddb_hive.model.table import StorageDescriptor
        >>> text_serde(StorageDescriptor(serde="org.apache.hadoop.hive.serde2.OpenCSVSerde"))
        'csv'
    """
    if storage.serde is None:
        return "json" if storage.file_format == "JSONFILE" else "delimited"
    return TEXT_SERDES.get(storage.serde)
