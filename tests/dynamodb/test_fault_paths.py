"""Queries, gets, filters, limits and credentials against a DynamoDB that fails: nothing is lost, doubled or altered."""

from __future__ import annotations

import re
import stat
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import AccessError, ServiceError, ThrottledError
from airflow_ddb_hive.model.access import AwsAccess
from tests.support.fault_plan import FaultPlan
from tests.support.fault_server import FaultServer, fault_server
from tests.support.fault_table import StoredTable

DDL = """CREATE EXTERNAL TABLE {name} (artist string, year bigint, notes string)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ('dynamodb.table.name'='{name}', 'dynamodb.column.mapping'='artist:Artist,year:Year,notes:Notes',
  'dynamodb.throughput.read.percent'='1.0', 'dynamodb.throughput.write.percent'='1.0')"""
ARTISTS, YEARS = 5, 60


def music(name: str = "music", *, filled: bool = True) -> StoredTable:
    types = {"Artist": "S", "Year": "N"}
    table = StoredTable(name, hash_key="Artist", range_key="Year", types=types, page_bytes=600)
    items = (
        {"Artist": {"S": f"a{artist}"}, "Year": {"N": str(year)}, "Notes": {"S": f"{artist}·{year % 7}"}}
        for artist in range(ARTISTS)
        for year in range(YEARS)
    )
    table.fill(items if filled else ())
    return table


def session(server: FaultServer, access: AwsAccess | None = None, **settings: str) -> LocalSession:
    keys = AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=server.url)
    opened = LocalSession(access=access or keys, hiveconfs={"ddb_hive.retry.duration": "60", **settings})
    for name in server.tables:
        opened.execute(DDL.format(name=name)).close()
    return opened


def rows(server: FaultServer, statement: str, access: AwsAccess | None = None, **settings: str) -> list[str]:
    with session(server, access, **settings) as opened:
        return sorted(opened.execute(statement).lines())


def expected(keep: Callable[[int, int], bool]) -> list[str]:
    kept = ((a, y) for a in range(ARTISTS) for y in range(YEARS) if keep(a, y))
    return sorted(f"a{artist}\t{year}\t{artist}·{year % 7}" for artist, year in kept)


