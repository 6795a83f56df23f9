"""The recorded behaviour of the real connector on real Hive, case by case; deviations are listed with their reasons."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connector_golden.compare import differences
from tests.connector_golden.deviations import DEVIATIONS
from tests.connector_golden.executor import run

SUITE = Path(os.environ.get("DDB_HIVE_SHARED", Path(__file__).parents[3] / "shared")) / "connector-golden"
AREAS = ("ddl", "read", "item", "write", "delete", "pushdown", "join", "copy", "settings", "aws")
"""What the DynamoDB side is judged by; files and tools have suites of their own."""


def _cases() -> list[dict[str, Any]]:
    if not SUITE.exists():
        return []
    lines = (SUITE / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["area"] in AREAS]


def _parameter(case: dict[str, Any]) -> Any:
    deviation = DEVIATIONS.get(case["id"])
    marks = (
        [] if deviation is None else [pytest.mark.xfail(strict=True, reason=f"{deviation.kind}: {deviation.reason}")]
    )
    return pytest.param(case, id=case["id"], marks=marks)


CASES = _cases()


@pytest.fixture(scope="module")
def score() -> Iterator[Counter[tuple[str, str]]]:
    """Counts outcomes by area and prints them at the end (``pytest -s``)."""
    counts: Counter[tuple[str, str]] = Counter()
    yield counts
    for area in sorted({area for area, _ in counts}):
        agreed, differs = counts[area, "agrees"], counts[area, "differs"]
        print(f"\n{area:<10}{agreed:>4} of {agreed + differs}", end="")  # noqa: T201 - the score is for people


@pytest.mark.integration
@pytest.mark.skipif(not CASES, reason="the connector's recordings are not beside the checkout")
@pytest.mark.parametrize("case", [_parameter(case) for case in CASES])
def test_a_script_does_what_real_hive_did(
    case: dict[str, Any], dynamodb_local: str, tmp_path: Path, score: Counter[tuple[str, str]]
) -> None:
    found = differences(case, run(case, dynamodb_local, tmp_path))
    score[case["area"], "differs" if found else "agrees"] += 1
    assert not found, "\n".join(found)


@pytest.mark.skipif(not CASES, reason="the connector's recordings are not beside the checkout")
def test_every_deviation_names_a_case() -> None:
    assert set(DEVIATIONS) <= {case["id"] for case in CASES}


@pytest.mark.integration
def test_a_tool_is_reported_as_not_supported(dynamodb_local: str, tmp_path: Path) -> None:
    script = [{"tool": "org.apache.hadoop.dynamodb.tools.DynamoDBExport", "args": []}]
    case = {"tables": [], "files": {}, "script": script, "results": [], "after": {}, "written": {}}
    assert "is not supported" in run(case, dynamodb_local, tmp_path)["error"]
