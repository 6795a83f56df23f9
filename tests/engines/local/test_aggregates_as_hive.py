"""Aggregates and windows, and what real Hive 3.1.3 answered, as ``hive_aggregate_answers.json`` keeps it.

A case with ``differs`` is one where this engine is known to answer otherwise, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError

ANSWERS: dict[str, Any] = json.loads(
    Path(__file__).with_name("hive_aggregate_answers.json").read_text(encoding="utf-8")
)


def _case(number: int, case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason=case["differs"])] if "differs" in case else []
    return pytest.param(case, id=f"{number}", marks=marks)


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    opened = LocalSession()
    for statement in ANSWERS["setup"]:
        _answer(opened, statement)
    yield opened
    opened.close()


def _answer(session: LocalSession, statement: str) -> tuple[list[str], list[str]]:
    types: list[str] = []
    rows: list[str] = []
    for result in session.run_script(statement):
        types = [str(column.type) for column in result.columns or ()]
        rows = list(result.lines())
        result.close()
    return types, rows


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize("case", [_case(number, case) for number, case in enumerate(ANSWERS["cases"])])
def test_rows_types_and_refusals_are_hives(case: dict[str, Any], session: LocalSession) -> None:
    if "rows" not in case:
        with pytest.raises(DdbHiveError):
            _answer(session, case["query"])
        return
    types, rows = _answer(session, case["query"])
    assert types == case["types"]
    assert sorted(rows) == case["rows"]
