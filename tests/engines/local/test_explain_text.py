"""The text of a plan, as EXPLAIN prints it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from airflow_ddb_hive.engines.local.explain_text import bounds_text, json_line, plan_lines
from airflow_ddb_hive.model.estimate import Bounds, CapacityEstimate
from airflow_ddb_hive.model.plan import Capacity, DynamoDBInput, FilesInput, InputPlan, OutputPlan, StatementPlan

CAPACITY = Capacity(
    units_per_second=50.0, percent=0.5, capacity_units=100.0, dollars_per_million=0.125, on_demand=False
)
MUSIC = DynamoDBInput(
    table_name="Music",
    index_name=None,
    access="query",
    ranges=2,
    segments=0,
    attributes=("Artist", "Year"),
    key_condition="Artist IN ('Akon', 'Cher')",
    filter="Year >= 1990",
    residual=("year % 2 = 0", "CAST(year AS string) LIKE '%9'"),
    reason="partition key 'artist' is fixed",
    consistent=False,
    table_items=5000,
    table_bytes=12_345_678,
    capacity=CAPACITY,
    estimate=CapacityEstimate.of(Bounds(0, 5000), Bounds(1, 1510), units_per_second=50.0, price_per_million=0.125),
)
FILES = FilesInput(format="PARQUET", location="s3://lake/songs/", files=1, bytes=900)
PLAN = StatementPlan(
    kind="insert",
    shape="whole",
    inputs=(
        InputPlan(table="default.music", reading="streamed", uses=1, source=MUSIC),
        InputPlan(table="default.songs", reading="spooled", uses=3, source=FILES, written_before=True),
    ),
    output=OutputPlan(
        kind="dynamodb",
        rows=Bounds(10),
        target="Hits (default.hits)",
        action="put",
        indexes=2,
        capacity=replace(CAPACITY, on_demand=True, dollars_per_million=0.625),
        estimate=CapacityEstimate.of(Bounds(10), Bounds(10), units_per_second=50.0, price_per_million=0.625),
    ),
    refusals=("too much",),
)
TEXT = """\
STATEMENT:
  insert: one DuckDB query over all inputs

INPUTS:
  TableScan
    table: default.music
    reading: streams through the query
    DynamoDB table: Music (5,000 items, 11.8 MB, as DynamoDB counted within the last 6 hours)
    access path: query of 2 key ranges
    because: partition key 'artist' is fixed
    key condition: Artist IN ('Akon', 'Cher')
    filter in DynamoDB: Year >= 1990
    residual predicates: year % 2 = 0 AND CAST(year AS string) LIKE '%9'
    attributes: Artist, Year
    consistency: eventual
    items: at most 5,000
    read units: 1 to 1,510
    time: under 0.1 s to 30.2 s at 50 units a second (50 % of 100)
    cost: $0.00000012 to $0.00019 (on-demand equivalent of a provisioned table, $0.125 a million read request units)
  TableScan
    table: default.songs
    reading: is read once, first, and spooled; named 3 times, read once
    note: an earlier statement of the script writes the table, so it will not be as it is now
    location: s3://lake/songs/
    files: 1 file, 900 bytes, PARQUET

OUTPUT:
  DynamoDB table Hits (default.hits)
    action: put
    rows: at least 10
    write units: at least 10
    time: at least 0.2 s at 50 units a second (50 % of 100)
    cost: at least $0.0000063 ($0.625 a million write request units)
    note: 2 secondary indexes of the table cost further units

TOTAL:
  read units: 1 to 1,510
  write units: at least 10
  time: at least 0.2 s
  cost: at least $0.0000064

