"""What S3 requests say by the settings, what goes wrong on the way to S3, and that nobody waits for it in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.credentials import RefreshableCredentials
from moto import mock_aws

from airflow_ddb_hive.errors import InputError, JobCancelledError, ServiceError, StorageError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import Store, StoreOptions, open_store, s3_read
from airflow_ddb_hive.storage.journal import read_whole, write_whole
from airflow_ddb_hive.storage.s3 import S3Store
from tests.support.scripted_server import Asked, Reply, scripted_server

BODY = bytes(range(256)) * 20


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        made = boto3.client("s3", region_name="us-east-1")
        made.create_bucket(Bucket="lake")
        yield made


@pytest.mark.parametrize(
    ("settings", "algorithm", "key"),
    [
        ({"ddb_hive.s3.sse": "AES256"}, "AES256", None),
        ({"ddb_hive.s3.sse": "SSE-KMS", "ddb_hive.s3.sse.kms.key.id": "alias/lake"}, "aws:kms", "alias/lake"),
        ({"ddb_hive.s3.sse.kms.key.id": "alias/lake"}, "aws:kms", "alias/lake"),
        ({"fs.s3.enableServerSideEncryption": "true"}, "AES256", None),
        ({"fs.s3.serverSideEncryptionAlgorithm": "AES256"}, "AES256", None),
        ({"fs.s3.serverSideEncryption.kms.keyId": "k"}, "aws:kms", "k"),
    ],
)
def test_objects_are_encrypted_as_the_settings_say(
    client: Any, settings: dict[str, str], algorithm: str, key: str | None
) -> None:
    store = S3Store(client, StoreOptions.from_settings(settings))
    write_whole(store, "s3://lake/small", b"1")
    write_whole(store, "s3://lake/large", bytes(17 << 20))
    store.rename("s3://lake/small", "s3://lake/moved")
    store.write_new("s3://lake/new", b"1")
    for name in ("large", "moved", "new"):
        head = client.head_object(Bucket="lake", Key=name)
        assert head["ServerSideEncryption"] == algorithm
        assert key is None or key in head["SSEKMSKeyId"]


def test_unknown_encryption_is_refused() -> None:
    with pytest.raises(InputError, match=r"ddb_hive.s3.sse='des': give AES256 or aws:kms"):
        StoreOptions.from_settings({"ddb_hive.s3.sse": "des"})


def test_requester_pays_is_said_with_every_request(client: Any) -> None:
    said: list[str | None] = []
    client.meta.events.register(
        "before-call.s3", lambda params, **_: said.append(params["headers"].get("x-amz-request-payer"))
    )
    store = S3Store(client, StoreOptions.from_settings({"ddb_hive.s3.requester.pays": "true"}))
    write_whole(store, "s3://lake/x/f", bytes(17 << 20))
    read_whole(store, "s3://lake/x/f")
    store.rename("s3://lake/x/f", "s3://lake/x/g")
    store.list_files("s3://lake/x")
    store.delete(["s3://lake/x/g"])
    assert len(said) > 8
    assert set(said) == {"requester"}


@pytest.mark.usefixtures("client")
def test_credentials_that_renew_themselves_are_asked_again() -> None:
    asked: list[str] = []

    def renew() -> dict[str, str]:
        asked.append("x")
        soon = datetime.now(UTC) + timedelta(seconds=1)
        return {
            "access_key": f"AKIA{len(asked)}",
            "secret_key": "s",
            "token": "t",
            "expiry_time": soon.isoformat(),
        }

    lasting = RefreshableCredentials.create_from_metadata(renew(), renew, "assume-role")
    store = open_store("s3://lake/x", AwsAccess(region="us-east-1", credentials=lambda: lasting))
    for _ in range(2):
        store.list_files("s3://lake/x/")
    assert len(asked) >= 3


def s3_at(url: str, **given: Any) -> Store:
    return open_store("s3://lake/f", AwsAccess(region="us-east-1", s3_endpoint_url=url), **given)


def serving(*faults: Reply) -> Any:
    """One object; ``faults`` answer the first requests for its bytes."""
    left = list(faults)

    def answer(asked: Asked) -> Reply:
        modified = (("ETag", '"e"'), ("Last-Modified", "Sat, 21 Nov 2026 09:15:45 GMT"))
        if asked.method == "HEAD":
            return Reply(body=BODY, headers=modified, cut=0)
        return left.pop(0) if left else Reply(body=BODY, headers=modified)

    return answer


def test_download_that_is_cut_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_read, "_PAUSE_SECONDS", 0.001)
    with scripted_server(serving(Reply(body=BODY, cut=9), Reply(body=BODY, cut=1000))) as server:
        assert read_whole(s3_at(server.url), "s3://lake/f") == BODY


def test_download_that_stays_cut_names_the_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_read, "_PAUSE_SECONDS", 0.001)
    with (
        scripted_server(serving(*[Reply(body=BODY, cut=9)] * 9)) as server,
        pytest.raises((ServiceError, StorageError), match="s3://lake/f"),
    ):
        read_whole(s3_at(server.url), "s3://lake/f")


@pytest.mark.parametrize("operation", ["read", "write", "list"])
def test_cancelled_job_does_not_wait_for_an_answer(operation: str) -> None:
    stop = threading.Event()
    with scripted_server(lambda _asked: Reply(hang=True)) as server:
        store = s3_at(server.url, stopped=stop.is_set)
        threading.Timer(0.2, stop.set).start()
        started = time.monotonic()
        with pytest.raises(JobCancelledError):
            _use(store, operation)
        assert time.monotonic() - started < 8


def _use(store: Store, operation: str) -> None:
    if operation == "read":
        store.open_read("s3://lake/f")
    elif operation == "list":
        store.list_files("s3://lake/")
    else:
        output = store.create("s3://lake/f")
        try:
            output.write(bytes(20 << 20))
        finally:
            output.discard()
