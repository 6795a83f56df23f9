"""Standard error: notices, progress and the report of each statement; silent where -S asks for it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TextIO

from airflow_ddb_hive.model.progress import Progress, progress_line
from airflow_ddb_hive.model.usage_text import usage_text

if TYPE_CHECKING:
    from airflow_ddb_hive.model.job import StatementReport

__all__ = ["Console"]

_ERASE_LINE = "\r\x1b[K"


class Console:
    """Writes lines for people; a closed standard error never stops the work.

    Args:
        stream: Where to write.
        silent: Leave out everything but errors.
    """

    def __init__(self, stream: TextIO, *, silent: bool = False) -> None:
        self._stream = stream
        self._silent = silent
        self._terminal = stream.isatty()
        self._progress_shown = False

    def error(self, line: str) -> None:
        """Write a line that nothing silences."""
        self.erase_progress()
        self._write(f"{line}\n")

    def notice(self, line: str) -> None:
        """Write a line, unless silent."""
        if not self._silent:
            self.error(line)

    def progress(self, progress: Progress) -> None:
        """Write a progress line; on a terminal it takes the place of the one before it."""
        if self._silent:
            return
        line = progress_line(progress)
        if not self._terminal:
            self._write(f"{line}\n")
            return
        self._write(f"{_ERASE_LINE}{line}")
        self._progress_shown = True

    def erase_progress(self) -> None:
        """Take the progress line away: something else is about to be written to the terminal."""
        if self._progress_shown:
            self._progress_shown = False
            self._write(_ERASE_LINE)

    def report(self, report: StatementReport, rows: int) -> None:
        """Write what Hive writes after a statement, then what was used of each table."""
        fetched = f", Fetched: {rows} row(s)" if rows else ""
        self.notice(f"Time taken: {round(report.seconds, 3)} seconds{fetched}")
        for usage in report.usage:
            self.notice(usage_text(usage))

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)
            self._stream.flush()
