"""Statements and what real Hive 3.1.3 answered, as ``hive_answers.json`` keeps it: rows in any order, or an error.

The answers are printed by the rig's ``hive lines`` for each group's ``setup`` and queries, in one session.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, HiveSyntaxError

ANSWERS: dict[str, Any] = json.loads(Path(__file__).with_name("hive_answers.json").read_text(encoding="utf-8"))
CASES = [
    pytest.param(name, case, id=f"{name}-{number}")
    for name, group in ANSWERS.items()
    for number, case in enumerate(group["cases"])
]


def rows_of(session: LocalSession, statement: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(statement):
        rows = list(result.lines())
        result.close()
    return rows


@pytest.fixture(scope="module")
def sessions() -> Iterator[dict[str, LocalSession]]:
    opened: dict[str, LocalSession] = {}
    for name, group in ANSWERS.items():
        opened[name] = LocalSession()
        for statement in group["setup"]:
            rows_of(opened[name], statement)
    yield opened
    for session in opened.values():
        session.close()


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize(("group", "case"), CASES)
def test_rows_and_refusals_are_hives(group: str, case: dict[str, Any], sessions: dict[str, LocalSession]) -> None:
    if "rows" in case:
        assert sorted(rows_of(sessions[group], case["query"])) == case["rows"]
        return
    with pytest.raises(DdbHiveError) as caught:
        rows_of(sessions[group], case["query"])
    assert isinstance(caught.value, HiveSyntaxError) == (case["error"] == "ParseException")
