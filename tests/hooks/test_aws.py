from __future__ import annotations

import json

import pytest

from airflow_ddb_hive.errors import AccessError, InputError
from airflow_ddb_hive.hooks.aws import resolve_access
from airflow_ddb_hive.model.access import AwsAccess


def _connection(monkeypatch: pytest.MonkeyPatch, **fields: object) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_MY_AWS", json.dumps({"conn_type": "aws", **fields}))


def test_without_a_connection_nothing_is_resolved() -> None:
    assert resolve_access(None, region="eu-west-1") == AwsAccess(region="eu-west-1")


def test_keys_region_and_endpoints_come_from_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(
        monkeypatch,
        login="AKIAEXAMPLE",
        password="very-secret",
        extra={
            "region_name": "eu-west-1",
            "aws_session_token": "token",
            "endpoint_url": "http://localhost:4566",
            "service_config": {"dynamodb": {"endpoint_url": "http://localhost:8000"}},
        },
    )
    assert resolve_access("my_aws") == AwsAccess(
        region="eu-west-1",
        dynamodb_endpoint_url="http://localhost:8000",
        s3_endpoint_url="http://localhost:4566",
        glue_endpoint_url="http://localhost:4566",
        access_key_id="AKIAEXAMPLE",
        secret_access_key="very-secret",
        session_token="token",
    )


def test_what_is_given_wins_over_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    _connection(monkeypatch, login="A", password="B", extra={"region_name": "eu-west-1", "endpoint_url": "http://x:1"})
    access = resolve_access("my_aws", region="us-west-2", dynamodb_endpoint_url="http://y:2")
    assert (access.region, access.dynamodb_endpoint_url) == ("us-west-2", "http://y:2")
    assert access.s3_endpoint_url == "http://x:1"


def test_connection_that_does_not_exist_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(InputError, match="aws_conn_id='nobody'"):
        resolve_access("nobody")


def test_connection_without_credentials_is_an_access_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    _connection(monkeypatch, extra={"region_name": "eu-west-1"})
    with pytest.raises(AccessError, match="gives no credentials"):
        resolve_access("my_aws")
