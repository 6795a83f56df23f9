"""Every way to the items of a table or index gives each of them once, unaltered: asked of the real DynamoDB Local."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from airflow_ddb_hive.dynamodb import DynamoDB, Meter, Pacer, RetryPolicy, TableReader
from airflow_ddb_hive.errors import InputError, NotFoundError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.dynamodb import (
    ITEM,
    AccessPath,
    AllOf,
    AttributeColumn,
    Condition,
    KeyRange,
    RangeUnit,
    ReadRequest,
    ScanUnit,
)
from airflow_ddb_hive.model.types import BIGINT, STRING, parse_type

pytestmark = pytest.mark.integration

GROUPS, EACH = 5, 60
BIG = "9" * 38
ODD = "naïve.name \U0001f600"
"""An attribute name with a dot, a blank and letters beyond ASCII and the first plane."""

HASH = AttributeColumn("h", STRING, "h", "S")
SORT = AttributeColumn("r", parse_type("decimal(38,0)"), "r", "N")
RESERVED = AttributeColumn("w", STRING, "size", "S")
STRANGE = AttributeColumn("o", STRING, ODD, "S")
LOCAL = AttributeColumn("l", BIGINT, "l", "N")
WHOLE = AttributeColumn("i", parse_type("map<string,string>"), None, ITEM)


def item(group: int, number: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "h": {"S": f"g{group}"},
        "r": {"N": str(int(BIG) - number)},
        "l": {"N": str(number % 7)},
        "size": {"S": f"é{number}"},
        ODD: {"S": f'"{group}.{number}'},
    }
    if number % 3 == 0:
        made["g"] = {"S": f"only {number % 2}"}
    return made


ITEMS = [item(group, number) for group in range(GROUPS) for number in range(EACH)]


@pytest.fixture(scope="module")
def client(dynamodb_local: str) -> Iterator[Any]:
    made = boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")
    yield made
    made.close()


def create(client: Any, keys: dict[str, str], items: list[dict[str, Any]], **indexes: Any) -> str:
    """Make a table with these key attributes (name to type), further types among the indexes' ``types``."""
    name = f"R{uuid.uuid4().hex}"
    types = keys | indexes.pop("types", {})
    client.create_table(
        TableName=name,
        KeySchema=schema(*keys),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in types.items()],
        BillingMode="PAY_PER_REQUEST",
        **indexes,
    )
    for start in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": put}} for put in items[start : start + 25]]
        assert client.batch_write_item(RequestItems={name: puts})["UnprocessedItems"] == {}
    return name


