"""What a statement has at hand."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.engines.local.context import StatementContext
from airflow_ddb_hive.engines.local.settings import Settings
from airflow_ddb_hive.errors import InputError


def statement(workers: str) -> StatementContext:
    nothing: Any = None
    return StatementContext(
        statement="SELECT 1",
        duck=nothing,
        catalog=nothing,
        settings=Settings({"ddb_hive.workers": workers}),
        stores=nothing,
        tables=nothing,
        progress=nothing,
        notice=nothing,
        setting_notices=nothing,
        budgets=nothing,
    )


def test_so_many_threads_work_as_the_setting_says() -> None:
    assert statement("3").workers == 3


@pytest.mark.parametrize("workers", ["0", "-1", "some"])
def test_fewer_than_one_thread_is_refused(workers: str) -> None:
    with pytest.raises(InputError, match=r"ddb_hive\.workers=.*SET ddb_hive\.workers="):
        assert statement(workers).workers
