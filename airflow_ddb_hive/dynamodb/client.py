"""The connection to DynamoDB: botocore's credentials, signing, endpoints and proxies around bodies that stay bytes.

botocore's own parser takes 355 ms for a page of 1.2 MB, which a typed decoder reads in a tenth of that, so the one
part replaced is the response parser; requests are sent with bodies made here. Retries are decided in
``retry.py``, because botocore returns a page that fails its checksum on the last attempt as a good one.
"""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserFactory

from airflow_ddb_hive.dynamodb.describe import description_of
from airflow_ddb_hive.dynamodb.errors_map import CODE_RULES, client_rule, service_rule
from airflow_ddb_hive.dynamodb.retry import CallContext, Failure, RetryPolicy, send_with_retries
from airflow_ddb_hive.dynamodb.wire import error_of, throttle_reasons

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3

    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["DynamoDB"]

_CONNECT_SECONDS = 5
_READ_SECONDS = 10
"""A page takes DynamoDB far less; and whoever cancels a job waits at most this long for its threads."""
_CONNECTIONS = 64
_FIRST_FAILURE = 300

_METHODS = {
    "BatchWriteItem": "batch_write_item",
    "CreateTable": "create_table",
    "DeleteTable": "delete_table",
    "DescribeTable": "describe_table",
    "Query": "query",
    "Scan": "scan",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    body: bytes
    headers: Mapping[str, str]
    request_id: str | None


class _BytesParser:
    """Stands in for botocore's JSON parser and leaves the body alone."""

    def parse(self, response: dict[str, Any], _shape: object) -> dict[str, Any]:
        """Return body and headers, and the error's code, which botocore needs."""
        body = response["body"]
        parsed: dict[str, Any] = {
            "Body": body,
            "ResponseMetadata": {
                "HTTPStatusCode": response["status_code"],
                "HTTPHeaders": {name.lower(): value for name, value in response["headers"].items()},
            },
        }
        if response["status_code"] >= _FIRST_FAILURE:
            code, message = error_of(body)
            parsed["Error"] = {"Code": code, "Message": message}
        return parsed


class _ParserFactory(ResponseParserFactory):
    """Bytes for DynamoDB's protocol; STS and SSO, which the same session may ask for credentials, keep theirs."""

    def create_parser(self, protocol_name: str) -> Any:
        return _BytesParser() if protocol_name == "json" else super().create_parser(protocol_name)


class _GivenCredentials:
    """A credential provider that asks the session which the caller brought."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    def load_credentials(self) -> Any:
        return self._session.get_credentials()


class DynamoDB:
    """A thread-safe connection to the tables of one region or endpoint.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> access = AwsAccess(region="us-east-1", access_key_id="x", secret_access_key="y")
        >>> with DynamoDB.connect(access) as db:
        ...     db.endpoint_url
        'https://dynamodb.us-east-1.amazonaws.com'
    """

    def __init__(self, client: Any, policy: RetryPolicy) -> None:
        self._client = client
        self._reached = threading.Event()
        self.policy = policy

    @classmethod
    def connect(
        cls, access: AwsAccess, *, session: boto3.Session | None = None, policy: RetryPolicy | None = None
    ) -> DynamoDB:
        """Make a connection; nothing is sent yet.

        Args:
            access: Region, endpoint and credentials; what is not set is left to AWS's own chain.
            session: Where credentials and region come from instead, for callers who have a session.
            policy: How long failures are retried.

        Raises:
            InputError: No region is known, or the endpoint is no URL.
        """
        context = CallContext(table="", stop=threading.Event())
        try:
            client = _make_client(access, session)
        except (BotoCoreError, ValueError) as error:
            raise _failure_of(error).final_error(context, 0) from error
        return cls(client, policy or RetryPolicy())

    def with_policy(self, **changes: Any) -> DynamoDB:
        """Return the same connection with another retry policy."""
        return DynamoDB(self._client, replace(self.policy, **changes))

    @property
    def endpoint_url(self) -> str:
        """Where requests go."""
        return str(self._client.meta.endpoint_url)

    def close(self) -> None:
        """Close the pooled connections."""
        self._client.close()

    def __enter__(self) -> DynamoDB:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def describe(self, table_name: str, *, stop: threading.Event | None = None) -> TableDescription:
        """Return what DescribeTable says of a table.

        Raises:
            NotFoundError: There is no such table in this region or endpoint.
            AccessError: The credentials are missing, wrong, expired or not allowed to.
            ServiceError: The endpoint could not be reached.
        """
        context = CallContext(table=table_name, stop=stop or threading.Event())
        body = self.call("DescribeTable", msgspec.json.encode({"TableName": table_name}), context)
        return description_of(msgspec.json.decode(body)["Table"])

    def call(self, operation: str, body: bytes, context: CallContext) -> bytes:
        """Send a request body, again if need be, and return the answer's body, checked whole.

        Raises:
            DdbHiveError: What the failure means, once it is final.
        """

        def attempt() -> bytes:
            answer = self._send(operation, body, context.table)
            _check_whole(answer)
            self._reached.set()
            return answer.body

        return send_with_retries(attempt, context, self.policy, reached=self._reached.is_set)

    def _send(self, operation: str, body: bytes, table: str) -> _Answer:
        # The table is named to botocore as well: endpoints may be chosen by it.
        params: dict[str, Any] = (
            {"RequestItems": {table: []}} if operation == "BatchWriteItem" else {"TableName": table}
        )
        method = getattr(self._client, _METHODS[operation])
        try:
            parsed = method(**params, **{_BODY: body})
        except ClientError as error:
            self._reached.set()
            raise _service_failure(error, table) from error
        except (BotoCoreError, ValueError) as error:
            raise _failure_of(error, self.endpoint_url) from error
        headers = parsed["ResponseMetadata"]["HTTPHeaders"]
        return _Answer(parsed["Body"], headers, headers.get("x-amzn-requestid"))


_BODY = "ReadyBody"


def _make_client(access: AwsAccess, given: boto3.Session | None) -> Any:
    session = botocore.session.Session(profile=access.profile)
    session.register_component("response_parser_factory", _ParserFactory())
    if given is not None:
        session.register_component("credential_provider", _GivenCredentials(given))
    client = session.create_client(
        "dynamodb",
        region_name=access.region or (given.region_name if given is not None else None),
        endpoint_url=access.dynamodb_endpoint_url,
        aws_access_key_id=access.access_key_id,
        aws_secret_access_key=access.secret_access_key,
        aws_session_token=access.session_token,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=_CONNECTIONS,
            parameter_validation=False,
            retries={"mode": "standard", "total_max_attempts": 1},
        ),
    )
    events: Any = client.meta.events
    events.register("provide-client-params.dynamodb", _take_body)
    events.register("before-call.dynamodb", _put_body)
    return client


def _take_body(params: dict[str, Any], context: dict[str, Any], **_: object) -> dict[str, Any]:
    """Keep the ready body away from botocore's serializer."""
    context[_BODY] = params[_BODY]
    return {name: value for name, value in params.items() if name != _BODY}


def _put_body(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    """Put the ready body into the request before it is signed."""
    params["body"] = context[_BODY]


def _service_failure(error: ClientError, table: str) -> Failure:
    answer: Mapping[str, Any] = error.response
    metadata = answer["ResponseMetadata"]
    code = str(answer["Error"].get("Code") or "")
    status = int(metadata["HTTPStatusCode"])
    message = str(answer["Error"].get("Message") or f"HTTP status {status}")
    return Failure(
        service_rule(code, status),
        f"DynamoDB answered {code or status} for table {table}: {message}",
        code=code or str(status),
        request_id=metadata["HTTPHeaders"].get("x-amzn-requestid"),
        reasons=throttle_reasons(answer["Body"]),
    )


def _failure_of(error: Exception, endpoint: str | None = None) -> Failure:
    place = f" at {endpoint}" if endpoint else ""
    name = type(error).__name__
    return Failure(client_rule(error), f"DynamoDB{place}: {error}", code=name, request_id=None, reasons=())


def _check_whole(answer: _Answer) -> None:
    """Refuse a body that was cut short or altered on its way."""
    length = answer.headers.get("content-length")
    checksum = answer.headers.get("x-amz-crc32")
    if answer.headers.get("content-encoding", "identity") != "identity":
        length = checksum = None
    expectations: tuple[tuple[str | None, Callable[[bytes], int], str], ...] = (
        (length, len, "length"),
        (checksum, zlib.crc32, "checksum"),
    )
    for expected, measure, what in expectations:
        if expected is not None and int(expected) != measure(answer.body):
            raise Failure(
                CODE_RULES["InternalServerError"],
                f"DynamoDB's answer arrived with the wrong {what} ({len(answer.body)} bytes)",
                code="CorruptAnswer",
                request_id=answer.request_id,
                reasons=(),
            )
