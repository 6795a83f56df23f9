"""Every function of Hive has one answer, and the same names are listed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.emit.functions import (
    AGGREGATES,
    REFUSED_FUNCTIONS,
    SQL_FUNCTIONS,
    TABLE_GENERATORS,
)
from airflow_ddb_hive.engines.local.function_answers import FUNCTION_ANSWERS, HIVE_NAMES
from airflow_ddb_hive.errors import DdbHiveError, UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions import FUNCTIONS

NAMES: list[str] = json.loads(Path(__file__).with_name("hive_function_names.json").read_text(encoding="utf-8"))
CHECKOUT = Path(__file__).resolve().parents[3]
MOST_REFUSED = 12


def test_the_names_are_those_of_hives_show_functions() -> None:
    assert list(FUNCTION_ANSWERS) == sorted(NAMES)


@pytest.mark.integration
def test_the_recorded_names_are_still_hives(hive_rig: Any) -> None:
    assert sorted(hive_rig("SHOW FUNCTIONS").rows) == sorted(NAMES)


def test_few_functions_are_refused() -> None:
    refused = [one for one in FUNCTION_ANSWERS.values() if one.answer == "refused"]
    assert 0 < len(refused) <= MOST_REFUSED
    assert all(one.note for one in refused)


def test_answers_are_of_the_five_kinds() -> None:
    kinds = {one.answer for one in FUNCTION_ANSWERS.values()}
    assert kinds == {"renamed", "rewritten", "implemented", "refused", "refused by Hive"}


@pytest.mark.parametrize("name", [name for name, one in FUNCTION_ANSWERS.items() if "refused" not in one.answer])
def test_an_answered_function_has_something_that_answers(name: str) -> None:
    canonical = FUNCTIONS[name].canonical
    bound_away = canonical == "current_database"
    assert bound_away or any(canonical in table for table in (SQL_FUNCTIONS, AGGREGATES, TABLE_GENERATORS))


def test_no_name_is_both_answered_and_refused() -> None:
    answered = {*SQL_FUNCTIONS, *AGGREGATES, *TABLE_GENERATORS}
    assert answered.isdisjoint(REFUSED_FUNCTIONS)


@pytest.fixture(scope="module")
def session() -> Any:
    with LocalSession() as opened:
        yield opened


def rows_of(session: LocalSession, statement: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(statement):
        rows = list(result.lines())
        result.close()
    return rows


def test_show_functions_lists_hives_names(session: LocalSession) -> None:
    assert rows_of(session, "SHOW FUNCTIONS") == sorted(HIVE_NAMES)


@pytest.mark.parametrize("name", ["xpath_int", "!", "noop", "reflect"])
def test_each_of_hives_names_can_be_described(session: LocalSession, name: str) -> None:
    assert "does not exist" not in rows_of(session, f"DESCRIBE FUNCTION `{name}`")[0]


@pytest.mark.parametrize(
    "call",
    [
        "create_union(0, 1)",
        "extract_union('a')",
        "in_file('a', 'b')",
        "reflect('java.lang.Math', 'abs', 1)",
        "reflect2('a', 'length')",
        "java_method('java.lang.Math', 'abs', 1)",
        "in_bloom_filter(1, cast('a' as binary))",
        "matchpath(1)",
        "get_splits('select 1', 1)",
    ],
)
def test_a_refused_function_says_why_and_where(session: LocalSession, call: str) -> None:
    with pytest.raises(UnsupportedSqlError, match="not supported: ") as caught:
        rows_of(session, f"SELECT {call}")
    assert caught.value.line == 1


@pytest.mark.parametrize("name", ["hive_native_xpath", "hive_native_rand", "regexp_matches", "list_sort"])
def test_what_the_engine_calls_cannot_be_called_by_name(session: LocalSession, name: str) -> None:
    with pytest.raises(DdbHiveError, match="Invalid function"):
        rows_of(session, f"SELECT {name}('a', 'b')")


def test_the_support_page_is_up_to_date() -> None:
    path = CHECKOUT / "docs" / "generate_support.py"
    spec = importlib.util.spec_from_file_location("generate_support", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run: make docs"


def test_two_calls_of_a_seeded_rand_have_sequences_of_their_own(session: LocalSession) -> None:
    rows = rows_of(session, "SELECT rand(5), rand(5) FROM (SELECT explode(array(1, 2, 3)) AS x) t")
    assert rows == [f"{value}\t{value}" for value in ("0.730519863614471", "0.08825840967622589", "0.4889045498516358")]


def test_a_statement_that_is_run_again_draws_the_same_numbers(session: LocalSession) -> None:
    assert rows_of(session, "SELECT rand(9)") == rows_of(session, "SELECT rand(9)")


def test_every_row_has_a_uuid_of_its_own(session: LocalSession) -> None:
    rows = rows_of(session, "SELECT uuid() FROM (SELECT explode(array(1, 2, 3)) AS x) t")
    assert len(set(rows)) == len(rows) == 3
    assert all(len(row) == len("123e4567-e89b-12d3-a456-426614174000") for row in rows)


def test_current_database_follows_use(session: LocalSession) -> None:
    rows_of(session, "CREATE DATABASE other")
    rows_of(session, "USE other")
    try:
        assert rows_of(session, "SELECT current_database()") == ["other"]
    finally:
        rows_of(session, "USE default")
