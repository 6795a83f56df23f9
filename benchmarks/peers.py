"""What users have today, each as a child process: ``python -m benchmarks.peers NAME TABLE [ITEMS]``.

The clock of a peer starts after its imports and its client (and, for writers, after its items are made), so
start-up never counts against it. The last line on stdout is JSON.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from unittest import mock

from benchmarks.replay.flights import flight

__all__ = ["READERS", "WRITERS", "available"]

_Work = Callable[[], int]


def _table_scan(table_name: str, _: int) -> _Work:
    import boto3

    table = boto3.resource("dynamodb").Table(table_name)

    def work() -> int:
        answer = table.scan()
        count = len(answer["Items"])
        while "LastEvaluatedKey" in answer:
            answer = table.scan(ExclusiveStartKey=answer["LastEvaluatedKey"])
            count += len(answer["Items"])
        return count

    return work


def _paginator(table_name: str, _: int) -> _Work:
    import boto3

    paginator = boto3.client("dynamodb").get_paginator("scan")
    return lambda: sum(len(page["Items"]) for page in paginator.paginate(TableName=table_name))


def _operator(table_name: str, _: int) -> _Work:
    """The operator's own ``execute``; only the upload is left out."""
    from airflow.providers.amazon.aws.transfers import dynamodb_to_s3

    lines = [0]

    def to_bytes(item: dict[str, Any]) -> bytes:
        lines[0] += 1
        return dynamodb_to_s3._convert_item_to_json_bytes(item)  # noqa: SLF001 - the operator's default, counted

    operator = dynamodb_to_s3.DynamoDBToS3Operator(
        task_id="export",
        dynamodb_table_name=table_name,
        s3_bucket_name="unused",
        source_aws_conn_id=None,
        process_func=to_bytes,
    )

    def work() -> int:
        with mock.patch.object(dynamodb_to_s3, "_upload_file_to_s3", autospec=True):
            operator.execute({})
        return lines[0]

    return work


def _awswrangler(table_name: str, _: int) -> _Work:
    awswrangler = importlib.import_module("awswrangler")  # seldom installed, so checkers can't know it
    return lambda: len(awswrangler.dynamodb.read_items(table_name=table_name, allow_full_scan=True))


def _batch_writer(table_name: str, count: int) -> _Work:
    import boto3

    table = boto3.resource("dynamodb").Table(table_name)
    items = _python_items(count)

    def work() -> int:
        with table.batch_writer() as batch:
            for item in items:
                batch.put_item(Item=item)
        return count

    return work


def _python_items(count: int) -> list[dict[str, Any]]:
    casts: dict[str, Callable[[Any], Any]] = {"N": Decimal, "S": str, "BOOL": bool}
    return [
        {name: casts[tag](content) for name, value in flight(row).items() for tag, content in value.items()}
        for row in range(count)
    ]


READERS: dict[str, Callable[[str, int], _Work]] = {
    "boto3 Table.scan": _table_scan,
    "boto3 scan paginator": _paginator,
    "DynamoDBToS3Operator": _operator,
    "awswrangler read_items": _awswrangler,
}
WRITERS: dict[str, Callable[[str, int], _Work]] = {"boto3 batch_writer": _batch_writer}

_NEEDS = {"awswrangler read_items": "awswrangler", "DynamoDBToS3Operator": "airflow"}


def available(names: Iterable[str]) -> list[str]:
    """The peers that this environment has."""
    return [name for name in names if importlib.util.find_spec(_NEEDS.get(name, "boto3")) is not None]


def main() -> None:
    """Run one peer and say what it took."""
    name, table_name, *count = sys.argv[1:]
    work = (READERS | WRITERS)[name](table_name, int(count[0]) if count else 0)
    cpu, wall = time.process_time(), time.perf_counter()
    items = work()
    took = {"cpu_seconds": time.process_time() - cpu, "wall_seconds": time.perf_counter() - wall}
    print(json.dumps({"items": items, **took}))


if __name__ == "__main__":
    main()
