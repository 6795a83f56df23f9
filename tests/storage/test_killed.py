"""A writer that is killed by SIGKILL after any step of a commit: readers see the old data or all of the new."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.rigs import CHECKOUT

OLD, NEW = ["old"], ["new0", "new1"]
STEPS = {
    "exchange": ["finished", "staged", "exchanged"],
    "two steps": ["finished", "staged", "noted", "moved aside", "replaced"],
    "in place": [
        "finished",
        "publishing",
        *["published one"] * 2,
        "published all",
        "removed old",
        "success",
        "journal removed",
    ],
}
NUMBERS = itertools.count()


def outcomes(root: str, mode: str, **environment: str) -> list[Any]:
    command = [sys.executable, "-m", "tests.support.killed_writer", root, mode]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(found: list[Any], mode: str, way: str) -> None:
    before, after = OLD, NEW if mode == "overwrite" else [*NEW, *OLD]
    assert [one["step"] for one in found] == STEPS[way]
    seen = [one["killed"] for one in found]
    assert seen == sorted(seen, key=lambda contents: contents == after), "what was new once is old again"
    for one in found:
        assert one["killed"] in (before, after), one
        assert one["other"]["seen"] == [*one["killed"], "z"], one
        assert one["same"]["seen"] == after, one
        assert one["same"]["manifest"] == ["dag/run/task", 2], one
        hidden = [name for name in one["same"]["all"] if "/_" in name or "/." in name]
        assert hidden == ["/t/_SUCCESS"], one
        assert not [name for name in one["other"]["all"] if "_commit-" in name], one


@pytest.mark.parametrize("mode", ["overwrite", "append"])
def test_on_a_local_file_system(tmp_path: Path, mode: str) -> None:
    check(outcomes(str(tmp_path), mode), mode, "exchange" if mode == "overwrite" else "in place")


# What appends does the same steps on all three; HDFS takes a tenth of a second for each file.
@pytest.mark.integration
@pytest.mark.parametrize("mode", ["overwrite", pytest.param("append", marks=pytest.mark.slow)])
def test_on_hdfs(hdfs_rig: Any, mode: str) -> None:
    found = outcomes(f"{hdfs_rig.url}/killed{next(NUMBERS)}", mode, RIG_WEBHDFS=hdfs_rig.webhdfs_url)
    check(found, mode, "two steps" if mode == "overwrite" else "in place")


@pytest.mark.integration
@pytest.mark.parametrize("mode", ["overwrite", pytest.param("append", marks=pytest.mark.slow)])
def test_on_s3(s3_rig: Any, mode: str) -> None:
    found = outcomes(f"s3://{s3_rig.bucket}/killed{next(NUMBERS)}", mode, RIG_S3=s3_rig.endpoint_url)
    check(found, mode, "in place")
