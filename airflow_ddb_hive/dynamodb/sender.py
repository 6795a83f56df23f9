"""Signs ready bodies and sends them: two thirds of what a request costs through a method of botocore's client.

What a request looks like is asked of the client once for each operation and table, by a call that is stopped before
it reaches the network: URL (region, FIPS, dual stack, custom endpoint), headers (User-Agent, target) and the settings
of the signature are botocore's own, as are signer, credentials, and, behind a proxy, connections. Everything is handed
over by botocore's events; no private name of it is used.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSPreparedRequest, AWSRequest, HeadersDict
from botocore.hooks import first_non_none_response

from airflow_ddb_hive.dynamodb.framing import Answer
from airflow_ddb_hive.dynamodb.signing import SignedForm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.dynamodb.connections import Connections

__all__ = ["Answer", "Sender"]

_METHODS = {
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "CreateTable": "create_table",
    "DeleteTable": "delete_table",
    "DescribeTable": "describe_table",
    "Query": "query",
    "Scan": "scan",
}
_NO_REQUESTS: dict[str, Any] = {"BatchGetItem": {"Keys": []}, "BatchWriteItem": []}
"""What stands for a table's part of a batch."""

_DRAFT = b"a body that is never sent"
_SIGNATURE_VERSION = "v4"
_FIRST_REFUSAL = 400
_SCOPE_PARTS = 5
"""Access key, day, region, service and ``aws4_request``."""


class _Drafted(Exception):  # noqa: N818 - not an error: it ends the call that only asks what a request looks like
    pass


@dataclass(slots=True)
class _Draft:
    """What botocore's events tell of one call."""

    request: dict[str, Any] | None = None
    signer: Any = None
    endpoint: Any = None


@dataclass(frozen=True, slots=True)
class _Template:
    method: str
    url: str
    headers: Mapping[str, str]
    context: Mapping[str, Any]
    signer: Any
    http_session: Any
    form: SignedForm | None = None

    def prepare(self, operation: str, body: bytes) -> AWSPreparedRequest:
        """Return the request with this body, signed with the credentials of this moment."""
        if self.form is None:
            return self.sign_by_botocore(operation, body)
        auth = self.signer.get_auth_instance(self.form.service, self.form.region, _SIGNATURE_VERSION)
        headers: Any = HeadersDict(self.headers)
        headers.update(self.form.sign(body, auth.credentials))
        headers["Content-Length"] = str(len(body))
        return AWSPreparedRequest(self.method, self.url, headers, body, stream_output=False)

    def sign_by_botocore(self, operation: str, body: bytes) -> AWSPreparedRequest:
        """Return the same, all of it made by botocore."""
        request = AWSRequest(self.method, self.url, self.headers, body)
        request.context = dict(self.context)
        self.signer.sign(operation, request)
        return request.prepare()


class Sender:
    """Sends bodies by a client's connections; thread-safe.

    Args:
        client: A DynamoDB client of botocore whose methods nobody else calls, made without validation of parameters.
        connections: What requests are sent by; ``None`` leaves them to botocore, which knows proxies.
    """

    def __init__(self, client: Any, connections: Connections | None = None) -> None:
        self._client = client
        self._connections = connections
        self._templates: dict[tuple[str, str], _Template] = {}
        self._lock = threading.Lock()
        self._draft = _Draft()
        events = client.meta.events
        # Last, so that all other handlers have made their changes to the request.
        events.register_last("before-call.dynamodb", self._note_request)
        events.register_first("before-send.dynamodb", _stop_draft)
        events.register_first("needs-retry.dynamodb", self._note_endpoint)

    def send(self, operation: str, table: str, body: bytes, stop: threading.Event | None = None) -> Answer:
        """Send one request, once, and return whatever is answered; ``stop`` ends the wait for it.

        Raises:
            JobCancelledError: ``stop`` was set.
            BotoCoreError: There are no credentials, or no answer came.
            ValueError: The endpoint is no URL.
        """
        prepared = self._template(operation, table).prepare(operation, body)
        answer = self._answer(operation, table, prepared, stop)
        return answer if answer.status < _FIRST_REFUSAL else replace(answer, signed_by=_access_key(prepared))

    def has_new_keys(self, operation: str, table: str, signed_by: str) -> bool:
        """Whether a request would now be signed with another access key than the one that signed a refused one.

        Raises:
            BotoCoreError: Credentials could not be renewed.
        """
        return signed_by != _access_key(self._template(operation, table).prepare(operation, _DRAFT))

    def _template(self, operation: str, table: str) -> _Template:
        return self._templates.get((operation, table)) or self._make_template(operation, table)

    def _answer(self, operation: str, table: str, prepared: AWSPreparedRequest, stop: threading.Event | None) -> Answer:
        # Whoever answers requests without a network, such as moto, does so here.
        handlers = self._client.meta.events.emit(f"before-send.dynamodb.{operation}", request=prepared)
        response = first_non_none_response(handlers)
        if response is None and self._connections is not None:
            return self._connections.send(prepared, stop or threading.Event())
        response = response or self._template(operation, table).http_session.send(prepared)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, response.content)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        if self._connections is not None:
            self._connections.close()

    def _make_template(self, operation: str, table: str) -> _Template:
        # The table is named because endpoints may be chosen by it.
        none = _NO_REQUESTS.get(operation)
        parameters: dict[str, Any] = {"TableName": table} if none is None else {"RequestItems": {table: none}}
        with self._lock:
            self._draft = draft = _Draft()
            try:
                getattr(self._client, _METHODS[operation])(**parameters)
            except _Drafted:
                template = _with_form(operation, _template_of(draft))
            else:
                raise RuntimeError(f"botocore sent {operation} to table {table} although it was stopped")
            self._templates[operation, table] = template
            return template

    def _note_request(self, params: dict[str, Any], request_signer: Any, **_: object) -> None:
        self._draft.request = {**params, "headers": dict(params["headers"])}
        self._draft.signer = request_signer
        params["body"] = _DRAFT

    def _note_endpoint(self, endpoint: Any, **_: object) -> None:
        """Asked after each call, also one that was stopped, by whoever may send it again: by its endpoint."""
        self._draft.endpoint = endpoint


def _stop_draft(request: Any, **_: object) -> None:
    if request.body is _DRAFT:
        raise _Drafted


def _template_of(draft: _Draft) -> _Template:
    if draft.request is None or draft.endpoint is None:
        raise RuntimeError("botocore's events no longer tell of a request: use the botocore that this was tested with")
    request = draft.request
    return _Template(
        method=request["method"],
        url=request["url"],
        headers=request["headers"],
        context=request["context"],
        signer=draft.signer,
        http_session=draft.endpoint.http_session,
    )


def _with_form(operation: str, template: _Template) -> _Template:
    """The template with a form of signature, if botocore signs in a way that can be repeated."""
    sample = template.sign_by_botocore(operation, _DRAFT)
    headers = {name: _text(value) for name, value in sample.headers.items()}
    scope = headers.get("Authorization", "").partition(",")[0].split("/")
    if len(scope) != _SCOPE_PARTS:
        return template
    auth = template.signer.get_auth_instance(scope[3], scope[2], _SIGNATURE_VERSION)
    if auth.credentials is None:
        return template
    return replace(template, form=SignedForm.learn(sample.method, sample.url, headers, _DRAFT, auth.credentials))


def _access_key(prepared: AWSPreparedRequest) -> str:
    """Whose key signed a request: what stands between ``Credential=`` and the day."""
    authorization = _text(prepared.headers.get("Authorization") or "")
    return authorization.partition("Credential=")[2].partition("/")[0]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
