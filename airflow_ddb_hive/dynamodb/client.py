"""The connection to DynamoDB: botocore's credentials, signing, endpoints and proxies around bodies that stay bytes.

botocore's own parser takes 355 ms for a page of 1.2 MB, which a typed decoder reads in a tenth of that, and its client
0.8 ms for a request, so bodies are made and read here and sent by ``sender.py``. Retries are decided in ``retry.py``,
because botocore returns a page that fails its checksum on the last attempt as a good one.
"""

from __future__ import annotations

import threading
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from airflow_ddb_hive.dynamodb.describe import description_of
from airflow_ddb_hive.dynamodb.errors_map import CODE_RULES, client_rule, service_rule
from airflow_ddb_hive.dynamodb.retry import CallContext, Failure, RetryPolicy, send_with_retries
from airflow_ddb_hive.dynamodb.sender import Answer, Sender
from airflow_ddb_hive.dynamodb.wire import error_of, throttle_reasons

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3

    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["DynamoDB"]

_CONNECT_SECONDS = 5
_READ_SECONDS = 8
"""A page takes DynamoDB far less; and whoever cancels a job waits this long for an answer that never comes."""
_CONNECTIONS = 64
_FIRST_FAILURE = 300
_REQUEST_ID = "x-amzn-requestid"


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

    def __init__(self, client: Any, policy: RetryPolicy, *, sender: Sender | None = None) -> None:
        self._client = client
        self._sender = sender or Sender(client)
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
        return DynamoDB(self._client, replace(self.policy, **changes), sender=self._sender)

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
            body_bytes = self._send(operation, body, context.table)
            self._reached.set()
            return body_bytes

        return send_with_retries(attempt, context, self.policy, reached=self._reached.is_set)

    def _send(self, operation: str, body: bytes, table: str) -> bytes:
        try:
            answer = self._sender.send(operation, table, body)
        except (BotoCoreError, ValueError) as error:
            raise _failure_of(error, self.endpoint_url) from error
        if answer.status >= _FIRST_FAILURE:
            self._reached.set()
            raise _service_failure(answer, table)
        _check_whole(answer)
        return answer.body


def _make_client(access: AwsAccess, given: boto3.Session | None) -> Any:
    session = botocore.session.Session(profile=access.profile)
    if given is not None:
        session.register_component("credential_provider", _GivenCredentials(given))
    return session.create_client(
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


def _service_failure(answer: Answer, table: str) -> Failure:
    code, said = error_of(answer.body)
    message = said or f"HTTP status {answer.status}"
    return Failure(
        service_rule(code, answer.status),
        f"DynamoDB answered {code or answer.status} for table {table}: {message}",
        code=code or str(answer.status),
        request_id=answer.headers.get(_REQUEST_ID),
        reasons=throttle_reasons(answer.body),
    )


def _failure_of(error: Exception, endpoint: str | None = None) -> Failure:
    place = f" at {endpoint}" if endpoint else ""
    name = type(error).__name__
    return Failure(client_rule(error), f"DynamoDB{place}: {error}", code=name, request_id=None, reasons=())


def _check_whole(answer: Answer) -> None:
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
                request_id=answer.headers.get(_REQUEST_ID),
                reasons=(),
            )
