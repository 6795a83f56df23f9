"""Conditions really reach DynamoDB: what is asked of it, counted, and what it must never hide."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import pytest

from airflow_ddb_hive.dynamodb import DynamoDB
from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import BadValueError
from airflow_ddb_hive.model.job import TableUsage
from tests.engines.local.conftest import MakeTable, ddl
from tests.engines.local.test_pushdown_property import Layout, make_table_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.integration

COLUMNS, MAPPING = (
    "id string, ts bigint, state string, rank bigint, city string",
    "id:id,ts:ts,state:st,rank:rank,city:c",
)
EVENTS = Layout(
    "events",
    (("id", "S"), ("ts", "N")),
    local=(("rank", "N"),),
    globals=(((("st", "S"), ("rank", "N")), "ALL"),),
)


@pytest.fixture(scope="module")
def event_table(dynamodb_local: str) -> Iterator[str]:
    """Ten partitions of ten items, all of one state but the last ones, every second one with a rank."""
    client: DynamoDBClient = boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")
    name = make_table_of(client, EVENTS)
    requests: list[Any] = []
    for place in range(100):
        item: dict[str, Any] = {"id": {"S": f"k{place // 10}"}, "ts": {"N": str(place % 10)}}
        item |= {"c": {"S": f"c{place % 3}"}, "st": {"S": "done" if place < 95 else "open"}}
        if place % 2:
            item["rank"] = {"N": str(place)}
        requests.append({"PutRequest": {"Item": item}})
    for start in range(0, 100, 25):
        client.batch_write_item(RequestItems={name: requests[start : start + 25]})
    yield name
    client.delete_table(TableName=name)


@pytest.fixture
def events(event_table: str, session: LocalSession) -> LocalSession:
    """A session whose table ``t`` is that table."""
    session.execute(ddl("t", event_table, COLUMNS, MAPPING)).close()
    return session


def asked(session: LocalSession, statement: str) -> tuple[list[str], list[TableUsage]]:
    """The rows, sorted, and what reading them took of each table."""
    result = session.execute(statement)
    rows = sorted(result.lines())
    return rows, list(result.report.usage)


@pytest.mark.parametrize(
    ("where", "rows", "requests", "scanned"),
    [
        ("id = 'k1'", 10, 1, 10),
        ("id = 'k1' and ts = 3", 1, 1, 1),
        ("id = 'k1' and ts in (3, 4, 3)", 2, 1, 2),
        ("id in ('k1', 'k2', 'k1')", 20, 2, 20),
        ("id in ('k1', 'k2') and ts in (1, 2)", 4, 1, 4),
        ("id = 'k1' and ts >= 2 and ts <= 6", 5, 1, 5),
        ("id = 'k1' and ts between 2 and 6", 5, 1, 5),
        ("id = 'k1' and ts > 2 and ts < 6", 3, 1, 5),
        ("id = 'k1' and ts > '7'", 2, 1, 2),
        ("id = 'k1' and ts < 1.5", 2, 1, 2),
        ("id = concat('k', '1') and ts = 1 + 1", 1, 1, 1),
        ("id = 'k1' and ts = cast('4' as bigint)", 1, 1, 1),
        ("(id = 'k1' and ts < 3) or (id = 'k1' and ts <= 4) or (id = 'k2' and ts = 1)", 6, 2, 6),
        ("not (id <> 'k1')", 10, 1, 10),
        ("id = 'k1' and not (ts < 8)", 2, 1, 2),
        ("id = 'k1' and id = 'k2'", 0, 0, 0),
        ("id is null", 0, 0, 0),
        ("id = 'k1' and ts = 4.5", 0, 0, 0),
        ("1 = 2", 0, 0, 0),
        ("id = 'k1' and city = 'c0'", 3, 1, 10),
        ("id = 'k1' and rank > 15", 2, 1, 2),
        ("state = 'open' and rank is not null", 3, 1, 3),
        ("state = 'open' and rank in (95, 97)", 2, 2, 2),
    ],
)
def test_only_what_is_wanted_is_read(events: LocalSession, where: str, rows: int, requests: int, scanned: int) -> None:
    found, (usage,) = asked(events, f"SELECT id, ts, rank FROM t WHERE {where}")
    assert (len(found), usage.requests, usage.scanned) == (rows, requests, scanned)


@pytest.mark.parametrize(
    "where", ["state = 'open'", "id = 'k1' or city = 'c0'", "ts = 3", "lower(id) = 'k1'", "state = 'open' or rank = 1"]
)
def test_what_no_key_bounds_is_scanned(events: LocalSession, where: str) -> None:
    _, (usage,) = asked(events, f"SELECT id FROM t WHERE {where}")
    assert usage.scanned == 100


def test_a_filter_keeps_other_items_from_the_wire(events: LocalSession) -> None:
    found, (usage,) = asked(events, "SELECT id FROM t WHERE city = 'c1' AND state LIKE 'op%'")
    assert (len(found), usage.items, usage.scanned) == (1, 1, 100)


@pytest.mark.parametrize(
    ("statement", "rows", "scanned"),
    [
        ("SELECT x.ts FROM (SELECT id AS key, ts FROM t) x WHERE x.key = 'k1'", 10, 10),
        ("SELECT key, count(*) FROM (SELECT id AS key FROM t) x GROUP BY key HAVING key = 'k1'", 1, 10),
        ("SELECT ts FROM (SELECT id, ts FROM t ORDER BY ts) x WHERE id = 'k1'", 10, 10),
        ("SELECT ts FROM (SELECT id, ts FROM t ORDER BY id, ts LIMIT 5) x WHERE id = 'k0'", 5, 100),
        ("SELECT a.ts FROM t a JOIN t b ON a.id = b.id AND a.ts = b.ts WHERE a.id = 'k1'", 10, 10),
        ("SELECT a.ts FROM t a LEFT JOIN t b ON a.id = b.id AND a.ts = b.ts WHERE a.id = 'k1'", 10, 10),
        ("SELECT a.ts FROM t a LEFT JOIN t b ON a.id = b.id AND a.ts = b.ts AND a.id = 'k1'", 100, 100),
        ("SELECT ts FROM t WHERE id = 'k1' UNION ALL SELECT ts FROM t WHERE id = 'k2' AND ts > 7", 12, 12),
        ("SELECT ts FROM t WHERE id = 'k1' UNION ALL SELECT ts FROM t WHERE city = 'c0'", 44, 100),
        ("SELECT ts FROM t WHERE id = 'k1' AND ts IN (SELECT ts FROM t WHERE id = 'k2')", 10, 20),
        ("SELECT n FROM (SELECT id, row_number() OVER (ORDER BY id, ts) AS n FROM t) x WHERE id = 'k1'", 10, 100),
        ("SELECT v FROM t LATERAL VIEW explode(array(1, 2)) x AS v WHERE id = 'k1'", 20, 10),
    ],
)
def test_conditions_go_down_to_where_the_table_is_read_once(
    events: LocalSession, statement: str, rows: int, scanned: int
) -> None:
    found, usages = asked(events, statement)
    assert len(found) == rows
    assert [usage.scanned for usage in usages] == [scanned]


@pytest.mark.parametrize("key", ["SET", "TBLPROPERTIES"])
def test_pushdown_can_be_switched_off(events: LocalSession, event_table: str, key: str) -> None:
    if key == "SET":
        events.execute("SET dynamodb.filter.pushdown=false").close()
    else:
        off = ', "dynamodb.filter.pushdown" = "false"'
        events.execute(ddl("u", event_table, COLUMNS, MAPPING, off)).close()
    found, (usage,) = asked(events, f"SELECT ts FROM {'t' if key == 'SET' else 'u'} WHERE id = 'k1'")
    assert (len(found), usage.scanned, usage.items) == (10, 100, 100)


def test_a_consistent_read_goes_round_a_global_index(events: LocalSession) -> None:
    events.execute("SET ddb_hive.consistent.read=true").close()
    found, (usage,) = asked(events, "SELECT id FROM t WHERE state = 'open' AND rank IS NOT NULL")
    assert (len(found), usage.scanned, usage.index) == (3, 100, None)


def test_what_the_session_has_written_is_not_looked_for_in_a_global_index(events: LocalSession) -> None:
    events.execute("INSERT INTO TABLE t SELECT id, ts, state, rank, city FROM t WHERE id = 'k9' AND ts = 9").close()
    found, (usage,) = asked(events, "SELECT id FROM t WHERE state = 'open' AND rank IS NOT NULL")
    assert (len(found), usage.scanned, usage.index) == (3, 100, None)


@pytest.mark.parametrize(
    ("where", "rows", "items"),
    [("city = 'c0'", "34", 34), ("id = 'k1' AND city <> 'c0'", "7", 7), ("id IN ('k1', 'k2')", "20", 20)],
)
def test_dynamodb_counts_what_it_filters_completely(
    events: LocalSession, where: str, rows: str, items: int, bodies: list[dict[str, Any]]
) -> None:
    found, (usage,) = asked(events, f"SELECT count(*) FROM t WHERE {where}")
    assert (found, usage.items) == ([rows], items)
    assert all(body.get("Select") == "COUNT" for body in bodies)


def test_a_count_that_dynamodb_cannot_know_reads_the_condition(
    events: LocalSession, bodies: list[dict[str, Any]]
) -> None:
    assert asked(events, "SELECT count(*) FROM t WHERE id = 'k1' AND lower(city) = 'c0'")[0] == ["3"]
    assert not any("Select" in body for body in bodies)


@pytest.fixture
def bodies(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The bodies of the reads that are sent."""
    sent: list[dict[str, Any]] = []
    call: Callable[..., bytes] = DynamoDB.call

    def spy(self: DynamoDB, operation: str, body: bytes, context: Any) -> bytes:
        sent.append(msgspec.json.decode(body))
        return call(self, operation, body, context)

    monkeypatch.setattr(DynamoDB, "call", spy)
    return sent


