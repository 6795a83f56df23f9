"""Guards: a statement that reads too much is refused before it reads anything, or stopped where nobody could know."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import InputError, ReadRefusedError
from airflow_ddb_hive.model.access import AwsAccess
from tests.engines.local.conftest import MakeTable, ddl
from tests.support.faulty_dynamodb import FaultyDynamoDB, faulty_dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture
def server() -> Iterator[FaultyDynamoDB]:
    """A server that notes what it is asked; its table is said to have 100 items and 10,000 bytes: 1.5 units."""
    with faulty_dynamodb() as server:
        server.fill(100)
        yield server


@pytest.fixture
def session(server: FaultyDynamoDB, tmp_path: Path) -> Iterator[LocalSession]:
    access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=server.url)
    with LocalSession(access=access, warehouse=str(tmp_path / "warehouse")) as session:
        for name in ("faulty", "again"):
            run(session, ddl(name, "Faulty", "id bigint, s string", "id:id,s:s"))
        run(session, "CREATE TABLE files (id bigint, s string)")
        yield session


def run(session: LocalSession, *statements: str) -> list[str]:
    lines: list[str] = []
    for statement in statements:
        result = session.execute(statement)
        lines += result.lines()
        result.close()
    return lines


def reads(server: FaultyDynamoDB) -> list[str]:
    return [operation for operation, _ in server.operations if operation != "DescribeTable"]


READING = [
    "SELECT * FROM faulty",
    "SELECT id + 1 FROM faulty WHERE s LIKE '%7%'",
    "SELECT count(*) FROM faulty",
    "SELECT * FROM faulty ORDER BY id",
    "SELECT * FROM files f JOIN faulty g ON f.id = g.id",
    "SELECT * FROM files WHERE id IN (SELECT id FROM faulty)",
    "INSERT OVERWRITE TABLE files SELECT * FROM faulty",
    "INSERT INTO again SELECT id, s FROM faulty",
    "INSERT OVERWRITE DIRECTORY '{folder}' SELECT * FROM faulty",
    "CREATE TABLE made AS SELECT id FROM faulty",
]


@pytest.mark.parametrize("statement", READING)
@pytest.mark.parametrize("guard", ["SET ddb_hive.max.read.units=1", "SET ddb_hive.allow.full.scan=false"])
def test_nothing_is_read_or_made_by_what_is_refused(
    session: LocalSession, server: FaultyDynamoDB, tmp_path: Path, statement: str, guard: str
) -> None:
    folder = tmp_path / "out"
    run(session, guard)
    with pytest.raises(ReadRefusedError, match="table Faulty was not read"):
        session.execute(statement.format(folder=folder))
    assert reads(server) == []
    assert not folder.exists()
    assert run(session, "SHOW TABLES") == ["again", "faulty", "files"]


def test_the_message_names_table_estimate_limit_remedy_and_place(session: LocalSession) -> None:
    run(session, "SET ddb_hive.max.read.units=1")
    with pytest.raises(ReadRefusedError) as caught:
        session.execute("SELECT *\n  FROM faulty")
    error = caught.value
    assert error.message == (
        "table Faulty was not read: the statement would take 3 read units, and ddb_hive.max.read.units allows 1; "
        "give a condition such as id = value (partition key id of the table), or raise the limit"
    )
    assert (error.table, error.line, error.column, error.retryable) == ("Faulty", 2, 7, False)


def test_a_full_scan_is_refused_with_the_conditions_that_avoid_it(session: LocalSession) -> None:
    run(session, "SET ddb_hive.allow.full.scan=false")
    with pytest.raises(ReadRefusedError) as caught:
        session.execute("SELECT s FROM faulty WHERE s = 'x' LIMIT 3")
    assert caught.value.message == (
        "table Faulty was not read: the statement would read the whole of it, and ddb_hive.allow.full.scan is false; "
        "give a condition such as id = value (partition key id of the table), or allow it with "
        "SET ddb_hive.allow.full.scan=true"
    )


def test_a_key_that_no_column_maps_is_to_be_mapped_first(session: LocalSession) -> None:
    run(session, ddl("keyless", "Faulty", "s string", "s:s"), "SET ddb_hive.allow.full.scan=false")
    with pytest.raises(ReadRefusedError, match=r"map its partition key id to a column, and give a condition"):
        session.execute("SELECT * FROM keyless")


def test_what_is_below_the_limit_is_read(session: LocalSession) -> None:
    assert len(run(session, "SET ddb_hive.max.read.units=1000", "SELECT * FROM faulty")) == 100
    assert len(run(session, "SET ddb_hive.allow.full.scan=true", "SELECT * FROM faulty")) == 100


def test_consistent_reads_count_twice(session: LocalSession, server: FaultyDynamoDB) -> None:
    run(session, "SET ddb_hive.max.read.units=5", "SET ddb_hive.consistent.read=true")
    with pytest.raises(ReadRefusedError, match="would take 6 read units"):
        session.execute("SELECT * FROM faulty")
    assert reads(server) == []


def test_the_tables_of_a_statement_count_together(session: LocalSession) -> None:
    run(session, "SET ddb_hive.max.read.units=5")
    with pytest.raises(ReadRefusedError, match="would take 6 read units, 3 of them of this one"):
        session.execute("SELECT count(*) FROM faulty f JOIN again a ON f.id = a.id")


def test_a_table_read_once_for_two_uses_counts_once(session: LocalSession, server: FaultyDynamoDB) -> None:
    run(session, "SET ddb_hive.max.read.units=5")
    session.execute("SELECT count(*) FROM faulty f JOIN faulty g ON f.id = g.id").close()
    assert reads(server) == []


def test_a_table_property_limits_that_table_whatever_the_session_says(session: LocalSession) -> None:
    limited = ddl("limited", "Faulty", "id bigint", "id:id", ", 'ddb_hive.max.read.units' = '2'")
    run(session, limited, "SET ddb_hive.max.read.units=1000")
    with pytest.raises(ReadRefusedError, match=r"ddb_hive.max.read.units allows 2"):
        session.execute("SELECT * FROM limited")
    assert len(run(session, "SELECT id FROM faulty")) == 100


def test_a_table_property_forbids_its_full_scan(session: LocalSession) -> None:
    run(session, ddl("guarded", "Faulty", "id bigint", "id:id", ", 'ddb_hive.allow.full.scan' = 'false'"))
    with pytest.raises(ReadRefusedError, match=r"allow\.full\.scan is false"):
        session.execute("SELECT * FROM guarded")
    assert len(run(session, "SELECT id FROM faulty")) == 100


@pytest.mark.parametrize("text", ["0", "-3", "nan"])
def test_a_limit_that_allows_nothing_is_refused(session: LocalSession, text: str) -> None:
    run(session, f"SET ddb_hive.max.read.units={text}")
    with pytest.raises(InputError, match=f"ddb_hive.max.read.units={text} allows nothing"):
        session.execute("SELECT * FROM faulty")


def test_a_limit_that_is_no_number_is_refused(session: LocalSession) -> None:
    run(session, "SET ddb_hive.max.read.units=many")
    with pytest.raises(InputError, match=r'For input string: "many"'):
        session.execute("SELECT * FROM faulty")


def test_statements_without_dynamodb_tables_and_tables_that_are_there_pass(
    session: LocalSession, server: FaultyDynamoDB
) -> None:
    run(session, "SET ddb_hive.max.read.units=1", "SET ddb_hive.allow.full.scan=false")
    assert run(session, "SELECT count(*) FROM files", "CREATE TABLE IF NOT EXISTS files AS SELECT * FROM faulty") == [
        "0"
    ]
    assert reads(server) == []


def test_explain_prints_what_a_guard_would_say_and_is_not_refused(
    session: LocalSession, server: FaultyDynamoDB
) -> None:
    lines = run(session, "SET ddb_hive.max.read.units=1", "EXPLAIN SELECT * FROM faulty")
    place = lines.index("WOULD BE REFUSED:")
    assert lines[place + 1].startswith("  table Faulty was not read: the statement would take 3 read units")
    assert reads(server) == []


def test_a_table_that_is_larger_than_dynamodb_said_is_left_once_the_limit_is_reached(
    session: LocalSession, server: FaultyDynamoDB
) -> None:
    server.fill(5000)  # each item costs half a unit here: 2,500 units where 10,000 bytes were announced
    run(session, "SET ddb_hive.max.read.units=100")
    with pytest.raises(ReadRefusedError, match=r"reading of table Faulty was stopped: .* allows 100\.0"):
        run(session, "SELECT * FROM faulty")
    assert 20 < len(reads(server)) < 500


@pytest.mark.integration
class TestWithKeys:
    @pytest.fixture
    def session(self, dynamodb_local: str, make_table: MakeTable) -> Iterator[LocalSession]:
        name = make_table([{"id": {"S": f"k{n:03d}"}, "v": {"S": "x" * 5000}} for n in range(100)])
        access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)
        with LocalSession(access=access) as session:
            run(session, ddl("places", name, "id string, v string", "id:id,v:v"))
            yield session

    def test_conditions_on_the_key_pass_both_guards(self, session: LocalSession) -> None:
        run(session, "SET ddb_hive.max.read.units=5", "SET ddb_hive.allow.full.scan=false")
        assert run(session, "SELECT id FROM places WHERE id = 'k007'") == ["k007"]
        assert sorted(run(session, "SELECT id FROM places WHERE id IN ('k007', 'k008')")) == ["k007", "k008"]

    def test_many_keys_are_refused_for_what_they_cost_at_least(self, session: LocalSession) -> None:
        keys = ", ".join(f"'k{n:03d}'" for n in range(30))
        run(session, "SET ddb_hive.max.read.units=5")
        with pytest.raises(ReadRefusedError, match=r"would take 15 read units.*give narrower conditions on its key"):
            session.execute(f"SELECT id FROM places WHERE id IN ({keys})")

    def test_impossible_conditions_read_nothing_and_pass(self, session: LocalSession) -> None:
        run(session, "SET ddb_hive.max.read.units=1", "SET ddb_hive.allow.full.scan=false")
        assert run(session, "SELECT id FROM places WHERE id = 'a' AND id = 'b'") == []

    def test_only_indexes_that_hold_what_is_read_are_proposed(
        self, dynamodb_local: str, client: DynamoDBClient
    ) -> None:
        name = f"T{uuid.uuid4().hex}"
        keys = ("id", "genre", "year")
        indexes: Any = [
            {
                "IndexName": f"By-{key}",
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": kind},
            }
            for key, kind in (("genre", "ALL"), ("year", "KEYS_ONLY"))
        ]
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=indexes,
        )
        access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)
        with LocalSession(access=access, hiveconfs={"ddb_hive.allow.full.scan": "false"}) as session:
            columns = (*keys, "notes")
            declared = ", ".join(f"{key} string" for key in columns)
            run(session, ddl("songs", name, declared, ",".join(f"{key}:{key}" for key in columns)))
            with pytest.raises(ReadRefusedError) as caught:
                session.execute("SELECT notes FROM songs")
            assert "partition key id of the table) or genre = value (partition key genre of index" in str(caught.value)
            assert "By-year" not in str(caught.value)
            with pytest.raises(ReadRefusedError, match="By-year"):
                session.execute("SELECT year FROM songs")
        client.delete_table(TableName=name)
