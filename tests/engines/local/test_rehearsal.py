"""Sessions that explain instead of running: what they print, and that nothing is made, moved or removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalEngine, LocalSession
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.model.job import Job


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with table ``old`` of two rows and table ``other`` of none."""
    folder = tmp_path / "warehouse"
    with LocalSession(warehouse=str(folder)) as session:
        for statement in (
            "CREATE TABLE old AS SELECT 'a' AS k UNION ALL SELECT 'b'",
            "CREATE TABLE other (k string)",
            "CREATE DATABASE lake",
        ):
            session.execute(statement).close()
    return folder


@pytest.fixture
def session(warehouse: Path) -> Iterator[LocalSession]:
    with LocalSession(warehouse=str(warehouse), explain_only=True) as session:
        yield session


def lines(session: LocalSession, script: str) -> list[str]:
    found = []
    for result in session.run_script(script):
        found += list(result.lines())
        result.close()
    return found


def state(folder: Path) -> dict[str, bytes]:
    """Every file and folder of a warehouse."""
    return {str(path): path.read_bytes() if path.is_file() else b"folder" for path in folder.rglob("*")}


def test_a_statement_with_rows_is_explained_under_its_place_and_text(session: LocalSession) -> None:
    found = lines(session, "SET x=1;\n\nSELECT *\n  FROM old;")
    assert found[0] == "-- line 3: SELECT * FROM old"
    assert "    files: 1 file, 4 bytes, TEXTFILE" in found
    assert found[-1] == ""


def test_a_long_statement_is_cut(session: LocalSession) -> None:
    (heading, *_) = lines(session, f"SELECT '{'x' * 200}'")
    assert len(heading) == len("-- line 1: ") + 100
    assert heading.endswith("x…")


SCRIPT = """
CREATE TABLE made AS SELECT k FROM old;
CREATE TABLE plain (k string);
INSERT OVERWRITE TABLE other SELECT k FROM old;
INSERT INTO plain SELECT k FROM made;
DROP TABLE old;
DROP DATABASE lake;
CREATE DATABASE pond;
USE pond;
CREATE TABLE t (a int);
DROP TABLE t;
"""


def test_nothing_is_made_changed_or_removed(session: LocalSession, warehouse: Path) -> None:
    before = state(warehouse)
    headings = [line for line in lines(session, SCRIPT) if line.startswith("-- ")]
    assert [heading.split(":")[0] for heading in headings] == ["-- line 2", "-- line 4", "-- line 5"]
    assert state(warehouse) == before


def test_the_script_sees_its_own_changes_of_the_catalog(session: LocalSession) -> None:
    lines(session, SCRIPT)
    with pytest.raises(HiveSemanticError, match=r"Table not found 'default\.old'"):
        session.execute("SELECT * FROM default.old")
    with pytest.raises(HiveSemanticError, match="Database does not exist: lake"):
        session.execute("USE lake")
    assert "    table: default.made" in lines(session, "SELECT * FROM default.made")


def test_what_an_earlier_statement_writes_is_said_to_change(session: LocalSession) -> None:
    note = "    note: an earlier statement of the script writes the table, so it will not be as it is now"
    assert note not in lines(session, "SELECT * FROM other")
    assert note in lines(session, "INSERT INTO other SELECT k FROM old; SELECT * FROM other")
    assert note not in lines(session, "DROP TABLE other; CREATE TABLE other (k string); SELECT * FROM other")


def test_questions_about_the_catalog_answer_nothing(session: LocalSession) -> None:
    assert lines(session, "SHOW TABLES; DESCRIBE old; SHOW DATABASES; SHOW CREATE TABLE old") == []


def test_explain_itself_is_run(session: LocalSession) -> None:
    assert lines(session, "EXPLAIN SELECT 1")[:2] == ["STATEMENT:", "  query"]


def test_files_to_load_stay_where_they_are(session: LocalSession, tmp_path: Path) -> None:
    file = tmp_path / "in" / "part.txt"
    file.parent.mkdir()
    file.write_text("x\ny\n")
    found = lines(session, f"LOAD DATA INPATH '{file.parent}' INTO TABLE other")
    assert "    reading: files are moved as they are" in found
    assert "    files: 1 file, 4 bytes, TEXTFILE" in found
    assert "  Table default.other" in found
    assert file.read_text() == "x\ny\n"


def test_files_that_are_not_there_are_an_error_as_when_it_is_run(session: LocalSession) -> None:
    with pytest.raises(HiveSemanticError, match=r"Invalid path ''/nowhere''"):
        session.execute("LOAD DATA INPATH '/nowhere' INTO TABLE other")


def test_errors_are_those_of_the_real_run(session: LocalSession) -> None:
    with pytest.raises(HiveSemanticError, match="already exists"):
        session.execute("CREATE TABLE old AS SELECT 1 AS a")
    with pytest.raises(HiveSemanticError, match="already exists"):
        session.execute("CREATE TABLE old (k string)")


def test_a_job_keeps_the_lines_of_all_statements(warehouse: Path) -> None:
    engine = LocalEngine()
    hql = "SELECT k FROM old; CREATE TABLE x AS SELECT k FROM old; SELECT * FROM x"
    handle = engine.submit(Job(hql=hql, warehouse=str(warehouse), explain_only=True))
    engine._jobs[handle.job_id].thread.join(30)
    result = engine.result(handle)
    assert result is not None
    headings = [line for line in result.lines() if line.startswith("-- ")]
    assert [heading.partition(": ")[2] for heading in headings] == [part.strip() for part in hql.split(";")]
    assert [statement.rows for statement in engine.report(handle).statements if statement.files] == []