READS: dict[str, tuple[str, str, Callable[[int, int], bool]]] = {
    "query": ("Query", "artist = 'a1'", lambda a, _: a == 1),
    "queries": ("Query", "artist IN ('a0', 'a2', 'a9') AND year > 7", lambda a, y: a in (0, 2) and y > 7),
    "query with a filter": ("Query", "artist = 'a3' AND notes = '3·4'", lambda a, y: a == 3 and y % 7 == 4),
    "scan with a filter": ("Scan", "notes IN ('0·1', '4·6')", lambda a, y: (a, y % 7) in ((0, 1), (4, 6))),
    "get": (
        "BatchGetItem",
        f"artist IN ('a1', 'a4') AND year IN ({', '.join(map(str, range(0, 90, 2)))})",
        lambda a, y: a in (1, 4) and y % 2 == 0,
    ),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", READS)
def test_each_way_to_the_items_loses_doubles_and_alters_nothing(name: str, seed: int) -> None:
    operation, where, keep = READS[name]
    plan = FaultPlan(first=["cut"], seed=400 + seed, share=0.35, operations=[operation])
    with fault_server(music(), plan=plan) as server:
        for _ in range(3):
            assert rows(server, f"SELECT * FROM music WHERE {where}") == expected(keep)
        assert {asked for asked, _ in server.asked} == {"DescribeTable", operation}
    assert plan.met.total() >= 1


@pytest.mark.parametrize("seed", range(2))
def test_rows_of_queries_are_written_once_each_whatever_fails(seed: int) -> None:
    plan = FaultPlan(seed=500 + seed, share=0.3)
    with fault_server(music(), music("target", filled=False), plan=plan) as server:
        rows(server, "INSERT INTO TABLE target SELECT * FROM music WHERE artist IN ('a0', 'a4') AND year < 50")
        stored = server.tables["target"].items
        assert stored == {key: item for key, item in server.tables["music"].items.items() if key in stored}
    assert len(stored) == 100


@pytest.mark.parametrize("reads", ["music m JOIN music n ON m.artist = n.artist AND m.year = n.year", "music m"])
def test_two_sinks_have_the_same_rows_whatever_fails(reads: str, tmp_path: Path) -> None:
    plan = FaultPlan(seed=11, share=0.3, operations=["Scan", "BatchWriteItem"])
    with fault_server(music(), music("target", filled=False), plan=plan) as server, session(server) as opened:
        for sink in (f"OVERWRITE LOCAL DIRECTORY '{tmp_path}/out'", "INTO TABLE target"):
            opened.execute(f"INSERT {sink} SELECT m.artist, m.year, m.notes FROM {reads}").close()
        written = [line for file in (tmp_path / "out").iterdir() for line in file.read_text().splitlines()]
        assert server.tables["target"].items == server.tables["music"].items
    assert sorted(line.replace("\x01", "\t") for line in written) == expected(lambda *_: True)


@pytest.mark.parametrize("table", ["corrupt", "no-checksum", "slow", "chunked", "until-close", "broken-json"])
def test_an_odd_answer_is_read_whole_or_asked_for_again(table: str) -> None:
    plan = FaultPlan(first=["", "", table, "", table, table], operations=["Scan"])
    with fault_server(music(), plan=plan) as server:
        assert rows(server, "SELECT * FROM music") == expected(lambda *_: True)
    assert plan.met[table] == 3


def test_items_that_are_lost_without_a_checksum_are_told_by_their_count() -> None:
    plan = FaultPlan(first=["lost-item"], operations=["Scan"])
    with fault_server(music(), plan=plan) as server, pytest.raises(ServiceError, match="run again"):
        rows(server, "SELECT * FROM music")


def test_keys_that_stay_unprocessed_end_as_throttled_after_the_time_for_retries() -> None:
    plan = FaultPlan(first=["all-unprocessed"] * 10_000, operations=["BatchGetItem"])
    with fault_server(music(), plan=plan) as server:
        started = time.monotonic()
        with pytest.raises(ThrottledError, match="UnprocessedKeys"):
            rows(
                server,
                "SELECT * FROM music WHERE artist = 'a1' AND year IN (1, 2, 3)",
                None,
                **{"ddb_hive.retry.duration": "1"},
            )
        assert 0.5 < time.monotonic() - started < 10


def test_a_throttled_index_is_named() -> None:
    reason = "throttle:ThrottlingException:IndexReadKeyRangeThroughputExceeded"
    plan = FaultPlan(first=[reason] * 10_000, operations=["Query"])
    with fault_server(music(), plan=plan) as server, pytest.raises(ThrottledError) as caught:
        rows(server, "SELECT * FROM music WHERE artist = 'a1'", None, **{"ddb_hive.retry.duration": "1"})
    assert "IndexReadKeyRangeThroughputExceeded" in str(caught.value)


class TestLimit:
    @pytest.mark.parametrize(("limit", "most"), [("LIMIT 1", 1), ("LIMIT 7", 7), ("LIMIT 20, 30", 50)])
    @pytest.mark.parametrize("where", ["", "WHERE artist = 'a1'"])
    def test_no_item_beyond_it_is_evaluated(self, where: str, limit: str, most: int) -> None:
        with fault_server(music()) as server:
            found = rows(server, f"SELECT * FROM music {where} {limit}")
            asked = [body for operation, body in server.asked if operation in {"Scan", "Query"}]
            assert len(found) == int(limit.rsplit(maxsplit=1)[-1])
            assert {"a1" in row for row in found} >= {bool(where)}
            assert asked[0]["Limit"] <= most
            # A page of this table has about ten items; no page asks for more than is still missing.
            assert all(body["Limit"] <= most for body in asked)
            assert server.service.ledger.units[-1][3] <= 0.5

    def test_a_filter_reads_no_further_than_pages_that_have_begun(self) -> None:
        with fault_server(music()) as server:
            assert len(rows(server, "SELECT * FROM music WHERE notes LIKE '%·3' LIMIT 1")) == 1
            pages = [operation for operation, _ in server.asked if operation == "Scan"]
            assert len(pages) < ARTISTS * YEARS / 10

    def test_a_limit_is_kept_whatever_fails(self) -> None:
        plan = FaultPlan(seed=3, share=0.5, operations=["Scan"])
        with fault_server(music(), plan=plan) as server:
            for _ in range(5):
                assert len(set(rows(server, "SELECT * FROM music LIMIT 40"))) == 40
        assert plan.met.total() >= 5


class TestCredentials:
    @pytest.fixture
    def renewing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[FaultServer], AwsAccess]:
        """A profile whose credentials are near their end at every look, so that each has keys of its own."""
        process, config, number = tmp_path / "process", tmp_path / "config", tmp_path / "number"
        process.write_text(
            textwrap.dedent(f"""\
            #!{sys.executable} -IS
            import os, time
            file = os.open({str(number)!r}, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            os.write(file, b"x")
            end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 120))
            keys = '"AccessKeyId": "KEY%d", "SecretAccessKey": "s", "SessionToken": "t"' % os.fstat(file).st_size
            print('{{"Version": 1, %s, "Expiration": "%s"}}' % (keys, end))
            """)
        )
        process.chmod(process.stat().st_mode | stat.S_IXUSR)
        config.write_text(f"[profile renewing]\ncredential_process = {process}\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        return lambda server: AwsAccess(region="us-east-1", profile="renewing", dynamodb_endpoint_url=server.url)

    def test_a_job_goes_on_with_renewed_ones(self, renewing: Callable[[FaultServer], AwsAccess]) -> None:
        expired = "error:ExpiredTokenException"
        plan = FaultPlan(first=["", expired, "", expired, "", "", expired, expired])
        with fault_server(music(), music("target", filled=False), plan=plan) as server:
            rows(server, "INSERT INTO TABLE target SELECT * FROM music WHERE artist = 'a1'", renewing(server))
            assert len(server.tables["target"].items) == YEARS
            signers = {re.search(r"Credential=(\w+)/", text)[1] for text in server.authorizations}  # type: ignore[index]  # all are signed
        assert plan.met[expired] == 4
        assert len(signers) > 4

    def test_those_that_do_not_change_end_a_job_at_once(self) -> None:
        plan = FaultPlan(first=["error:ExpiredTokenException"] * 100, operations=["Query"])
        with fault_server(music(), plan=plan) as server, pytest.raises(AccessError, match="renew the credentials"):
            rows(server, "SELECT * FROM music WHERE artist = 'a1'")
        assert plan.met.total() == 1
