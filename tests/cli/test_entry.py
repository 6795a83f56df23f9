from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from airflow_ddb_hive.cli import main
from airflow_ddb_hive.cli.entry import run
from tests.cli.fakes import FakeSession, open_fake_session


class Said(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def call(*arguments: str) -> Said:
        status = run(arguments, open_fake_session)
        captured = capfd.readouterr()
        return Said(status, captured.out, captured.err)

    return call


def test_rows_go_to_stdout_and_the_rest_to_stderr(shell: Callable[..., Said]) -> None:
    said = shell("-e", "SELECT 1")
    assert said == (0, "1\tx\n2\tNULL\n", "OK\nTime taken: 0.25 seconds, Fetched: 2 row(s)\n")


def test_silent_prints_rows_only(shell: Callable[..., Said]) -> None:
    assert shell("-S", "-e", "SELECT 1; CREATE x; PROGRESS") == (0, "1\tx\n2\tNULL\n" * 2, "")


def test_a_statement_without_rows_has_not_fetched_any(shell: Callable[..., Said]) -> None:
    assert shell("-e", "CREATE x") == (0, "", "OK\nTime taken: 0.25 seconds\n")


def test_no_rows_are_not_counted(shell: Callable[..., Said]) -> None:
    assert shell("-e", "EMPTY") == (0, "", "OK\nTime taken: 0.25 seconds\n")


def test_the_end_report_names_what_was_read(shell: Callable[..., Said]) -> None:
    said = shell("-e", "SELECT a FROM features")
    assert said.err.splitlines()[-1] == "Features: read 3,407 items, 0.4 MB, 2 requests, 49.5 units"


def test_each_repeated_statement_runs(shell: Callable[..., Said]) -> None:
    assert shell("-S", "-e", "SELECT 1", "-e", "SELECT 2").out == "1\tx\n2\tNULL\n" * 2


def test_a_header_is_asked_for_by_hiveconf(shell: Callable[..., Said]) -> None:
    said = shell("--hiveconf", "hive.cli.print.header=true", "-e", "SELECT 1")
    assert said.out == "a\t_c1\n1\tx\n2\tNULL\n"
    assert "Fetched: 2 row(s)" in said.err


def test_a_header_is_asked_for_in_the_script(shell: Callable[..., Said]) -> None:
    said = shell("-S", "-e", "EMPTY; SET hive.cli.print.header=true; EMPTY; SET hive.cli.print.header=false; EMPTY")
    assert said.out == "a\t_c1\n"


def test_set_shows_a_setting_without_header_or_ok(shell: Callable[..., Said]) -> None:
    said = shell("--hiveconf", "hive.cli.print.header=true", "-e", "SET hive.cli.print.header")
    assert said == (0, "hive.cli.print.header=true\n", "")


def test_verbose_shows_statements_on_stderr(shell: Callable[..., Said]) -> None:
    said = shell("-v", "-S", "-e", "SELECT 1;\nCREATE x")
    assert said.err == "SELECT 1\nCREATE x\n"


def test_init_scripts_run_first_and_say_only_rows(shell: Callable[..., Said], tmp_path: Path) -> None:
    init = tmp_path / "init.hql"
    init.write_text("SET a=1; SELECT 1")
    assert shell("-i", str(init), "-e", "SET a") == (0, "1\tx\n2\tNULL\na=1\n", "")


def test_a_script_is_read_from_a_file(shell: Callable[..., Said], tmp_path: Path) -> None:
    script = tmp_path / "script.hql"
    script.write_text("SELECT 'é'", encoding="utf-8")
    assert shell("-S", "-f", str(script)).out == "1\tx\n2\tNULL\n"


@pytest.mark.parametrize("arguments", [(), ("-f", "-")])
def test_a_script_is_read_from_stdin(
    shell: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"SELECT 1")))
    assert shell("-S", *arguments).out == "1\tx\n2\tNULL\n"


