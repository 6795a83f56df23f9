"""A connection that assumes a role gives credentials that renew themselves; keys stay as they are."""

from __future__ import annotations

import json

import pytest
from moto import mock_aws

from airflow_ddb_hive.hooks.aws import resolve_access


def test_role_of_a_connection_is_assumed_again_when_it_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"role_arn": "arn:aws:iam::123456789012:role/r", "region_name": "us-east-1"}
    connection = {"conn_type": "aws", "login": "AKIA", "password": "secret", "extra": json.dumps(extra)}
    monkeypatch.setenv("AIRFLOW_CONN_ROLE", json.dumps(connection))
    with mock_aws():
        access = resolve_access("role")
    assert access.access_key_id is None
    assert access.credentials is not None
    assert type(access.credentials()).__name__ == "RefreshableCredentials"
    assert "secret" not in repr(access)


def test_keys_of_a_connection_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "aws", "login": "AKIA", "password": "secret", "extra": '{"region_name": "us-east-1"}'}
    monkeypatch.setenv("AIRFLOW_CONN_KEYS", json.dumps(connection))
    access = resolve_access("keys")
    assert (access.access_key_id, access.secret_access_key, access.credentials) == ("AKIA", "secret", None)
