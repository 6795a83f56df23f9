"""Signs ready bodies and sends them: two thirds of what a request costs through a method of botocore's client.

What a request looks like is asked of the client once for each operation and table, by a call that is stopped before
it reaches the network: URL (region, FIPS, dual stack, custom endpoint), headers (User-Agent, target) and the settings
of the signature are botocore's own, as are signer, credentials, proxies, certificates, connections and timeouts.
Everything is handed over by botocore's events; no private name of it is used.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSRequest
from botocore.hooks import first_non_none_response

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Answer", "Sender"]

_METHODS = {
    "BatchWriteItem": "batch_write_item",
    "CreateTable": "create_table",
    "DeleteTable": "delete_table",
    "DescribeTable": "describe_table",
    "Query": "query",
    "Scan": "scan",
}
_DRAFT = b"a body that is never sent"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers under names of any case, and a body that nobody has looked at."""

    status: int
    headers: Mapping[str, str]
    body: bytes


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


class Sender:
    """Sends bodies by a client's connections; thread-safe.

    Args:
        client: A DynamoDB client of botocore whose methods nobody else calls, made without validation of parameters.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._templates: dict[tuple[str, str], _Template] = {}
        self._lock = threading.Lock()
        self._draft = _Draft()
        events = client.meta.events
        # Last, so that all other handlers have made their changes to the request.
        events.register_last("before-call.dynamodb", self._note_request)
        events.register_first("before-send.dynamodb", _stop_draft)
        events.register_first("needs-retry.dynamodb", self._note_endpoint)

    def send(self, operation: str, table: str, body: bytes) -> Answer:
        """Send one request, once, and return whatever is answered.

        Raises:
            BotoCoreError: There are no credentials, or no answer came.
            ValueError: The endpoint is no URL.
        """
        template = self._templates.get((operation, table)) or self._make_template(operation, table)
        request = AWSRequest(template.method, template.url, template.headers, body)
        request.context = dict(template.context)
        template.signer.sign(operation, request)
        prepared = request.prepare()
        # Whoever answers requests without a network, such as moto, does so here.
        handlers = self._client.meta.events.emit(f"before-send.dynamodb.{operation}", request=prepared)
        response = first_non_none_response(handlers) or template.http_session.send(prepared)
        return Answer(response.status_code, response.headers, response.content)

    def _make_template(self, operation: str, table: str) -> _Template:
        # The table is named because endpoints may be chosen by it.
        parameters: dict[str, Any] = (
            {"RequestItems": {table: []}} if operation == "BatchWriteItem" else {"TableName": table}
        )
        with self._lock:
            self._draft = draft = _Draft()
            try:
                getattr(self._client, _METHODS[operation])(**parameters)
            except _Drafted:
                template = _template_of(draft)
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
