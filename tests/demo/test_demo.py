"""``make demo``: through Airflow to its own verdict, and gone without a trace when it is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_demo_verifies_all_it_claims() -> None:
    done = subprocess.run([sys.executable, "-m", "demo"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n  ok   ") == 15


@pytest.mark.slow
def test_stopped_demo_leaves_no_server_behind() -> None:
    with subprocess.Popen([sys.executable, "-m", "demo"], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        url = demo.stdout.readline().split()[-1]
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
        assert demo.wait(60) == 130
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(url)
