"""Fetches items by their whole keys until none of them is left out: DynamoDB answers with a part when it has to.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.fetch import Channel, fetch_items
from airflow_ddb_hive.dynamodb.retry import backoff_seconds
from airflow_ddb_hive.dynamodb.throttling import throttled_error
from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from airflow_ddb_hive.dynamodb.page import Page

__all__ = ["MOST_KEYS", "get_pages"]

MOST_KEYS = 100
"""The most keys that a request may ask for."""

_ANSWER_BYTES = 4 * 2**20
"""What an answer should hold, by the table's average; DynamoDB stops at 16 MB, too much for each of several threads."""

_LARGE_ANSWER_BYTES = 2**20
"""An answer of this size was cut for its size; a smaller one because the table is throttled."""

_UNPROCESSED = "UnprocessedKeys"


def get_pages(channel: Channel, keys: Sequence[bytes], body: Callable[[Sequence[bytes]], bytes]) -> Iterator[Page]:
    """Yield the items of all keys, an answer at a time; keys that have no item bring nothing.

    Args:
        channel: What the requests go through.
        keys: Whole keys as JSON, no two of them equal.
        body: Makes the request for some of them.

    Raises:
        ThrottledError: No key was answered for as long as a request may be retried.
        DdbHiveError: As :func:`~airflow_ddb_hive.dynamodb.fetch.fetch_page`.
    """
    rest = list(keys)
    attempt, since = 0, time.monotonic()
    while rest:
        asked = rest[: _request_keys(channel)]
        page, left = fetch_items(channel, body(asked), len(asked))
        rest = [*left, *rest[len(asked) :]]
        if page.count:
            yield page
        if len(left) < len(asked):
            attempt, since = 0, time.monotonic()
        if left and len(page.items) < _LARGE_ANSWER_BYTES:
            attempt += 1
            _wait(channel, attempt, since)


def _request_keys(channel: Channel) -> int:
    """How many keys a request may ask for: no more than a second's budget, and no answer that fills the memory."""
    average = channel.costs.average_bytes
    by_size = int(_ANSWER_BYTES / average) if average else MOST_KEYS
    return max(1, min(MOST_KEYS, channel.pacer.page_limit, by_size))


def _wait(channel: Channel, attempt: int, since: float) -> None:
    """Give a throttled table time, the more the longer it says nothing."""
    channel.meter.retried(_UNPROCESSED)
    policy = channel.db.policy
    waited = channel.pacer.seconds_without_progress(since)
    if waited > policy.retry_seconds:
        raise throttled_error(channel.table, (_UNPROCESSED,), waited)
    if channel.stop.wait(backoff_seconds(attempt, policy)):
        raise JobCancelledError(f"the job was cancelled while it read table {channel.table}", table=channel.table)
