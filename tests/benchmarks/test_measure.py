"""A measurement is of the child alone, and a child that fails is no measurement."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from benchmarks.measure import environment, peak_megabytes, run_measured

BURN = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\nprint('done')"


def run(code: str, folder: Path) -> tuple[float, float, str]:
    env = environment("http://127.0.0.1:1")
    measured = run_measured([sys.executable, "-c", code], env=env, directory=folder)
    return measured.cpu_seconds, measured.peak_megabytes, measured.output


def test_cpu_time_is_what_the_child_burned(tmp_path: Path) -> None:
    cpu, _, output = run(BURN, tmp_path)
    assert 0.5 <= cpu < 1.5
    assert output == "done\n"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are read from Linux's /proc")
def test_peak_is_the_childs_and_not_the_parents(tmp_path: Path) -> None:
    ballast = bytearray(os.urandom(1024) * 1024 * 200)  # touched, so it is resident here
    _, peak, _ = run("import time; kept = bytearray(64 << 20); time.sleep(0.3)", tmp_path)
    assert 64 < peak < len(ballast) >> 20


def test_peak_of_a_process_that_is_gone_is_unknown() -> None:
    assert peak_megabytes(2**22 + 1) is None


def test_a_failure_says_what_the_child_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        run("import sys; sys.exit('no such thing')", tmp_path)


def test_no_account_of_the_user_reaches_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    assert "AWS_PROFILE" not in environment("http://127.0.0.1:1")
