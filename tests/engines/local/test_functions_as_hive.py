"""Functions over table columns and what real Hive 3.1.3 answered, as ``hive_function_answers.json`` keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError

ANSWERS: dict[str, Any] = json.loads(Path(__file__).with_name("hive_function_answers.json").read_text(encoding="utf-8"))


def rows_of(session: LocalSession, statement: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(statement):
        rows = list(result.lines())
        result.close()
    return rows


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with LocalSession() as opened:
        for statement in ANSWERS["setup"]:
            rows_of(opened, statement)
        yield opened


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize("case", ANSWERS["cases"], ids=range(len(ANSWERS["cases"])))
def test_rows_and_refusals_are_hives(case: dict[str, Any], session: LocalSession) -> None:
    if "rows" in case:
        assert sorted(rows_of(session, case["query"])) == case["rows"]
        return
    with pytest.raises(DdbHiveError):
        rows_of(session, case["query"])
