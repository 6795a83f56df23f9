from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest

from airflow_ddb_hive.errors import AccessError, HiveSyntaxError, InputError
from airflow_ddb_hive.hooks import DynamoDBHiveHook, probe
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.job import Job, JobState
from airflow_ddb_hive.testing import FakeEngine


def _connection(monkeypatch: pytest.MonkeyPatch, **fields: object) -> None:
    value = json.dumps({"conn_type": "dynamodb_hive", **fields})
    monkeypatch.setenv("AIRFLOW_CONN_DYNAMODB_HIVE_DEFAULT", value)


def test_default_connection_need_not_exist() -> None:
    hook = DynamoDBHiveHook()
    assert hook.access == AwsAccess()
    assert hook.schema == "default"


def test_any_other_connection_must_exist() -> None:
    with pytest.raises(InputError, match="dynamodb_hive_conn_id='nobody'"):
        _ = DynamoDBHiveHook("nobody").options


def test_constructor_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DynamoDBHiveHook, "get_connection", lambda _conn_id: pytest.fail("a constructor only stores"))
    assert DynamoDBHiveHook(dynamodb_hive_conn_id="nobody").get_conn_id() == "nobody"


def test_connection_fills_in_what_the_job_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(
        monkeypatch,
        schema="sales",
        extra={
            "warehouse": "s3://lake/w",
            "hiveconfs": {"a": "1", "b": "1"},
            "init_hql": "SET x=1;",
            "dynamodb_endpoint_url": "http://localhost:8000",
            "region_name": "eu-west-1",
        },
    )
    job = DynamoDBHiveHook().prepare(Job(hql="SELECT 1", hiveconfs={"b": "2"}, init_hql="SET y=2;"))
    assert (job.schema, job.warehouse, job.hiveconfs) == ("sales", "s3://lake/w", {"a": "1", "b": "2"})
    assert job.init_hql == "SET x=1;\nSET y=2;"
    assert job.access == AwsAccess(region="eu-west-1", dynamodb_endpoint_url="http://localhost:8000")


def test_arguments_win_over_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(monkeypatch, schema="sales", extra={"region_name": "eu-west-1", "aws_conn_id": "nobody"})
    monkeypatch.setenv("AIRFLOW_CONN_MY_AWS", '{"conn_type": "aws", "login": "A", "password": "B"}')
    hook = DynamoDBHiveHook(schema="other", aws_conn_id="my_aws", region_name="us-west-2")
    assert (hook.schema, hook.access.region, hook.access.access_key_id) == ("other", "us-west-2", "A")


def test_unknown_extra_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(monkeypatch, extra={"regoin_name": "eu-west-1"})
    with pytest.raises(InputError, match="regoin_name"):
        DynamoDBHiveHook().prepare(Job(hql="SELECT 1"))


def test_engine_is_found_by_name_and_others_are_refused() -> None:
    with pytest.raises(InputError, match="no engine 'spark': this version has local"):
        DynamoDBHiveHook().get_engine("spark")


def test_run_job_waits_for_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = FakeEngine(states=(JobState.RUNNING, JobState.SUCCEEDED))
    monkeypatch.setattr(DynamoDBHiveHook, "get_engine", lambda _hook, _name=None: engine)
    assert DynamoDBHiveHook().run_job(Job(hql="SELECT 1")).state == JobState.SUCCEEDED


def test_uri_names_the_connection_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(monkeypatch, password="very-secret", schema="a b")
    assert DynamoDBHiveHook().get_uri() == "dynamodb_hive://dynamodb_hive_default/a%20b"


SCRIPT = """-- a comment; with a semicolon
SELECT 'a;b' AS x;
SELECT "it's"; -- done
"""


def test_script_is_cut_as_hive_cuts_it() -> None:
    statements = DynamoDBHiveHook.split_sql_string(SCRIPT)
    assert len(statements) == 2
    assert "SELECT 'a;b' AS x" in statements[0]
    assert 'SELECT "it\'s"' in statements[1]
    assert not any(statement.endswith(";") for statement in statements)


def test_strip_takes_the_last_semicolon_only() -> None:
    assert DynamoDBHiveHook.strip_sql_string(" SELECT ';' ; ") == "SELECT ';'"


@pytest.mark.parametrize(
    ("engine_error", "dynamodb_error", "ok", "said"),
    [
        (None, None, True, "successfully tested"),
        (HiveSyntaxError("broken"), None, False, "engine: broken"),
        (None, AccessError("no credentials"), False, "DynamoDB: no credentials"),
    ],
)
def test_connection_test_says_what_failed(
    monkeypatch: pytest.MonkeyPatch, engine_error: Any, dynamodb_error: Any, ok: bool, said: str
) -> None:
    def ask(_access: AwsAccess) -> None:
        if dynamodb_error is not None:
            raise dynamodb_error

    monkeypatch.setattr(DynamoDBHiveHook, "get_engine", lambda _hook, _name=None: FakeEngine(error=engine_error))
    monkeypatch.setattr(probe, "ask_dynamodb", ask)
    status, message = DynamoDBHiveHook().test_connection()
    assert status is ok
    assert said in message


@pytest.mark.integration
def test_hook_infers_ddl_that_runs(monkeypatch: pytest.MonkeyPatch, dynamodb_local: str) -> None:
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")
    name = f"Hook{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName=name, Item={"Id": {"N": "1"}, "price": {"N": "1.2345678901234567890"}})
    extra = {"dynamodb_endpoint_url": dynamodb_local, "region_name": "us-east-1"}
    _connection(monkeypatch, extra={**extra, "hiveconfs": {"dynamodb.throughput.read.percent": "1"}})
    hook = DynamoDBHiveHook()
    assert "map<string,string>" in hook.infer_ddl(name, emr=True)
    ddl = hook.infer_ddl(name, sample_items=10, max_read_units=5)
    report = hook.run_job(Job(hql=f"{ddl} SELECT id, price FROM {name};"))
    client.delete_table(TableName=name)
    assert report.statements[-1].rows == 1


def test_the_catalog_is_the_jobs_then_the_connections_and_none_of_them_for_a_private_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _connection(monkeypatch, extra={"catalog": "warehouse", "warehouse": "/w"})
    hook = DynamoDBHiveHook()
    places = [
        (job.catalog, job.warehouse)
        for job in (
            hook.prepare(Job(hql="SELECT 1")),
            hook.prepare(Job(hql="SELECT 1", catalog="glue")),
            hook.prepare(Job(hql="SELECT 1", catalog="memory")),
            hook.prepare(Job(hql="SELECT 1"), private_warehouse=True),
        )
    ]
    assert places == [("warehouse", "/w"), ("glue", "/w"), ("memory", None), ("memory", None)]


def test_initial_scripts_run_before_each_session_whatever_they_end_with(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(monkeypatch, extra={"init_hql": "CREATE DATABASE d -- ours"})
    hook = DynamoDBHiveHook()
    run = Job(hql="SHOW TABLES", init_hql="USE d; CREATE TABLE t (a INT)", keep_rows=5)
    assert hook.run_job(run).statements[-1].rows == 1
    for _ in range(2):
        assert hook.get_records("SHOW DATABASES") == [("d",), ("default",)]