def schema(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


@pytest.fixture(scope="module")
def table(client: Any) -> Iterator[str]:
    """A table with a sort key, a local index of keys only, and two global ones that hold a third of the items."""
    name = create(
        client,
        {"h": "S", "r": "N"},
        ITEMS,
        types={"g": "S", "l": "N"},
        LocalSecondaryIndexes=[
            {"IndexName": "ByLocal", "KeySchema": schema("h", "l"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "Some",
                "KeySchema": schema("g", "r"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": [ODD]},
            },
            {"IndexName": "All", "KeySchema": schema("g"), "Projection": {"ProjectionType": "ALL"}},
        ],
    )
    yield name
    client.delete_table(TableName=name)


@pytest.fixture(scope="module")
def db(dynamodb_local: str) -> Iterator[DynamoDB]:
    access = AwsAccess(
        region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=dynamodb_local
    )
    with DynamoDB.connect(access, policy=RetryPolicy(retry_seconds=20)) as made:
        yield made


def reader(
    db: DynamoDB, table: str, *columns: AttributeColumn, meter: Meter | None = None, rate: int = 80_000, **options: Any
) -> TableReader:
    consistent, limit = options.pop("consistent", False), options.pop("page_limit", None)
    request = ReadRequest(
        table_name=table,
        columns=columns,
        consistent=consistent,
        page_limit=limit,
        total_segments=options.pop("segments", None),
        path=AccessPath(**options),
    )
    names = [column.column for column in columns]
    pacer = Pacer(Budget(capacity_units=rate))
    return TableReader(db, request, names, pacer, meter or Meter(table, "read"), threading.Event())


def rows(made: TableReader, **options: Any) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for batch in made.stream(**options) for row in batch.to_pylist())


def expected(*names: str, group: int | None = None, indexed: bool = False) -> list[tuple[Any, ...]]:
    chosen = [one for one in ITEMS if group is None or one["h"]["S"] == f"g{group}"]
    chosen = [one for one in chosen if not indexed or "g" in one]
    return sorted(tuple(next(iter(one[name].values())) for name in names) for one in chosen)


def group_range(group: int, sort: Condition | None = None) -> KeyRange:
    return KeyRange({"S": f"g{group}"}, sort)


def whole_key(group: int, number: int) -> KeyRange:
    return group_range(group, Condition("r", "=", ({"N": str(int(BIG) - number)},)))


EVERY_GROUP = tuple(map(group_range, range(GROUPS)))
EVERY_KEY = tuple(whole_key(group, number) for group in range(GROUPS) for number in range(EACH))
ALL_WAYS = [
    pytest.param({}, id="scan"),
    pytest.param({"segments": 7}, id="segments"),
    pytest.param({"kind": "query", "ranges": EVERY_GROUP}, id="query"),
    pytest.param({"kind": "get", "ranges": EVERY_KEY}, id="get"),
    pytest.param({"index_name": "ByLocal"}, id="scan of a local index"),
    pytest.param({"index_name": "ByLocal", "kind": "query", "ranges": EVERY_GROUP}, id="query of a local index"),
]


@pytest.mark.parametrize("limit", [None, 1, 7])
@pytest.mark.parametrize("way", ALL_WAYS)
def test_every_item_is_read_once_and_unaltered(
    db: DynamoDB, table: str, way: dict[str, Any], limit: int | None
) -> None:
    meter = Meter(table, "read")
    made = reader(db, table, HASH, RESERVED, STRANGE, page_limit=limit, meter=meter, **way)
    assert rows(made) == expected("h", "size", ODD)
    usage = meter.snapshot()
    assert usage.items == usage.scanned == len(ITEMS)
    assert usage.units > 0
    assert usage.bytes > 0


@pytest.mark.parametrize("workers", [0, 1, 5])
@pytest.mark.parametrize("way", ALL_WAYS)
def test_numbers_of_38_digits_come_whole_with_any_number_of_threads(
    db: DynamoDB, table: str, way: dict[str, Any], workers: int
) -> None:
    found = rows(reader(db, table, HASH, SORT, page_limit=9, **way), workers=workers)
    assert [(h, str(r)) for h, r in found] == expected("h", "r")


@pytest.mark.parametrize("way", ALL_WAYS)
def test_whole_items_have_every_attribute(db: DynamoDB, table: str, way: dict[str, Any]) -> None:
    found = [item_of(row[0]) for row in rows(reader(db, table, WHOLE, **way))]
    assert sorted(found, key=str) == sorted(map(sorted_item, ITEMS), key=str)


def item_of(cells: list[tuple[str, str]]) -> dict[str, Any]:
    """An item from the column that holds it whole, with the type names in capitals as they crossed the wire."""
    values = {name: json.loads(text) for name, text in cells}
    return sorted_item(
        {name: {tag.upper(): content for tag, content in value.items()} for name, value in values.items()}
    )


def sorted_item(one: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(one.items()))


@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_count_has_no_items(db: DynamoDB, table: str, way: dict[str, Any]) -> None:
    meter = Meter(table, "read")
    batches = list(reader(db, table, page_limit=13, meter=meter, **way).stream())
    assert sum(batch.num_rows for batch in batches) == len(ITEMS)
    assert batches[0].schema.names == ["c_"]
    assert meter.snapshot().items == len(ITEMS)


@pytest.mark.parametrize(
    "way",
    [
        {"index_name": "Some"},
        {"index_name": "Some", "segments": 3},
        {"index_name": "All"},
        {"index_name": "All", "kind": "query", "ranges": (KeyRange({"S": "only 0"}), KeyRange({"S": "only 1"}))},
        {"index_name": "Some", "kind": "query", "ranges": (KeyRange({"S": "only 0"}), KeyRange({"S": "only 1"}))},
    ],
)
@pytest.mark.parametrize("limit", [None, 4])
def test_a_global_index_gives_the_items_that_it_holds(
    db: DynamoDB, table: str, way: dict[str, Any], limit: int | None
) -> None:
    found = rows(reader(db, table, HASH, SORT, STRANGE, page_limit=limit, **way))
    assert [(h, str(r), o) for h, r, o in found] == expected("h", "r", ODD, indexed=True)


def test_a_global_index_gives_whole_items_if_it_holds_them(db: DynamoDB, table: str) -> None:
    found = [item_of(row[0]) for row in rows(reader(db, table, WHOLE, index_name="All"))]
    assert sorted(found, key=str) == sorted((sorted_item(one) for one in ITEMS if "g" in one), key=str)


def test_a_global_index_is_not_asked_for_what_it_does_not_hold(db: DynamoDB, table: str) -> None:
    with pytest.raises(InputError, match=r"index Some of table .* does not hold attribute size"):
        reader(db, table, RESERVED, index_name="Some").units()
    with pytest.raises(InputError, match="whole items"):
        reader(db, table, WHOLE, index_name="Some").stream()


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        (Condition("r", "=", ({"N": str(int(BIG) - 7)},)), [7]),
        (Condition("r", "<", ({"N": str(int(BIG) - 55)},)), [56, 57, 58, 59]),
        (Condition("r", ">=", ({"N": str(int(BIG) - 2)},)), [0, 1, 2]),
        (Condition("r", "between", ({"N": str(int(BIG) - 9)}, {"N": str(int(BIG) - 8)})), [8, 9]),
        (Condition("r", ">", ({"N": BIG},)), []),
    ],
)
def test_a_range_has_the_items_between_its_ends(db: DynamoDB, table: str, sort: Condition, numbers: list[int]) -> None:
    found = rows(reader(db, table, RESERVED, kind="query", ranges=(group_range(3, sort),), page_limit=1))
    assert found == sorted((f"é{number}",) for number in numbers)


