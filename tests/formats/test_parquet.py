from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_ddb_hive.errors import FileFormatError
from airflow_ddb_hive.formats.parquet import Parquet
from airflow_ddb_hive.formats.parquet_casts import cast_column
from airflow_ddb_hive.model.arrow import exact_type
from airflow_ddb_hive.model.table import Column
from airflow_ddb_hive.model.types import parse_type
from airflow_ddb_hive.storage.file import FileStore
from tests.support.rigs import HiveRig

NOON = {"t": dt.datetime(2020, 1, 1, 12, 2, 3, 456789), "n": 0}  # noqa: DTZ001 - Hive's timestamps have no zone
DAY = dt.date(2020, 1, 1)


def column(type_: str, name: str = "a") -> Column:
    return Column(name, parse_type(type_))


def written(path: Path, columns: Sequence[Column], batch: pa.RecordBatch, compression: str = "uncompressed") -> None:
    output = FileStore().create(str(path))
    writer = Parquet(columns, compression=compression).open_writer(output, batch.schema)
    writer.write(batch)
    writer.close()
    output.publish()


@pytest.mark.parametrize(
    ("stored", "values", "type_", "expected"),
    [
        (pa.int32(), [1, 2**31 - 1, None], "tinyint", [1, None, None]),
        (pa.int32(), [1, 2**31 - 1], "bigint", [1, 2**31 - 1]),
        (pa.int64(), [1, 2**40], "int", [1, None]),
        (pa.int64(), [1, 2**40], "double", [1.0, 2.0**40]),
        (pa.int64(), [1, 2**40], "string", ["1", "1099511627776"]),
        (pa.int32(), [1, 2**31 - 1], "varchar(5)", ["1", "21474"]),
        (pa.int64(), [1, 2**40], "decimal(12,2)", [Decimal("1.00"), None]),
        (pa.int32(), [1, 2**31 - 1], "decimal(6,1)", [Decimal("1.0"), None]),
        (pa.int8(), [1, 127], "decimal(6,1)", [Decimal("1.0"), Decimal("127.0")]),
        (pa.float32(), [1.5, None], "double", [1.5, None]),
        (pa.bool_(), [True, None], "string", ["true", None]),
        (pa.binary(), [b"ab"], "string", ["ab"]),
        (pa.large_string(), ["ab"], "string", ["ab"]),
        (pa.string(), ["éabc"], "varchar(2)", ["éa"]),
        (pa.decimal128(12, 2), [Decimal("1.25"), Decimal("-1.25")], "decimal(6,1)", [Decimal("1.3"), Decimal("-1.3")]),
        (pa.decimal128(12, 2), [Decimal("9999999999.99")], "decimal(6,1)", [None]),
        (pa.timestamp("ns"), [1_001], "timestamp", [{"t": dt.datetime(1970, 1, 1, microsecond=1), "n": 1}]),  # noqa: DTZ001 - no zone
        (pa.list_(pa.int32()), [[1, None], None, []], "array<bigint>", [[1, None], None, []]),
        (pa.map_(pa.string(), pa.int32()), [[("k", 1)], None], "map<string,bigint>", [[("k", 1)], None]),
        (pa.struct([("X", pa.int32())]), [{"X": 1}, None], "struct<x:bigint,y:string>", [{"x": 1, "y": None}, None]),
    ],
)
def test_stored_types_become_the_columns(stored: pa.DataType, values: list[Any], type_: str, expected: Any) -> None:
    result = cast_column(pa.array(values, stored), column(type_), "f")
    assert result.type == exact_type(parse_type(type_))
    assert result.to_pylist() == expected


@pytest.mark.parametrize("sliced", [pa.array([[9], [1], None, [2]], pa.list_(pa.int32())).slice(1)])
def test_slice_of_lists_is_converted(sliced: pa.Array) -> None:
    assert cast_column(sliced, column("array<bigint>"), "f").to_pylist() == [[1], None, [2]]


@pytest.mark.parametrize(
    ("stored", "type_"),
    [
        (pa.string(), "int"),
        (pa.float64(), "float"),
        (pa.float64(), "bigint"),
        (pa.date32(), "string"),
        (pa.date32(), "timestamp"),
        (pa.timestamp("us"), "date"),
        (pa.bool_(), "int"),
        (pa.int32(), "date"),
        (pa.int32(), "boolean"),
        (pa.decimal128(5, 2), "double"),
        (pa.string(), "binary"),
        (pa.int32(), "array<int>"),
    ],
)
def test_type_that_hive_fails_at_is_refused(stored: pa.DataType, type_: str) -> None:
    with pytest.raises(FileFormatError, match=r"'f': column 'a' is stored as .* which cannot be read as"):
        cast_column(pa.nulls(1, stored), column(type_), "f")


