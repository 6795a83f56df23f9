"""Nothing in a script becomes other SQL: no text, no name; and no function, setting or variable of DuckDB or Python."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, HiveSyntaxError
from airflow_ddb_hive.hiveql.functions import FUNCTIONS
from tests.support.mutated_statements import ODD, SEEDS, mutations

ANSWERS = Path(__file__).with_name("odd_literals.jsonl")
"""What Hive 3.1.3 answered to odd literals and names."""

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(ODD), max_size=6).map("".join))


@pytest.fixture(scope="module")
def session() -> Iterator[LocalSession]:
    with LocalSession() as opened:
        opened.execute("CREATE TABLE t (i int, s string, d double, a array<int>)").close()
        opened.execute("INSERT INTO t SELECT 1, 'x', 1.5D, array(1, 2)").close()
        yield opened


def rows(session: LocalSession, text: str) -> list[str]:
    result = session.execute(text)
    try:
        return list(result.lines())
    finally:
        result.close()


def values(session: LocalSession, text: str) -> list[Any]:
    result = session.execute(text)
    try:
        return [value for batch in result.batches() for value in batch.column(0).to_pylist()]
    finally:
        result.close()


def literal(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", cases(), ids=lambda case: ascii(case["statement"])[:80])
def test_an_odd_literal_or_name_is_what_it_is_in_hive(case: dict[str, Any], session: LocalSession) -> None:
    if "error" in case:
        with pytest.raises(DdbHiveError):
            rows(session, case["statement"])
        return
    result = session.execute(case["statement"])
    assert list(result.lines()) == case["rows"]
    assert [f"{one.name} {one.type}" for one in result.columns or ()] == case["columns"]


@FEW
@given(TEXTS)
def test_a_text_comes_back_as_it_was_or_is_refused(session: LocalSession, value: str) -> None:
    try:
        found = values(session, f"SELECT concat(s, {literal(value)}) FROM t WHERE {literal(value)} = {literal(value)}")
    except DdbHiveError:
        assert not value.isprintable() or not value.isascii() or "$" in value or ";" in value
        return
    # Halves of a character that meet are one; Java writes a half alone as a question mark, and so does Python.
    joined = value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert found == [f"x{joined.encode('utf-8', 'replace').decode()}"]


@FEW
@given(TEXTS)
def test_a_name_comes_back_as_it_was_or_is_refused(session: LocalSession, name: str) -> None:
    quoted = name.replace("`", "``")
    text = f"SELECT q.`{quoted}` FROM (SELECT i AS `{quoted}` FROM t) q GROUP BY q.`{quoted}`"
    try:
        result = session.execute(text)
    except DdbHiveError:
        return
    assert [column.name for column in result.columns or ()] == [name.lower()]
    assert list(result.lines()) == ["1"]


FOREIGN = sorted(
    {name for (name,) in duckdb.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()}
    - set(FUNCTIONS)
    - {"if", "case", "cast", "not", "map", "struct", "date", "timestamp", "row", "array", "exists", "unique", "insert"}
)
"""Every function of DuckDB that Hive does not have; some that are left out are words of Hive's grammar."""


@pytest.mark.parametrize("start", range(0, 1200, 200))
def test_no_function_of_duckdb_can_be_called(start: int, session: LocalSession) -> None:
    for name in FOREIGN[start : start + 200]:
        quoted = f"`{name.replace('`', '``')}`"
        # Signs such as ~~ mean something of their own in Hive.
        names = (name, quoted) if name.isidentifier() else (quoted,)
        for called in names:
            for text in (
                f"SELECT {called}(i) FROM t",
                f"SELECT {called}() FROM t",
                f"SELECT * FROM {called}('/etc/passwd')",
                f"SELECT * FROM t LATERAL VIEW {called}(i) v AS c",
            ):
                with pytest.raises((HiveSemanticError, HiveSyntaxError)):
                    session.execute(text)


secret = pa.table({"value": ["a Python variable"]})


@pytest.mark.parametrize(
    "name",
    [
        "secret",
        "duckdb_settings",
        "sqlite_master",
        "information_schema.tables",
        "pg_catalog.pg_class",
        "main.t",
        "memory.t",
        "temp.t",
        "`/etc/passwd`",
        "`/etc/passwd.csv`",
        "`memory.main.t`",
        "ready",
        "s1",
    ],
)
def test_no_table_of_duckdb_or_python_can_be_read(name: str, session: LocalSession) -> None:
    assert secret.num_rows == 1
    with pytest.raises(HiveSemanticError, match="Table not found"):
        session.execute(f"SELECT * FROM {name}")


@pytest.mark.parametrize(
    "text",
    [
        "PRAGMA version",
        "PRAGMA enable_profiling",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/x.db'",
        "DETACH memory",
        "COPY t TO '/tmp/x.csv'",
        "EXPORT DATABASE '/tmp/x'",
        "CALL duckdb_settings()",
        "CHECKPOINT",
        "VACUUM",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM t, range(3)",
        "SELECT i::varchar FROM t",
        "SELECT $1",
        "SELECT getenv('HOME')",
        "SELECT * FROM (SHOW ALL TABLES) q",
        "CREATE MACRO m(x) AS x; SELECT 1",
        "SELECT TRANSFORM (s) USING 'cat' FROM t",
        "CREATE TEMPORARY FUNCTION f AS 'org.example.F'",
    ],
)
def test_no_statement_of_duckdb_and_no_program_runs(text: str, session: LocalSession) -> None:
    with pytest.raises(DdbHiveError):
        rows(session, text)


def test_a_setting_of_the_script_is_none_of_duckdb(session: LocalSession) -> None:
    for name in ("enable_external_access", "memory_limit", "threads", "TimeZone", "python_enable_replacements"):
        session.execute(f"SET {name}=true").close()
    with session._duck.cursor(session._cancellation) as cursor:
        found = cursor.execute(
            "SELECT current_setting('enable_external_access'), current_setting('TimeZone')"
        ).fetchone()
        replaced = cursor.execute("SELECT current_setting('python_enable_replacements')").fetchone()
    assert (found, replaced) == ((False, "UTC"), (False,))


def test_a_mutated_query_gives_rows_or_an_error_of_ours(session: LocalSession) -> None:
    seeds = [json.loads(line) for line in SEEDS.read_text(encoding="utf-8").splitlines()]
    reading = [text for text in seeds if text.upper().startswith("SELECT")]
    for text in itertools.islice(mutations(11, reading), 300):
        try:
            for result in session.run_script(text):
                for _ in result.lines():
                    pass
                result.close()
        except DdbHiveError:
            continue
