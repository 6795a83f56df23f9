"""The JSON of the protocol: envelopes are parsed, items inside them stay bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from airflow_ddb_hive.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "BatchAnswer",
    "Capacity",
    "PageEnvelope",
    "error_of",
    "parse_batch_answer",
    "parse_page",
    "scan_body",
    "throttle_reasons",
]


class Capacity(msgspec.Struct):
    """What one table's part of a request consumed."""

    units: float = msgspec.field(default=0.0, name="CapacityUnits")
    table: str = msgspec.field(default="", name="TableName")


class PageEnvelope(msgspec.Struct):
    """A Scan or Query answer whose items are still bytes."""

    items: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"[]"), name="Items")
    count: int = msgspec.field(default=0, name="Count")
    scanned_count: int = msgspec.field(default=0, name="ScannedCount")
    last_key: dict[str, Any] | None = msgspec.field(default=None, name="LastEvaluatedKey")
    capacity: Capacity | None = msgspec.field(default=None, name="ConsumedCapacity")


class BatchAnswer(msgspec.Struct):
    """A BatchWriteItem answer; requests that were not done are the bytes to send again."""

    unprocessed: dict[str, list[msgspec.Raw]] = msgspec.field(default_factory=dict, name="UnprocessedItems")
    capacity: list[Capacity] = msgspec.field(default_factory=list, name="ConsumedCapacity")


class _Reason(msgspec.Struct):
    reason: str = ""


class _ErrorBody(msgspec.Struct):
    type: str = msgspec.field(default="", name="__type")
    upper: str = msgspec.field(default="", name="Message")
    lower: str = msgspec.field(default="", name="message")
    # ThrottlingException spells the list with a small letter, the other two with a capital.
    upper_reasons: list[_Reason] = msgspec.field(default_factory=list, name="ThrottlingReasons")
    lower_reasons: list[_Reason] = msgspec.field(default_factory=list, name="throttlingReasons")


_PAGE = msgspec.json.Decoder(PageEnvelope)
_BATCH = msgspec.json.Decoder(BatchAnswer)
_ERROR = msgspec.json.Decoder(_ErrorBody)


def parse_page(body: bytes) -> PageEnvelope:
    """Split a Scan or Query answer, leaving its items as they came.

    Example:
        >>> page = parse_page(b'{"Items":[{"a":{"S":"x"}}],"Count":1,"ScannedCount":1}')
        >>> bytes(page.items), page.count, page.last_key
        (b'[{"a":{"S":"x"}}]', 1, None)

    Raises:
        ServiceError: The body is not a page.
    """
    try:
        return _PAGE.decode(body)
    except msgspec.DecodeError as error:
        raise ServiceError(f"DynamoDB answered a page that cannot be read: {error}") from error


def parse_batch_answer(body: bytes) -> BatchAnswer:
    """Read a BatchWriteItem answer.

    Example:
        >>> parse_batch_answer(b'{"UnprocessedItems":{}}').unprocessed
        {}

    Raises:
        ServiceError: The body is not such an answer.
    """
    try:
        return _BATCH.decode(body)
    except msgspec.DecodeError as error:
        raise ServiceError(f"DynamoDB answered a batch in a form that cannot be read: {error}") from error


def error_of(body: bytes) -> tuple[str, str]:
    """Return code and message of an error answer; both empty if it has no such form.

    Example:
        >>> error_of(b'{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"oops"}')
        ('InternalServerError', 'oops')
    """
    parsed = _error_body(body)
    return parsed.type.rpartition("#")[2], parsed.upper or parsed.lower


def throttle_reasons(body: bytes) -> tuple[str, ...]:
    """Return the reasons that a throttling answer gives.

    Example:
        >>> throttle_reasons(b'{"throttlingReasons":[{"reason":"TableReadKeyRangeThroughputExceeded"}]}')
        ('TableReadKeyRangeThroughputExceeded',)
    """
    parsed = _error_body(body)
    return tuple(reason.reason for reason in (*parsed.upper_reasons, *parsed.lower_reasons))


def _error_body(body: bytes) -> _ErrorBody:
    try:
        return _ERROR.decode(body)
    except msgspec.DecodeError:
        return _ErrorBody()


def scan_body(
    table: str,
    attributes: Sequence[str] | None,
    *,
    index: str | None = None,
    consistent: bool = False,
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the body of a Scan request.

    ``attributes`` are projected through ``#n`` names, so that reserved words do no harm; ``None`` asks for whole
    items and an empty sequence for a count. ``options`` are further fields that change from page to page.

    Example:
        >>> scan_body("Music", [], options={"Segment": 0, "TotalSegments": 2})
        b'{"TableName":"Music","ReturnConsumedCapacity":"TOTAL","Select":"COUNT","Segment":0,"TotalSegments":2}'
    """
    body: dict[str, Any] = {"TableName": table, "ReturnConsumedCapacity": "TOTAL"}
    if index is not None:
        body["IndexName"] = index
    if consistent:
        body["ConsistentRead"] = True
    if attributes:
        names = {f"#n{position}": name for position, name in enumerate(attributes)}
        body["ProjectionExpression"] = ",".join(names)
        body["ExpressionAttributeNames"] = names
    elif attributes is not None:
        body["Select"] = "COUNT"
    body.update(options or {})
    return msgspec.json.encode(body)
