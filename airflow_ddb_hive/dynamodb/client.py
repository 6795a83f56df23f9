"""The connection to DynamoDB: botocore's credentials, signing, endpoints and proxies around bodies that stay bytes.

botocore's own parser takes 355 ms for a page of 1.2 MB, which a typed decoder reads in a tenth of that, and its client
0.8 ms for a request, so bodies are made and read here and sent by ``sender.py``. Retries are decided in ``retry.py``,
because botocore returns a page that fails its checksum on the last attempt as a good one.
"""

from __future__ import annotations

import os
import ssl
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import botocore.session
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies

from airflow_ddb_hive.dynamodb.answers import checked_body, damaged
from airflow_ddb_hive.dynamodb.connections import Connections, Patience
from airflow_ddb_hive.dynamodb.describe import description_of
from airflow_ddb_hive.dynamodb.errors_map import EXPIRED_CODES, NO_ANSWER, Kind, client_rule
from airflow_ddb_hive.dynamodb.retry import CallContext, Failure, RetryPolicy, send_with_retries
from airflow_ddb_hive.dynamodb.roles import proxies, session_in_role, without_keys
from airflow_ddb_hive.dynamodb.sender import Answer, Sender
from airflow_ddb_hive.errors import InputError, ServiceError

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

_T = TypeVar("_T")


class _GivenCredentials:
    """A credential provider that asks the session which the caller brought."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session

    def load_credentials(self) -> Any:
        return self._session.get_credentials()


class _LastingCredentials:
    """A credential provider that hands on credentials which renew themselves."""

    def __init__(self, access: AwsAccess) -> None:
        self._access = access

    def load_credentials(self) -> Any:
        return None if self._access.credentials is None else self._access.credentials()


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
        if urlsplit(client.meta.endpoint_url).scheme not in {"http", "https"}:
            raise InputError(f"endpoint {client.meta.endpoint_url}: give a URL that begins with http:// or https://")
        sender = Sender(client, _connections(client.meta.endpoint_url, access))
        return cls(client, policy or RetryPolicy(), sender=sender)

    def with_policy(self, **changes: Any) -> DynamoDB:
        """Return the same connection with another retry policy."""
        return DynamoDB(self._client, replace(self.policy, **changes), sender=self._sender)

    @property
    def endpoint_url(self) -> str:
        """Where requests go."""
        return str(self._client.meta.endpoint_url)

    def close(self) -> None:
        """Close the pooled connections."""
        self._sender.close()
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
        body = msgspec.json.encode({"TableName": table_name})
        return self.ask("DescribeTable", body, context, _described)

    def call(self, operation: str, body: bytes, context: CallContext) -> bytes:
        """Send a request body, again if need be, and return the answer's body, checked whole.

        Raises:
            DdbHiveError: What the failure means, once it is final.
        """
        return self.ask(operation, body, context, bytes)

    def ask(self, operation: str, body: bytes, context: CallContext, read: Callable[[bytes], _T]) -> _T:
        """Send a request body until ``read`` makes something of the answer; what it cannot read is asked for again.

        Args:
            operation: Such as ``Scan``.
            body: The request as JSON.
            context: What the request belongs to.
            read: Takes the answer's body; raises ServiceError if that is not what was asked for.

        Raises:
            DdbHiveError: What the failure means, once it is final.
        """

        def attempt() -> _T:
            try:
                answer = self._send(operation, body, context)
                value = read(answer)
            except ServiceError as error:
                raise self._unusable(f"to {operation} of table {context.table} {error.message}") from error
            except Failure as failure:
                if failure.rule.kind is not Kind.UNREACHABLE:
                    self._reached.set()
                raise
            self._reached.set()
            return value

        return send_with_retries(attempt, context, self.policy, reached=self._reached.is_set)

    def _unusable(self, what: str) -> Failure:
        """Of a whole answer that says something else: as long as there was no good one, it may not be DynamoDB's."""
        failure = damaged(what)
        if self._reached.is_set():
            return failure
        message = f"{self.endpoint_url}: the answer {what}"
        return Failure(NO_ANSWER, message, code=failure.code, request_id=None, consumed=True)

    def _send(self, operation: str, body: bytes, context: CallContext) -> bytes:
        try:
            answer = self._sender.send(operation, context.table, body, context.stop)
            if answer.signed_by:
                return self._checked(operation, answer, context.table)
        except (BotoCoreError, ValueError) as error:
            raise _failure_of(error, self.endpoint_url) from error
        return checked_body(answer, context.table)

    def _checked(self, operation: str, answer: Answer, table: str) -> bytes:
        """Of a refusal: credentials that ran out on the way pass, once there are others."""
        try:
            return checked_body(answer, table)
        except Failure as failure:
            if failure.code not in EXPIRED_CODES or not self._sender.has_new_keys(operation, table, answer.signed_by):
                raise
            raise failure.passing() from failure


def _make_client(access: AwsAccess, given: boto3.Session | None) -> Any:
    session = botocore.session.Session(profile=access.profile)
    if given is not None:
        session.register_component("credential_provider", _GivenCredentials(given))
        access = replace(access, region=access.region or given.region_name)
    elif access.credentials is not None and access.access_key_id is None:
        session.register_component("credential_provider", _LastingCredentials(access))
    if access.role_arn is not None:
        session, access = session_in_role(access, session), without_keys(access)
    return session.create_client(
        "dynamodb",
        region_name=access.region,
        endpoint_url=access.dynamodb_endpoint_url,
        aws_access_key_id=access.access_key_id,
        aws_secret_access_key=access.secret_access_key,
        aws_session_token=access.session_token,
        config=Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=_CONNECTIONS,
            parameter_validation=False,
            proxies=proxies(access),
            retries={"mode": "standard", "total_max_attempts": 1},
        ),
    )


def _failure_of(error: Exception, endpoint: str | None = None) -> Failure:
    place = f" at {endpoint}" if endpoint else ""
    name = type(error).__name__
    rule = client_rule(error)
    # A cut connection may have had an answer on it, and then the units are gone.
    consumed = rule.kind is Kind.TRANSIENT
    return Failure(rule, f"DynamoDB{place}: {error}", code=name, request_id=None, consumed=consumed)


def _connections(endpoint_url: str, access: AwsAccess) -> Connections | None:
    """Connections of our own, but where a proxy is on the way: botocore knows them all."""
    if access.proxy_url is not None or get_environ_proxies(endpoint_url):
        return None
    tls = None
    if endpoint_url.startswith("https:"):
        session = botocore.session.Session(profile=access.profile)
        bundle = session.get_config_variable("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE")
        tls = ssl.create_default_context(cafile=bundle or get_cert_path(verify=True))
    return Connections(tls, Patience(connect_seconds=_CONNECT_SECONDS, silence_seconds=_READ_SECONDS))


def _described(body: bytes) -> TableDescription:
    try:
        return description_of(msgspec.json.decode(body)["Table"])
    except (msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
        raise ServiceError(f"describes no table: {error}") from error
