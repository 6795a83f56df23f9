"""Operators that explain their job on the local engine: nothing is read, written or made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalEngine
from airflow_ddb_hive.operators import (
    DynamoDBExportOperator,
    DynamoDBImportOperator,
    DynamoDBJoinOperator,
    DynamoDBQueryOperator,
)
from tests.support.faulty_dynamodb import faulty_dynamodb


def operators(folder: Path) -> list[Any]:
    """One of each that reads or writes."""
    columns = {"id": "bigint"}
    return [
        DynamoDBExportOperator(task_id="a", table_name="Faulty", location=f"{folder}/out/", explain_only=True),
        DynamoDBImportOperator(task_id="b", table_name="Faulty", location=f"{folder}/in/", explain_only=True),
        DynamoDBQueryOperator(
            task_id="c", table_name="Faulty", columns=columns, hql="SELECT id FROM faulty", explain_only=True
        ),
        DynamoDBJoinOperator(
            task_id="d",
            tables={"one": {"table_name": "Faulty", "columns": columns}, "two": {"table_name": "Faulty"}},
            hql="SELECT count(*) FROM one CROSS JOIN two",
            explain_only=True,
        ),
    ]


def test_each_operator_explains_its_job(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "part").write_text("x")
    with faulty_dynamodb() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
        texts = [run(operator, LocalEngine()) for operator in operators(tmp_path)]
        assert {operation for operation, _ in server.operations} == {"DescribeTable"}
    assert ["DynamoDB table: Faulty" in text or "DynamoDB table Faulty" in text for text in texts] == [True] * 4
    assert all("read units: " in text or "write units: " in text for text in texts)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
