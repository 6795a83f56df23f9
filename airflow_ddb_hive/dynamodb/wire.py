"""The JSON of the protocol: envelopes are parsed, items inside them stay bytes."""

from __future__ import annotations

from typing import Any

import msgspec

from airflow_ddb_hive.dynamodb.throttling import ThrottleCause
from airflow_ddb_hive.errors import ServiceError

__all__ = [
    "BatchAnswer",
    "Capacity",
    "GetAnswer",
    "PageEnvelope",
    "error_of",
    "parse_batch_answer",
    "parse_get_answer",
    "parse_page",
    "throttle_causes",
]


_NO_ITEMS = msgspec.Raw(b"[]")


class _Part(msgspec.Struct):
    units: float = msgspec.field(default=0.0, name="CapacityUnits")


class Capacity(msgspec.Struct):
    """What one table's part of a request consumed: in all, and in each global index if that was asked for."""

    units: float = msgspec.field(default=0.0, name="CapacityUnits")
    table: str = msgspec.field(default="", name="TableName")
    indexes: dict[str, _Part] = msgspec.field(default_factory=dict, name="GlobalSecondaryIndexes")

    @property
    def index_units(self) -> dict[str, float]:
        """Units of each global index."""
        return {name: part.units for name, part in self.indexes.items()}


class PageEnvelope(msgspec.Struct):
    """A Scan or Query answer whose items are still bytes."""

    items: msgspec.Raw = msgspec.field(default=_NO_ITEMS, name="Items")
    count: int = msgspec.field(default=-1, name="Count")
    scanned_count: int = msgspec.field(default=0, name="ScannedCount")
    last_key: dict[str, Any] | None = msgspec.field(default=None, name="LastEvaluatedKey")
    capacity: Capacity | None = msgspec.field(default=None, name="ConsumedCapacity")


class BatchAnswer(msgspec.Struct):
    """A BatchWriteItem answer; requests that were not done are the bytes to send again."""

    unprocessed: dict[str, list[msgspec.Raw]] = msgspec.field(name="UnprocessedItems")
    capacity: list[Capacity] = msgspec.field(default_factory=list, name="ConsumedCapacity")


class _Keys(msgspec.Struct):
    keys: list[msgspec.Raw] = msgspec.field(default_factory=list, name="Keys")


class GetAnswer(msgspec.Struct):
    """A BatchGetItem answer; items are bytes, and so are the keys of those that it leaves out."""

    responses: dict[str, list[msgspec.Raw]] = msgspec.field(name="Responses")
    unprocessed: dict[str, _Keys] = msgspec.field(name="UnprocessedKeys")
    capacity: list[Capacity] = msgspec.field(default_factory=list, name="ConsumedCapacity")

    @property
    def items(self) -> list[bytes]:
        """The items, in no particular order."""
        return [bytes(raw) for group in self.responses.values() for raw in group]

    @property
    def left(self) -> list[bytes]:
        """The keys to ask for again."""
        return [bytes(raw) for group in self.unprocessed.values() for raw in group.keys]


class _Reason(msgspec.Struct):
    reason: str = ""
    resource: str = ""


class _ErrorBody(msgspec.Struct):
    type: str = msgspec.field(default="", name="__type")
    upper: str = msgspec.field(default="", name="Message")
    lower: str = msgspec.field(default="", name="message")
    # ThrottlingException spells the list with a small letter, the other two with a capital.
    upper_reasons: list[_Reason] = msgspec.field(default_factory=list, name="ThrottlingReasons")
    lower_reasons: list[_Reason] = msgspec.field(default_factory=list, name="throttlingReasons")


_PAGE = msgspec.json.Decoder(PageEnvelope)
_BATCH = msgspec.json.Decoder(BatchAnswer)
_GET = msgspec.json.Decoder(GetAnswer)
_ERROR = msgspec.json.Decoder(_ErrorBody)


def parse_page(body: bytes, *, counting: bool = False) -> PageEnvelope:
    """Split a Scan or Query answer, leaving its items as they came; only one that is ``counting`` may have none.

    Example:
        >>> page = parse_page(b'{"Items":[{"a":{"S":"x"}}],"Count":1,"ScannedCount":1}')
        >>> bytes(page.items), page.count, page.last_key
        (b'[{"a":{"S":"x"}}]', 1, None)

    Raises:
        ServiceError: The body is not a page.
    """
    try:
        page = _PAGE.decode(body)
    except msgspec.DecodeError as error:
        raise ServiceError(f"is a page that cannot be read: {error}") from error
    if page.count < 0 or (not counting and page.items is _NO_ITEMS):
        raise ServiceError("is a page without items or their number")
    return page


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
        raise ServiceError(f"does not say what was written: {error}") from error


def parse_get_answer(body: bytes) -> GetAnswer:
    """Split a BatchGetItem answer, leaving items and keys as they came.

    Example:
        >>> answer = parse_get_answer(b'{"Responses":{"T":[{"a":{"N":"1"}}]},"UnprocessedKeys":{"T":{"Keys":[{}]}}}')
        >>> answer.items, answer.left
        ([b'{"a":{"N":"1"}}'], [b'{}'])

    Raises:
        ServiceError: The body is not such an answer.
    """
    try:
        return _GET.decode(body)
    except msgspec.DecodeError as error:
        raise ServiceError(f"cannot be read as items: {error}") from error


def error_of(body: bytes) -> tuple[str, str]:
    """Return code and message of an error answer; both empty if it has no such form.

    Example:
        >>> error_of(b'{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"oops"}')
        ('InternalServerError', 'oops')
    """
    parsed = _error_body(body)
    return parsed.type.rpartition("#")[2], parsed.upper or parsed.lower


def throttle_causes(body: bytes) -> tuple[ThrottleCause, ...]:
    """Return the reasons that a throttling answer gives, each with the table or index that it is about.

    Example:
        >>> throttle_causes(b'{"throttlingReasons":[{"reason":"TableReadKeyRangeThroughputExceeded"}]}')
        (ThrottleCause(reason='TableReadKeyRangeThroughputExceeded', resource=''),)
    """
    parsed = _error_body(body)
    reasons = (*parsed.upper_reasons, *parsed.lower_reasons)
    return tuple(ThrottleCause(reason.reason, reason.resource) for reason in reasons)


def _error_body(body: bytes) -> _ErrorBody:
    try:
        return _ERROR.decode(body)
    except msgspec.ValidationError:
        # Something in it is of another kind than it should be: the code is all that matters.
        return _ErrorBody(type=_code_alone(body))
    except msgspec.DecodeError:
        return _ErrorBody()


def _code_alone(body: bytes) -> str:
    parsed = msgspec.json.decode(body)
    code = parsed.get("__type") if isinstance(parsed, dict) else None
    return code if isinstance(code, str) else ""
