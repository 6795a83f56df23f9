"""Hive's own core q-tests on the local engine; those that fail are listed with their reasons in ``failures.tsv``.

The suite and its comparison are those of ``shared/hive-qtests``: what it says of a case is the verdict here. After a
change, ``python -m tests.hive_qtests.test_qtests results.jsonl`` says which lines to add to the list and remove.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hive_qtests.executor import run

SUITE = Path(os.environ.get("DDB_HIVE_SHARED", Path(__file__).parents[3] / "shared")) / "hive-qtests"
FAILURES = Path(__file__).with_name("failures.tsv")
ZONE = "America/Los_Angeles"
"""Where the answers were recorded."""


def known_failures() -> dict[str, str]:
    lines = FAILURES.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def cases() -> list[Any]:
    if not SUITE.exists():
        missing = pytest.mark.skip(reason="left out: Hive's q-tests are not beside the checkout")
        return [pytest.param({}, id="no suite", marks=missing)]
    failures = known_failures()
    found = []
    for line in (SUITE / "suite.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["tier"] != "core":
            continue
        known = case["id"] in failures
        marks = [pytest.mark.xfail(reason=failures[case["id"]], strict=True)] if known else []
        found.append(pytest.param(case, id=case["id"], marks=marks))
    return found


@pytest.fixture(scope="module")
def runner() -> Iterator[ModuleType]:
    """The suite's runner as a module, in the suite's time zone."""
    spec = importlib.util.spec_from_file_location("hive_qtests_run", SUITE / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, path = os.environ.get("TZ"), list(sys.path)
    os.environ["TZ"] = ZONE
    time.tzset()
    spec.loader.exec_module(module)
    vars(module)["_plug"] = run
    yield module
    sys.path[:] = path
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


# The suite's runner leaves the files that it compares to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.oracle("hive-qtests")
@pytest.mark.parametrize("case", cases())
def test_rows_are_those_that_hive_printed(case: dict[str, Any], runner: ModuleType) -> None:
    result = runner.one((case, str(SUITE / "data"), 60))
    assert result["ok"], result


def main(results: str) -> None:
    """Print the changes that a run's results ask of the list."""
    failures = known_failures()
    for line in Path(results).read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        if result["ok"] and result["id"] in failures:
            sys.stdout.write(f"- {result['id']}\n")
        if not result["ok"] and result["id"] not in failures:
            sys.stdout.write(f"+ {result['id']}\t{result.get('error') or result['how']}\n")


if __name__ == "__main__":
    main(sys.argv[1])
