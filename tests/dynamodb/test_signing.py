"""Every signature is, byte for byte, the one that botocore would make."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock

import pytest
from botocore import auth as botocore_auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.dynamodb.signing import SignedForm

STATIC = {
    "User-Agent": "Botocore/1 md/x",
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "Content-Type": "application/x-amz-json-1.0",
}
URLS = [
    "https://dynamodb.eu-west-1.amazonaws.com/",
    "https://123456789012.ddb.us-east-1.amazonaws.com/",
    "http://localhost:8000/",
    "http://127.0.0.1:80/",
    "https://proxy.example:443/a path/ü~x",
    "http://[::1]:8000/",
    "https://Upper.Example:8443",
]
KEYS = st.builds(
    ReadOnlyCredentials,
    st.from_regex(r"[A-Z0-9]{4,20}", fullmatch=True),
    st.text(min_size=1, max_size=40),
    st.none() | st.from_regex(r"[A-Za-z0-9+/=]{1,60}", fullmatch=True),
)
MOMENTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1))  # noqa: DTZ001 - made aware below


def botocore_headers(url: str, region: str, body: bytes, keys: ReadOnlyCredentials, moment: datetime) -> dict[str, str]:
    request = AWSRequest("POST", url, dict(STATIC), body)
    with mock.patch.object(botocore_auth, "get_current_datetime", autospec=True, return_value=moment):
        botocore_auth.SigV4Auth(keys, "dynamodb", region).add_auth(request)
    return dict(request.prepare().headers.items())


def learnt(url: str, region: str, keys: ReadOnlyCredentials, moment: datetime) -> SignedForm:
    form = SignedForm.learn("POST", url, botocore_headers(url, region, b"sample", keys, moment), b"sample", keys)
    assert form is not None
    return form


@given(
    url=st.sampled_from(URLS),
    region=st.sampled_from(["us-east-1", "eu-central-2", "us-gov-west-1", "local"]),
    first=KEYS,
    second=KEYS,
    body=st.binary(max_size=3000),
    sampled=MOMENTS,
    signed=MOMENTS,
)
def test_a_signature_is_botocores_whatever_the_body_keys_and_day(
    url: str,
    region: str,
    first: ReadOnlyCredentials,
    second: ReadOnlyCredentials,
    body: bytes,
    sampled: datetime,
    signed: datetime,
) -> None:
    form = learnt(url, region, first, sampled.replace(tzinfo=UTC))
    for keys in (first, second, first):
        theirs = botocore_headers(url, region, body, keys, signed.replace(tzinfo=UTC))
        ours = form.sign(body, keys, timestamp=theirs["X-Amz-Date"])
        assert ours == {name: value for name, value in theirs.items() if name not in {*STATIC, "Content-Length"}}


def test_time_of_the_signature_is_now() -> None:
    keys = ReadOnlyCredentials("AKID", "secret", None)
    form = learnt(URLS[0], "eu-west-1", keys, datetime(2020, 1, 1, tzinfo=UTC))
    before = datetime.now(UTC).replace(microsecond=0)
    signed = datetime.strptime(form.sign(b"", keys)["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert before <= signed <= datetime.now(UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"Authorization": "AWS4-ECDSA-P256-SHA256 Credential=AKID/20200101/dynamodb/aws4_request"},
        {"Authorization": "Bearer token"},
        {"X-Amz-Target": "DynamoDB_20120810.Scan"},
        {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"},
    ],
)
def test_what_is_signed_otherwise_is_not_learnt(change: dict[str, str]) -> None:
    keys = ReadOnlyCredentials("AKID", "secret", "token")
    signed = botocore_headers(URLS[0], "eu-west-1", b"x", keys, datetime(2020, 1, 1, tzinfo=UTC))
    body = b"y" if "X-Amz-Content-SHA256" in change else b"x"
    assert SignedForm.learn("POST", URLS[0], signed, b"x", keys) is not None
    assert SignedForm.learn("POST", URLS[0], signed | change, body, keys) is None


def test_a_request_without_a_signature_is_not_learnt() -> None:
    assert SignedForm.learn("POST", URLS[0], STATIC, b"", ReadOnlyCredentials("AKID", "secret", None)) is None