def test_columns_are_found_by_name_and_missing_ones_are_null() -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"B": [1, 2], "A.x": [8, 9], "a": ["x", "y"]}), stream)
    format_ = Parquet([column("string"), column("int", "gone"), column("bigint", "b")])
    (batch,) = format_.read(stream, [2, 1, 0], "f")
    assert batch.to_pylist() == [{"c2": 1, "c1": None, "c0": "x"}, {"c2": 2, "c1": None, "c0": "y"}]


@pytest.mark.parametrize("needed", [[], [1]])
def test_rows_are_counted_when_no_stored_column_is_needed(needed: list[int]) -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2, 3]}), stream)
    batches = Parquet([column("int"), column("int", "gone")]).read(stream, needed, "f")
    assert sum(batch.num_rows for batch in batches) == 3


@pytest.mark.parametrize("data", [b"", b"no parquet", b"PAR1" + b"x" * 40 + b"PAR1"])
def test_what_is_no_parquet_file_is_named(data: bytes) -> None:
    with pytest.raises(FileFormatError, match="'s3://lake/f' is no Parquet file"):
        list(Parquet([column("int")]).read(io.BytesIO(data), [0], "s3://lake/f"))


@pytest.mark.parametrize(("compression", "codec"), [("NONE", "UNCOMPRESSED"), ("SNAPPY", "SNAPPY"), ("zstd", "ZSTD")])
def test_codec_is_the_tables(tmp_path: Path, compression: str, codec: str) -> None:
    written(tmp_path / "f", [column("string")], pa.record_batch({"a": ["x" * 1000]}), compression)
    assert pq.read_metadata(tmp_path / "f").row_group(0).column(0).compression == codec


def test_row_groups_are_bounded(tmp_path: Path) -> None:
    output = FileStore().create(str(tmp_path / "f"))
    batch = pa.record_batch({"a": ["x" * 1000] * 10_000})
    writer = Parquet([column("string")]).open_writer(output, batch.schema)
    for _ in range(8):
        writer.write(batch)
    writer.close()
    output.publish()
    metadata = pq.read_metadata(tmp_path / "f")
    assert metadata.num_rows == 80_000
    assert metadata.num_row_groups == 2


TYPES = (
    "tinyint", "smallint", "int", "bigint", "float", "double", "boolean", "string", "varchar(9)", "binary", "date",
    "timestamp", "decimal(12,2)", "decimal(38,18)", "array<int>", "map<string,bigint>", "struct<x:int,y:string>",
)  # fmt: skip
VALUES = (
    1, -2, 3, 2**40, 1.5, 0.1, True, "é", "ab", b"xy", DAY, NOON, Decimal("1.25"), Decimal("-1.5"), [1, None],
    [("k", 7)], {"x": 1, "y": None},
)  # fmt: skip
COLUMNS = [column(type_, f"k{index}") for index, type_ in enumerate(TYPES)]
SCHEMA = pa.schema([(item.name, exact_type(item.type)) for item in COLUMNS])


def all_types() -> pa.RecordBatch:
    arrays = [pa.array([value, None], field.type) for value, field in zip(VALUES, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def test_all_types_come_back(tmp_path: Path) -> None:
    written(tmp_path / "f", COLUMNS, all_types())
    with (tmp_path / "f").open("rb") as stream:
        (batch,) = Parquet(COLUMNS).read(stream, range(len(COLUMNS)), "f")
    assert [value.as_py() for value in (item[0] for item in batch.columns)] == list(VALUES)
    assert [item[1].as_py() for item in batch.columns] == [None] * len(COLUMNS)


@pytest.mark.integration
def test_hive_reads_what_was_written_and_its_copy_comes_back(hive_rig: HiveRig, tmp_path: Path) -> None:
    written(tmp_path / "ours" / "000000_0", COLUMNS, all_types())
    names = ", ".join(f"{item.name} {item.type}" for item in COLUMNS)
    answer = hive_rig(
        f"CREATE EXTERNAL TABLE pq_ours ({names}) STORED AS PARQUET LOCATION 'file://{tmp_path}/ours'",
        f"CREATE EXTERNAL TABLE pq_theirs ({names}) STORED AS PARQUET LOCATION 'file://{tmp_path}/theirs'",
        "INSERT OVERWRITE TABLE pq_theirs SELECT * FROM pq_ours",
        "SELECT * FROM pq_ours",
        conf={"hive.vectorized.execution.enabled": "false"},  # its vectorised reader fails at a list that is NULL
    )
    assert answer.error is None
    expected = (
        "1 -2 3 1099511627776 1.5 0.1 true é ab xy 2020-01-01 2020-01-01_12:02:03.456789 1.25 "
        '-1.500000000000000000 [1,null] {"k":7} {"x":1,"y":null}'
    )
    assert [value.replace(" ", "_") for value in answer.rows[0].split("\t")] == expected.split(" ")
    (file,) = FileStore().list_files(f"{tmp_path}/theirs")
    with FileStore().open_read(file.url) as stream:
        (batch,) = Parquet(COLUMNS).read(stream, range(len(COLUMNS)), file.url)
    assert [item[0].as_py() for item in batch.columns] == list(VALUES)
