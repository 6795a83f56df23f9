"""``ddb_hive.local.paths`` confines what Hive's own statements read and write on the local file system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import InputError

KEY = "ddb_hive.local.paths"


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "rows.txt").write_text("1\n2\n")
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("7\n")
    (folder / "script.hql").write_text("SELECT 1")
    return folder


@pytest.fixture
def session(inside: Path) -> Iterator[LocalSession]:
    with LocalSession(hiveconfs={KEY: str(inside)}) as opened:
        yield opened


def run(session: LocalSession, text: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(text):
        rows = list(result.lines())
        result.close()
    return rows


def test_temporary_tables_are_the_sessions_own_wherever_their_files_are(session: LocalSession) -> None:
    script = "CREATE TEMPORARY TABLE own (a int); INSERT INTO own VALUES (1), (2); SELECT sum(a) FROM own"
    assert run(session, script) == ["3"]


REACHING = (
    "CREATE EXTERNAL TABLE x (a int) LOCATION '{path}'",
    "CREATE TABLE x (a int) LOCATION 'file://{path}'",
    "CREATE TABLE x LOCATION '{path}' AS SELECT 1 AS a",
    "CREATE DATABASE x LOCATION '{path}'",
    "ALTER DATABASE default SET LOCATION '{path}'",
    "LOAD DATA LOCAL INPATH '{path}/secret.txt' INTO TABLE t",
    "LOAD DATA INPATH '{path}' OVERWRITE INTO TABLE t",
    "INSERT OVERWRITE DIRECTORY '{path}/new' SELECT a FROM t",
    "INSERT OVERWRITE LOCAL DIRECTORY '{path}' SELECT a FROM t",
    "FROM t INSERT OVERWRITE LOCAL DIRECTORY '{path}' SELECT a INSERT OVERWRITE TABLE u SELECT a",
    "ALTER TABLE t SET LOCATION '{path}'; SELECT * FROM t",
    "ALTER TABLE p ADD PARTITION (d = '1') LOCATION '{path}'",
    "ALTER TABLE p PARTITION (d = '0') SET LOCATION '{path}'; SELECT * FROM p",
    "SOURCE {path}/script.hql",
    "ADD FILE {path}/secret.txt",
)


@pytest.mark.parametrize("statement", REACHING)
def test_no_statement_reaches_a_folder_outside(statement: str, session: LocalSession, outside: Path) -> None:
    run(session, "CREATE TABLE t (a int); CREATE TABLE u (a int); INSERT INTO t VALUES (1)")
    run(session, "CREATE TABLE p (a int) PARTITIONED BY (d string); ALTER TABLE p ADD PARTITION (d = '0')")
    before = sorted((one.name, one.read_bytes()) for one in outside.iterdir())
    with pytest.raises(InputError, match=r"outside of the folders that ddb_hive\.local\.paths allows"):
        run(session, statement.format(path=outside))
    assert sorted((one.name, one.read_bytes()) for one in outside.iterdir()) == before


SPELLINGS = (
    "{inside}/../outside",
    "{inside}/link",
    "{inside}/link/../outside",
    "{inside}/./x/../../outside/",
    "file:{outside}",
    "FILE://{outside}",
    "file://localhost{outside}",
    "file://{inside}/%2e%2e/outside",
    "/{outside}",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_path_leads_out(spelling: str, session: LocalSession, inside: Path, outside: Path) -> None:
    (inside / "link").symlink_to(outside)
    path = spelling.format(inside=inside, outside=outside)
    with pytest.raises(InputError, match="outside of the folders"):
        run(session, f"CREATE EXTERNAL TABLE x (a int) LOCATION '{path}'")


def test_statements_use_the_folders_that_are_named(session: LocalSession, inside: Path) -> None:
    run(session, f"CREATE EXTERNAL TABLE t (a int) LOCATION '{inside}'")
    assert run(session, "SELECT a FROM t") == ["1", "2"]
    run(session, f"INSERT OVERWRITE LOCAL DIRECTORY '{inside}/out' SELECT a + 1 FROM t")
    assert (inside / "out" / "000000_0").read_text() == "2\n3\n"


def test_a_link_among_a_tables_files_leads_nowhere(session: LocalSession, inside: Path, outside: Path) -> None:
    (inside / "linked.txt").symlink_to(outside / "secret.txt")
    run(session, f"CREATE EXTERNAL TABLE t (a int) LOCATION '{inside}'")
    with pytest.raises(InputError, match="outside"):
        run(session, "SELECT a FROM t")


def test_the_private_warehouse_may_always_be_used(session: LocalSession) -> None:
    run(session, "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); ALTER TABLE t RENAME TO u")
    assert run(session, "SELECT sum(a) FROM u") == ["3"]


def test_a_warehouse_must_lie_in_the_folders(inside: Path, outside: Path) -> None:
    with pytest.raises(InputError, match="outside of the folders"):
        LocalSession(warehouse=str(outside), hiveconfs={KEY: str(inside)})
    with LocalSession(warehouse=str(inside / "wh"), hiveconfs={KEY: str(inside)}) as session:
        run(session, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        assert run(session, "SELECT a FROM t") == ["1"]


@pytest.mark.parametrize(
    "statement",
    ["SET {key}=/", "SET {key}=", "SET hiveconf:{key}=/tmp", "SET {key}={inside},/etc", "SET {key}={inside}/.."],
)
def test_a_script_cannot_widen_the_folders(statement: str, session: LocalSession, inside: Path) -> None:
    with pytest.raises(InputError, match="can only be narrowed"):
        run(session, statement.format(key=KEY, inside=inside))
    assert session.settings[KEY] == str(inside)


def test_reset_keeps_the_folders(session: LocalSession, inside: Path) -> None:
    run(session, f"RESET; RESET {KEY}")
    assert session.settings[KEY] == str(inside)


def test_a_script_can_narrow_the_folders(session: LocalSession, inside: Path) -> None:
    run(session, f"SET {KEY}={inside}/less")
    with pytest.raises(InputError, match="outside"):
        run(session, f"CREATE EXTERNAL TABLE t (a int) LOCATION '{inside}'")


def test_a_folder_must_be_an_absolute_local_path() -> None:
    with pytest.raises(InputError, match="no absolute local path"):
        LocalSession(hiveconfs={KEY: "data"})
