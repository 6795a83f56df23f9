"""Key conditions and filters as people read them."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.dynamodb.path_text import key_condition_line, predicate_line, value_text
from airflow_ddb_hive.model.dynamodb import AccessPath, AllOf, AnyOf, Condition, KeyRange, Predicate

YEAR = Condition("Year", ">=", ({"N": "1990"},))
GENRE = Condition("Genre", "=", ({"S": "pop"},))


def path(*ranges: KeyRange) -> AccessPath:
    return AccessPath(kind="query", ranges=ranges)


@pytest.mark.parametrize(
    ("predicate", "text"),
    [
        (YEAR, "Year >= 1990"),
        (Condition("Year", "<>", ({"N": "1"},)), "Year <> 1"),
        (Condition("Year", "between", ({"N": "1"}, {"N": "2"})), "Year BETWEEN 1 AND 2"),
        (Condition("Year", "in", ({"N": "1"}, {"N": "2"})), "Year IN (1, 2)"),
        (Condition("Title", "begins_with", ({"S": "A"},)), "begins_with(Title, 'A')"),
        (Condition("Title", "exists"), "attribute_exists(Title)"),
        (Condition("Title", "not_exists"), "attribute_not_exists(Title)"),
        (AllOf((YEAR, GENRE)), "Year >= 1990 AND Genre = 'pop'"),
        (AllOf((YEAR, AnyOf((GENRE, YEAR)))), "Year >= 1990 AND (Genre = 'pop' OR Year >= 1990)"),
        (AnyOf((AllOf((YEAR, GENRE)), GENRE)), "(Year >= 1990 AND Genre = 'pop') OR Genre = 'pop'"),
    ],
)
def test_predicates_are_written_in_one_line(predicate: Predicate, text: str) -> None:
    assert predicate_line(predicate) == text


def test_values_are_written_as_constants() -> None:
    values: list[dict[str, object]] = [
        {"S": "it's\n\\"},
        {"N": "1.50"},
        {"N": "1.96E+3"},
        {"N": "1E+90"},
        {"B": "AQI="},
        {"BOOL": False},
    ]
    texts = [r"'it\'s\n\\'", "1.50", "1960", "1E+90", "unbase64('AQI=')", "FALSE"]
    assert [value_text(value) for value in values] == texts


def test_no_ranges_have_no_condition() -> None:
    assert key_condition_line(AccessPath(), ("Artist", "Year")) is None


def test_one_range_is_an_equation_and_several_are_a_list() -> None:
    first, second = KeyRange({"S": "Akon"}), KeyRange({"S": "Cher"})
    assert key_condition_line(path(first), ("Artist", "Year")) == "Artist = 'Akon'"
    assert key_condition_line(path(first, second), ("Artist", "Year")) == "Artist IN ('Akon', 'Cher')"


def test_ranges_are_grouped_by_their_sort_condition() -> None:
    ranges = (KeyRange({"S": "Akon"}, YEAR), KeyRange({"S": "Cher"}), KeyRange({"S": "Dido"}, YEAR))
    text = "Artist IN ('Akon', 'Dido') AND Year >= 1990 OR Artist = 'Cher'"
    assert key_condition_line(path(*ranges), ("Artist", "Year")) == text


def test_long_lists_are_cut_and_counted() -> None:
    many = [KeyRange({"N": str(number)}) for number in range(1005)]
    assert key_condition_line(path(*many), ("Id",)) == "Id IN (0, 1, 2, 3, 4, … 1,000 more)"
    keys = [KeyRange({"N": "7"}, Condition("Year", "=", ({"N": str(year)},))) for year in range(7)]
    text = " OR ".join(f"Id = 7 AND Year = {year}" for year in range(5))
    assert key_condition_line(path(*keys), ("Id", "Year")) == f"{text} OR … 2 more"
