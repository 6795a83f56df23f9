"""Runs one recorded case of the real connector on the local engine, against a real DynamoDB Local.

Usable by any runner: ``run(case, endpoint_url, folder)`` with a case of ``connector-golden`` as a dict.
"""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError
from airflow_ddb_hive.model.access import AwsAccess
from tests.connector_golden.compare import same_items
from tests.connector_golden.headers import printed_names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from airflow_ddb_hive.engines.local.result import StatementResult

__all__ = ["run"]

Case = dict[str, Any]
Outcome = dict[str, Any]

_REGION = "us-east-1"
_KEY = "golden"
_BATCH = 25


def run(case: Case, endpoint_url: str, folder: str | Path) -> Outcome:
    """Run a case's script and return what it did, in the recordings' form.

    Tables of the case's names that the endpoint already has are dropped first, and the case's own at the end.
    """
    folder = Path(folder)
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint_url,
        region_name=_REGION,
        aws_access_key_id=_KEY,
        aws_secret_access_key=_KEY,
    )
    try:
        for table in case["tables"]:
            _create_table(client, table)
        _put_files(case["files"], folder)
        before = _files(folder)
        outcome = _run_script(case["script"], endpoint_url, folder)
        after = _files(folder)
        outcome["after"] = {table["TableName"]: _after(client, table) for table in case["tables"]}
        outcome["written"] = {name: text for name, text in after.items() if before.get(name) != text}
        outcome["removed"] = sorted(set(before) - set(after))
        return outcome
    finally:
        for table in case["tables"]:
            _drop_table(client, table["TableName"])
        client.close()


def _create_table(client: DynamoDBClient, table: dict[str, Any]) -> None:
    name = table["TableName"]
    _drop_table(client, name)
    client.create_table(**{key: value for key, value in table.items() if key != "items"})
    requests: Any = [{"PutRequest": {"Item": _boto_item(item)}} for item in table["items"]]
    while requests:
        answer = client.batch_write_item(RequestItems={name: requests[:_BATCH]})
        requests = [*answer["UnprocessedItems"].get(name, []), *requests[_BATCH:]]


def _drop_table(client: DynamoDBClient, name: str) -> None:
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        client.delete_table(TableName=name)


def _boto_value(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value as boto3 takes it: bytes where the JSON has Base64."""
    ((tag, content),) = value.items()
    convert: dict[str, Any] = {
        "B": base64.b64decode,
        "BS": lambda parts: [base64.b64decode(part) for part in parts],
        "L": lambda parts: [_boto_value(part) for part in parts],
        "M": _boto_item,
    }
    return {tag: convert.get(tag, lambda same: same)(content)}


def _boto_item(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _boto_value(value) for name, value in item.items()}


def _json_value(value: dict[str, Any]) -> dict[str, Any]:
    """The reverse of ``_boto_value``."""
    ((tag, content),) = value.items()
    convert: dict[str, Any] = {
        "B": _base64,
        "BS": lambda parts: [_base64(part) for part in parts],
        "L": lambda parts: [_json_value(part) for part in parts],
        "M": _json_item,
    }
    return {tag: convert.get(tag, lambda same: same)(content)}


def _json_item(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _json_value(value) for name, value in sorted(item.items())}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _after(client: DynamoDBClient, table: dict[str, Any]) -> list[dict[str, Any]] | str:
    pages = client.get_paginator("scan").paginate(TableName=table["TableName"], ConsistentRead=True)
    items = [_json_item(item) for page in pages for item in page["Items"]]
    if same_items(items, table["items"]):
        return "unchanged"
    keys = [key["AttributeName"] for key in table["KeySchema"]]
    return sorted(items, key=lambda item: [_key_order(item[key]) for key in keys])


def _key_order(value: dict[str, Any]) -> tuple[float, str]:
    return (float(value["N"]), "") if "N" in value else (0.0, next(iter(value.values())))


def _put_files(files: dict[str, str], folder: Path) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        is_binary = text.startswith("base64:")
        path.write_bytes(base64.b64decode(text.removeprefix("base64:")) if is_binary else text.encode())


def _files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): _base64(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _run_script(script: list[Any], endpoint_url: str, folder: Path) -> Outcome:
    access = AwsAccess(region=_REGION, dynamodb_endpoint_url=endpoint_url, access_key_id=_KEY, secret_access_key=_KEY)
    outcome: Outcome = {"results": []}
    with LocalSession(access=access, hiveconfs={"dynamodb.yarn.enabled": "false"}) as session:
        for statement in script:
            if not isinstance(statement, str):
                return outcome | {"error": f"the tool {statement['tool']} is not supported"}
            text = statement.replace("@DIR@", str(folder)).replace("@ENDPOINT@", endpoint_url)
            try:
                outcome["results"] += [_result(text, result) for result in session.run_script(text)]
            except DdbHiveError as error:
                failure = {"error": error.hive_text(), "causes": _causes(error)}
                outcome["results"].append(failure)
                return outcome | {"error": failure["error"], "cause": error.message}
    return outcome


def _result(text: str, result: StatementResult) -> dict[str, Any]:
    try:
        lines = list(result.lines())
        if result.columns is None:
            return {}
        names = printed_names(text, [column.name for column in result.columns])
        types = [column.type for column in result.columns]
        return {"columns": [f"{name} {kind}" for name, kind in zip(names, types, strict=True)], "rows": lines}
    finally:
        result.close()


def _causes(error: BaseException) -> list[str]:
    causes = []
    cause: BaseException | None = error
    while cause is not None:
        causes.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__
    return causes
