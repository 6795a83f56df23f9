"""Clauses and names as real Hive 3.1.3 understands them: ``language_answers.json`` keeps its rows, or its error.

The queries run in one session, in their order: some change a setting or a table for those behind them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, HiveSyntaxError, InputError, UnsupportedSqlError

ANSWERS: dict[str, Any] = json.loads(Path(__file__).with_name("language_answers.json").read_text(encoding="utf-8"))
_PLACE = re.compile(r"[Ll]ine (\d+):(\d+)")


def _lines(session: LocalSession, text: str) -> list[str]:
    rows: list[str] = []
    for result in session.run_script(text):
        rows = list(result.lines()) if result.columns is not None else []
        result.close()
    return rows


def _answer(session: LocalSession, text: str) -> list[str] | DdbHiveError:
    try:
        return sorted(_lines(session, text))
    except DdbHiveError as error:
        return error


def _difference(case: dict[str, Any], answer: list[str] | DdbHiveError) -> str | None:
    if isinstance(answer, DdbHiveError):
        wanted = str(case.get("error", ""))
        kind = HiveSyntaxError if wanted.startswith("ParseException") else HiveSemanticError
        place = _PLACE.search(wanted)
        same_place = place is None or place[1] == "0" or (answer.line, answer.column) == (int(place[1]), int(place[2]))
        return (
            None if wanted and isinstance(answer, kind) and same_place else f"{answer} at {answer.line}:{answer.column}"
        )
    return None if "rows" in case and answer == sorted(case["rows"]) else str(answer)


def test_clauses_and_names_mean_what_they_mean_to_hive() -> None:
    different = {}
    with LocalSession() as session:
        for statement in ANSWERS["setup"]:
            _lines(session, statement)
        for case in ANSWERS["cases"]:
            found = _difference(case, _answer(session, case["query"]))
            if found is not None:
                different[case["query"]] = (found, case.get("rows", case.get("error")))
    assert different == {}


def test_a_setting_that_hive_does_not_know_stops_the_script() -> None:
    with LocalSession() as session, pytest.raises(InputError, match=r"hive\.exec\.paralel does not exists") as raised:
        _lines(session, "\nSET hive.exec.paralel=true")
    assert (raised.value.line, raised.value.column) == (2, 0)


def test_a_whole_number_is_asked_for_where_hive_asks_for_one() -> None:
    with LocalSession() as session:
        _lines(session, "SET hive.exec.reducers.max=12; SET hive.optimize.limittranspose.reductionpercentage=0.1f")
        with pytest.raises(InputError, match="expects INT type value"):
            _lines(session, "SET hive.exec.reducers.max=many")


def test_unknown_settings_pass_where_validation_is_off() -> None:
    with LocalSession() as session:
        assert _lines(session, "SET hive.conf.validation=false; SET hive.own=1; SET hive.own") == ["hive.own=1"]


@pytest.mark.parametrize("word", ["OR", "AND"])
def test_a_row_of_5000_conditions_runs(word: str) -> None:
    sign = "=" if word == "OR" else "<>"
    conditions = f" {word} ".join(f"i {sign} {number}" for number in range(5, 5005))
    with LocalSession() as session:
        _lines(session, "CREATE TABLE t (i int); INSERT INTO t VALUES (7), (1)")
        assert _lines(session, f"SELECT count(*) FROM t WHERE {conditions}") == ["1"]


@pytest.mark.parametrize("text", ["SELECT " + "(" * 900 + "1" + ")" * 900, "SELECT " + "NOT " * 3000 + "true FROM t"])
def test_what_is_nested_too_deeply_is_refused_at_its_place(text: str) -> None:
    with LocalSession() as session:
        _lines(session, "CREATE TABLE t (i int)")
        with pytest.raises(UnsupportedSqlError, match="nested too deeply") as raised:
            _lines(session, text)
    assert raised.value.line == 1


def test_a_table_changed_to_a_format_that_parquet_stands_for_takes_rows() -> None:
    with LocalSession() as session:
        _lines(session, "CREATE TABLE t (i int); ALTER TABLE t SET FILEFORMAT RCFILE; INSERT INTO t VALUES (1)")
        assert _lines(session, "SELECT i FROM t") == ["1"]
