"""The language has Hive's border: what Hive refuses is refused, with its class of error, its code and its place."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.hiveql import bind_statement
from tests.hiveql.border import KNOWN_REFUSED, KNOWN_TAKEN, Refused, border_catalog, differences, refused, taken
from tests.hiveql.catalogs import MemoryCatalog

LEAST_REFUSED, LEAST_TAKEN = 1500, 150
MOST_KNOWN = 0.03
"""The part of the statements whose answer may still differ; it only falls."""


@pytest.fixture(scope="module")
def tables() -> MemoryCatalog:
    return border_catalog()


def test_what_hive_refuses_is_refused_alike(tables: MemoryCatalog) -> None:
    different = {case.statement: found for case in refused() if (found := differences(case, tables))}
    assert {text: found for text, found in different.items() if text not in KNOWN_REFUSED} == {}


def test_what_hive_takes_is_taken(tables: MemoryCatalog) -> None:
    for text in taken():
        if text not in KNOWN_TAKEN:
            bind_statement(text, catalog=tables)


def _known() -> list[Refused]:
    return [case for case in refused() if case.statement in KNOWN_REFUSED]


@pytest.mark.parametrize("case", _known(), ids=lambda case: case.statement[:60])
def test_known_differences_are_still_there(case: Refused, tables: MemoryCatalog) -> None:
    assert differences(case, tables), f"no longer different, take it from border_known.jsonl: {case.statement}"


def test_few_differences_are_left() -> None:
    count = len(refused())
    assert count >= LEAST_REFUSED
    assert len(taken()) >= LEAST_TAKEN
    assert len(KNOWN_REFUSED) < MOST_KNOWN * count
