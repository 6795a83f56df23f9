from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from airflow_ddb_hive.dynamodb import Meter, Pacer
from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.budgets import BudgetRegistry, open_budget, table_budget
from airflow_ddb_hive.engines.local.setting_notices import SettingNotices
from airflow_ddb_hive.engines.local.settings import Settings, retry_seconds
from airflow_ddb_hive.errors import InputError, JobCancelledError, ServiceError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.dynamodb import IndexDescription, TableDescription
from tests.support.fault_plan import FaultPlan
from tests.support.fault_server import FaultServer, fault_server
from tests.support.fault_table import StoredTable
from tests.support.simulated_table import Clock

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music"
BY_YEAR = IndexDescription(
    name="ByYear", kind="global", hash_key="Year", read_capacity_units=40, write_capacity_units=20, item_count=5
)
BY_TITLE = IndexDescription(name="ByTitle", kind="local", hash_key="Artist", range_key="Title")
MUSIC = TableDescription(
    name="Music",
    hash_key="Artist",
    read_capacity_units=1000,
    write_capacity_units=200,
    item_count=10,
    size_bytes=100,
    arn=ARN,
)
INDEXED = replace(MUSIC, indexes=(BY_YEAR, BY_TITLE))


class Client:
    """Describes tables as told, and counts the questions."""

    def __init__(self, endpoint: str = "http://localhost") -> None:
        self.endpoint_url = endpoint
        self.answers: list[TableDescription | Exception] = []
        self.asked = 0

    def with_policy(self, **_changes: object) -> Client:
        return self

    def describe(self, _name: str, *, stop: threading.Event) -> TableDescription:
        self.asked += 1
        if stop.is_set():
            raise JobCancelledError("cancelled")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Session:
    """What statements share, with a clock of its own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.notices: list[str] = []
        self.registry = BudgetRegistry(self.notices.append, clock=self.clock, draw=lambda: 0.5)
        self.client = Client()
        self.stop = threading.Event()

    def statement(self, **settings: str) -> Any:
        """A statement's context; ``__`` stands for a point in a setting's name."""
        values = {name.replace("__", "."): value for name, value in settings.items()}
        said = SettingNotices(self.notices.append)
        return SimpleNamespace(settings=Settings(values), setting_notices=said, budgets=self.registry)

    def mapped(self, description: TableDescription = MUSIC, properties: Mapping[str, str] | None = None) -> Any:
        table = SimpleNamespace(properties=properties or {})
        return SimpleNamespace(description=description, client=self.client, table=table)

    def open(
        self, role: str = "read", *, statement: Any = None, mapped: Any = None, **options: Any
    ) -> tuple[Pacer, Meter]:
        return open_budget(mapped or self.mapped(), role, statement or self.statement(), **options)


@pytest.fixture
def session() -> Session:
    return Session()


def rate(session: Session, role: str, properties: Mapping[str, str] | None = None, **settings: Any) -> float:
    return table_budget(session.mapped(properties=properties), role, session.statement(**settings)).units_per_second


def test_the_default_is_half_of_what_the_table_has(session: Session) -> None:
    assert (rate(session, "read"), rate(session, "write")) == (500.0, 100.0)


@pytest.mark.parametrize(("percent", "units"), [("0.001", 1.0), ("0.1", 100.0), ("1.5", 1500.0), ("20", 20_000.0)])
def test_any_share_above_zero_is_taken(session: Session, percent: str, units: float) -> None:
    assert rate(session, "read", dynamodb__throughput__read__percent=percent) == units
    assert bool(session.notices) == (percent in {"0.001", "20"})


@pytest.mark.parametrize("percent", ["0", "-1", "nan", "inf", "abc", ""])
def test_other_shares_are_refused_for_reads(session: Session, percent: str) -> None:
    if not percent:
        assert rate(session, "read", dynamodb__throughput__read__percent=percent) == 500.0
        return
    with pytest.raises(InputError):
        rate(session, "read", dynamodb__throughput__read__percent=percent)


def test_a_write_share_of_zero_is_one_unit_a_second(session: Session) -> None:
    assert rate(session, "write", dynamodb__throughput__write__percent="0") == 1.0


def test_a_throughput_of_the_table_property_replaces_the_tables_own(session: Session) -> None:
    assert rate(session, "read", {"dynamodb.throughput.read": "30"}) == 15.0


def test_absolute_units_win_over_the_share_and_the_table_over_the_session(session: Session) -> None:
    settings: dict[str, Any] = {"ddb_hive__read__units": "70", "dynamodb__throughput__read__percent": "9"}
    assert rate(session, "read", **settings) == 70.0
    assert rate(session, "read", {"ddb_hive.read.units": "7"}, **settings) == 7.0
    assert session.notices == []


@pytest.mark.parametrize("units", ["0.5", "2.5", "0.001"])
def test_absolute_units_are_kept_as_they_are_given(session: Session, units: str) -> None:
    assert rate(session, "read", ddb_hive__read__units=units) == float(units)
    pacer, _ = session.open("write", mapped=session.mapped(properties={"ddb_hive.write.units": units}))
    reserved = pacer.acquire(session.stop, 1.0)
    pacer.charge(reserved, 1.0, items=1)
    assert pacer.delay() == pytest.approx(1 / float(units))
    assert pacer.page_limit >= 1


@pytest.mark.parametrize("units", ["0", "-5", "0.0009", "x", "inf", "nan"])
def test_absolute_units_must_be_a_number_above_zero(session: Session, units: str) -> None:
    with pytest.raises(InputError, match=r"ddb_hive\.write\.units"):
        rate(session, "write", ddb_hive__write__units=units)


def test_an_on_demand_table_of_which_nothing_is_known_has_forty_thousand(session: Session) -> None:
    mapped = session.mapped(TableDescription(name="T", hash_key="h", on_demand=True))
    assert table_budget(mapped, "write", session.statement()).units_per_second == 20_000.0


def test_a_global_index_is_read_within_its_own_capacity_and_a_local_one_within_the_tables(session: Session) -> None:
    mapped = session.mapped(INDEXED)
    one, _ = session.open(mapped=mapped, index_name="ByYear")
    other, _ = session.open(mapped=mapped, index_name="ByTitle")
    assert (one.units_per_second, other.units_per_second) == (20.0, 500.0)


def test_writes_feed_each_global_index_within_its_capacity(session: Session) -> None:
    pacer, meter = session.open("write", mapped=session.mapped(INDEXED))
    assert pacer.units_per_second == 100.0
    assert pacer.index_units_per_second == {"ByYear": 10.0}
    assert pacer.capacity_mode == "INDEXES"
    assert [index.budget for index in meter.snapshot().indexes] == [10.0]


def test_absolute_write_units_hold_for_indexes_as_far_as_they_have_so_many(session: Session) -> None:
    for units, expected in (("15", 15.0), ("150", 20.0)):
        statement = session.statement(ddb_hive__write__units=units)
        pacer, _ = session.open("write", mapped=session.mapped(INDEXED), statement=statement)
        assert pacer.index_units_per_second == {"ByYear": expected}


def test_all_who_read_a_table_share_a_budget(session: Session) -> None:
    statement = session.statement()
    one, _ = session.open(statement=statement)
    other, _ = session.open(statement=statement)
    one.charge(0.0, 1000.0)
    assert other.delay() == pytest.approx(2.0)


def test_the_next_statement_goes_on_where_the_one_before_was(session: Session) -> None:
    one, _ = session.open()
    one.charge(0.0, 1000.0)
    other, _ = session.open()
    assert other.delay() == pytest.approx(2.0)


@pytest.mark.parametrize("what", ["role", "endpoint", "table", "index"])
def test_other_roles_endpoints_tables_and_indexes_have_budgets_of_their_own(session: Session, what: str) -> None:
    one, _ = session.open()
    one.charge(0.0, 100_000.0)
    if what == "endpoint":
        session.client = Client("http://elsewhere")
    other = {"table": replace(MUSIC, arn=f"{ARN}2"), "index": INDEXED}.get(what, MUSIC)
    pacer, _ = session.open(
        "write" if what == "role" else "read",
        mapped=session.mapped(other),
        index_name="ByYear" if what == "index" else None,
    )
    assert pacer.delay() == 0.0


def test_within_a_statement_the_lowest_rate_counts_and_the_next_one_has_its_own(session: Session) -> None:
    statement = session.statement()
    slow = session.mapped(properties={"ddb_hive.read.units": "10"})
    pacer, _ = session.open(statement=statement)
    session.open(statement=statement, mapped=slow)
    assert pacer.units_per_second == 10.0
    session.open(statement=statement)
    assert pacer.units_per_second == 10.0
    session.open()
    assert pacer.units_per_second == 500.0


def test_capacity_is_asked_for_again_after_some_minutes(session: Session) -> None:
    pacer, meter = session.open("write", mapped=session.mapped(INDEXED))
    session.client.answers = [
        replace(INDEXED, write_capacity_units=1000, indexes=(replace(BY_YEAR, write_capacity_units=8),)),
        replace(INDEXED, write_capacity_units=20),
    ]
    session.clock.now += 449.0
    pacer.acquire(session.stop, 0.0)
    assert session.client.asked == 0
    session.clock.now += 2.0
    pacer.acquire(session.stop, 0.0)
    assert (pacer.units_per_second, pacer.index_units_per_second) == (500.0, {"ByYear": 4.0})
    assert meter.snapshot().budget == 500.0
    session.clock.now += 451.0
    pacer.acquire(session.stop, 0.0)
    assert pacer.units_per_second == 10.0
    assert [line.partition(":")[2] for line in session.notices] == [
        " the job goes on at 500 units/s instead of 100",
        " the job goes on at 10 units/s instead of 500",
    ]


@pytest.mark.parametrize("draw", [0.0, 1.0])
def test_the_time_till_then_is_drawn_from_five_to_ten_minutes(session: Session, draw: float) -> None:
    session.registry = BudgetRegistry(clock=session.clock, draw=lambda: draw)
    pacer, _ = session.open()
    session.client.answers = [MUSIC]
    session.clock.now += 299.0 + 300.0 * draw
    pacer.acquire(session.stop, 0.0)
    assert session.client.asked == 0
    session.clock.now += 2.0
    pacer.acquire(session.stop, 0.0)
    assert session.client.asked == 1


def test_an_index_that_is_new_gets_a_budget(session: Session) -> None:
    pacer, _ = session.open("write")
    session.client.answers = [INDEXED]
    session.clock.now += 600.0
    reserved = pacer.acquire(session.stop, 10.0)
    assert reserved.shares == {"ByYear": 10.0}
    assert pacer.index_units_per_second == {"ByYear": 10.0}


@pytest.mark.parametrize("properties", [{"dynamodb.throughput.read": "100"}, {"ddb_hive.read.units": "100"}])
def test_nothing_is_asked_where_the_user_said_the_throughput(session: Session, properties: dict[str, str]) -> None:
    pacer, _ = session.open(mapped=session.mapped(properties=properties))
    session.clock.now += 10_000.0
    pacer.acquire(session.stop, 0.0)
    assert session.client.asked == 0


def test_a_question_that_fails_is_a_notice(session: Session) -> None:
    pacer, _ = session.open()
    session.client.answers = [ServiceError("the network is down: check it")]
    session.clock.now += 600.0
    pacer.acquire(session.stop, 0.0)
    assert pacer.units_per_second == 500.0
    (notice,) = session.notices
    assert notice == (
        "the capacity of table Music could not be asked for again, the job goes on at 500 units/s: "
        "the network is down: check it"
    )


def test_a_job_that_is_cancelled_while_it_asks_ends(session: Session) -> None:
    pacer, _ = session.open()
    session.clock.now += 600.0
    session.stop.set()
    with pytest.raises(JobCancelledError):
        pacer.acquire(session.stop, 0.0)


def test_an_account_limit_slows_all_tables_of_the_account_and_says_so(session: Session) -> None:
    one, _ = session.open()
    same, _ = session.open(mapped=session.mapped(replace(MUSIC, arn=f"{ARN}2")))
    elsewhere, _ = session.open(mapped=session.mapped(replace(MUSIC, arn=ARN.replace("us-east-1", "eu-west-1"))))
    one.throttled([ThrottleCause("TableReadAccountLimitExceeded")], 0.1)
    assert [one.delay(), same.delay(), elsewhere.delay()] == pytest.approx([0.1, 0.1, 0.0])
    assert len(session.notices) == 1
    assert "account 123456789012 in us-east-1" in session.notices[0]
    assert "Service Quotas" in session.notices[0]


def test_a_table_whose_items_nobody_counted_begins_with_the_smallest_pages(session: Session) -> None:
    known, _ = session.open(unit_items=0.01)
    unknown, _ = session.open(mapped=session.mapped(replace(MUSIC, item_count=0, arn=f"{ARN}2")), unit_items=0.01)
    assert known.page_limit == 12_500
    assert unknown.page_limit == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("600", 600.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("10m", 600.0),
        ("2 minutes", 120.0),
        ("1 Hour", 3600.0),
        ("90s", 90.0),
        ("250ms", 0.25),
        ("1d", 86400.0),
    ],
)
def test_a_duration_is_seconds_or_has_a_unit(text: str, seconds: float) -> None:
    assert retry_seconds(Settings({"ddb_hive.retry.duration": text})) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "10 parsecs", "1:30"])
def test_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no duration"):
        retry_seconds(Settings({"ddb_hive.retry.duration": text}))


def test_the_connectors_name_is_an_alias_that_ours_wins_over() -> None:
    settings = Settings({"dynamodb.retry.duration": "2 minutes"})
    assert retry_seconds(settings) == 120.0
    settings["ddb_hive.retry.duration"] = "600"
    assert retry_seconds(settings) == 600.0
    assert retry_seconds(Settings()) == 600.0


DDL = """CREATE EXTERNAL TABLE {hive} (id bigint, s string)
STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'
TBLPROPERTIES ('dynamodb.table.name'='{name}', 'dynamodb.column.mapping'='id:id,s:s',
  'dynamodb.throughput.read.percent'='1.0', 'dynamodb.throughput.write.percent'='1.0')"""


def run(server: FaultServer, *statements: str, **settings: str) -> Any:
    access = AwsAccess(region="us-east-1", access_key_id="a", secret_access_key="b", dynamodb_endpoint_url=server.url)
    with LocalSession(access=access, hiveconfs=settings) as opened:
        for name in server.tables:
            opened.execute(DDL.format(hive=name, name=name)).close()
            opened.execute(DDL.format(hive=f"{name}_again", name=name)).close()
        reports = []
        for statement in statements:
            result = opened.execute(statement)
            for _ in result.batches():
                pass
            result.close()
            reports.append(result.report)
    return reports


def filled(name: str, items: int, **capacity: Any) -> StoredTable:
    table = StoredTable(name, **capacity)
    table.fill({"id": {"N": str(n)}, "s": {"S": "x" * 3000}} for n in range(items))
    return table


@pytest.fixture
def slow_server() -> Iterator[FaultServer]:
    with fault_server(filled("source", 1200, read_units=120), plan=FaultPlan(seed=1, share=0.0)) as server:
        yield server


def most_and_all(server: FaultServer, role: str, seconds: float) -> tuple[float, float]:
    return server.service.ledger.most_in_window("source", role, seconds), sum(
        units for _, _, kind, units in server.service.ledger.units if kind == role
    )


def test_a_join_of_a_table_with_itself_and_the_next_statement_keep_one_budget(slow_server: FaultServer) -> None:
    """Within three seconds a window of ten allows half a second's budget more, and so it is here."""
    reports = run(
        slow_server,
        "SELECT count(*) FROM source a JOIN source_again b ON a.id = b.id",
        "SELECT max(s) FROM source",
        **{"dynamodb.scan.segments": "3"},
    )
    most, total = most_and_all(slow_server, "read", 3.0)
    assert total > 600
    assert most <= 120 * 3.5 + 1
    assert all(usage.budget == 120.0 for report in reports for usage in report.usage)


def test_a_scan_keeps_its_target_in_real_time(slow_server: FaultServer) -> None:
    (report,) = run(slow_server, "SELECT max(s) FROM source", **{"ddb_hive.read.units": "100"})
    (usage,) = report.usage
    most, total = most_and_all(slow_server, "read", 2.0)
    assert usage.units == total
    assert usage.budget == 100.0
    assert most <= 100 * 2.5 + 1
    # The first request pays no waiting, so a short scan achieves a little more than its target.
    assert 85.0 <= usage.units_per_second <= 125.0
