"""Parquet files that DuckDB reads by itself: the same rows as by the reader of ``formats``, and no file beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.cancellation import Cancellation
from airflow_ddb_hive.engines.local.duck import Duck
from airflow_ddb_hive.engines.local.file_source import FileSource


@pytest.fixture
def session() -> Iterator[LocalSession]:
    with LocalSession() as made:
        yield made


def run(session: LocalSession, script: str) -> list[str]:
    lines: list[str] = []
    for result in session.run_script(script):
        lines = list(result.lines())
        result.close()
    return lines


def reading(session: LocalSession, query: str) -> set[str]:
    lines = [line.strip() for line in run(session, f"EXPLAIN {query}")]
    return {line.removeprefix("reading: ") for line in lines if line.startswith("reading: ")}


SCANNED = {"is read by DuckDB itself, no more of it than the query needs"}


def table(session: LocalSession, folder: Path, columns: str, *tables: pa.Table, rest: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, rows in enumerate(tables):
        pq.write_table(rows, folder / f"{number}.parquet")
    run(session, f"CREATE EXTERNAL TABLE t ({columns}) {rest} STORED AS PARQUET LOCATION '{folder}'")


STORED = {
    "tinyint": pa.array([1, -128, None, 127], pa.int8()),
    "smallint": pa.array([1, -300, None, 300], pa.int16()),
    "int": pa.array([1, -70000, None, 2**31 - 1], pa.int32()),
    "bigint": pa.array([1, -(2**40), None, 2**63 - 1], pa.int64()),
    "float": pa.array([1.5, -0.0, None, math.nan], pa.float32()),
    "double": pa.array([1.5, -1e300, None, math.inf], pa.float64()),
    "boolean": pa.array([True, False, None, True]),
    "string": pa.array(["a", "", None, "\u00e9\U0001f600 'q\" \\"]),
    "date": pa.array([0, -700000, None, 2_932_896], pa.int32()).cast(pa.date32()),
    "decimal(5,2)": pa.array([Decimal("1.20"), Decimal("-999.99"), None, Decimal("0.00")], pa.decimal128(5, 2)),
    "decimal(38,4)": pa.array([Decimal("1.2"), Decimal(-(10**33)), None, Decimal("0.0001")], pa.decimal128(38, 4)),
}
CASES = [
    *((stored, stored) for stored in STORED),
    *((stored, whole) for stored in ("tinyint", "bigint") for whole in ("tinyint", "smallint", "int", "bigint")),
    ("int", "double"),
    ("bigint", "float"),
    ("float", "double"),
    ("string", "varchar(2)"),
    ("string", "char(4)"),
    ("decimal(5,2)", "decimal(12,2)"),
    ("decimal(38,4)", "decimal(10,4)"),
]


@pytest.mark.parametrize(("stored", "declared"), CASES)
def test_a_stored_type_becomes_the_columns_as_the_reader_of_batches_makes_it(
    session: LocalSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored: str, declared: str
) -> None:
    table(session, tmp_path / "t", f"x {declared}", pa.table({"X": STORED[stored]}))
    query = "SELECT x, count(*) FROM t GROUP BY x ORDER BY x"
    assert reading(session, query) == SCANNED
    found = run(session, query)
    monkeypatch.setattr(FileSource, "parquet", lambda _source: None)
    assert reading(session, query) != SCANNED
    assert found == run(session, query)


@pytest.mark.parametrize(
    ("stored", "declared"),
    [
        (pa.array([b"a"]), "string"),
        (pa.array([1], pa.uint32()), "bigint"),
        (pa.array([1]), "string"),
        (pa.array([1]), "decimal(10,0)"),
        (pa.array([Decimal("1.25")], pa.decimal128(5, 2)), "decimal(5,1)"),
        (pa.array([0], pa.timestamp("us")), "timestamp"),
        (pa.array([[1]]), "array<bigint>"),
        (pa.array([{"a": 1}]), "struct<a:bigint>"),
    ],
)
def test_what_has_rules_of_its_own_is_left_to_the_reader_of_batches(
    session: LocalSession, tmp_path: Path, stored: pa.Array, declared: str
) -> None:
    table(session, tmp_path / "t", f"x {declared}, y bigint", pa.table({"x": stored, "y": [7]}))
    assert reading(session, "SELECT count(x) FROM t") != SCANNED
    assert reading(session, "SELECT sum(y) FROM t") == SCANNED
    assert run(session, "SELECT sum(y) FROM t") == ["7"]


def test_columns_are_found_by_name_and_a_missing_one_is_null(session: LocalSession, tmp_path: Path) -> None:
    first, second = pa.table({"B": [1], "a": [10]}), pa.table({"a": pa.array([20], pa.int32()), "c": ["x"]})
    table(session, tmp_path / "t", "a bigint, b bigint, c string", first, second)
    query = "SELECT a, b, c, count(*) FROM t GROUP BY a, b, c ORDER BY a"
    assert reading(session, query) == SCANNED
    assert run(session, query) == ["10\t1\tNULL\t1", "20\tNULL\tx\t1"]


@pytest.mark.parametrize("count", [2, 12])
def test_partition_values_come_with_their_files(session: LocalSession, tmp_path: Path, count: int) -> None:
    table(session, tmp_path / "t", "a bigint", rest="PARTITIONED BY (day date, name string)")
    for day in range(1, count + 1):
        place = tmp_path / "elsewhere" / f"it's {day}"
        place.mkdir(parents=True)
        pq.write_table(pa.table({"a": [day, day]}), place / "x.parquet")
        run(session, f'ALTER TABLE t ADD PARTITION (day="2024-01-{day:02d}", name="n\'{day}") LOCATION "{place}"')
    query = "SELECT day, name, sum(a) FROM t GROUP BY day, name ORDER BY day"
    assert reading(session, query) == SCANNED
    assert run(session, query) == [f"2024-01-{day:02d}\tn'{day}\t{2 * day}" for day in range(1, count + 1)]
    assert run(session, "SELECT count(*) FROM t WHERE day = '2024-01-02'") == ["2"]


def test_nan_is_found_though_statistics_leave_it_out(session: LocalSession, tmp_path: Path) -> None:
    table(session, tmp_path / "t", "x double", pa.table({"x": [1.0, math.nan]}))
    assert run(session, "SELECT count(*) FROM t WHERE x > 5") == run(session, "SELECT sum(if(x > 5, 1, 0)) FROM t")


@pytest.mark.parametrize("name", ["a*.parquet", "a?", "[a]", "a{b}", "it's", 'q"', "-- ;", "a\tb"])
def test_a_files_name_is_neither_a_pattern_nor_sql(session: LocalSession, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1]}), folder / name)
    (tmp_path / "other").mkdir()
    table(session, folder, "a bigint")
    assert run(session, "SELECT sum(a), count(*) FROM t") == ["1\t1"]


def test_a_link_out_of_the_folder_is_read_as_before(session: LocalSession, tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "outside.parquet")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "link").symlink_to(tmp_path / "outside.parquet")
    table(session, tmp_path / "t", "a bigint")
    assert reading(session, "SELECT sum(a) FROM t") != SCANNED
    assert run(session, "SELECT sum(a) FROM t") == ["1"]


def test_the_database_reads_below_the_folders_that_were_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
        pq.write_table(pa.table({"a": [1]}), tmp_path / name / "x.parquet")
    query = "SELECT a FROM read_parquet(['{}'])"
    duck = Duck()
    try:
        with duck.cursor(Cancellation(), frozenset({str(tmp_path / "in")})) as cursor:
            assert cursor.execute(query.format(tmp_path / "in" / "x.parquet")).fetchall() == [(1,)]
            for path in (tmp_path / "out" / "x.parquet", tmp_path / "in" / ".." / "out" / "x.parquet"):
                with pytest.raises(duckdb.PermissionException):
                    cursor.execute(query.format(path))
            with pytest.raises(duckdb.InvalidInputException):
                cursor.execute(f"SET allowed_directories = ['{tmp_path}']")
    finally:
        duck.close()


def test_a_table_is_overwritten_by_a_query_of_its_own_rows(session: LocalSession) -> None:
    run(session, "CREATE TABLE t STORED AS PARQUET AS SELECT 1 AS a UNION ALL SELECT 2 AS a")
    query = "SELECT x.a + y.a FROM t x JOIN t y ON x.a = y.a"
    assert {line.partition(";")[0] for line in reading(session, query)} == SCANNED
    for total in ("6", "12"):
        run(session, f"INSERT OVERWRITE TABLE t {query}")
        assert run(session, "SELECT sum(a) FROM t") == [total]


def test_a_file_that_was_replaced_is_looked_at_anew(session: LocalSession, tmp_path: Path) -> None:
    table(session, tmp_path / "t", "a bigint", pa.table({"a": [1]}))
    assert run(session, "SELECT sum(a) FROM t") == ["1"]
    pq.write_table(pa.table({"b": ["x"], "A": pa.array([5], pa.int32())}), tmp_path / "t" / "0.parquet")
    assert run(session, "SELECT sum(a) FROM t") == ["5"]


MONEY = (
    "sum(p * (1 - d)), sum(p * (1 - d) * (1 + d)), avg(p), max(p * d), "
    "sum(CASE WHEN d > 0.05 THEN p * d ELSE 0.0 END), sum(p) / count(*)"
)


@pytest.mark.parametrize("factor", [1, 10**7], ids=["short", "long"])
def test_decimals_are_exact_whether_64_bits_are_enough_or_not(
    session: LocalSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: int
) -> None:
    prices = [Decimal(number * 7919 * factor).scaleb(-2) for number in range(-50, 1000)]
    discounts = [Decimal(number % 11).scaleb(-2) for number in range(len(prices))]
    rows = pa.table({"p": pa.array(prices, pa.decimal128(15, 2)), "d": pa.array(discounts, pa.decimal128(15, 2))})
    table(session, tmp_path / "t", "p decimal(15,2), d decimal(15,2)", rows)
    found = run(session, f"SELECT {MONEY} FROM t")
    monkeypatch.setattr("airflow_ddb_hive.engines.local.whole.narrowed", lambda relation, _limits: relation)
    assert found == run(session, f"SELECT {MONEY} FROM t")
    total = sum((price * (1 - discount) for price, discount in zip(prices, discounts, strict=True)), Decimal(0))
    assert found[0].split("\t")[0] == str(total)
