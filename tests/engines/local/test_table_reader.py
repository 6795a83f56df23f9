"""How a statement's reads are made: consistency, indexes and progress, from settings to requests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.access import AwsAccess
from tests.engines.local.conftest import MakeTable, ddl

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.integration

COLUMNS, MAPPING = "id string, kind string, n bigint", "id:id,kind:Kind,n:N"
ITEMS: list[dict[str, Any]] = [
    {"id": {"S": f"k{n}"}, "N": {"N": str(n)}} | ({"Kind": {"S": f"kind {n % 2}"}} if n % 4 == 0 else {})
    for n in range(80)
]


def run(session: LocalSession, *statements: str) -> None:
    for statement in statements:
        session.execute(statement).close()


def lines_and_units(session: LocalSession, query: str) -> tuple[list[str], float]:
    result = session.execute(query)
    return list(result.lines()), sum(usage.units for usage in result.report.usage if usage.role == "read")


@pytest.fixture
def indexed(client: DynamoDBClient) -> Iterator[str]:
    """A table with a local index of keys only, a global one of keys only and a global one of everything."""
    name = f"X{uuid.uuid4().hex}"
    types = {"id": "S", "N": "N", "Kind": "S"}
    form: Any = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "N", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kind} for key, kind in types.items()],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "ByKind",
                "KeySchema": [
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "Kind", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": [{"AttributeName": "Kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": projection},
            }
            for index, projection in (("Keys", "KEYS_ONLY"), ("Everything", "ALL"))
        ],
    }
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **form)
    for item in ITEMS:
        client.put_item(TableName=name, Item=item | {"extra": {"S": "x"}})
    yield name
    client.delete_table(TableName=name)


@pytest.fixture
def places(session: LocalSession, make_table: MakeTable) -> str:
    name = make_table(ITEMS)
    run(session, ddl("places", name, COLUMNS, MAPPING))
    return name


@pytest.mark.usefixtures("places")
def test_consistent_reads_are_asked_for_by_the_session(session: LocalSession) -> None:
    before, units = lines_and_units(session, "SELECT count(n) FROM places")
    run(session, "SET ddb_hive.consistent.read=true")
    assert lines_and_units(session, "SELECT count(n) FROM places") == (before, 2 * units)


def test_consistent_reads_are_asked_for_by_the_table(session: LocalSession, make_table: MakeTable) -> None:
    name = make_table(ITEMS)
    run(
        session,
        ddl("eventual", name, COLUMNS, MAPPING, ', "ddb_hive.consistent.read" = "false"'),
        ddl("strong", name, COLUMNS, MAPPING, ', "ddb_hive.consistent.read" = "true"'),
        "SET ddb_hive.consistent.read=true",
    )
    rows, units = lines_and_units(session, "SELECT sum(n) FROM eventual")
    assert lines_and_units(session, "SELECT sum(n) FROM strong") == (rows, 2 * units)


@pytest.mark.usefixtures("places")
def test_a_session_reads_its_own_writes_consistently(session: LocalSession) -> None:
    query = "SELECT count(n) FROM places"
    _, units = lines_and_units(session, query)
    run(session, "INSERT INTO places SELECT 'new', 'k', 1")
    assert lines_and_units(session, query) == (["81"], 2 * units)
    run(session, "SET ddb_hive.consistent.read=false")
    assert lines_and_units(session, query)[1] == units


def test_own_writes_leave_a_global_index_eventually_consistent(session: LocalSession, indexed: str) -> None:
    run(
        session,
        ddl("whole", indexed, COLUMNS, MAPPING),
        ddl("part", indexed, COLUMNS, MAPPING, ', "ddb_hive.index.name" = "Everything"'),
        "INSERT INTO whole SELECT 'new', 'kind 0', 1",
    )
    assert lines_and_units(session, "SELECT count(*) FROM part")[0] == ["21"]


def test_a_consistent_read_of_a_global_index_is_refused_by_name(session: LocalSession, indexed: str) -> None:
    run(
        session,
        ddl("part", indexed, COLUMNS, MAPPING, ', "ddb_hive.index.name" = "Everything"'),
        "SET ddb_hive.consistent.read=true",
    )
    with pytest.raises(InputError, match=r"index Everything of table .*ddb_hive\.consistent\.read"):
        session.execute("SELECT n FROM part").lines().__next__()


def test_an_index_is_read_in_the_tables_place(session: LocalSession, indexed: str) -> None:
    run(session, ddl("part", indexed, COLUMNS, MAPPING, ', "ddb_hive.index.name" = "Everything"'))
    rows, _ = lines_and_units(session, "SELECT id, kind, n FROM part")
    assert sorted(rows) == sorted(f"k{n}\tkind 0\t{n}" for n in range(0, 80, 4))


def test_an_index_that_lacks_a_column_is_named(session: LocalSession, indexed: str) -> None:
    run(
        session,
        ddl("part", indexed, f"{COLUMNS}, x string", f"{MAPPING},x:extra", ', "ddb_hive.index.name" = "Keys"'),
        ddl("items", indexed, "item map<string,string>", "", ', "ddb_hive.index.name" = "Keys"'),
        ddl("lost", indexed, COLUMNS, MAPPING, ', "ddb_hive.index.name" = "Nope"'),
    )
    assert len(lines_and_units(session, "SELECT id, kind FROM part")[0]) == 20
    for query, words in (
        ("SELECT x FROM part", r"index Keys of table .* does not hold attribute extra"),
        ("SELECT item FROM items", r"index Keys of table .* does not hold whole items"),
        ("SELECT n FROM lost", r"no index Nope"),
    ):
        with pytest.raises(InputError, match=words):
            session.execute(query).lines().__next__()


def test_a_local_index_fetches_what_it_lacks_and_says_what_that_costs(dynamodb_local: str, indexed: str) -> None:
    said: list[str] = []
    access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)
    with LocalSession(access=access, on_notice=said.append) as session:
        run(
            session,
            ddl("part", indexed, f"{COLUMNS}, x string", f"{MAPPING},x:extra", ', "ddb_hive.index.name" = "ByKind"'),
        )
        assert lines_and_units(session, "SELECT max(x), count(*) FROM part")[0] == ["x\t20"]
    assert [line for line in said if line.startswith("index ByKind of table") and "extra" in line]
