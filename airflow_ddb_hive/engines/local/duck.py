"""The embedded DuckDB: closed to files and Python variables, bounded in memory, one cursor a statement."""

from __future__ import annotations

import os
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.floating_kernel import register_floating_texts
from airflow_ddb_hive.engines.local.native import register
from airflow_ddb_hive.engines.local.scratch import Scratch
from airflow_ddb_hive.engines.local.sketches import Sketches
from airflow_ddb_hive.errors import DdbHiveError, InputError, JobFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb

    from airflow_ddb_hive.engines.local.cancellation import Cancellation
    from airflow_ddb_hive.engines.local.feed import Feed

__all__ = ["Duck", "duck_errors"]

_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}


_COUNTED_SHARE = 0.8


class Duck:
    """A private in-memory database that may only touch its own spill folder, and files of tables that it reads itself.

    It is started when it is first needed, and anew when it has to read in further folders: those that it may read in
    are settled before it is closed to all others.

    Args:
        memory_limit: DuckDB's own limit, such as ``512MB``; what exceeds it is spilled to disk.
        time_zone: The session's zone by a name of the tz database, or ``LOCAL``, this process's.
    """

    def __init__(
        self, *, memory_limit: Callable[[], str] = lambda: "512MB", time_zone: Callable[[], str] = lambda: "UTC"
    ) -> None:
        self._memory_limit = memory_limit
        self._time_zone = time_zone
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._sketches = Sketches()
        self._folders: frozenset[str] = frozenset()
        self._limit = ""
        self._spills: list[Scratch] = []

    @contextmanager
    def cursor(
        self, cancellation: Cancellation, folders: frozenset[str] = frozenset()
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one statement, which may read files below ``folders``; cancelling interrupts what it runs.

        Raises:
            InputError: The memory limit or the time zone is none.
        """
        with self._lock:
            cursor = self._started(folders).cursor()
        try:
            _set_zone(cursor, self._time_zone())
            with cancellation.calling(cursor.interrupt), self._sketches.in_use():
                yield cursor
        finally:
            cursor.close()

    def _started(self, folders: frozenset[str]) -> duckdb.DuckDBPyConnection:
        import duckdb

        if self._connection is None or not folders <= self._folders:
            if self._connection is not None:
                self._connection.close()  # cursors that are still in use keep their database until they are closed
            self._folders |= folders
            self._spills.append(Scratch("spill"))
            config = {**_CLOSED, "temp_directory": str(self._spills[-1].folder)}
            self._connection = duckdb.connect(":memory:", config=config)
            self._sketches.register(self._connection)
            register_floating_texts(self._connection)
            register(self._connection)
            self._connection.execute("SET allowed_directories = ?", [sorted(self._folders)])
            self._connection.execute("SET enable_external_access = false")
            self._limit = ""
        self._set_limit(self._connection, self._memory_limit())
        return self._connection

    def _set_limit(self, connection: duckdb.DuckDBPyConnection, limit: str) -> None:
        import duckdb

        if limit == self._limit:
            return
        try:
            connection.execute("SET memory_limit = ?", [limit])
        except duckdb.Error as error:
            message = f"ddb_hive.memory.limit={limit!r} is no amount of memory: give one such as 512MB or 2GB"
            raise InputError(message) from error
        _leave_room(connection)
        self._limit = limit

    def close(self) -> None:
        """Close the database and remove what it spilled."""
        if self._connection is not None:
            self._connection.close()
        for spill in self._spills:
            spill.close()


def _leave_room(connection: duckdb.DuckDBPyConnection) -> None:
    """Lower the limit to what DuckDB may count itself: sorting wide rows it takes a fifth more than it counts."""
    row = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    amount, unit = str(row and row[0]).split()
    connection.execute("SET memory_limit = ?", [f"{float(amount) * _COUNTED_SHARE:.1f}{unit}"])


def _set_zone(cursor: duckdb.DuckDBPyConnection, zone: str) -> None:
    import duckdb

    name = (os.environ.get("TZ") or "UTC") if zone.upper() == "LOCAL" else zone
    try:
        cursor.execute("SET TimeZone = ?", [name])
    except duckdb.Error as error:
        message = f"hive.local.time.zone={zone!r} is no time zone: give one such as UTC or America/Los_Angeles"
        raise InputError(message) from error


@contextmanager
def duck_errors(cancellation: Cancellation, feed: Feed | None = None) -> Iterator[None]:
    """Turn what DuckDB raises into what really happened.

    DuckDB passes a feed's exception on as text only, so the feed's own comes first; an interrupted query is a
    cancelled one; the rest are failures of the query.

    Raises:
        JobCancelledError: The statement was cancelled.
        JobFailedError: DuckDB gave up.
    """
    try:
        yield
    except DdbHiveError:
        raise
    except Exception as error:
        import duckdb

        if not isinstance(error, duckdb.Error | OSError):
            raise
        if feed is not None and feed.error is not None:
            raise feed.error from error
        cancellation.check()
        if isinstance(error, duckdb.OutOfMemoryException):
            remedy = "raise ddb_hive.memory.limit (SET ddb_hive.memory.limit=2GB)"
            raise JobFailedError(f"the query needs more memory or spill space than allowed: {remedy}") from error
        if isinstance(error, duckdb.InvalidInputException):
            raise JobFailedError(_said(error)) from error
        told = str(error).partition("\n\nStack Trace")[0]
        raise JobFailedError(f"the embedded engine failed: {told}") from error


_OF_A_FUNCTION = re.compile(
    r"Invalid Input Error: (?:Python exception occurred while executing the UDF: (?:\w+\.)*\w+: )?"
)


def _said(error: Exception) -> str:
    """What a function of ours said of the value that it does not take."""
    return _OF_A_FUNCTION.sub("", str(error), count=1)
