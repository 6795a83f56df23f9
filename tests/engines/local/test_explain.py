"""EXPLAIN against the real DynamoDB Local: what it prints, that it reads nothing, and that its bounds hold."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import HiveSemanticError, MappingError, UnsupportedSqlError
from airflow_ddb_hive.model.access import AwsAccess
from tests.engines.local.conftest import ddl
from tests.support.faulty_dynamodb import faulty_dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.integration

COLUMNS, MAPPING = (
    "artist string, year bigint, genre string, notes string",
    ("artist:Artist,year:Year,genre:Genre,notes:Notes"),
)


@pytest.fixture
def music(client: DynamoDBClient) -> Iterator[str]:
    """A provisioned table of 200 items: 4 artists with 50 years each, every other one with a genre."""
    name = f"T{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Year", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "Artist", "AttributeType": "S"},
            {"AttributeName": "Year", "AttributeType": "N"},
            {"AttributeName": "Genre", "AttributeType": "S"},
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 1000, "WriteCapacityUnits": 100},
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByGenre",
                "KeySchema": [{"AttributeName": "Genre", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
            }
        ],
    )
    items: list[Any] = [
        {
            "Artist": {"S": f"a{number % 4}"},
            "Year": {"N": str(1950 + number // 4)},
            "Notes": {"S": "x" * (50 * (number % 37))},
            **({"Genre": {"S": f"g{number % 10}"}} if number % 2 else {}),
        }
        for number in range(200)
    ]
    for start in range(0, len(items), 25):
        client.batch_write_item(
            RequestItems={name: [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]}
        )
    yield name
    client.delete_table(TableName=name)


@pytest.fixture
def session(dynamodb_local: str, music: str) -> Iterator[LocalSession]:
    with LocalSession(access=AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)) as session:
        run(session, ddl("music", music, COLUMNS, MAPPING), ddl("items", music, "item map<string,string>", ""))
        run(session, "CREATE TABLE liked (artist string, stars bigint)")
        run(session, "INSERT INTO liked VALUES ('a1', 5), ('a2', 3)")
        yield session


def run(session: LocalSession, *statements: str) -> list[str]:
    lines: list[str] = []
    for statement in statements:
        result = session.execute(statement)
        lines += result.lines()
        result.close()
    return lines


def plan(session: LocalSession, statement: str) -> dict[str, Any]:
    (line,) = run(session, f"EXPLAIN FORMATTED {statement}")
    found: dict[str, Any] = json.loads(line)
    return found


def consumed(session: LocalSession, statement: str, role: str = "read") -> tuple[float, int]:
    """Units and evaluated items that a statement really took."""
    result = session.execute(statement)
    assert len(list(result.lines())) >= 0
    result.close()
    usages = [usage for usage in result.report.usage if usage.role == role]
    return sum(usage.units for usage in usages), sum(usage.scanned for usage in usages)


SCANNED = """\
STATEMENT:
  query: each batch of the input gives its rows on its own

INPUTS:
  TableScan
    table: default.music
    reading: batch by batch, each on its own
    DynamoDB table: {table} (200 items, {kilobytes} KB, as DynamoDB counted within the last 6 hours)
    access path: scan of the whole table, 1 segment
    because: {reason}
    key condition: none
    filter in DynamoDB: none
    residual predicates: none
    attributes: Artist, Year
    consistency: eventual
    items: 200
    read units: {units}
    time: {time} at 500 units a second (50 % of 1,000)
    cost: {cost} (on-demand equivalent of a provisioned table, $0.125 a million read request units)

OUTPUT:
  Rows to the caller
    rows: 200

