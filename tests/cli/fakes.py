"""A session whose statements are named acts; runnable, so that signals and pipes can be tested on a process."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from airflow_ddb_hive.cli.entry import run
from airflow_ddb_hive.errors import HiveSemanticError, JobCancelledError, StorageError
from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.job import StatementReport, TableUsage
from airflow_ddb_hive.model.progress import Progress
from airflow_ddb_hive.model.types import INT, STRING

if TYPE_CHECKING:
    from airflow_ddb_hive.cli.arguments import Options
    from airflow_ddb_hive.cli.console import Console

COLUMNS = (OutputColumn("a", INT), OutputColumn("_c1", STRING))
USAGE = TableUsage(table="Features", role="read", items=3407, bytes=400_000, requests=2, units=49.5)


class FakeResult:
    def __init__(
        self, statement: str, columns: tuple[OutputColumn, ...] | None = None, lines: Iterable[str] = ()
    ) -> None:
        usage = (USAGE,) if "FROM features" in statement else ()
        self.report = StatementReport(statement=statement, seconds=0.25, usage=usage)
        self.columns = columns
        self.closed = False
        self._lines = iter(lines)

    def lines(self) -> Iterator[str]:
        return self._lines

    def close(self) -> None:
        self.closed = True


class FakeSession:
    """Statements are split at semicolons; each is an act of :data:`ACTS`, named by its first word."""

    def __init__(self, on_progress: Callable[[Progress], None] = lambda _progress: None) -> None:
        self.settings: dict[str, str] = {}
        self.results: list[FakeResult] = []
        self.cancelled = threading.Event()
        self.closed = False
        self.on_progress = on_progress

    def run_script(self, text: str) -> Iterator[FakeResult]:
        for statement in filter(str.strip, text.split(";")):
            self.cancelled.clear()
            self.results.append(ACTS[statement.split()[0]](self, statement))
            yield self.results[-1]

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.closed = True


def _two_rows(_session: FakeSession, statement: str) -> FakeResult:
    return FakeResult(statement, COLUMNS, iter(["1\tx", "2\tNULL"]))


def _no_rows(_session: FakeSession, statement: str) -> FakeResult:
    return FakeResult(statement)


def _empty(_session: FakeSession, statement: str) -> FakeResult:
    return FakeResult(statement, COLUMNS)


def _set(session: FakeSession, statement: str) -> FakeResult:
    key, _, value = statement.split()[1].partition("=")
    if value:
        session.settings[key] = value
        return FakeResult(statement)
    return FakeResult(statement, COLUMNS[:1], iter([f"{key}={session.settings[key]}"]))


def _unknown_table(_session: FakeSession, _statement: str) -> FakeResult:
    raise HiveSemanticError("Table not found 'nope'", code=10001, line=4, column=14)


def _disk(_session: FakeSession, _statement: str) -> FakeResult:
    raise StorageError("/data is full: make room", line=2, column=7)


def _fault(_session: FakeSession, _statement: str) -> FakeResult:
    raise KeyError("no such place\nin the code")


def _progress(session: FakeSession, statement: str) -> FakeResult:
    session.on_progress(Progress(table="Features", role="read", items=10, bytes=2_000_000, units_per_second=5.0))
    return _two_rows(session, statement)


def _one_then_wait(session: FakeSession, statement: str) -> FakeResult:
    def lines() -> Iterator[str]:
        yield from ["1", "2", "3"]
        while not session.cancelled.is_set():
            time.sleep(0.05)
        raise JobCancelledError("cancelled")

    return FakeResult(statement, COLUMNS[:1], lines())


def _endless(session: FakeSession, statement: str) -> FakeResult:
    def lines() -> Iterator[str]:
        number = 0
        while not session.cancelled.is_set():
            number += 1
            yield str(number)
        raise JobCancelledError("cancelled")

    return FakeResult(statement, COLUMNS[:1], lines())


def _million(_session: FakeSession, statement: str) -> FakeResult:
    return FakeResult(statement, COLUMNS[:1], map(str, range(1_000_000)))


ACTS: dict[str, Callable[[FakeSession, str], FakeResult]] = {
    "SELECT": _two_rows,
    "CREATE": _no_rows,
    "EMPTY": _empty,
    "SET": _set,
    "UNKNOWN": _unknown_table,
    "DISK": _disk,
    "FAULT": _fault,
    "PROGRESS": _progress,
    "WAIT": _one_then_wait,
    "ENDLESS": _endless,
    "MILLION": _million,
}


def open_fake_session(options: Options, console: Console) -> FakeSession:
    session = FakeSession(console.progress)
    session.settings.update(options.hiveconfs)
    return session


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], open_fake_session))
