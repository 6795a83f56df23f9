"""Tells a good answer from a damaged one and from a refusal, whatever stands between us and DynamoDB."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.errors_map import CODE_RULES, NO_ANSWER, service_rule
from airflow_ddb_hive.dynamodb.retry import Failure
from airflow_ddb_hive.dynamodb.wire import error_of, throttle_causes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.dynamodb.framing import Answer

__all__ = ["checked_body", "damaged"]

_FIRST_FAILURE = 300
_FIRST_SERVER_FAULT = 500
_REQUEST_ID = "x-amzn-requestid"


def checked_body(answer: Answer, table: str) -> bytes:
    """Return the body of a success that arrived as it was sent.

    Example:
        >>> from airflow_ddb_hive.dynamodb.framing import Answer
        >>> checked_body(Answer(200, {"x-amz-crc32": "2745614147"}, b"{}"), "Music")
        b'{}'

    Raises:
        Failure: The body was cut short or altered, or it says what went wrong.
    """
    harm = _harm(answer.headers, answer.body)
    if harm is not None:
        raise damaged(f"arrived {harm} ({len(answer.body)} bytes)", answer.headers.get(_REQUEST_ID))
    if answer.status < _FIRST_FAILURE:
        return answer.body
    raise _refusal(answer, table)


def damaged(what: str, request_id: str | None = None) -> Failure:
    """Return the failure of an answer that cannot be used and is worth asking for again.

    Example:
        >>> damaged("has no Items").message
        "DynamoDB's answer has no Items"
    """
    rule = CODE_RULES["InternalServerError"]
    return Failure(rule, f"DynamoDB's answer {what}", code="CorruptAnswer", request_id=request_id, consumed=True)


def _harm(headers: Mapping[str, str], body: bytes) -> str | None:
    if headers.get("content-encoding", "identity") != "identity":
        return None
    length = headers.get("content-length")
    if length is not None and length != str(len(body)):
        return "with the wrong length"
    checksum = headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(zlib.crc32(body)):
        return "with the wrong checksum"
    return None


def _refusal(answer: Answer, table: str) -> Failure:
    code, said = error_of(answer.body)
    rule = service_rule(code, answer.status)
    if not code and answer.status < _FIRST_SERVER_FAULT:
        # A proxy, or a server of another kind: DynamoDB names what it refuses.
        rule = NO_ANSWER
    return Failure(
        rule,
        f"DynamoDB answered {code or answer.status} for table {table}: {said or f'HTTP status {answer.status}'}",
        code=code or str(answer.status),
        request_id=answer.headers.get(_REQUEST_ID),
        causes=throttle_causes(answer.body),
    )
