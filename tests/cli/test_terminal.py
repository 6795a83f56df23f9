"""The prompt on a real terminal: a shell process behind a pseudo terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


class Terminal:
    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._descriptor = descriptor
        self._seen = ""

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def read_until(self, text: str) -> str:
        """Return what was shown up to the text."""
        deadline = time.monotonic() + 20
        while text not in self._seen:
            assert time.monotonic() < deadline, self._seen
            if not select.select([self._descriptor], [], [], 0.5)[0]:
                continue
            with contextlib.suppress(OSError):
                self._seen += os.read(self._descriptor, 4096).decode()
        shown, _, self._seen = self._seen.partition(text)
        return shown


@contextmanager
def terminal() -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.cli.fakes"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "dumb"},
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(ours, process)
        finally:
            process.kill()
            os.close(ours)


def test_statements_run_as_they_are_typed_and_the_status_is_the_last_ones() -> None:
    with terminal() as shell:
        shell.read_until("hive> ")
        shell.type("SELECT\n")
        shell.read_until("    > ")
        shell.type("1;\n")
        shell.read_until("1\tx\r\n2\tNULL\r\n")
        shell.read_until("hive> ")
        shell.type("UNKNOWN;\n")
        shell.read_until("Table not found 'nope'")
        shell.read_until("hive> ")
        shell.type("quit;\n")
        assert shell.process.wait(timeout=20) == 17


def test_ctrl_c_ends_the_statement_and_not_the_shell() -> None:
    with terminal() as shell:
        for _ in range(2):
            shell.read_until("hive> ")
            shell.type("WAIT;\n")
            shell.read_until("3\r\n")
            shell.process.send_signal(signal.SIGINT)
            shell.read_until("cancelled")
        shell.read_until("hive> ")
        time.sleep(0.5)  # the prompt is shown a moment before the terminal is read
        shell.process.send_signal(signal.SIGINT)
        shell.read_until("hive> ")
        shell.type("SELECT 1;\n")
        shell.read_until("Fetched: 2 row(s)")
        shell.read_until("hive> ")
        shell.type("quit;\n")
        assert shell.process.wait(timeout=20) == 0


@pytest.mark.parametrize("typed", ["", "WAIT;\n"])
def test_sigterm_ends_the_shell(typed: str) -> None:
    with terminal() as shell:
        shell.read_until("hive> ")
        shell.type(typed)
        if typed:
            shell.read_until("3\r\n")
        shell.process.send_signal(signal.SIGTERM)
        assert shell.process.wait(timeout=20) == 143
