"""The embedded DuckDB: closed to files and Python variables, bounded in memory, one cursor a statement."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from airflow_ddb_hive.errors import DdbHiveError, InputError, JobFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.engines.local.cancellation import Cancellation
    from airflow_ddb_hive.engines.local.feed import Feed

__all__ = ["Duck", "duck_errors"]


class Duck:
    """A private in-memory database that may only touch its own spill folder.

    Args:
        memory_limit: DuckDB's own limit, such as ``512MB``; what exceeds it is spilled to disk.
        threads: Threads of one query; ``None`` leaves it to DuckDB.
    """

    def __init__(self, *, memory_limit: str = "512MB", threads: int | None = None) -> None:
        self._spill = Path(tempfile.mkdtemp(prefix="ddb-hive-spill-"))
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_access": False,
            "memory_limit": memory_limit,
            "python_enable_replacements": False,
            "temp_directory": str(self._spill),
        }
        if threads is not None:
            config["threads"] = threads
        try:
            self._connection = duckdb.connect(":memory:", config=config)
        except duckdb.Error as error:
            shutil.rmtree(self._spill, ignore_errors=True)
            raise InputError(f"the embedded engine did not start: {error}") from error
        self._connection.execute("SET TimeZone = 'UTC'")

    @contextmanager
    def cursor(self, cancellation: Cancellation) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one statement; cancelling interrupts what it runs."""
        cursor = self._connection.cursor()
        try:
            with cancellation.calling(cursor.interrupt):
                yield cursor
        finally:
            cursor.close()

    def close(self) -> None:
        """Close the database and remove what it spilled."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


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
    except (duckdb.Error, OSError) as error:
        if feed is not None and feed.error is not None:
            raise feed.error from error
        cancellation.check()
        if isinstance(error, duckdb.OutOfMemoryException):
            remedy = "raise ddb_hive.memory.limit (SET ddb_hive.memory.limit=2GB)"
            raise JobFailedError(f"the query needs more memory or spill space than allowed: {remedy}") from error
        raise JobFailedError(f"the embedded engine failed: {error}") from error
