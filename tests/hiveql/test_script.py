from __future__ import annotations

import pytest

from airflow_ddb_hive.hiveql import split_script


def texts(script: str) -> list[str]:
    return [statement.text for statement in split_script(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("select 1; select 2", ["select 1", "select 2"]),
        ("select 'a;b'; select \"c;d\"", ["select 'a;b'", 'select "c;d"']),
        ("select `1;2` from t;", ["select `1;2` from t"]),
        (r"select 'it\'s;'; select 2", [r"select 'it\'s;'", "select 2"]),
        (r"select 5 \; 6; select 7", ["select 5 ; 6", "select 7"]),
        (r'select "x\;y";', [r'select "x\;y"']),
        (r"select 'x\\;y';", [r"select 'x\\;y'"]),
        ("-- only; a 'comment\n;;  ;\n", []),
        ("-- first; one\nselect 1", ["select 1"]),
        ("select 1 -- it's; fine\n, 2; select 3", ["select 1 -- it's; fine\n, 2", "select 3"]),
        ("select 'p\n-- q'; select 2", ["select 'p\n-- q'", "select 2"]),
        ("", []),
    ],
)
def test_semicolons_end_statements_only_outside_quotes_and_comments(script: str, expected: list[str]) -> None:
    assert texts(script) == expected


def test_a_statement_knows_where_its_first_character_stands() -> None:
    second = split_script("select 1;\n-- note\n\n   select\n2")[1]
    assert (second.text, second.line, second.column) == ("select\n2", 4, 3)
