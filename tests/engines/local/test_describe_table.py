"""DDL that is inferred from a sample gives the sampled values exactly, on random tables of the real DynamoDB Local."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from airflow_ddb_hive.dynamodb.sample import SampleLimits
from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.describe_table import DescribedTable, describe_table
from airflow_ddb_hive.errors import AccessError, InputError, JobCancelledError, NotFoundError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.emr import is_portable
from tests.support.random_items import Item, RandomItems, Tables, agrees

pytestmark = pytest.mark.integration


@pytest.fixture
def access(dynamodb_local: str) -> AwsAccess:
    return AwsAccess(
        region="us-east-1", dynamodb_endpoint_url=dynamodb_local, access_key_id="rig", secret_access_key="rigsecret"
    )


@pytest.fixture
def tables(dynamodb_local: str) -> Iterator[Tables]:
    made = Tables(dynamodb_local)
    yield made
    for name in made.names:
        made.client.delete_table(TableName=name)


_JSON_TAGS = {"bOOL": "BOOL", "nULL": "NULL", "sS": "SS", "nS": "NS", "bS": "BS"}


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """A value of the item column in DynamoDB's casing; sets in order."""
    ((tag, content),) = value.items()
    tag = _JSON_TAGS.get(tag, tag.upper())
    if tag == "L":
        content = [_plain(part) for part in content]
    elif tag == "M":
        content = {name: _plain(part) for name, part in content.items()}
    elif tag in ("SS", "NS", "BS"):
        content = sorted(content)
    return {tag: content}


def _check_rows(described: DescribedTable, items: list[Item], rows: list[dict[str, Any]]) -> None:
    by_key = {row["id_"] if "id_" in row else row[_key_column(described)]: row for row in rows}
    assert len(by_key) == len(items) == len(rows)
    columns = described.inferred.columns
    left_out = {left.attribute for left in described.inferred.left_out}
    assert {column.attribute for column in columns if column.attribute} | left_out == {k for i in items for k in i}
    for item in items:
        row = by_key[item["Id"]["S"]]
        for column in columns:
            if column.attribute is not None:
                assert agrees(item.get(column.attribute), row[column.name], column.type), (column, item, row)
                continue
            whole = {name: _plain(json.loads(text)) for name, text in row[column.name]}
            for name in left_out & item.keys():
                assert whole[name] == _plain(item[name])


def _key_column(described: DescribedTable) -> str:
    return next(column.name for column in described.inferred.columns if column.attribute == "Id")


def _selected(described: DescribedTable, access: AwsAccess) -> list[dict[str, Any]]:
    notices: list[str] = []
    with LocalSession(access=access, on_notice=notices.append) as session:
        for result in session.run_script(described.ddl):
            result.close()
        rows = [
            row
            for batch in session.execute(f"SELECT * FROM {described.table.name}").batches()
            for row in batch.to_pylist(maps_as_pydicts=None)
        ]
        foreign = [finding.subject for finding in described.findings if finding.severity == "error"]
        assert bool(foreign) == any("does not run on EMR" in line for line in notices)
    return rows


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("portable", [False, True])
def test_the_printed_ddl_gives_the_sampled_values_exactly(
    seed: int, portable: bool, tables: Tables, access: AwsAccess
) -> None:
    name = tables.make(RandomItems(seed).items(20))
    described = describe_table(name, access, portable=portable)
    assert described.inferred.sample.complete
    _check_rows(described, tables.items(name), _selected(described, access))
    if portable:
        assert all(is_portable(column.type) for column in described.table.columns)
        assert [finding for finding in described.findings if finding.severity == "error"] == []
    assert msgspec.json.decode(json.dumps(described.to_dict()))["ddl"] == described.ddl


def small_items(count: int, size: int = 10) -> list[Item]:
    return [{"Id": {"S": f"k{number}"}, "Text": {"S": "x" * size}} for number in range(count)]


