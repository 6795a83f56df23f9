from __future__ import annotations

import subprocess
import sys

import pytest

from airflow_ddb_hive import dbapi
from airflow_ddb_hive.dbapi.connection import Connection
from tests.dbapi.fakes import FakeResult, FakeSession


def numbers() -> FakeResult:
    return FakeResult({"n bigint": [1, 2, 3]})


def test_closing_a_connection_ends_cursors_and_session() -> None:
    session, result = FakeSession([numbers()]), None
    with Connection(session) as connection:
        cursor = connection.cursor().execute("SELECT 1")
        result = session.current
    assert session.closed == 1
    assert result is not None
    assert result.closed
    with pytest.raises(dbapi.InterfaceError):
        cursor.fetchone()


def test_a_second_close_does_nothing() -> None:
    session = FakeSession()
    connection = Connection(session)
    connection.close()
    connection.close()
    connection.cancel()
    assert (session.closed, session.cancelled) == (1, 0)


def test_a_closed_connection_gives_no_cursor_and_commits_nothing() -> None:
    connection = Connection(FakeSession())
    connection.commit()
    connection.close()
    for use in (connection.cursor, connection.commit):
        with pytest.raises(dbapi.InterfaceError, match="connect again"):
            use()


def test_what_is_written_cannot_be_rolled_back() -> None:
    with pytest.raises(dbapi.NotSupportedError, match="no transactions"):
        Connection(FakeSession()).rollback()


def test_a_statement_ends_what_another_cursor_reads() -> None:
    first, second = numbers(), numbers()
    connection = Connection(FakeSession([first, second]))
    reader, other = connection.cursor().execute("a"), connection.cursor()
    reader.fetchone()
    other.execute("b")
    assert first.closed
    with pytest.raises(dbapi.ProgrammingError, match="another one has begun"):
        reader.fetchone()
    assert other.fetchall() == [(1,), (2,), (3,)]


def test_cancel_reaches_the_session() -> None:
    session = FakeSession()
    Connection(session).cancel()
    assert session.cancelled == 1


def test_the_module_says_what_pep_249_asks() -> None:
    assert (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle) == ("2.0", 1, "pyformat")
    assert {"connect", "Error", "STRING", "Binary"} <= set(dbapi.__all__)


def test_importing_the_module_loads_nothing_heavy() -> None:
    code = (
        "import sys, airflow_ddb_hive.dbapi\n"
        "heavy = {'duckdb', 'pyarrow', 'sqlglot', 'boto3', 'botocore', 'airflow', 'pandas', 'msgspec'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
