from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.errors import InputError, UnsupportedSqlError
from airflow_ddb_hive.formats import file_format
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER, StorageDescriptor


@pytest.mark.parametrize(
    ("storage", "cells"),
    [
        ({}, "text"),
        ({"file_format": "textfile", "serde": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"}, "text"),
        ({"file_format": "org.apache.hadoop.mapred.TextInputFormat"}, "text"),
        ({"file_format": "Parquet"}, "typed"),
        ({"file_format": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"}, "typed"),
        (
            {"file_format": "PARQUET", "serde": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
            "typed",
        ),
    ],
)
def test_words_and_class_names_of_hive_are_known(storage: dict[str, Any], cells: str) -> None:
    assert file_format(StorageDescriptor(**storage), []).cells == cells


@pytest.mark.parametrize("word", ["ORC", "SEQUENCEFILE", "RCFILE", "AVRO", "JSONFILE"])
def test_other_formats_are_refused_by_name(word: str) -> None:
    with pytest.raises(UnsupportedSqlError, match=f"{word} are not supported: use TEXTFILE .* PARQUET"):
        file_format(StorageDescriptor(file_format=word), [])


@pytest.mark.parametrize("serde", ["OpenCSVSerde", "RegexSerDe", "MultiDelimitSerDe", "JsonSerDe"])
def test_other_serdes_are_refused_by_name(serde: str) -> None:
    name = f"org.apache.hadoop.hive.serde2.{serde}"
    with pytest.raises(UnsupportedSqlError, match=f"SerDe {name} is not supported for TEXTFILE"):
        file_format(StorageDescriptor(serde=name), [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("serialization.last.column.takes.rest", "true"),
        ("serialization.encoding", "ISO-8859-1"),
        ("line.delim", "x"),
        ("skip.header.line.count", "1"),
        ("skip.footer.line.count", "1"),
    ],
)
def test_properties_that_change_what_text_means_are_refused(name: str, value: str) -> None:
    with pytest.raises(UnsupportedSqlError, match=name):
        file_format(StorageDescriptor(), [], {name: value})


@pytest.mark.parametrize("value", ["\n", "10"])
def test_line_end_of_hive_is_accepted(value: str) -> None:
    assert file_format(StorageDescriptor(serde_properties={"line.delim": value}), []).cells == "text"


def test_unknown_codec_is_refused() -> None:
    with pytest.raises(InputError, match="'lzo' is not supported: use one of uncompressed"):
        file_format(StorageDescriptor(file_format="PARQUET"), [], {"parquet.compression": "lzo"})


def test_table_of_a_handler_has_no_files() -> None:
    with pytest.raises(InputError, match="lie in no files"):
        file_format(StorageDescriptor(handler=DYNAMODB_HANDLER), [])