def test_a_bad_value_in_a_filtered_column_is_not_hidden(session: LocalSession, make_table: MakeTable) -> None:
    name = make_table([{"id": {"S": "a"}, "n": {"N": "1.5"}, "s": {"S": "x"}}, {"id": {"S": "b"}, "n": {"N": "4"}}])
    session.execute(ddl("t", name, "id string, n bigint, s string", "id:id,n:n,s:s")).close()
    with pytest.raises(BadValueError):
        asked(session, "SELECT id FROM t WHERE n = 4")
    session.execute("SET ddb_hive.on.bad.value=null").close()
    found, (usage,) = asked(session, "SELECT id FROM t WHERE n = 4")
    assert (found, usage.items) == (["b"], 1)


def test_thousands_of_keys_are_got_in_batches(session: LocalSession, make_table: MakeTable) -> None:
    name = make_table([{"id": {"S": f"k{place}"}} for place in range(150)])
    session.execute(ddl("t", name, "id string", "id:id")).close()
    keys = ", ".join(f"'k{place % 140}'" for place in range(600))
    found, (usage,) = asked(session, f"SELECT id FROM t WHERE id IN ({keys})")
    assert (len(found), usage.requests) == (140, 2)


def test_a_number_key_is_found_however_it_is_written(session: LocalSession, client: DynamoDBClient) -> None:
    name = f"T{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "n", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in ("4", "5", "9007199254740993"):
        client.put_item(TableName=name, Item={"n": {"N": number}})
    session.execute(ddl("t", name, "n bigint", "n:n")).close()
    for value in ("4", "'4'", "4.0", "4L", "cast(4 as double)", "4BD"):
        found, (usage,) = asked(session, f"SELECT n FROM t WHERE n = {value}")
        assert (found, usage.scanned) == (["4"], 1), value
    assert asked(session, "SELECT n FROM t WHERE n = '9007199254740992'")[0] == ["9007199254740993"]
    client.delete_table(TableName=name)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("d = 0.1", "ab"),
        ("d <> 0.1", "cd"),
        ("d <= 0.1", "ab"),
        ("d > 0.1", "cd"),
        ("d in (0.1, 9007199254740992)", "abcd"),
    ],
)
def test_numbers_with_the_same_double_are_the_same(
    session: LocalSession, make_table: MakeTable, where: str, rows: str
) -> None:
    numbers = {"a": "0.1", "b": "0.10000000000000000001", "c": "9007199254740992", "d": "9007199254740993"}
    name = make_table([{"id": {"S": key}, "d": {"N": number}} for key, number in numbers.items()])
    session.execute(ddl("t", name, "id string, d double", "id:id,d:d")).close()
    found, (usage,) = asked(session, f"SELECT id FROM t WHERE {where}")
    assert (found, usage.scanned) == (list(rows), 4)


def test_a_key_of_one_table_of_a_join_bounds_the_other(events: LocalSession, make_table: MakeTable) -> None:
    name = make_table([{"id": {"S": f"k{place}"}, "n": {"S": f"name {place}"}} for place in range(10)])
    events.execute(ddl("names", name, "id string, name string", "id:id,name:n")).close()
    found, usages = asked(
        events, "SELECT n.name, t.ts FROM t JOIN names n ON t.id = n.id WHERE n.id = 'k3' AND t.ts < 2"
    )
    assert found == ["name 3\t0", "name 3\t1"]
    assert sorted(usage.scanned for usage in usages) == [1, 2]
