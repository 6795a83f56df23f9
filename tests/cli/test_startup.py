"""The shell's process stays light."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from airflow_ddb_hive.cli import main
sys.argv = ["ddb-hive", "-S", "-e", "SELECT 1, map('a', array(1.5))"]
status = main()
print(status, "pandas" in sys.modules, "airflow" in sys.modules)
"""


def test_a_script_runs_without_pandas_and_airflow() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ['1\t{"a":[1.5]}', "0 False False"]


def test_a_caller_with_arguments_of_its_own_keeps_pandas() -> None:
    script = "from airflow_ddb_hive.cli import main; main(['-S', '-e', 'SELECT 1']); import pandas; print('there')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["1", "there"]
