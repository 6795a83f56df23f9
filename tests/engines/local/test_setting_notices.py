"""What a session says about settings, properties and EMR; and what it never shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.model.access import AwsAccess
from tests.engines.local.conftest import MakeTable, ddl

Open = Callable[..., LocalSession]


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def access(request: pytest.FixtureRequest) -> AwsAccess:
    return AwsAccess(region="us-east-1", dynamodb_endpoint_url=request.getfixturevalue("dynamodb_local"))


@pytest.fixture
def session(access: AwsAccess, notices: list[str]) -> Iterator[LocalSession]:
    with LocalSession(access=access, on_notice=notices.append) as session:
        yield session


def run(session: LocalSession, *statements: str) -> list[str]:
    lines: list[str] = []
    for statement in statements:
        for result in session.run_script(statement):
            lines += result.lines()
            result.close()
    return lines


def test_a_setting_without_effect_is_noticed_once_a_session(notices: list[str]) -> None:
    with LocalSession(hiveconfs={"dynamodb.version": "2"}, on_notice=notices.append) as session:
        assert len(notices) == 1
        run(session, "SET dynamodb.version=3", "SET hiveconf:dynamodb.max.map.tasks=4", "SET dynamodb.max.map.tasks=5")
    assert [line.split()[0] for line in notices] == ["dynamodb.version", "dynamodb.max.map.tasks"]


def test_a_typing_error_is_noticed_with_the_nearest_name(notices: list[str]) -> None:
    with LocalSession(on_notice=notices.append) as session:
        run(session, "SET dynamodb.throughput.reed.percent=0.9", "SET mapred.no.such=1", "SET hivevar:dynamodb.x=1")
    assert len(notices) == 1
    assert "is dynamodb.throughput.read.percent meant?" in notices[0]


def test_set_does_not_show_secrets(notices: list[str]) -> None:
    with LocalSession(on_notice=notices.append) as session:
        run(session, "SET dynamodb.awsSecretAccessKey=s3cr3t", "SET dynamodb.proxy.password=s3cr3t")
        assert run(session, "SET dynamodb.awsSecretAccessKey") == ["dynamodb.awsSecretAccessKey=***"]
        assert not any("s3cr3t" in line for line in run(session, "SET"))
        report = session.execute("SET dynamodb.awsSecretAccessKey=s3cr3t").report
    assert report.statement == "SET dynamodb.awsSecretAccessKey=***"
    assert notices == []


@pytest.mark.integration
def test_secrets_of_a_table_are_not_used_kept_or_shown(
    session: LocalSession, make_table: MakeTable, notices: list[str]
) -> None:
    name = make_table([{"id": {"S": "a"}}])
    secrets = ', "dynamodb.awsAccessKeyId" = "AKIAX", "dynamodb.awsSecretAccessKey" = "s3cr3t"'
    run(session, ddl("t", name, "id string", "id:id", secrets))
    assert [line.split()[0] for line in notices] == ["dynamodb.awsAccessKeyId", "dynamodb.awsSecretAccessKey"]
    assert all("is ignored as a table property" in line for line in notices)
    shown = run(session, "SHOW CREATE TABLE t", "DESCRIBE FORMATTED t")
    assert not any("AKIAX" in line or "s3cr3t" in line for line in shown)
    assert run(session, "SELECT id FROM t") == ["a"]


@pytest.mark.integration
def test_static_keys_of_the_session_ask_dynamodb(session: LocalSession, make_table: MakeTable) -> None:
    name = make_table([{"id": {"S": "a"}}])
    run(session, "SET dynamodb.awsAccessKeyId=STATIC", "SET dynamodb.awsSecretAccessKey=x")
    run(session, ddl("t", name, "id string", "id:id"))
    assert run(session, "SELECT id FROM t") == ["a"]
    assert {access.access_key_id for access in session._tables._clients} == {"STATIC"}


@pytest.mark.integration
def test_half_a_pair_of_keys_is_noticed_and_ignored(
    session: LocalSession, make_table: MakeTable, notices: list[str]
) -> None:
    name = make_table([{"id": {"S": "a"}}])
    run(session, "SET dynamodb.awsAccessKeyId=HALF", ddl("t", name, "id string", "id:id"), "SELECT id FROM t")
    assert notices == ["dynamodb.awsAccessKeyId is ignored, as on EMR: dynamodb.awsSecretAccessKey is not set"]


@pytest.mark.integration
class TestEmrNotice:
    def test_a_table_that_does_not_run_on_emr_is_named_in_one_line(
        self, session: LocalSession, make_table: MakeTable, notices: list[str]
    ) -> None:
        name = make_table([])
        run(session, ddl("t", name, "id string, price decimal(10,2), n int", "id:id,price:p,n:n"))
        assert notices == ["table t does not run on EMR: column price decimal(10,2), column n int"]

    @pytest.mark.parametrize("place", ["property", "setting"])
    def test_it_can_be_turned_off(
        self, place: str, session: LocalSession, make_table: MakeTable, notices: list[str]
    ) -> None:
        name = make_table([])
        extra = ', "ddb_hive.emr.notice" = "false"' if place == "property" else ""
        if place == "setting":
            run(session, "SET ddb_hive.emr.notice=false")
        run(session, ddl("t", name, "id string, n int", "id:id,n:n", extra))
        assert notices == []

    def test_a_portable_table_is_not_spoken_of(
        self, session: LocalSession, make_table: MakeTable, notices: list[str]
    ) -> None:
        run(session, ddl("t", make_table([]), "id string, s struct<a:string>", "id:id,s:s"))
        assert notices == []


@pytest.mark.integration
@pytest.mark.parametrize(
    ("setting", "requests"), [("dynamodb.max.batch.items=10", 5), ("dynamodb.max.batch.size=1", 50), ("x=y", 2)]
)
def test_batches_are_as_large_as_settings_allow(
    setting: str, requests: int, session: LocalSession, make_table: MakeTable
) -> None:
    name = make_table([])
    run(session, f"SET {setting}", ddl("t", name, "id string", "id:id"))
    rows = "SELECT stack(5,'a','b','c','d','e') AS (l)"
    result = session.execute(
        f"INSERT INTO t SELECT concat(x.l, '-', y.n) FROM ({rows}) x CROSS JOIN "
        "(SELECT explode(array('0','1','2','3','4','5','6','7','8','9')) AS n) y"
    )
    list(result.batches())
    result.close()
    assert result.report.usage[-1].requests == requests
    assert result.report.usage[-1].items == 50
