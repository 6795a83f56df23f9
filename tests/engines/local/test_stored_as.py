from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import BadValueError, FileFormatError, UnsupportedSqlError
from tests.support.rigs import HiveRig

TYPED = (
    "cast(1 as tinyint) a, cast(2 as smallint) b, 3 c, cast(4 as bigint) d, cast(1.5 as float) e, 2.5D f, true g, "
    "'x' h, cast('ab' as char(5)) i, cast('abc' as varchar(2)) j, cast('xy' as binary) k, cast('1.25' as "
    "decimal(10,2)) l, cast('1500-01-01' as date) m, cast('2020-07-01 12:00:00.5' as timestamp) n, array(1,2) p, "
    "map('a',1,'b',2) q, named_struct('fa',1,'b','z') r"
)
COLUMNS = (
    "a tinyint, b smallint, c int, d bigint, e float, f double, g boolean, h string, i char(5), j varchar(2), "
    "k binary, l decimal(10,2), m date, n timestamp, p array<int>, q map<string,int>, r struct<fa:int,b:string>"
)
ROW = (
    '1\t2\t3\t4\t1.5\t2.5\ttrue\tx\tab   \tab\txy\t1.25\t1500-01-01\t2020-07-01 12:00:00.5\t[1,2]\t{"a":1,"b":2}'
    '\t{"fa":1,"b":"z"}'
)


def _run(session: LocalSession, *statements: str) -> list[str]:
    lines: list[str] = []
    for statement in statements:
        result = session.execute(statement)
        lines = list(result.lines()) if result.columns is not None else []
        result.close()
    return lines


@pytest.mark.parametrize("word", ["ORC", "PARQUET", "SEQUENCEFILE", "RCFILE", "AVRO"])
def test_a_managed_table_of_any_format_gives_its_rows_back(word: str) -> None:
    with LocalSession() as session:
        _run(session, f"CREATE TABLE t STORED AS {word} AS SELECT {TYPED}", "INSERT INTO t SELECT * FROM t")
        assert _run(session, "SELECT * FROM t") == [ROW, ROW]
        assert _run(session, "SELECT count(*) FROM t WHERE i = 'ab'") == ["2"]


def test_describe_formatted_tells_the_real_storage() -> None:
    with LocalSession() as session:
        lines = _run(session, "CREATE TABLE t (a INT) STORED AS RCFILE", "DESCRIBE FORMATTED t")
    words = [line.split() for line in lines]
    assert ["ddb_hive.stored.as", "PARQUET"] in words
    assert ["InputFormat:", "org.apache.hadoop.hive.ql.io.RCFileInputFormat"] in words


def test_files_of_others_in_such_a_format_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"SEQ")
    with LocalSession() as session:
        with pytest.raises(UnsupportedSqlError, match="SEQUENCEFILE are not read"):
            _run(session, f"CREATE EXTERNAL TABLE e (a INT) STORED AS SEQUENCEFILE LOCATION '{tmp_path}'")
        _run(session, "CREATE TABLE t (a INT) STORED AS SEQUENCEFILE")
        with pytest.raises(UnsupportedSqlError, match=r"LOAD DATA into default\.t: SEQUENCEFILE"):
            _run(session, f"LOAD DATA LOCAL INPATH '{tmp_path}/f' INTO TABLE t")


def test_nested_orc_timestamps_that_hive_could_not_read_are_refused() -> None:
    with LocalSession() as session:
        _run(session, "CREATE TABLE t (a ARRAY<TIMESTAMP>) STORED AS ORC")
        with pytest.raises(BadValueError, match="store the table as PARQUET"):
            _run(session, "INSERT INTO t SELECT array(cast('9999-12-31 00:00:00' as timestamp))")


def test_an_empty_orc_file_has_no_rows_and_a_broken_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with LocalSession() as session:
        _run(session, f"CREATE EXTERNAL TABLE t (a INT) STORED AS ORC LOCATION '{tmp_path}'")
        assert _run(session, "SELECT * FROM t") == []
        (tmp_path / "b").write_bytes(b"ORC but not really")
        with pytest.raises(FileFormatError, match="is no ORC file"):
            _run(session, "SELECT * FROM t")


@pytest.mark.integration
def test_hive_reads_our_orc_files_and_we_read_hives(tmp_path: Path, hive_rig: HiveRig) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with LocalSession() as session:
        _run(session, f"CREATE TABLE o STORED AS ORC LOCATION '{ours}' AS SELECT {TYPED}")
        answer = hive_rig(
            f"CREATE EXTERNAL TABLE o ({COLUMNS}) STORED AS ORC LOCATION '{ours}'",
            f"CREATE EXTERNAL TABLE h ({COLUMNS}) STORED AS ORC LOCATION '{theirs}'",
            f"INSERT INTO h SELECT {TYPED}",
            "SELECT * FROM o",
        )
        assert answer.error is None
        assert list(answer.rows) == [ROW]
        _run(session, f"CREATE EXTERNAL TABLE h ({COLUMNS}) STORED AS ORC LOCATION '{theirs}'")
        assert _run(session, "SELECT * FROM h") == [ROW]


LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
ESCAPED = (
    "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' "
    "COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':'"
)
TEXT = [
    (
        "a STRING, b INT",
        "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
        "TBLPROPERTIES ('skip.header.line.count'='2', 'skip.footer.line.count'='1')",
        b"h,1\nh,2\nx,3\ny,4\nfoot,5\n",
    ),
    (
        "a STRING",
        f"ROW FORMAT SERDE '{LAZY_SIMPLE}' WITH SERDEPROPERTIES ('serialization.encoding'='ISO8859_1')",
        "",
        "Müller\nNåm\n".encode("latin-1"),
    ),
    (
        "a ARRAY<STRING>, m MAP<STRING,INT>, s STRUCT<x:STRING,y:INT>",
        ESCAPED,
        "",
        b"a\\|b|c\\\\|\\,,k\\:1:2|k2:3,x\\|y|5\n,,\n\\N,\\N,\\N\nplain|two,k:1,x|6\n",
    ),
]


@pytest.mark.integration
@pytest.mark.parametrize(("columns", "row_format", "properties", "data"), TEXT)
def test_text_is_read_as_hive_reads_it(
    tmp_path: Path, hive_rig: HiveRig, columns: str, row_format: str, properties: str, data: bytes
) -> None:
    (tmp_path / "f").write_bytes(data)
    create = f"CREATE EXTERNAL TABLE t ({columns}) {row_format} LOCATION '{tmp_path}' {properties}"
    answer = hive_rig("DROP TABLE IF EXISTS t", create, "SELECT * FROM t")
    assert answer.error is None
    with LocalSession() as session:
        assert _run(session, create, "SELECT * FROM t") == list(answer.rows)
