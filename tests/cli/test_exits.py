from __future__ import annotations

import pytest

from airflow_ddb_hive.cli.exits import error_text, exit_code
from airflow_ddb_hive.errors import (
    AccessError,
    DdbHiveError,
    HiveSemanticError,
    HiveSyntaxError,
    MappingError,
    UnsupportedSqlError,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (HiveSyntaxError("no"), 64),
        (HiveSemanticError("no table", code=10001), 17),
        (HiveSemanticError("no column", code=10004), 20),
        (HiveSemanticError("no database", code=10072), 88),
        (HiveSemanticError("no number"), 64),
        (HiveSemanticError("a multiple of 256", code=10240), 1),
        (UnsupportedSqlError("refused"), 64),
        (MappingError("no fit"), 1),
        (AccessError("who are you"), 1),
        (DdbHiveError("anything"), 1),
    ],
)
def test_errors_have_hives_status(error: DdbHiveError, status: int) -> None:
    assert exit_code(error) == status


def test_hives_own_place_is_not_repeated() -> None:
    error = HiveSyntaxError("cannot recognize input", line=2, column=3)
    assert error_text(error) == "FAILED: ParseException line 2:3 cannot recognize input"


def test_a_place_that_hives_form_lacks_is_added() -> None:
    assert error_text(AccessError("no credentials", line=2)) == "FAILED: Execution Error, no credentials (line 2:0)"
