"""What Hive 3.1.3 reads from the files in ``serde_files`` and writes by each text SerDe, and timestamps in files.

``serde_answers.json`` holds the rows that Hive printed and the bytes of the files that it wrote.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, FileFormatError, UnsupportedSqlError
from tests.support.rigs import HiveRig

FILES = Path(__file__).with_name("serde_files")
ANSWERS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("serde_answers.json").read_text(encoding="utf-8")
)
READS = [pytest.param(case, id=case["name"]) for case in ANSWERS["reads"]]
WRITES = [pytest.param(case, id=case["name"]) for case in ANSWERS["writes"]]
MOMENTS = (
    "1\t2017-11-07 09:02:49.999999999",
    "2\t1400-01-01 01:01:01.000000001",
    "3\t1969-12-31 23:59:57.25",
    "4\t0001-01-01 00:00:00",
    "5\t9999-12-31 23:59:59.999999999",
    "6\tNULL",
)


def rows_of(session: LocalSession, *statements: str) -> list[str]:
    rows: list[str] = []
    for statement in statements:
        for result in session.run_script(statement):
            rows = list(result.lines())
            result.close()
    return rows


def files_of(folder: Path) -> str:
    return "".join(file.read_text("utf-8") for file in sorted(folder.iterdir()) if not file.name.startswith((".", "_")))


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize("case", READS)
def test_rows_of_a_file_are_hives(case: dict[str, Any], tmp_path: Path) -> None:
    shutil.copy(FILES / case["file"], tmp_path)
    with LocalSession() as session:
        create = f"CREATE EXTERNAL TABLE t ({case['columns']}) {case['row_format']} LOCATION '{tmp_path}'"
        assert rows_of(session, create, "SELECT * FROM t") == case["rows"]
        assert rows_of(session, "SELECT count(*) FROM t") == [str(len(case["rows"]))]


def written(case: dict[str, Any], folder: Path) -> str:
    with LocalSession() as session:
        if not case["columns"]:
            rows_of(session, f"INSERT OVERWRITE LOCAL DIRECTORY '{folder}' {case['row_format']} {case['query']}")
        else:
            create = f"CREATE EXTERNAL TABLE t ({case['columns']}) {case['row_format']} LOCATION '{folder}'"
            rows_of(session, create, f"INSERT OVERWRITE TABLE t {case['query']}")
    return files_of(folder)


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize("case", WRITES)
def test_bytes_of_a_file_are_hives(case: dict[str, Any], tmp_path: Path) -> None:
    assert sorted(written(case, tmp_path / "out").splitlines()) == sorted(case["file"].splitlines())


@pytest.mark.integration
@pytest.mark.parametrize("case", [pytest.param(one, id=one["name"]) for one in ANSWERS["writes"] if one["columns"]])
def test_hive_reads_what_was_written(case: dict[str, Any], tmp_path: Path, hive_rig: HiveRig) -> None:
    folder = tmp_path / "out"
    written(case, folder)
    create = f"CREATE EXTERNAL TABLE t ({case['columns']}) {case['row_format']} LOCATION '{folder}'"
    with LocalSession() as session:
        ours = rows_of(session, create, "SELECT * FROM t")
    assert (
        list(hive_rig("DROP TABLE IF EXISTS t", create, "SELECT * FROM t", "DROP TABLE t").results[2]["rows"]) == ours
    )


def test_columns_of_open_csv_are_strings_whatever_is_declared() -> None:
    serde = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
    with LocalSession() as session:
        rows = rows_of(session, f"CREATE TABLE t (a INT, b DOUBLE) ROW FORMAT SERDE '{serde}'", "DESCRIBE t")
    assert [row.split() for row in rows] == [[name, "string", "from", "deserializer"] for name in "ab"]


@pytest.mark.parametrize("line", ["no json", "[1]", '{"a":"5"}', '{"a":true}', '{"a":99999999999}', '{"d":"xx"}'])
def test_json_that_hive_fails_at_fails(line: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(line + "\n", "utf-8")
    serde = "org.apache.hive.hcatalog.data.JsonSerDe"
    with LocalSession() as session:
        rows_of(session, f"CREATE EXTERNAL TABLE t (a INT, d DATE) ROW FORMAT SERDE '{serde}' LOCATION '{tmp_path}'")
        with pytest.raises(DdbHiveError, match="JSON"):
            rows_of(session, "SELECT * FROM t")


def test_openx_takes_mapped_keys_and_leaves_broken_lines_null(tmp_path: Path) -> None:
    (tmp_path / "f").write_text('{"ID":"5","ts":"2020-01-01 00:00:00","a.b":1}\nbroken\n{"o":{"q":[1]}}\n', "utf-8")
    properties = "'ignore.malformed.json'='true', 'mapping.at'='ts', 'dots.in.keys'='true'"
    with LocalSession() as session:
        rows = rows_of(
            session,
            "CREATE EXTERNAL TABLE t (id INT, at TIMESTAMP, a_b INT, o STRING) ROW FORMAT SERDE "
            f"'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES ({properties}) LOCATION '{tmp_path}'",
            "SELECT * FROM t",
        )
    assert rows == ["5\t2020-01-01 00:00:00\t1\tNULL", "NULL\tNULL\tNULL\tNULL", 'NULL\tNULL\tNULL\t{"q":[1]}']


def test_a_pattern_with_another_number_of_groups_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x\n", "utf-8")
    with LocalSession() as session:
        rows_of(
            session,
            "CREATE EXTERNAL TABLE t (a STRING, b STRING) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' "
            f"WITH SERDEPROPERTIES ('input.regex'='(x)') LOCATION '{tmp_path}'",
        )
        with pytest.raises(FileFormatError, match="Number of matching groups doesn't match the number of columns"):
            rows_of(session, "SELECT * FROM t")
        with pytest.raises(UnsupportedSqlError, match="doesn't support the serialize"):
            rows_of(session, "INSERT INTO t SELECT 'x', 'y'")


@pytest.mark.parametrize("word", ["PARQUET", "ORC", "TEXTFILE"])
def test_timestamps_of_all_years_keep_their_nanoseconds(word: str) -> None:
    values = ", ".join(f"({row.split(chr(9))[0]}, '{row.split(chr(9))[1]}')" for row in MOMENTS)
    with LocalSession() as session:
        rows_of(session, "CREATE TABLE s (i INT, t STRING)", f"INSERT INTO s VALUES {values}")
        rows_of(session, f"CREATE TABLE t (i INT, t TIMESTAMP, a ARRAY<STRING>) STORED AS {word}")
        rows_of(session, "INSERT INTO t SELECT i, cast(t AS TIMESTAMP), array('x') FROM s")
        assert rows_of(session, "SELECT i, t FROM t ORDER BY i") == list(MOMENTS)


def test_nested_timestamps_lie_in_parquet_as_int96() -> None:
    with LocalSession() as session:
        rows = rows_of(
            session,
            "CREATE TABLE t (a ARRAY<TIMESTAMP>, m MAP<STRING,TIMESTAMP>, s STRUCT<y:TIMESTAMP>) STORED AS PARQUET",
            "INSERT INTO t SELECT array(x, null), map('k', x), named_struct('y', x) FROM (SELECT cast("
            "'9999-12-31 23:59:59.999999999' AS TIMESTAMP) x) q",
            "SELECT * FROM t",
        )
    moment = '"9999-12-31 23:59:59.999999999"'
    assert rows == [f'[{moment},null]\t{{"k":{moment}}}\t{{"y":{moment}}}']


@pytest.mark.oracle("recordings")
def test_timestamps_of_a_parquet_file_of_hive_are_exact(tmp_path: Path) -> None:
    shutil.copy(FILES / "hive_timestamps.parquet", tmp_path / "000000_0")
    with LocalSession() as session:
        create = f"CREATE EXTERNAL TABLE t (i INT, t TIMESTAMP) STORED AS PARQUET LOCATION '{tmp_path}'"
        rows = rows_of(session, create, "SELECT * FROM t ORDER BY i")
    assert rows == [*MOMENTS[:2], "3\t1969-12-31 23:59:59.5", *MOMENTS[3:]]


def test_the_last_second_before_1970_comes_back_from_orc_a_second_later_as_in_hive() -> None:
    with LocalSession() as session:
        rows = rows_of(
            session,
            "CREATE TABLE t (a TIMESTAMP) STORED AS ORC",
            "INSERT INTO t SELECT cast('1969-12-31 23:59:59.5' AS TIMESTAMP)",
            "SELECT * FROM t",
        )
    assert rows == ["1970-01-01 00:00:00.5"]


@pytest.mark.integration
def test_hive_reads_timestamps_of_all_years(tmp_path: Path, hive_rig: HiveRig) -> None:
    values = ", ".join(f"({row.split(chr(9))[0]}, '{row.split(chr(9))[1]}')" for row in MOMENTS)
    with LocalSession() as session:
        rows_of(session, "CREATE TABLE s (i INT, t STRING)", f"INSERT INTO s VALUES {values}")
        for word in ("PARQUET", "ORC"):
            create = f"CREATE EXTERNAL TABLE t{word} (i INT, t TIMESTAMP) STORED AS {word} LOCATION '{tmp_path}/{word}'"
            rows_of(session, create, f"INSERT INTO t{word} SELECT i, cast(t AS TIMESTAMP) FROM s")
            assert sorted(hive_rig(create, f"SELECT * FROM t{word}").rows) == sorted(MOMENTS)


def test_bounds_by_constants_hold_for_timestamps() -> None:
    with LocalSession() as session:
        rows = rows_of(
            session,
            "CREATE TABLE t (a TIMESTAMP) STORED AS ORC",
            "INSERT INTO t SELECT cast('2000-01-01 00:00:00' AS TIMESTAMP)",
            "SELECT * FROM t WHERE a >= cast('1999-01-01' AS TIMESTAMP) AND a <= cast('2001-01-01' AS TIMESTAMP)",
        )
    assert rows == ["2000-01-01 00:00:00"]


def test_escapes_of_a_text_cell_are_undone_once() -> None:
    with LocalSession() as session:
        rows = rows_of(
            session,
            r"CREATE TABLE t (a STRING, b STRING) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY '\\'",
            r"INSERT INTO t SELECT '86', '\\\t\\'",
            "SELECT * FROM t",
        )
    assert rows == ["86\t\\\t\\"]


def test_timestamp_formats_are_tried_first_and_take_milliseconds(tmp_path: Path) -> None:
    cells = ("2011-01-01T01:01:01.111111111", "2011-01-01 01:01:01.111111111", "2011-01-01T01:01:01", "x")
    (tmp_path / "f").write_text("".join(f"{cell}\n" for cell in cells), "utf-8")
    formats = "yyyy-MM-dd\\'T\\'HH:mm:ss,yyyy-MM-dd\\'T\\'HH:mm:ss.SSSSSSSSS"
    with LocalSession() as session:
        rows = rows_of(
            session,
            f"CREATE EXTERNAL TABLE t (a TIMESTAMP) LOCATION '{tmp_path}'",
            f"ALTER TABLE t SET SERDEPROPERTIES ('timestamp.formats'='{formats}')",
            "SELECT * FROM t",
        )
    assert rows == ["2011-01-01 01:01:01.111", "2011-01-01 01:01:01.111111111", "2011-01-01 01:01:01", "NULL"]


def test_last_column_takes_the_rest_of_a_line_where_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("1,a,b\n2,c\n3\n", "utf-8")
    serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    properties = "'field.delim'=',', 'serialization.last.column.takes.rest'='true'"
    with LocalSession() as session:
        create = f"CREATE EXTERNAL TABLE t (a INT, b STRING) ROW FORMAT SERDE '{serde}' WITH SERDEPROPERTIES "
        rows = rows_of(session, f"{create} ({properties}) LOCATION '{tmp_path}'", "SELECT * FROM t")
    assert rows == ["1\ta,b", "2\tc", "3\tNULL"]