def test_a_local_index_is_queried_by_its_own_sort_key(db: DynamoDB, table: str) -> None:
    sort = Condition("l", "=", ({"N": "3.0"},))
    made = reader(db, table, RESERVED, LOCAL, kind="query", index_name="ByLocal", ranges=(group_range(2, sort),))
    assert rows(made) == sorted((f"é{number}", 3) for number in range(EACH) if number % 7 == 3)


FILTER = AllOf((Condition("l", "in", ({"N": "3"}, {"N": "5"})), Condition(ODD, "begins_with", ({"S": '"4.'},))))


@pytest.mark.parametrize("limit", [None, 1, 5])
@pytest.mark.parametrize("way", ALL_WAYS[:3])
def test_a_filter_leaves_out_items_and_whole_pages(
    db: DynamoDB, table: str, way: dict[str, Any], limit: int | None
) -> None:
    meter = Meter(table, "read")
    found = rows(reader(db, table, RESERVED, page_limit=limit, meter=meter, filter=FILTER, **way))
    wanted = sorted((f"é{number}",) for number in range(EACH) if number % 7 in (3, 5))
    assert found == wanted
    assert (meter.snapshot().items, meter.snapshot().scanned) == (len(wanted), len(ITEMS))
    counted = reader(db, table, page_limit=limit, filter=FILTER, **way)
    assert sum(batch.num_rows for batch in counted.stream()) == len(wanted)


def test_a_filter_that_nothing_passes_gives_no_batch(db: DynamoDB, table: str) -> None:
    nothing = Condition("l", "=", ({"N": "77"},))
    assert list(reader(db, table, RESERVED, filter=nothing, page_limit=11).stream()) == []


def test_nothing_is_read_where_nothing_can_be(db: DynamoDB, table: str) -> None:
    meter = Meter(table, "read")
    made = reader(db, table, RESERVED, kind="nothing", meter=meter)
    assert (made.units(), made.parts()) == ((), ())
    assert list(made.stream()) == []
    assert meter.snapshot().requests == 0


def test_keys_that_are_equal_by_value_are_read_once(db: DynamoDB, table: str) -> None:
    same = tuple(
        group_range(1, Condition("r", "=", ({"N": text},))) for text in (BIG, f"{BIG}.0", f"0{BIG}", f"{BIG}e0")
    )
    assert rows(reader(db, table, RESERVED, kind="get", ranges=same)) == [("é0",)]
    assert rows(reader(db, table, RESERVED, kind="query", ranges=same)) == [("é0",)]
    other = whole_key(1, 1)
    assert len(rows(reader(db, table, RESERVED, kind="get", ranges=(*same, other)))) == 2


