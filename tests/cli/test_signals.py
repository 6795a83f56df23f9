"""The shell as a process: what signals and closed pipes do to it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def shell(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.fakes", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def first_lines(process: subprocess.Popen[str], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_statement_quietly(number: signal.Signals, status: int) -> None:
    with shell("-S", "-e", "WAIT") as process:
        # Rows that are there are printed although the next one does not come.
        assert first_lines(process, 3) == ["1\n", "2\n", "3\n"]
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (status, "")


def test_a_signal_ends_a_shell_whose_reader_has_stopped_reading() -> None:
    with shell("-S", "-e", "ENDLESS") as process:
        first_lines(process, 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 143


def test_reading_stops_when_nobody_reads_the_rows() -> None:
    with shell("-S", "-e", "ENDLESS; SELECT 1") as process:
        assert first_lines(process, 1) == ["1\n"]
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(timeout=20) == 141
        assert process.stderr.read() == ""


def test_many_rows_arrive_complete_and_in_order() -> None:
    with shell("-S", "-e", "MILLION") as process:
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
        assert output == "".join(f"{number}\n" for number in range(1_000_000))