TOTAL:
  read units: {units}
  time: {time}
  cost: {cost}"""


def value_of(lines: list[str], label: str) -> str:
    """What stands behind a label."""
    return next(line.strip().removeprefix(f"{label}: ") for line in lines if line.strip().startswith(f"{label}: "))


def test_a_scan_is_printed_line_by_line(session: LocalSession, music: str, client: DynamoDBClient) -> None:
    lines = run(session, "EXPLAIN SELECT artist, year FROM music")
    size = client.describe_table(TableName=music)["Table"]["TableSizeBytes"]
    expected = SCANNED.format(
        table=music,
        kilobytes=f"{size / 1024:,.1f}".rstrip("0").rstrip("."),
        reason=value_of(lines, "because"),
        units=value_of(lines, "read units"),
        time=value_of(lines, "time").partition(" at ")[0],
        cost=value_of(lines, "cost").partition(" (")[0],
    )
    assert "\n".join(lines) == expected


def test_the_column_is_hives(session: LocalSession) -> None:
    result = session.execute("EXPLAIN SELECT 1")
    assert [(column.name, str(column.type)) for column in result.columns or ()] == [("Explain", "string")]


def test_nothing_but_the_description_is_asked_for(tmp_path: Path) -> None:
    with faulty_dynamodb() as server:
        access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=server.url)
        with LocalSession(access=access, warehouse=str(tmp_path)) as session:
            run(session, ddl("faulty", "Faulty", "id bigint, s string", "id:id,s:s"))
            for statement in (
                "SELECT * FROM faulty",
                "SELECT count(*) FROM faulty f JOIN faulty g ON f.id = g.id",
                "INSERT INTO faulty SELECT * FROM faulty",
                "CREATE TABLE made AS SELECT * FROM faulty",
                f"INSERT OVERWRITE DIRECTORY '{tmp_path}/out' SELECT * FROM faulty",
            ):
                for style in ("", "EXTENDED", "FORMATTED"):
                    assert run(session, f"EXPLAIN {style} {statement}")
            assert {operation for operation, _ in server.operations} == {"DescribeTable"}
            assert run(session, "SHOW TABLES") == ["faulty"]
    assert not (tmp_path / "out").exists()


READS = {
    "scan": "SELECT notes FROM music",
    "scan with a filter": "SELECT notes FROM music WHERE notes LIKE 'x%'",
    "count": "SELECT count(*) FROM music",
    "one partition": "SELECT * FROM music WHERE artist = 'a1'",
    "partitions and a range": "SELECT * FROM music WHERE artist IN ('a1', 'a3') AND year BETWEEN 1960 AND 1970",
    "whole keys": "SELECT * FROM music WHERE artist IN ('a1', 'a3') AND year = 1960",
    "an index": "SELECT * FROM music WHERE genre = 'g1'",
    "a join": "SELECT count(*) FROM music m JOIN liked l ON m.artist = l.artist",
    "a table twice": "SELECT count(*) FROM music a JOIN music b ON a.artist = b.artist AND a.year = b.year",
    "nothing": "SELECT * FROM music WHERE artist = 'a1' AND artist = 'a2'",
    "a limit": "SELECT artist FROM music LIMIT 7",
}


@pytest.mark.parametrize("consistent", ["false", "true"])
@pytest.mark.parametrize("name", READS)
def test_what_is_consumed_lies_within_the_bounds(session: LocalSession, name: str, consistent: str) -> None:
    run(session, f"SET ddb_hive.consistent.read={consistent}")
    found = plan(session, READS[name])
    units, scanned = consumed(session, READS[name])
    (source,) = [one["source"] for one in found["inputs"] if one["source"]["kind"] == "dynamodb"]
    bounds, items = source["estimate"]["units"], source["estimate"]["items"]
    assert bounds["low"] <= units <= bounds["high"]
    assert items["low"] <= scanned <= items["high"]
    assert found["total"]["read_units"] == bounds
    assert source["consistent"] == (consistent == "true")


def test_bounds_of_a_scan_are_narrow(session: LocalSession) -> None:
    for statement in (READS["scan"], READS["count"], READS["scan with a filter"]):
        units = plan(session, statement)["total"]["read_units"]
        assert units["high"] <= 1.2 * units["low"]


def test_rows_lie_within_their_bounds(session: LocalSession) -> None:
    for statement in READS.values():
        bounds = plan(session, statement)["output"]["rows"]
        rows = len(run(session, statement))
        assert bounds["low"] <= rows
        assert bounds["high"] is None or rows <= bounds["high"]


@pytest.mark.parametrize(
    ("name", "access", "ranges", "index"),
    [
        ("scan", "scan", 0, None),
        ("one partition", "query", 1, None),
        ("partitions and a range", "query", 2, None),
        ("whole keys", "get", 2, None),
        ("an index", "query", 1, "ByGenre"),
        ("nothing", "nothing", 0, None),
    ],
)
def test_the_access_path_is_the_one_that_is_used(
    session: LocalSession, name: str, access: str, ranges: int, index: str | None
) -> None:
    source = plan(session, READS[name])["inputs"][0]["source"]
    assert (source["access"], source["ranges"], source["index_name"]) == (access, ranges, index)


def test_pushed_and_residual_predicates_are_told_apart(session: LocalSession) -> None:
    statement = (
        "SELECT year FROM music WHERE artist = 'a1' AND year BETWEEN 1960 AND 1970 AND genre = 'g1' AND year % 2 = 1"
    )
    lines = run(session, f"EXPLAIN {statement}")
    assert value_of(lines, "key condition") == "Artist = 'a1' AND Year BETWEEN 1960 AND 1970"
    assert value_of(lines, "filter in DynamoDB") == "Genre = 'g1'"
    assert "year % 2 = 1" in value_of(lines, "residual predicates")
    assert value_of(lines, "attributes") == "Artist, Year, Genre"


def test_a_join_says_what_streams_and_what_is_spooled(session: LocalSession) -> None:
    found = plan(session, READS["a join"])
    readings = {one["table"]: one["reading"] for one in found["inputs"]}
    assert readings == {"default.music": "streamed", "default.liked": "spooled"}
    files = next(one["source"] for one in found["inputs"] if one["source"]["kind"] == "files")
    assert (files["files"], files["bytes"], files["format"]) == (1, 10, "TEXTFILE")


def test_a_table_named_twice_is_read_once(session: LocalSession) -> None:
    (one,) = plan(session, READS["a table twice"])["inputs"]
    assert (one["uses"], one["reading"]) == (2, "spooled")


def test_counted_items_need_no_attributes_and_whole_items_all(session: LocalSession) -> None:
    assert plan(session, "SELECT count(*) FROM music")["inputs"][0]["source"]["attributes"] == []
    assert plan(session, "SELECT * FROM items")["inputs"][0]["source"]["attributes"] is None


def test_segments_percent_and_price_are_settings(session: LocalSession, music: str) -> None:
    run(
        session,
        "SET dynamodb.scan.segments=3",
        "SET dynamodb.throughput.read.percent=0.1",
        "SET ddb_hive.price.read.million=2",
        ddl("dear", music, "artist string", "artist:Artist", ', "ddb_hive.price.read.million" = "1000000"'),
    )
    source = plan(session, "SELECT * FROM music")["inputs"][0]["source"]
    capacity = source["capacity"]
    assert source["segments"] == 3
    assert (capacity["units_per_second"], capacity["dollars_per_million"]) == (100.0, 2.0)
    total = plan(session, "SELECT * FROM dear")["total"]
    assert total["dollars"] == total["read_units"]


def test_an_index_that_is_named_is_scanned_at_its_own_size(session: LocalSession, music: str) -> None:
    run(session, ddl("genres", music, COLUMNS, MAPPING, ', "ddb_hive.index.name" = "ByGenre"'))
    source = plan(session, "SELECT * FROM genres")["inputs"][0]["source"]
    assert (source["index_name"], source["access"], source["table_items"]) == ("ByGenre", "scan", 100)
    assert source["capacity"]["units_per_second"] == 5.0


class TestWrites:
    def test_a_copy_of_whole_items_knows_how_much_it_writes_at_least(
        self, session: LocalSession, client: DynamoDBClient
    ) -> None:
        name = f"T{uuid.uuid4().hex}"
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Year", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "Artist", "AttributeType": "S"},
                {"AttributeName": "Year", "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        run(session, ddl("copied", name, "item map<string,string>", ""))
        statement = "INSERT INTO copied SELECT * FROM items"
        output = plan(session, statement)["output"]
        units, _ = consumed(session, statement, "write")
        client.delete_table(TableName=name)
        assert (output["kind"], output["action"], output["indexes"]) == ("dynamodb", "put", 0)
        assert output["rows"] == {"low": 200, "high": 200}
        assert 200 <= output["estimate"]["units"]["low"] <= units
        assert output["estimate"]["units"]["high"] is None

    def test_deletions_say_so(self, session: LocalSession) -> None:
        run(session, "SET dynamodb.deletion.mode=true")
        output = plan(session, "INSERT INTO music SELECT * FROM music LIMIT 5")["output"]
        assert (output["action"], output["indexes"]) == ("delete", 1)
        assert output["estimate"]["units"] == {"low": 5, "high": None}

    def test_an_index_that_takes_less_than_the_table_is_named(self, session: LocalSession) -> None:
        lines = run(session, "EXPLAIN INSERT INTO music VALUES ('a', 1, 'g', 'n')")
        assert "    note: index ByGenre takes 5 units a second: what it holds too is written no faster" in lines
        run(session, "SET dynamodb.throughput.write.percent=0.1")
        output = plan(session, "INSERT INTO music VALUES ('a', 1, 'g', 'n')")["output"]
        assert (output["slow_index"], output["slow_index_units"]) == ("ByGenre", 1.0)

    def test_values_are_counted(self, session: LocalSession) -> None:
        output = plan(session, "INSERT INTO music VALUES ('a', 1, 'g', 'n'), ('b', 2, 'g', 'n')")["output"]
        assert (output["rows"], output["estimate"]["units"]["low"]) == ({"low": 2, "high": 2}, 2)

    def test_rows_of_files_are_unknown(self, session: LocalSession) -> None:
        lines = run(session, "EXPLAIN INSERT INTO music SELECT artist, stars, 'g', 'n' FROM liked")
        assert value_of(lines, "rows") == "unknown"
        assert value_of(lines, "write units") == "unknown"

    def test_files_and_folders_are_named(self, session: LocalSession, tmp_path: Path) -> None:
        lines = run(session, f"EXPLAIN INSERT OVERWRITE DIRECTORY '{tmp_path}/x' SELECT artist FROM music")
        assert f"  Directory {tmp_path}/x" in lines
        lines = run(session, "EXPLAIN CREATE TABLE made STORED AS PARQUET AS SELECT artist FROM music")
        assert "  Table default.made" in lines
        assert (value_of(lines, "format"), value_of(lines, "action")) == ("PARQUET", "create")


class TestErrors:
    def test_an_unknown_column_is_an_error_at_its_place(self, session: LocalSession) -> None:
        with pytest.raises(HiveSemanticError) as caught:
            session.execute("EXPLAIN SELECT stars FROM music")
        assert (caught.value.line, caught.value.column) == (1, 15)

    def test_a_table_that_is_gone_by_now_is_an_error(self, session: LocalSession, client: DynamoDBClient) -> None:
        name = f"T{uuid.uuid4().hex}"
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        run(session, ddl("gone", name, "id string", "id:id"))
        client.delete_table(TableName=name)
        with pytest.raises(MappingError, match="Could not lookup table"):
            session.execute("EXPLAIN SELECT * FROM gone")

    def test_a_format_that_cannot_be_written_is_an_error(self, session: LocalSession) -> None:
        with pytest.raises(UnsupportedSqlError, match="files stored as"):
            session.execute("EXPLAIN CREATE TABLE made STORED AS RCFILE AS SELECT artist FROM music")


def test_extended_shows_the_relations(session: LocalSession) -> None:
    lines = run(session, "EXPLAIN EXTENDED SELECT artist, count(*) n FROM music WHERE year > 1960 GROUP BY artist")
    place = lines.index("PLAN:")
    assert lines[place + 1] == "  Select: _k0 AS artist, _a0 AS n"
    assert "Filter: year > 1960" in [line.strip() for line in lines]