def test_a_missing_script_is_hives_status_3_and_nothing_has_run(shell: Callable[..., Said], tmp_path: Path) -> None:
    script = tmp_path / "script.hql"
    script.write_text("SELECT 1")
    said = shell("-f", str(script), "-f", str(tmp_path / "nope.hql"))
    assert (said.status, said.out) == (3, "")
    assert said.err.startswith("Could not open input file for reading.")
    assert "nope.hql" in said.err


def test_a_script_that_is_no_text_is_refused(shell: Callable[..., Said], tmp_path: Path) -> None:
    script = tmp_path / "script.hql"
    script.write_bytes(b"SELECT \xff")
    said = shell("-f", str(script))
    assert said.status == 3
    assert "not UTF-8 at byte 7" in said.err


def test_an_error_ends_the_script_with_hives_line_and_status(shell: Callable[..., Said]) -> None:
    said = shell("-S", "-e", "SELECT 1; UNKNOWN; SELECT 2")
    line = "FAILED: SemanticException [Error 10001]: Line 4:14 Table not found 'nope'\n"
    assert said == (17, "1\tx\n2\tNULL\n", line)


def test_an_error_without_hives_place_says_where_it_was(shell: Callable[..., Said]) -> None:
    said = shell("-S", "-e", "DISK")
    assert said == (1, "", "FAILED: Execution Error, /data is full: make room (line 2:7)\n")


def test_a_fault_is_one_line_and_says_how_to_see_more(shell: Callable[..., Said]) -> None:
    said = shell("-S", "-e", "FAULT")
    assert said.status == 1
    assert said.err.count("\n") == 1
    assert said.err.startswith("FAILED: KeyError: ")
    assert "DDB_HIVE_TRACEBACK=1" in said.err


def test_the_traceback_of_a_fault_can_be_asked_for(shell: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDB_HIVE_TRACEBACK", "1")
    assert shell("-e", "FAULT").err.startswith("Traceback (most recent call last):")


def test_progress_is_a_line_on_stderr(shell: Callable[..., Said]) -> None:
    assert shell("-e", "PROGRESS").err.splitlines()[0] == "Features: read 10 items, 2.0 MB, 5.0 units/s"


@pytest.mark.parametrize("script", ["SELECT 1", "UNKNOWN", "FAULT"])
def test_results_and_session_are_closed_whatever_happens(script: str) -> None:
    session = FakeSession()
    run(["-S", "-e", f"SELECT 0; {script}"], lambda _options, _console: session)
    assert session.closed
    assert all(result.closed for result in session.results)


def test_an_unknown_engine_is_refused_before_anything_runs(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--engine", "emr", "-e", "SELECT 1"]) == 1
    assert capfd.readouterr().err == ("FAILED: Execution Error, --engine 'emr' is not there: this version has local\n")


def test_e_and_f_together_are_refused_with_hives_status(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["-e", "SELECT 1", "-f", "x.hql"])
    assert end.value.code == 2
    assert "not allowed with argument" in capfd.readouterr().err


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_nothing_heavy(option: str) -> None:
    code = (
        "import sys\n"
        "from airflow_ddb_hive.cli import main\n"
        f"try: main(['{option}'])\n"
        "except SystemExit: pass\n"
        "heavy = {'duckdb', 'pyarrow', 'sqlglot', 'boto3', 'botocore', 'airflow', 'pandas', 'msgspec'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))\n"
    )
    run_ = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert run_.stdout.splitlines()[-1] == "heavy: []"


def test_explain_prints_the_plan_and_runs_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    warehouse = ["--warehouse", str(tmp_path)]
    assert main([*warehouse, "-S", "--explain", "-e", "CREATE TABLE t AS SELECT 1 AS a; SELECT a FROM t"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[:3] == ["-- line 1: CREATE TABLE t AS SELECT 1 AS a", "STATEMENT:", "  create table as select"]
    assert "-- line 1: SELECT a FROM t" in lines
    assert main([*warehouse, "-S", "-e", "SHOW TABLES"]) == 0
    assert capfd.readouterr().out == ""
    assert [path for path in tmp_path.rglob("*") if path.is_dir()] == []
