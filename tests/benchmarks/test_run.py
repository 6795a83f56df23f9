"""The comparison runs its contenders and refuses a figure for work that was not done."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.replay import replay_server


def test_a_table_of_ratios_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--items", "500", "--runs", "1", "--peers-only", "--only", "boto3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split("|")[1].strip() for line in lines if line.startswith("| boto3")]
    readers = ["boto3 Table.scan", "boto3 scan paginator"]
    assert names == [*readers, *(f"{name}, nested" for name in readers), "boto3 batch_writer"]


def test_a_contender_that_moved_too_little_has_no_figure() -> None:
    def idle(_: Path) -> tuple[float, float, float]:
        return 0.1, 0.1, 1.0

    with replay_server(items=10) as server, pytest.raises(SystemExit, match="grew by 0, not by 10"):
        run._run_once(run.Contender("idle", idle, "items_read"), server, 10)
