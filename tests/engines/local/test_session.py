"""A session against the real DynamoDB Local: from script to rows, files and items."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import (
    BadValueError,
    HiveSemanticError,
    HiveSyntaxError,
    InputError,
    MappingError,
    ServiceError,
)
from airflow_ddb_hive.model.access import AwsAccess
from tests.engines.local.conftest import MakeTable, ddl

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.integration

COLUMNS, MAPPING = "id string, n bigint, price double, tags array<string>", "id:id,n:N,price:Price,tags:Tags"


def rows(session: LocalSession, statement: str) -> list[str]:
    return list(session.execute(statement).lines())


def run(session: LocalSession, *statements: str) -> None:
    for statement in statements:
        session.execute(statement).close()


@pytest.fixture
def places(session: LocalSession, make_table: MakeTable) -> str:
    items = [
        {"id": {"S": f"k{number:03d}"}, "N": {"N": str(number)}, "Price": {"N": "1.5"}, "Tags": {"L": [{"S": "x"}]}}
        for number in range(100)
    ]
    items.append({"id": {"S": "other"}, "N": {"S": "text"}})
    name = make_table(items)
    run(session, ddl("places", name, COLUMNS, MAPPING))
    return name


@pytest.mark.usefixtures("places")
class TestQueries:
    def test_rows_are_printed_as_the_hive_cli_prints_them(self, session: LocalSession) -> None:
        assert rows(session, "SELECT * FROM places WHERE id = 'k007'") == ['k007\t7\t1.5\t["x"]']
        assert rows(session, "SELECT n, price FROM places WHERE id = 'other'") == ["NULL\tNULL"]

    def test_aggregates_stream_the_table(self, session: LocalSession) -> None:
        assert rows(session, "SELECT count(*), count(n), sum(n), max(price) FROM places") == ["101\t100\t4950\t1.5"]

    def test_a_table_joined_with_itself_is_read_once(self, session: LocalSession) -> None:
        query = "SELECT count(*) FROM places a JOIN places b ON a.n = b.n WHERE a.id < b.id OR a.id = b.id"
        result = session.execute(query)
        assert list(result.lines()) == ["100"]
        assert [usage.items for usage in result.report.usage] == [101]

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT p.id, s.name FROM places p JOIN small s ON p.n = s.key ORDER BY p.id",
            "SELECT p.id, s.name FROM small s JOIN places p ON p.n = s.key ORDER BY p.id",
            "SELECT p.id, s.name FROM places p RIGHT JOIN small s ON p.n = s.key WHERE p.id IS NOT NULL ORDER BY p.id",
            "SELECT p.id, s.name FROM small s LEFT JOIN places p ON p.n = s.key WHERE s.name <> 'none' ORDER BY p.id",
        ],
    )
    def test_a_join_gives_the_same_rows_whichever_side_is_streamed(self, session: LocalSession, query: str) -> None:
        run(
            session,
            "CREATE TABLE small (unused string, key bigint, name string)",
            "INSERT INTO small VALUES ('x', 1, 'one'), ('y', 2, 'two'), ('z', 1000, 'none')",
        )
        assert rows(session, query) == ["k001\tone", "k002\ttwo"]

    def test_order_by_and_limit(self, session: LocalSession) -> None:
        query = "SELECT id, n FROM places ORDER BY n DESC LIMIT 2"
        assert rows(session, query) == ["k099\t99", "k098\t98"]
        assert rows(session, "SELECT id FROM places ORDER BY n LIMIT 1") == ["other"]

    def test_limit_without_order_stops(self, session: LocalSession) -> None:
        assert len(rows(session, "SELECT id FROM places LIMIT 10")) == 10
        assert rows(session, "SELECT id FROM places LIMIT 0") == []

    def test_typed_batches(self, session: LocalSession) -> None:
        batches = list(session.execute("SELECT n + 1 AS m, price FROM places WHERE id = 'k001'").batches())
        assert [batch.to_pylist() for batch in batches] == [[{"m": 2, "price": 1.5}]]

    def test_count_needs_no_attribute(self, session: LocalSession) -> None:
        assert rows(session, "SELECT count(*) FROM places") == ["101"]
        assert rows(session, "SELECT 1 FROM places LIMIT 2") == ["1", "1"]


class TestFiles:
    def test_a_directory_gets_hives_default_text(self, session: LocalSession, places: str, tmp_path: Path) -> None:
        target = tmp_path / "out"
        run(session, f"INSERT OVERWRITE LOCAL DIRECTORY '{target}' SELECT id, n, price FROM {'places'} WHERE n < 2")
        assert places
        lines = sorted((target / "000000_0").read_text().splitlines())
        assert lines == ["k000\x010\x011.5", "k001\x011\x011.5"]

    @pytest.mark.usefixtures("places")
    def test_parquet_holds_types(self, session: LocalSession, tmp_path: Path) -> None:
        run(
            session, f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}/p' STORED AS PARQUET SELECT id, n, tags FROM places"
        )
        table = pq.read_table(tmp_path / "p")
        assert table.num_rows == 101
        assert str(table.schema.field(1).type) == "int64"

    @pytest.mark.usefixtures("places")
    def test_no_rows_give_one_empty_file(self, session: LocalSession, tmp_path: Path) -> None:
        run(session, f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}/e' SELECT id FROM places WHERE id = 'nobody'")
        assert [(file.name, file.read_text()) for file in (tmp_path / "e").iterdir()] == [("000000_0", "")]

    @pytest.mark.usefixtures("places")
    def test_a_native_table_takes_rows_and_gives_them_back(self, session: LocalSession) -> None:
        run(
            session,
            "CREATE TABLE kept (id string, n bigint, tags array<string>)",
            "INSERT INTO TABLE kept SELECT id, n, tags FROM places WHERE n < 3",
            "INSERT INTO TABLE kept (n, id) VALUES (7, 'seven')",
        )
        assert sorted(rows(session, "SELECT * FROM kept")) == [
            'k000\t0\t["x"]',
            'k001\t1\t["x"]',
            'k002\t2\t["x"]',
            "seven\t7\tNULL",
        ]
        run(session, "INSERT OVERWRITE TABLE kept SELECT id, n, tags FROM kept WHERE n = 7")
        assert rows(session, "SELECT id FROM kept") == ["seven"]

    @pytest.mark.usefixtures("places")
    def test_create_table_as_select(self, session: LocalSession) -> None:
        run(session, "CREATE TABLE copied STORED AS PARQUET AS SELECT id, n * 2 AS twice FROM places WHERE n IN (1, 2)")
        assert sorted(rows(session, "SELECT * FROM copied")) == ["k001\t2", "k002\t4"]

    def test_load_data_local(self, session: LocalSession, tmp_path: Path) -> None:
        (tmp_path / "in.txt").write_text("1|one\n2|two\nx|\\N\n3\n")
        run(
            session,
            "CREATE TABLE loaded (a int, b string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '|'",
            f"LOAD DATA LOCAL INPATH '{tmp_path}/in.txt' OVERWRITE INTO TABLE loaded",
        )
        assert rows(session, "SELECT * FROM loaded") == ["1\tone", "2\ttwo", "NULL\tNULL", "3\tNULL"]
        with pytest.raises(HiveSemanticError, match="No files matching path"):
            session.execute(f"LOAD DATA LOCAL INPATH '{tmp_path}/nothing' INTO TABLE loaded")

    @pytest.mark.usefixtures("places")
    def test_a_failed_insert_leaves_the_old_files(
        self, session: LocalSession, make_table: MakeTable, tmp_path: Path
    ) -> None:
        bad = make_table([{"id": {"S": "a"}, "N": {"N": "1.5"}}])
        target = tmp_path / "kept"
        run(
            session,
            ddl("bad", bad, "id string, n bigint", "id:id,n:N"),
            f"INSERT OVERWRITE LOCAL DIRECTORY '{target}' SELECT id FROM places WHERE n = 5",
        )
        with pytest.raises(BadValueError, match=r"1\.5") as caught:
            session.execute(f"INSERT OVERWRITE LOCAL DIRECTORY '{target}' SELECT id, n FROM bad")
        assert caught.value.table == bad
        assert [(file.name, file.read_text()) for file in target.iterdir()] == [("000000_0", "k005\n")]
        assert rows(session, "SELECT id FROM bad") == ["a"]


class TestItems:
    def test_rows_become_items(
        self, session: LocalSession, places: str, make_table: MakeTable, client: DynamoDBClient
    ) -> None:
        target = make_table([])
        run(
            session,
            ddl("target", target, COLUMNS, MAPPING),
            "INSERT OVERWRITE TABLE target SELECT id, n, price, tags FROM places WHERE n IN (3, 4)",
            "INSERT INTO TABLE target SELECT 'new', 12, cast(null as double), array('a', 'b')",
        )
        assert places
        items = sorted(client.scan(TableName=target)["Items"], key=lambda item: item["id"]["S"])
        assert items == [
            {"id": {"S": "k003"}, "N": {"N": "3"}, "Price": {"N": "1.5"}, "Tags": {"L": [{"S": "x"}]}},
            {"id": {"S": "k004"}, "N": {"N": "4"}, "Price": {"N": "1.5"}, "Tags": {"L": [{"S": "x"}]}},
            {"id": {"S": "new"}, "N": {"N": "12"}, "Tags": {"L": [{"S": "a"}, {"S": "b"}]}},
        ]

    def test_whole_items_go_through_a_file_and_come_back(
        self, session: LocalSession, make_table: MakeTable, client: DynamoDBClient, tmp_path: Path
    ) -> None:
        items = [
            {"id": {"S": "a"}, "Deep": {"M": {"L": {"L": [{"N": "1.50"}, {"NULL": True}, {"BOOL": False}]}}}},
            {"id": {"S": "line\nbreak\x01\x02"}, "Set": {"SS": ["x", "y"]}, "Bin": {"B": b"\x00\xff"}},
            {"id": {"S": "empty"}, "L": {"L": []}, "M": {"M": {}}, "S": {"S": ""}},
        ]
        source, copy = make_table(items), make_table([])
        item = "item map<string,string>"
        run(
            session,
            ddl("source", source, item, ""),
            ddl("copy", copy, item, ""),
            f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}/archive' SELECT item FROM source",
            f"CREATE EXTERNAL TABLE archive ({item}) LOCATION '{tmp_path}/archive'",
            "INSERT OVERWRITE TABLE copy SELECT item FROM archive",
        )
        everything = sorted(client.scan(TableName=source)["Items"], key=str)
        assert sorted(client.scan(TableName=copy)["Items"], key=str) == everything
        assert len(everything) == 3

    def test_numbers_stay_exact(self, session: LocalSession, make_table: MakeTable) -> None:
        digits = "12345678901234567890123456789012345678"
        table = make_table([{"id": {"S": "a"}, "N": {"N": digits}}])
        run(session, ddl("exact", table, "id string, n decimal(38,0)", "id:id,n:N"))
        (batch,) = session.execute("SELECT n FROM exact").batches()
        assert batch.to_pylist() == [{"n": Decimal(digits)}]


class TestErrors:
    @pytest.mark.parametrize(
        ("statement", "error", "words"),
        [
            ("SELECT * FROM nowhere", HiveSemanticError, "Table not found 'nowhere'"),
            ("SELEC 1", HiveSyntaxError, "SELEC"),
            ("USE nowhere", HiveSemanticError, "nowhere"),
            (
                ddl("t", "NoSuchTable", "id string", "id:id"),
                MappingError,
                "Could not lookup table NoSuchTable in DynamoDB",
            ),
        ],
    )
    def test_bad_statements_are_refused_by_name(
        self, session: LocalSession, statement: str, error: type[Exception], words: str
    ) -> None:
        with pytest.raises(error, match=words):
            session.execute(statement)

    def test_a_mapping_that_does_not_fit_is_refused(self, session: LocalSession, make_table: MakeTable) -> None:
        table = make_table([])
        with pytest.raises(MappingError, match="Could not find column mapping for column: n"):
            session.execute(ddl("t", table, "id string, n bigint", "id:id"))
        assert session.execute("SHOW TABLES").report.rows == 0

    def test_an_endpoint_that_nobody_answers_is_named(self) -> None:
        access = AwsAccess(region="us-east-1", dynamodb_endpoint_url="http://127.0.0.1:9")
        with (
            LocalSession(access=access, hiveconfs={"ddb_hive.retry.duration": "1"}) as session,
            pytest.raises(ServiceError, match=r"127\.0\.0\.1:9"),
        ):
            session.execute(ddl("t", "Things", "id string", "id:id"))

    def test_two_statements_are_not_one(self, session: LocalSession) -> None:
        with pytest.raises(InputError, match="found 2"):
            session.execute("SELECT 1; SELECT 2")


def test_an_external_table_without_files_is_noticed(tmp_path: Path) -> None:
    notices: list[str] = []
    with LocalSession(on_notice=notices.append) as session:
        run(
            session,
            f"CREATE EXTERNAL TABLE nothing (a string) LOCATION '{tmp_path}/nothing'",
            "CREATE TABLE new (a string)",
        )
        assert rows(session, "SELECT * FROM nothing") == []
        assert rows(session, "SELECT * FROM new") == []
    assert notices == [f"table nothing reads as empty: there are no files at {tmp_path}/nothing"]


def test_an_attribute_that_no_item_has_is_noticed(dynamodb_local: str, make_table: MakeTable) -> None:
    table = make_table([{"id": {"S": "a"}, "Name": {"S": "x"}}, {"id": {"S": "b"}}])
    notices: list[str] = []
    access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)
    with LocalSession(access=access, on_notice=notices.append) as session:
        run(session, ddl("t", table, "id string, name string", "id:id,name:name"))
        assert rows(session, "SELECT name FROM t") == ["NULL", "NULL"]
        assert rows(session, "SELECT count(name) FROM t") == ["0"]
        assert len(notices) == 2
        assert f"none of 2 items of table {table} has a S attribute 'name'" in notices[0]
        notices.clear()
        assert rows(session, "SELECT name FROM t LIMIT 1") == ["NULL"]
        assert rows(session, "SELECT id FROM t ORDER BY id") == ["a", "b"]
        assert notices == []


def _feeds() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("ddb-hive")]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert _feeds() == []


@pytest.mark.usefixtures("places")
def test_leaving_a_result_early_ends_its_threads(session: LocalSession) -> None:
    for query in ("SELECT id FROM places", "SELECT id, count(*) FROM places GROUP BY id"):
        lines = session.execute(query).lines()
        next(lines)
        session.execute("SELECT 1").close()
        assert _feeds() == []


def test_settings_variables_and_databases(session: LocalSession) -> None:
    script = """
    -- a comment; with a semicolon
    SET hivevar:x=it''s;
    CREATE DATABASE IF NOT EXISTS lab;
    USE lab;
    CREATE TABLE t (a string COMMENT 'the a');
    INSERT INTO t VALUES (";"), ('b');
    SELECT count(*) FROM ${hivevar:x_unknown} t;
    """
    results = session.run_script(script)
    for _ in range(5):
        next(results).close()
    with pytest.raises(HiveSyntaxError):
        next(results)
    assert rows(session, "SHOW TABLES") == ["t"]
    assert rows(session, "SELECT a FROM lab.t ORDER BY a") == [";", "b"]
    assert rows(session, "DESCRIBE t") == ["a".ljust(20) + "\t" + "string".ljust(20) + "\t" + "the a".ljust(20)]
    assert rows(session, "SET hivevar:x") == ["hivevar:x=it''s"]
    run(session, "DROP DATABASE lab CASCADE")
    assert rows(session, "SHOW DATABASES") == ["default"]


def test_dropping_a_table_that_is_not_there_passes_unless_told_otherwise(session: LocalSession) -> None:
    run(session, "DROP TABLE nowhere", "SET hive.exec.drop.ignorenonexistent=false", "DROP TABLE IF EXISTS nowhere")
    with pytest.raises(HiveSemanticError, match="Table not found nowhere") as caught:
        session.execute("DROP TABLE nowhere")
    assert caught.value.code == 10001


def test_the_memory_limit_can_be_set_in_a_script(session: LocalSession) -> None:
    assert rows(session, "SELECT 1") == ["1"]
    run(session, "SET ddb_hive.memory.limit=lots")
    with pytest.raises(InputError, match=r"ddb_hive\.memory\.limit='lots'"):
        rows(session, "SELECT 1")
    run(session, "SET ddb_hive.memory.limit=300MB")
    assert rows(session, "SELECT 1") == ["1"]


def test_a_session_in_an_unknown_database_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(HiveSemanticError, match="nowhere") as caught:
        LocalSession(warehouse=str(tmp_path), schema="nowhere")
    assert caught.value.line is None
