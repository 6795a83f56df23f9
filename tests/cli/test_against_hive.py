"""The shell with the real engine beside the real Hive CLI: the same script, the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_ddb_hive.cli import main

if TYPE_CHECKING:
    from tests.support.rigs import HiveRig

SCRIPTS = {
    "literals": ["SELECT 1, 'x', NULL, true, 1.5, 'two words'", "SELECT 'é', 'it''s'"],
    "numbers": ["SELECT 127Y, 5L, 2.50BD, CAST(0.1 AS DOUBLE), CAST(1e10 AS DOUBLE), CAST(2 AS DOUBLE), -7"],
    "nested": ["SELECT array(1, 2), map('k', 'v'), named_struct('a', 1, 'b', 'x'), array('q\"uote')"],
    "dates": ["SELECT CAST('2024-02-29' AS DATE), CAST('2024-02-29 12:30:00.5' AS TIMESTAMP)"],
    "variables": ["SET hivevar:n=7", "SELECT ${hivevar:n}, '${n}'", "SET a.b=c", "SELECT '${hiveconf:a.b}'"],
    "comments": ["SELECT 1 -- not ; here\n", "SELECT ';' /* nor here */"],
}


@pytest.mark.integration
@pytest.mark.parametrize("name", SCRIPTS)
def test_rows_are_printed_as_hive_prints_them(name: str, hive_rig: HiveRig, capfd: pytest.CaptureFixture[str]) -> None:
    answer = hive_rig(*SCRIPTS[name])
    assert answer.error is None
    expected = [line for result in answer.results for line in result.get("rows", [])]
    assert main(["-S", "-e", ";".join(SCRIPTS[name])]) == 0
    assert capfd.readouterr().out == "".join(f"{line}\n" for line in expected)


@pytest.mark.parametrize(
    ("statement", "printed"),
    [
        ("SELECT 1 AS a, 'x' AS b, 2", "a\tb\t_c2\n1\tx\t2\n"),
        ("SELECT 1.5, 1 + 1", "_c0\t_c1\n1.5\t2\n"),
        ("SHOW DATABASES", "database_name\ndefault\n"),
        ("SET hive.cli.print.header", "hive.cli.print.header=true\n"),
    ],
)
def test_headers_are_hives(statement: str, printed: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["-S", "--hiveconf", "hive.cli.print.header=true", "-e", statement]) == 0
    assert capfd.readouterr().out == printed


@pytest.mark.parametrize(
    ("script", "status", "line"),
    [
        ("SELECT 1 FROM nope", 17, "FAILED: SemanticException [Error 10001]: Line 1:14 Table not found 'nope'"),
        (
            "SELECT 1;\nSELECT 1\n FROM nope",
            17,
            "FAILED: SemanticException [Error 10001]: Line 3:6 Table not found 'nope'",
        ),
    ],
)
def test_errors_have_hives_text_and_status(
    script: str, status: int, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-S", "-e", script]) == status
    assert capfd.readouterr().err == f"{line}\n"


def test_a_syntax_error_has_hives_status_and_its_place(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["-S", "-e", "SELECT 1;\nSELECT FROM"]) == 64
    assert capfd.readouterr().err.startswith("FAILED: ParseException line 2:")


def test_a_database_that_is_not_there_has_hives_status(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", "nope", "-e", "SELECT 1"]) == 88
    assert "[Error 10072]" in capfd.readouterr().err
