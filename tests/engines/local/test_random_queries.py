"""Random queries (windows, joins, groups, lateral views, set operations, subqueries) give real Hive's rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from tests.support.random_queries import SETUP

ANSWERS = Path(__file__).with_name("random_queries.jsonl")
"""What Hive 3.1.3 answered to the queries that ``tests.support.random_queries`` makes of its seed."""


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with LocalSession() as opened:
        for text in SETUP:
            rows(opened, text)
        yield opened


def rows(session: LocalSession, text: str) -> list[str]:
    found: list[str] = []
    for result in session.run_script(text):
        found = list(result.lines())
        result.close()
    return found


KNOWN = {"map(g, v)": "a map of the embedded engine has no NULL among its keys; Hive's has"}
"""Parts of the queries whose answers differ, and why."""


def marked() -> list[Any]:
    found = []
    for case in cases():
        reasons = [reason for part, reason in KNOWN.items() if part in case["query"]]
        marks = [pytest.mark.xfail(strict=True, reason=reasons[0])] if reasons else []
        found.append(pytest.param(case, marks=marks, id=case["query"][:90]))
    return found


@pytest.mark.parametrize("case", marked())
def test_a_random_query_gives_hives_rows(case: dict[str, Any], session: LocalSession) -> None:
    assert sorted(rows(session, case["query"])) == sorted(case["rows"])
