"""Threads that call a store end when nobody needs them any more."""

from __future__ import annotations

import subprocess
import sys
import threading

from airflow_ddb_hive.storage.calls import Calls
from tests.support.waiting import once

NAME = "ddb-hive-store"


def alive() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == NAME]


def test_idle_threads_end_when_they_are_told() -> None:
    before = alive()
    calls = Calls(lambda: False)
    assert calls.run(lambda: 6 * 7) == 42
    (thread,) = (one for one in alive() if one not in before)

    def gone() -> bool:
        calls.end_idle()
        return not thread.is_alive()

    once(gone)


def test_a_process_leaves_no_thread_behind_that_takes_modules_with_it() -> None:
    script = f"""
import atexit, threading
atexit.register(lambda: print([one.name for one in threading.enumerate() if one.name == "{NAME}"]))
from airflow_ddb_hive.storage.calls import Calls
print(Calls(lambda: False).run(lambda: 6 * 7))
"""
    # The script is this test's own.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["42", "[]"]
