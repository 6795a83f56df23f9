from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql import bind_parameters, bind_statement, split_script
from airflow_ddb_hive.hiveql.statements import QueryStatement
from airflow_ddb_hive.hiveql.tree import Literal, Project
from tests.hiveql.catalogs import MemoryCatalog


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        ("it's \\ \n", r"'it\'s \\ \n'"),
        (5, "5"),
        (-5, "-5"),
        (2**40, "1099511627776L"),
        (2**70, "1180591620717411303424BD"),
        (Decimal("1.50"), "1.50BD"),
        (Decimal("1E+3"), "1000BD"),
        (1.5, "1.5D"),
        (1e300, "1e300D"),
        (float("nan"), "cast('NaN' as double)"),
        (float("-inf"), "cast('-Infinity' as double)"),
        (True, "TRUE"),
        (None, "NULL"),
        (b"\x00\xff", "unhex('00FF')"),
        (date(2024, 2, 29), "cast('2024-02-29' as date)"),
        (datetime(2024, 2, 29, 1, 2, 3, 4000), "cast('2024-02-29 01:02:03.004000' as timestamp)"),  # noqa: DTZ001 (Hive's timestamps have no zone)
        (["a", 1], "('a', 1)"),
    ],
)
def test_a_value_becomes_a_literal_of_its_type(value: Any, expected: str) -> None:
    assert bind_parameters("%(x)s", {"x": value}) == expected


def test_markers_in_strings_and_comments_stay() -> None:
    text = "select '%(x)s', `%(x)s`, \"%(x)s\" -- %(x)s\n, %(x)s"
    assert bind_parameters(text, {"x": 1}) == text[: text.rindex("%")] + "1"


def test_a_doubled_percent_is_one_only_where_parameters_were_given() -> None:
    assert bind_parameters("5 %% 2", {}) == "5 % 2"
    assert bind_parameters("5 %% 2", None) == "5 %% 2"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, r"%\(x\)s"),
        ({"x": object()}, "'x' is a object"),
        ({"x": []}, "'x' is an empty list"),
        ({"x": Decimal("NaN")}, "NaN"),
        ({"x": datetime(2024, 1, 1, tzinfo=UTC)}, "time zone"),
    ],
)
def test_values_without_a_literal_are_refused_by_name(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        bind_parameters("select %(x)s", parameters)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_breaks_out_of_its_literal(value: str) -> None:
    script = bind_parameters("select %(x)s", {"x": value})
    (statement,) = split_script(script)
    bound = bind_statement(statement.text, catalog=MemoryCatalog())
    assert isinstance(bound, QueryStatement)
    assert isinstance(bound.relation, Project)
    (literal,) = bound.relation.expressions
    assert isinstance(literal, Literal)
    assert literal.value == value
