from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.errors import InputError, UnsupportedSqlError
from airflow_ddb_hive.formats import STAND_IN, Orc, Parquet, file_format
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


@pytest.mark.parametrize("word", ["SEQUENCEFILE", "RCFILE", "AVRO"])
def test_other_formats_are_refused_by_name(word: str) -> None:
    with pytest.raises(UnsupportedSqlError, match=f"{word} are not read here: use TEXTFILE .* PARQUET"):
        file_format(StorageDescriptor(file_format=word), [])


@pytest.mark.parametrize("serde", ["ByteStreamTypedSerDe", "thrift.ThriftJDBCBinarySerDe"])
def test_other_serdes_are_refused_by_name(serde: str) -> None:
    name = f"org.apache.hadoop.hive.serde2.{serde}"
    with pytest.raises(UnsupportedSqlError, match=f"SerDe {name} is not supported for TEXTFILE"):
        file_format(StorageDescriptor(serde=name), [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line.delim", "x"),
    ],
)
def test_properties_that_change_what_text_means_are_refused(name: str, value: str) -> None:
    with pytest.raises(UnsupportedSqlError, match=name):
        file_format(StorageDescriptor(), [], {name: value})


@pytest.mark.parametrize("value", ["\n", "10"])
def test_line_end_of_hive_is_accepted(value: str) -> None:
    assert file_format(StorageDescriptor(serde_properties={"line.delim": value}), []).cells == "text"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("skip.header.line.count", "one"),
        ("skip.footer.line.count", "101"),
        ("serialization.encoding", "klingon"),
        ("serialization.encoding", "UTF-16"),
        ("orc.compress", "lzo"),
    ],
)
def test_a_property_that_cannot_be_meant_is_refused(name: str, value: str) -> None:
    storage = StorageDescriptor(file_format="ORC" if name.startswith("orc") else "TEXTFILE")
    with pytest.raises(InputError, match=value if name != "skip.footer.line.count" else "hive.file.max.footer"):
        file_format(storage, [], {name: value})


@pytest.mark.parametrize("word", ["SEQUENCEFILE", "RCFILE", "AVRO"])
def test_parquet_stands_for_formats_that_nothing_writes_where_a_property_says_so(word: str) -> None:
    storage = StorageDescriptor(file_format=word)
    assert isinstance(file_format(storage, [], {STAND_IN: "PARQUET"}), Parquet)


def test_the_property_means_nothing_for_a_format_of_its_own() -> None:
    assert file_format(StorageDescriptor(), [], {STAND_IN: "PARQUET"}).cells == "text"
    assert isinstance(file_format(StorageDescriptor(file_format="ORC"), [], {STAND_IN: "PARQUET"}), Orc)


def test_unknown_codec_is_refused() -> None:
    with pytest.raises(InputError, match="'lzo' is not supported: use one of uncompressed"):
        file_format(StorageDescriptor(file_format="PARQUET"), [], {"parquet.compression": "lzo"})


def test_table_of_a_handler_has_no_files() -> None:
    with pytest.raises(InputError, match="lie in no files"):
        file_format(StorageDescriptor(handler=DYNAMODB_HANDLER), [])