def test_keys_without_an_item_bring_nothing(db: DynamoDB, table: str) -> None:
    ranges = tuple(whole_key(group, 59 + group) for group in range(GROUPS))
    meter = Meter(table, "read")
    assert rows(reader(db, table, HASH, RESERVED, kind="get", ranges=ranges, meter=meter)) == [("g0", "é59")]
    assert meter.snapshot().items == 1


@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_consistent_read_costs_twice_as_much(db: DynamoDB, table: str, way: dict[str, Any]) -> None:
    eventual, strong = Meter(table, "read"), Meter(table, "read")
    rows(reader(db, table, HASH, meter=eventual, **way))
    assert rows(reader(db, table, HASH, meter=strong, consistent=True, **way)) == expected("h")
    assert strong.snapshot().units == 2 * eventual.snapshot().units


def test_a_consistent_read_of_a_global_index_is_refused_before_it_is_sent(db: DynamoDB, table: str) -> None:
    meter = Meter(table, "read")
    with pytest.raises(InputError, match=r"index All of table .*ddb_hive\.consistent\.read"):
        reader(db, table, HASH, index_name="All", consistent=True, meter=meter).stream()
    assert meter.snapshot().requests == 0


def test_a_page_can_be_the_start_of_another_reader(db: DynamoDB, table: str) -> None:
    first = reader(db, table, HASH, SORT, page_limit=40)
    unit = ScanUnit(1, 2)
    pages = first.pages(unit)
    page = next(pages)
    rest = sum(page.count for page in reader(db, table, HASH, SORT).pages(unit, page.last_key))
    assert page.count + rest == sum(page.count for page in first.pages(unit))
    (whole,) = reader(db, table, HASH, kind="query", ranges=(group_range(2),)).units()
    parts = [page.count for page in reader(db, table, HASH, kind="query", page_limit=25).pages(whole)]
    assert parts[:2] == [25, 25]
    assert sum(parts) == EACH


def test_units_of_ranges_and_keys_come_in_groups(db: DynamoDB, table: str) -> None:
    made = reader(db, table, HASH, RESERVED, kind="query", ranges=EVERY_GROUP)
    assert made.units() == tuple(RangeUnit((one,)) for one in EVERY_GROUP)
    assert [len(part) for part in made.parts(2)] == [3, 2]
    found = [row for part in made.parts(2) for batch in made.batches(*part) for row in batch.to_pylist()]
    assert sorted(tuple(row.values()) for row in found) == expected("h", "size")
    keys = reader(db, table, HASH, kind="get", ranges=EVERY_KEY).units()
    assert keys == tuple(RangeUnit(EVERY_KEY[start : start + 100]) for start in range(0, 300, 100))


def test_a_budget_limits_scans_queries_and_gets(db: DynamoDB, table: str) -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"kind": "query", "ranges": EVERY_GROUP[:1]},
        {"kind": "get", "ranges": EVERY_KEY[:60]},
    ]
    for way in ways:
        free, tight = Meter(table, "read"), Meter(table, "read")
        assert rows(reader(db, table, HASH, meter=free, **way)) == rows(
            reader(db, table, HASH, meter=tight, rate=40, **way)
        )
        assert tight.snapshot().requests > free.snapshot().requests == 1


def test_a_limit_reads_no_page_that_is_not_needed(db: DynamoDB, table: str) -> None:
    meter = Meter(table, "read")
    stream = reader(db, table, HASH, page_limit=10, meter=meter).stream(workers=0)
    assert next(stream).num_rows == 10
    stream.close()
    assert meter.snapshot().requests == 1


BINARY = AttributeColumn("b", parse_type("binary"), "b", "B")
MARK = AttributeColumn("m", STRING, "m", "S")


