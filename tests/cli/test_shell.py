from __future__ import annotations

import pytest

from airflow_ddb_hive.cli.shell import is_command


@pytest.mark.parametrize("statement", ["SET a=b", " set\n", "-- x\nSET a", "/* x; */ /* y */set a=b", "RESET"])
def test_set_is_the_shells_own(statement: str) -> None:
    assert is_command(statement)


@pytest.mark.parametrize("statement", ["SELECT 1", "-- SET a", "/* SET */ USE x", "", "settle"])
def test_everything_else_is_a_statement(statement: str) -> None:
    assert not is_command(statement)
