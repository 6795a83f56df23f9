from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from airflow_ddb_hive.dynamodb import DynamoDB, RetryPolicy
from airflow_ddb_hive.errors import AccessError, InputError, NotFoundError, ServiceError
from airflow_ddb_hive.model.access import AwsAccess
from tests.support.fake_sts import FakeSts, fake_sts

ARN = "arn:aws:iam::111122223333:role/reader"


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSts]:
    with fake_sts() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        yield server


def connect(endpoint_url: str | None, **changes: Any) -> tuple[DynamoDB, list[str]]:
    """A connection in the role, and the access key of each request that it sends."""
    access = AwsAccess(region="eu-west-1", dynamodb_endpoint_url=endpoint_url, role_arn=ARN, **changes)
    db = DynamoDB.connect(access, policy=RetryPolicy(retry_seconds=2.0, base_delay=0.01))
    keys: list[str] = []

    def note(request: Any, **_: object) -> None:
        header = request.headers["Authorization"]
        text = header.decode() if isinstance(header, bytes) else header
        keys.append(text.partition("Credential=")[2].partition("/")[0])

    db._client.meta.events.register("before-send.dynamodb", note)
    return db, keys


def ask(db: DynamoDB) -> None:
    with pytest.raises(NotFoundError):
        db.describe("Nobody.Has.This")


@pytest.mark.integration
class TestAgainstDynamoDB:
    def test_the_role_signs_and_is_assumed_once(self, sts: FakeSts, dynamodb_local: str) -> None:
        db, keys = connect(dynamodb_local, role_external_id="x-1", role_session_name="nightly")
        with db:
            assert sts.requests == []
            ask(db)
            ask(db)
        assert set(keys) == {"ROLEKEY1"}
        (request,) = sts.requests
        assert (request["RoleArn"], request["ExternalId"], request["RoleSessionName"]) == (ARN, "x-1", "nightly")
        assert request["asked_by"] == "rig"

    def test_credentials_are_renewed_in_mid_job(self, sts: FakeSts, dynamodb_local: str) -> None:
        # botocore renews within the last ten minutes, so these are always due.
        sts.lifetime_seconds = 5.0
        db, keys = connect(dynamodb_local)
        with db:
            for _ in range(4):
                ask(db)
        assert len(sts.requests) >= 4
        assert len(set(keys)) >= 4

    def test_static_keys_assume_the_role_and_never_sign_requests(self, sts: FakeSts, dynamodb_local: str) -> None:
        db, keys = connect(dynamodb_local, access_key_id="SOURCE", secret_access_key="s", session_token="t")
        with db:
            ask(db)
        assert sts.requests[0]["asked_by"] == "SOURCE"
        assert set(keys) == {"ROLEKEY1"}

    def test_a_session_that_was_brought_assumes_the_role(self, sts: FakeSts, dynamodb_local: str) -> None:
        given = boto3.Session(aws_access_key_id="GIVEN", aws_secret_access_key="s", region_name="eu-west-1")
        access = AwsAccess(dynamodb_endpoint_url=dynamodb_local, role_arn=ARN)
        with DynamoDB.connect(access, session=given) as db:
            ask(db)
        assert sts.requests[0]["asked_by"] == "GIVEN"

    def test_an_sts_that_is_busy_is_asked_again(self, sts: FakeSts, dynamodb_local: str) -> None:
        sts.refusals = [(400, "Throttling"), (500, "InternalFailure")]
        db, keys = connect(dynamodb_local)
        with db:
            ask(db)
        assert set(keys) == {"ROLEKEY3"}

    def test_a_renewal_that_is_refused_ends_the_job(self, sts: FakeSts, dynamodb_local: str) -> None:
        sts.lifetime_seconds = 5.0
        db, _ = connect(dynamodb_local)
        with db:
            ask(db)
            sts.refusals = [(403, "AccessDenied")] * 3
            with pytest.raises(AccessError, match="could not be assumed"):
                db.describe("T")


@pytest.mark.parametrize(
    ("refusal", "error", "remedy"),
    [
        ((403, "AccessDenied"), AccessError, "external.id"),
        ((403, "InvalidClientTokenId"), AccessError, "access key"),
        ((403, "ExpiredToken"), AccessError, "renew"),
        ((400, "ValidationError"), InputError, "correct"),
    ],
)
def test_a_refusal_names_the_role_and_the_remedy(
    refusal: tuple[int, str], error: type[Exception], remedy: str, sts: FakeSts, caplog: pytest.LogCaptureFixture
) -> None:
    sts.refusals = [refusal] * 3
    db, _ = connect("http://127.0.0.1:1")
    with db, caplog.at_level(logging.WARNING), pytest.raises(error, match=f"role {ARN} could not be assumed") as caught:
        db.describe("T")
    assert remedy in str(caught.value)
    assert caught.value.table == "T"  # type: ignore[attr-defined] # all of our errors have it
    assert "Refreshing temporary credentials failed" not in caplog.text


def test_credentials_that_have_ended_already_are_refused(sts: FakeSts) -> None:
    sts.lifetime_seconds = -60.0
    db, _ = connect("http://127.0.0.1:1")
    with db, pytest.raises(AccessError, match="clock"):
        db.describe("T")


def test_an_sts_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    db, _ = connect("http://127.0.0.1:2")
    with db, pytest.raises(ServiceError, match=r"could not be assumed.*127\.0\.0\.1:1"):
        db.describe("T")


def test_sts_is_asked_at_its_regional_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.session

    from airflow_ddb_hive.dynamodb import roles

    monkeypatch.delenv("AWS_ENDPOINT_URL_STS", raising=False)
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    fetch = roles._Fetch(AwsAccess(region="eu-west-1", role_arn=ARN), botocore.session.Session())
    assert fetch._client.meta.endpoint_url == "https://sts.eu-west-1.amazonaws.com"