class TestSample:
    def test_it_is_bounded_and_taken_from_all_parts_of_the_table(self, tables: Tables, access: AwsAccess) -> None:
        name = tables.make(small_items(300))
        sample = describe_table(name, access, limits=SampleLimits(items=80)).inferred.sample
        assert (sample.items, sample.segments, sample.complete) == (80, 16, False)

    def test_read_units_bound_it_too(self, tables: Tables, access: AwsAccess) -> None:
        name = tables.make(small_items(100, size=20_000))
        sample = describe_table(name, access, limits=SampleLimits(read_units=20.0)).inferred.sample
        assert 2 <= sample.items < 30
        assert sample.units <= 30

    def test_a_small_table_is_read_as_a_whole(self, tables: Tables, access: AwsAccess) -> None:
        name = tables.make(small_items(30))
        sample = describe_table(name, access, limits=SampleLimits(items=40)).inferred.sample
        assert (sample.items, sample.complete) == (30, True)

    def test_it_keeps_within_the_tables_budget(self, tables: Tables, access: AwsAccess) -> None:
        throughput = {"ReadCapacityUnits": 400, "WriteCapacityUnits": 5}
        name = tables.make(small_items(5), BillingMode="PROVISIONED", ProvisionedThroughput=throughput)
        said: list[str] = []
        settings = {"dynamodb.throughput.read.percent": "0.25", "dynamodb.scan.segmets": "3"}
        describe_table(name, access, settings=settings, on_notice=said.append)
        assert said[0].endswith("is dynamodb.scan.segments meant?")
        assert said[1] == f"sampling {name}: at most 1,000 items or 250 read units, 100 units a second"

    def test_it_can_be_ended(self, tables: Tables, access: AwsAccess) -> None:
        stop = threading.Event()
        stop.set()
        with pytest.raises(JobCancelledError):
            describe_table(tables.make(small_items(1)), access, stop=stop)

    @pytest.mark.parametrize("limits", [{"items": 0}, {"read_units": 0.0}, {"read_units": float("nan")}])
    def test_a_sample_of_nothing_is_refused(self, limits: dict[str, Any]) -> None:
        with pytest.raises(InputError, match="give more than 0"):
            SampleLimits(**limits)


class TestTable:
    def test_an_empty_table_has_its_keys_as_columns(self, tables: Tables, access: AwsAccess) -> None:
        described = describe_table(tables.make([]), access)
        assert [(column.name, str(column.type)) for column in described.table.columns] == [("id", "string")]
        assert _selected(described, access) == []

    def test_facts_conflicts_and_shares_are_told(self, tables: Tables, access: AwsAccess) -> None:
        items: list[Item] = [
            {"Id": {"S": "1"}, "Num": {"N": "1"}, "date": {"S": "x"}, "a,b": {"S": "x"}},
            {"Id": {"S": "2"}, "Num": {"N": "2"}, "price": {"N": "1.2345678901234567890"}},
        ]
        index = {
            "IndexName": "by-num",
            "KeySchema": [{"AttributeName": "Num", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["price"]},
        }
        definitions = [{"AttributeName": "Id", "AttributeType": "S"}, {"AttributeName": "Num", "AttributeType": "N"}]
        name = tables.make(items, AttributeDefinitions=definitions, GlobalSecondaryIndexes=[index])
        ddl = describe_table(name, access).ddl
        for line in (
            "-- Key: Id (S)",
            "-- Index by-num (global): Num (N), projects price",
            "-- Only in column item: a,b, 50.0% of the items: a column mapping cannot hold a comma",
            "-- date, 50.0% of the items, a reserved word: keep the backticks",
            "-- price, 50.0% of the items, decimal(38,18) does not run on EMR",
            "  `num` bigint,",
        ):
            assert line in ddl.splitlines()
        assert "-- Does not run on EMR: column price decimal(38,18)" in ddl

    def test_places_that_settings_name_are_properties_again(self, tables: Tables, access: AwsAccess) -> None:
        name = tables.make(small_items(1))
        endpoint = str(access.dynamodb_endpoint_url)
        described = describe_table(name, access, settings={"dynamodb.endpoint": endpoint})
        assert f"'dynamodb.endpoint' = '{endpoint}'" in described.ddl

    def test_a_table_that_is_not_there_is_named(self, access: AwsAccess) -> None:
        with pytest.raises(NotFoundError, match="Nobody"):
            describe_table("Nobody", access)

    def test_an_impossible_name_is_refused(self, access: AwsAccess) -> None:
        with pytest.raises(InputError, match="a b"):
            describe_table("a b", access)

    def test_a_percentage_that_is_none_is_refused(self, tables: Tables, access: AwsAccess) -> None:
        name = tables.make([])
        with pytest.raises(InputError, match=r"Invalid read percentage: 0\.0"):
            describe_table(name, access, settings={"dynamodb.throughput.read.percent": "0"})


def test_missing_credentials_are_told(dynamodb_local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError):
        describe_table("T12", AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 26))
def test_real_hive_reads_the_printed_columns_as_the_same_types(
    seed: int, tables: Tables, access: AwsAccess, hive_rig: Any
) -> None:
    """Hive takes comments, quotes and types as they are printed; without the connector, the table is one of files."""
    described = describe_table(tables.make(RandomItems(seed).items(20)), access)
    text = described.ddl.replace("STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'\n", "")
    answer = hive_rig(text.rstrip().rstrip(";"), f"DESCRIBE {described.table.name}")
    assert answer.error is None
    told = [tuple(cell.strip() for cell in row.split("\t")[:2]) for row in answer.results[-1]["rows"]]
    assert told == [(column.name, str(column.type)) for column in described.table.columns]