WOULD BE REFUSED:
  too much"""


def input_lines(source: DynamoDBInput) -> list[str]:
    plan = replace(PLAN, inputs=(InputPlan(table="default.music", reading="streamed", uses=1, source=source),))
    return [line.strip() for line in plan_lines(plan)]


def test_a_plan_is_printed_with_hives_indentation() -> None:
    assert "\n".join(plan_lines(PLAN)) == TEXT


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (replace(MUSIC, access="scan", segments=8), "access path: scan of the whole table, 8 segments"),
        (
            replace(MUSIC, access="scan", segments=1, index_name="ByYear"),
            "access path: scan of index ByYear, 1 segment",
        ),
        (replace(MUSIC, index_name="ByYear", ranges=1), "access path: query of index ByYear of 1 key range"),
        (replace(MUSIC, access="get", ranges=7), "access path: get of 7 keys"),
        (replace(MUSIC, access="nothing"), "access path: nothing: no item can fulfil the conditions"),
        (replace(MUSIC, attributes=None), "attributes: whole items"),
        (replace(MUSIC, attributes=()), "attributes: none, items are counted (Select=COUNT)"),
        (replace(MUSIC, residual=()), "residual predicates: none"),
        (replace(MUSIC, key_condition=None), "key condition: none"),
        (replace(MUSIC, filter=None), "filter in DynamoDB: none"),
        (replace(MUSIC, consistent=True), "consistency: strong, twice the units"),
    ],
)
def test_each_way_to_read_has_its_words(source: DynamoDBInput, line: str) -> None:
    assert line in input_lines(source)


def test_predicates_of_several_uses_are_not_joined() -> None:
    twice = replace(PLAN, inputs=(InputPlan(table="default.music", reading="spooled", uses=2, source=MUSIC),))
    shown = "    residual predicates: year % 2 = 0; CAST(year AS string) LIKE '%9'"
    assert shown in list(plan_lines(twice))


def test_a_table_that_is_read_without_a_reason_says_none() -> None:
    assert not [line for line in input_lines(replace(MUSIC, reason="")) if line.startswith("because")]


def test_files_alone_have_no_total() -> None:
    songs = InputPlan(table="default.songs", reading="batch by batch", uses=1, source=FILES)
    plan = StatementPlan(kind="query", shape="map", inputs=(songs,), output=OutputPlan(kind="caller", rows=Bounds(0)))
    lines = list(plan_lines(plan))
    assert "TOTAL:" not in lines
    assert lines[-2:] == ["  Rows to the caller", "    rows: unknown"]


def test_extended_has_the_lines_of_the_query() -> None:
    lines = list(plan_lines(replace(PLAN, tree=("Limit: 3", "  TableScan: t"))))
    assert lines[2:6] == ["", "PLAN:", "  Limit: 3", "    TableScan: t"]


def test_formatted_is_one_line_of_json_with_the_same_nouns() -> None:
    found = json.loads(json_line(PLAN))
    music, songs = found["inputs"]
    assert (found["kind"], found["shape"]) == ("insert", "whole")
    assert (music["source"]["kind"], music["source"]["estimate"]["units"]) == ("dynamodb", {"low": 1, "high": 1510})
    assert (songs["source"]["kind"], songs["written_before"]) == ("files", True)
    assert found["total"]["write_units"] == {"low": 10, "high": None}
    assert "\n" not in json_line(PLAN)


@pytest.mark.parametrize(
    ("bounds", "unit", "text"),
    [
        (Bounds.exactly(0), "", "0"),
        (Bounds.exactly(0.5), "", "0.5"),
        (Bounds(0, 1234567), "", "at most 1,234,567"),
        (Bounds(0), "", "unknown"),
        (Bounds.exactly(0), "seconds", "0 s"),
        (Bounds.exactly(0.01), "seconds", "under 0.1 s"),
        (Bounds(59.94, 7384), "seconds", "59.9 s to 7,384 s (2:03:04)"),
        (Bounds.exactly(0), "dollars", "$0.00"),
        (Bounds.exactly(12.345), "dollars", "$12.35"),
        (Bounds.exactly(0.0123), "dollars", "$0.012"),
        (Bounds.exactly(1234.5), "dollars", "$1,234.50"),
    ],
)
def test_bounds_are_written_with_their_unit(bounds: Bounds, unit: str, text: str) -> None:
    assert bounds_text(bounds, unit) == text
