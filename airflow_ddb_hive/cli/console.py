"""Standard error: notices, progress and the report of each statement; silent where -S asks for it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TextIO

from airflow_ddb_hive.model.progress import Progress, progress_line

if TYPE_CHECKING:
    from airflow_ddb_hive.model.job import StatementReport, TableUsage

__all__ = ["Console", "usage_line"]

_ERASE_LINE = "\r\x1b[K"
_VERBS = {"read": "read", "write": "wrote"}


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
            self.notice(usage_line(usage))

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def usage_line(usage: TableUsage) -> str:
    """Return what a statement took from one table, for people.

    Example:
        >>> from airflow_ddb_hive.model.job import TableUsage
        >>> usage_line(TableUsage(table="Features", role="read", items=3407, bytes=400_000, requests=1, units=49.5))
        'Features: read 3,407 items, 0.4 MB, 49.5 units in 1 request(s)'
    """
    noun = "item" if usage.items == 1 else "items"
    line = f"{usage.table}: {_VERBS[usage.role]} {usage.items:,} {noun}, {usage.bytes / 1e6:,.1f} MB, "
    line += f"{usage.units:,.1f} units in {usage.requests:,} request(s)"
    throttles = sum(usage.throttles.values())
    return f"{line}, throttled {throttles:,} time(s)" if throttles else line
