"""One shell: scripts go into a session statement by statement, rows come out on standard output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_ddb_hive.cli.console import Console
    from airflow_ddb_hive.cli.rows import RowWriter
    from airflow_ddb_hive.hiveql.tree import OutputColumn
    from airflow_ddb_hive.model.job import StatementReport

__all__ = ["Result", "Session", "Shell", "is_command"]

_HEADER = "hive.cli.print.header"
_LEADING_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_COMMANDS = frozenset({"reset", "set"})


class Result(Protocol):
    """What the shell needs of a statement's result."""

    @property
    def columns(self) -> tuple[OutputColumn, ...] | None:
        """Names and types of the rows; ``None`` for a statement without rows."""
        ...

    @property
    def report(self) -> StatementReport:
        """What the statement did."""
        ...

    def lines(self) -> Iterator[str]:
        """The rows as the Hive CLI prints them."""
        ...

    def close(self) -> None:
        """End the statement."""
        ...


class Session(Protocol):
    """What the shell needs of a session."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings as they are now."""
        ...

    def run_script(self, text: str) -> Iterator[Result]:
        """Run a script, one statement after the other as they are asked for."""
        ...

    def cancel(self) -> None:
        """End the running statement, from any thread."""
        ...

    def close(self) -> None:
        """End everything."""
        ...


class Shell:
    """Runs scripts in one session.

    Args:
        session: Where the statements run.
        console: Takes notices and reports.
        writer: Takes the rows.
        verbose: Show each statement.
    """

    def __init__(self, session: Session, console: Console, writer: RowWriter, *, verbose: bool = False) -> None:
        self.session = session
        self._console = console
        self._writer = writer
        self._verbose = verbose

    def run(self, script: str) -> None:
        """Run a script to its end or its first error.

        Raises:
            DdbHiveError: A statement failed.
            BrokenPipeError: Nobody reads standard output any more.
        """
        for result in self.session.run_script(script):
            try:
                self._show(result)
            finally:
                result.close()

    def _show(self, result: Result) -> None:
        statement = result.report.statement
        if self._verbose:
            self._console.error(statement.strip())
        if is_command(statement):
            self._writer.write_lines(result.lines())
            return
        self._console.notice("OK")
        rows = 0
        if result.columns is not None:
            self._console.erase_progress()
            header = self._header(result.columns)
            rows = self._writer.write_lines(_after(header, result.lines())) - len(header)
        result.close()
        self._console.report(result.report, rows)

    def _header(self, columns: tuple[OutputColumn, ...]) -> list[str]:
        if self.session.settings.get(_HEADER, "false").strip().lower() != "true":
            return []
        return ["\t".join(column.name for column in columns)]


def _after(header: list[str], lines: Iterator[str]) -> Iterator[str]:
    yield from header
    yield from lines


def is_command(statement: str) -> bool:
    """Whether the statement is the shell's own, such as SET: Hive says neither OK nor how long it took.

    Example:
        >>> is_command("-- settings" + chr(10) + "SET x=1"), is_command("SELECT 1")
        (True, False)
    """
    comments = _LEADING_COMMENTS.match(statement)
    rest = statement[comments.end() if comments else 0 :]
    return rest.split(None, 1)[0].lower() in _COMMANDS if rest else False
