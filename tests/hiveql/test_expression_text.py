"""Expressions of the typed tree as text, which Hive's grammar reads back as the same tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_ddb_hive.hiveql.expression_text import column_names, expression_text
from airflow_ddb_hive.hiveql.tree import (
    Call,
    ColumnRef,
    Expression,
    Literal,
    Position,
    Project,
    Relation,
    ScalarSubquery,
    Scan,
)
from airflow_ddb_hive.model.types import BINARY, BOOLEAN

# fmt: off
SAME = [
    "i BETWEEN 1 AND 3", "i NOT BETWEEN 1 AND 3", "i IS NULL", "i IS NOT NULL", "bo IS NOT TRUE", "NOT bo",
    "i IN (1, 2)", "i NOT IN (1, 2)", "-i", "~i", "a[0]", "m['x']", "st.x", "s LIKE 'a%'", "s NOT LIKE 'a'",
    "s NOT RLIKE 'x'", "CASE WHEN i = 1 THEN 'a' ELSE 'b' END", "CASE WHEN bo THEN 1 END", "CAST(i AS string)",
    "if(bo, 1, 2)", "DATE '2020-01-01'", "TIMESTAMP '2020-01-01 00:00:00'", "1.5", "'it\\'s'", "'a\\\\b'", "NULL",
    "bo AND i = 1 OR b = 2", "bo AND (i = 1 OR b = 2)", "NOT (bo AND i = 1)", "i <=> 1", "(i = 1) = bo", "i != 1",
    "i % 2", "i + 2 * 3", "(i + 2) * 3", "i - (2 - 1)", "i - 2 - 1", "array(1, 2)", "TRUE", "a[i + 1]", "-(i + 1)",
    "row_number() OVER (PARTITION BY i ORDER BY s DESC)",
    "sum(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    "sum(i) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 2 FOLLOWING)",
    "count(*) OVER (PARTITION BY s)",
]
# fmt: on
OTHER = {
    "b = i": "b = CAST(i AS bigint)",
    "s || 'x'": "concat(s, 'x')",
    "case i when 1 then 'a' end": "CASE WHEN i = 1 THEN 'a' END",
    "i > 1 and i < 3": "i > 1 AND i < 3",
}


def only(relation: Relation) -> tuple[Expression, Relation]:
    assert isinstance(relation, Project)
    return relation.expressions[0], relation.input


@pytest.mark.parametrize("text", SAME)
def test_text_in_its_own_form_comes_back(text: str, query: Callable[[str], Relation]) -> None:
    expression, source = only(query(f"SELECT {text} FROM t"))
    assert expression_text(expression, column_names(source)) == text


@pytest.mark.parametrize("text", [*SAME, *OTHER])
def test_the_text_means_what_the_expression_means(text: str, query: Callable[[str], Relation]) -> None:
    expression, source = only(query(f"SELECT {text} FROM t"))
    again, _ = only(query(f"SELECT {expression_text(expression, column_names(source))} FROM t"))
    assert again == expression


@pytest.mark.parametrize(("text", "shown"), OTHER.items())
def test_conversions_of_the_binder_are_shown(text: str, shown: str, query: Callable[[str], Relation]) -> None:
    expression, source = only(query(f"SELECT {text} FROM t"))
    assert expression_text(expression, column_names(source)) == shown


def test_a_subquery_is_named_as_one(query: Callable[[str], Relation]) -> None:
    expression, source = only(query("SELECT i IN (SELECT id FROM u) FROM t"))
    assert isinstance(expression, ScalarSubquery)
    assert isinstance(source, Scan)
    assert expression_text(expression, column_names(source)) == "i IN (subquery)"
    exists, _ = only(query("SELECT EXISTS (SELECT 1 FROM u) FROM t"))
    assert expression_text(exists) == "EXISTS (subquery)"


def test_columns_without_names_show_relation_and_place() -> None:
    place = Position()
    column = ColumnRef(BINARY, place, 3, 2)
    test = Call(BOOLEAN, place, "=", (column, Literal(BINARY, place, b"\x01\xff")))
    assert expression_text(test) == "t3.c2 = unhex('01FF')"


def test_something_else_is_no_expression() -> None:
    with pytest.raises(TypeError, match="no text for Expression"):
        expression_text(Expression(BINARY, Position()))
