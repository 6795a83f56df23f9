from __future__ import annotations

import io

from airflow_ddb_hive.cli.console import Console
from airflow_ddb_hive.model.progress import Progress

PROGRESS = Progress(table="T", role="write", items=2, bytes=1_000_000)
LINE = "T: wrote 2 items, 1.0 MB, 0.0 units/s"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    attempts = 0

    def write(self, _text: str) -> int:
        self.attempts += 1
        raise BrokenPipeError


def test_progress_on_a_terminal_replaces_itself_and_is_gone_before_other_lines() -> None:
    terminal = Terminal()
    console = Console(terminal)
    console.progress(PROGRESS)
    console.progress(PROGRESS)
    console.notice("OK")
    assert terminal.getvalue() == f"\r\x1b[K{LINE}\r\x1b[K{LINE}\r\x1b[KOK\n"


def test_progress_in_a_log_is_a_line_each() -> None:
    log = io.StringIO()
    console = Console(log)
    console.progress(PROGRESS)
    console.progress(PROGRESS)
    assert log.getvalue() == f"{LINE}\n{LINE}\n"


def test_silence_leaves_errors() -> None:
    log = io.StringIO()
    console = Console(log, silent=True)
    console.progress(PROGRESS)
    console.notice("OK")
    console.error("FAILED")
    assert log.getvalue() == "FAILED\n"


def test_a_closed_stderr_stops_nothing() -> None:
    stream = Closed()
    Console(stream).error("FAILED")
    assert stream.attempts == 1
