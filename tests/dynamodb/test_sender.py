"""What is sent is what botocore's own client would send; these fail when a release of botocore changes its events."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from moto import mock_aws

from airflow_ddb_hive.dynamodb import DynamoDB
from airflow_ddb_hive.dynamodb.sender import Sender
from airflow_ddb_hive.errors import NotFoundError
from airflow_ddb_hive.model.access import AwsAccess

BODY = b'{"TableName":"T"}'
OWN = {"user-agent", "x-amz-target", "content-type", "content-length", "x-amz-date", "authorization"}


class _Raw(io.BytesIO):
    def stream(self) -> Iterator[bytes]:
        yield self.read()


class _Recorder:
    """Answers every request of a client without a network, and keeps it."""

    def __init__(self, client: Any) -> None:
        self.requests: list[AWSPreparedRequest] = []
        client.meta.events.register("before-send", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.requests.append(request)
        headers: Any = {"X-Amz-Crc32": "1"}
        raw: Any = _Raw(b"{}")
        return AWSResponse(request.url, 200, headers, raw)

    def headers(self) -> dict[str, str]:
        headers: Any = self.requests[-1].headers
        return {name.lower(): v.decode() if isinstance(v, bytes) else v for name, v in headers.items()}


def client(session: botocore.session.Session | None = None, **options: Any) -> Any:
    session = session or botocore.session.Session()
    config = Config(parameter_validation=False)
    return session.create_client("dynamodb", region_name="eu-west-1", config=config, **options)


@pytest.mark.parametrize(
    ("operation", "method", "parameters"),
    [
        ("Scan", "scan", {"TableName": "T"}),
        ("DescribeTable", "describe_table", {"TableName": "T"}),
        ("BatchWriteItem", "batch_write_item", {"RequestItems": {"T": []}}),
    ],
)
def test_a_request_is_the_one_that_botocore_would_send(operation: str, method: str, parameters: dict[str, Any]) -> None:
    plain, ours = client(), client()
    theirs, mine = _Recorder(plain), _Recorder(ours)
    getattr(plain, method)(**parameters)
    body: Any = theirs.requests[0].body
    answer = Sender(ours).send(operation, "T", body)
    assert (answer.status, answer.body, answer.headers["x-amz-crc32"]) == (200, b"{}", "1")
    assert len(mine.requests) == 1
    assert (mine.requests[0].method, mine.requests[0].url) == ("POST", theirs.requests[0].url)
    assert mine.requests[0].body == theirs.requests[0].body
    assert mine.headers().keys() == OWN
    for name in ("user-agent", "x-amz-target", "content-type", "content-length"):
        assert mine.headers()[name].split(" m/")[0] == theirs.headers()[name].split(" m/")[0]
    scope = mine.headers()["authorization"].partition(", ")[0]
    assert scope == theirs.headers()["authorization"].partition(", ")[0]


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("AWS_USE_FIPS_ENDPOINT", "https://dynamodb-fips.us-west-2.amazonaws.com/"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "https://dynamodb.us-west-2.api.aws/"),
    ],
)
def test_the_endpoint_is_chosen_by_botocore(setting: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting, "true")
    own = botocore.session.Session().create_client("dynamodb", region_name="us-west-2")
    recorder = _Recorder(own)
    Sender(own).send("Scan", "T", BODY)
    assert recorder.requests[0].url == url


def test_each_request_is_signed_with_the_credentials_of_its_moment() -> None:
    credentials = Credentials("FIRST", "s", "t1")

    class Provider:
        def load_credentials(self) -> Credentials:
            return credentials

    session = botocore.session.Session()
    session.register_component("credential_provider", Provider())
    own = client(session)
    sender, recorder = Sender(own), _Recorder(own)
    sender.send("Scan", "T", BODY)
    assert "Credential=FIRST/" in recorder.headers()["authorization"]
    credentials.access_key, credentials.token = "SECOND", "t2"
    sender.send("Scan", "T", BODY)
    assert "Credential=SECOND/" in recorder.headers()["authorization"]
    assert recorder.headers()["x-amz-security-token"] == "t2"


def test_botocore_that_no_longer_tells_of_its_requests_is_named() -> None:
    own = client(endpoint_url="http://127.0.0.1:9")
    sender = Sender(own)
    own.meta.events.unregister("needs-retry.dynamodb", sender._note_endpoint)
    with pytest.raises(RuntimeError, match="botocore"):
        sender.send("Scan", "T", BODY)


def test_a_test_of_users_that_mocks_aws_in_process_still_does() -> None:
    with mock_aws(), DynamoDB.connect(AwsAccess(region="us-east-1")) as db, pytest.raises(NotFoundError):
        db.describe("Nowhere", stop=threading.Event())