def test_binary_keys_are_asked_for_as_base64(db: DynamoDB, client: Any) -> None:
    keys = [bytes([n, 0, 255 - n]) for n in range(40)]
    table = create(client, {"b": "B"}, [{"b": {"B": key}, "m": {"S": key.hex()}} for key in keys])
    ranges = tuple(KeyRange({"B": base64.b64encode(key).decode()}) for key in [*keys, b"absent", keys[0]])
    wanted = sorted((key, key.hex()) for key in keys)
    ways: list[dict[str, Any]] = [{}, {"kind": "query", "ranges": ranges}, {"kind": "get", "ranges": ranges}]
    for way in ways:
        assert rows(reader(db, table, BINARY, MARK, page_limit=6, **way)) == wanted
    client.delete_table(TableName=table)


NUMBER = AttributeColumn("n", parse_type("decimal(38,10)"), "n", "N")


def test_a_thousand_keys_and_ranges_are_read_by_a_few_threads(db: DynamoDB, client: Any) -> None:
    items = [{"n": {"N": f"{n}.5"}, "m": {"S": "x" * n}} for n in range(1000)]
    table = create(client, {"n": "N"}, items)
    ranges = tuple(KeyRange({"N": f"{n}.50"}) for n in range(1100))
    for kind in ("get", "query"):
        made = reader(db, table, NUMBER, MARK, kind=kind, ranges=ranges)
        most = 0
        found = []
        for batch in made.stream():
            most = max(most, sum(thread.name.startswith("scan-") for thread in threading.enumerate()))
            found += [(float(row["n"]), len(row["m"])) for row in batch.to_pylist()]
        assert sorted(found) == [(n + 0.5, n) for n in range(1000)]
        assert most <= 32
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("scan-")]
    client.delete_table(TableName=table)


@pytest.mark.parametrize("kind", ["scan", "query", "get"])
def test_more_than_a_megabyte_comes_in_pages(db: DynamoDB, client: Any, kind: str) -> None:
    items = [{"h": {"S": "x"}, "r": {"N": str(n)}, "m": {"S": f"{n:03}" + "y" * 390_000}} for n in range(50)]
    table = create(client, {"h": "S", "r": "N"}, [])
    for one in items:
        client.put_item(TableName=table, Item=one)
    keys = tuple(KeyRange({"S": "x"}, Condition("r", "=", ({"N": str(n)},))) for n in range(50))
    ranges = {"scan": (), "query": (KeyRange({"S": "x"}),), "get": keys}[kind]
    meter = Meter(table, "read")
    found = [
        (row["m"][:3], len(row["m"]))
        for batch in reader(db, table, MARK, kind=kind, ranges=ranges, meter=meter).stream()
        for row in batch.to_pylist()
    ]
    assert sorted(found) == [(f"{n:03}", 390_003) for n in range(50)]
    assert meter.snapshot().requests >= 4
    client.delete_table(TableName=table)


def test_an_answer_of_16_megabytes_is_followed_by_the_rest(
    db: DynamoDB, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The table's average would have asked for less at a time.
    monkeypatch.setattr("airflow_ddb_hive.dynamodb.get._ANSWER_BYTES", 1 << 30)
    table = create(client, {"h": "S"}, [])
    for n in range(50):
        client.put_item(TableName=table, Item={"h": {"S": str(n)}, "m": {"S": "y" * 390_000}})
    meter = Meter(table, "read")
    ranges = tuple(KeyRange({"S": str(n)}) for n in range(50))
    found = rows(
        reader(db, table, HASH, AttributeColumn("m", STRING, "m", "S"), kind="get", ranges=ranges, meter=meter)
    )
    assert sorted(int(h) for h, _ in found) == list(range(50))
    assert meter.snapshot().requests == 2
    assert meter.snapshot().retries == 0
    client.delete_table(TableName=table)


@pytest.mark.parametrize("kind", ["scan", "query"])
def test_a_table_that_is_deleted_meanwhile_is_said_not_to_be_there(db: DynamoDB, client: Any, kind: str) -> None:
    items = [{"h": {"S": "x"}, "r": {"N": str(n)}} for n in range(30)]
    table = create(client, {"h": "S", "r": "N"}, items)
    stream = reader(db, table, HASH, kind=kind, ranges=(KeyRange({"S": "x"}),), page_limit=5).stream(workers=0)
    next(stream)
    client.delete_table(TableName=table)
    with pytest.raises(NotFoundError, match=table):
        list(stream)
