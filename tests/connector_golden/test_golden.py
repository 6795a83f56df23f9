"""The recorded behaviour of the real connector on real Hive, case by case; deviations are listed with their reasons."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connector_golden.compare import differences
from tests.connector_golden.deviations import DEVIATIONS, ROWS
from tests.connector_golden.executor import run
from tests.connector_golden.suite import recorded_cases


def _parameter(case: dict[str, Any]) -> Any:
    deviation = DEVIATIONS.get(case["id"])
    marks = [] if deviation is None else [pytest.mark.xfail(strict=True, reason=f"{deviation.row}: {deviation.reason}")]
    return pytest.param(case, id=case["id"], marks=marks)


CASES = recorded_cases()


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
    assert {deviation.row for deviation in DEVIATIONS.values()} <= set(ROWS)


@pytest.mark.skipif(not CASES, reason="the connector's recordings are not beside the checkout")
def test_the_conformance_page_is_up_to_date() -> None:
    path = Path(__file__).parents[2] / "docs" / "generate_conformance.py"
    spec = importlib.util.spec_from_file_location("generate_conformance", path)
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.PAGE.read_text(encoding="utf-8") == generator.page(CASES), "run: make docs"


@pytest.mark.integration
def test_a_tool_is_reported_as_not_supported(dynamodb_local: str, tmp_path: Path) -> None:
    script = [{"tool": "org.apache.hadoop.dynamodb.tools.DynamoDBExport", "args": []}]
    case = {"tables": [], "files": {}, "script": script, "results": [], "after": {}, "written": {}}
    assert "is not supported" in run(case, dynamodb_local, tmp_path)["error"]
