"""Bounds of a query's rows, from what is known of its tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from airflow_ddb_hive.engines.local.row_bounds import row_bounds
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import QueryStatement
from airflow_ddb_hive.hiveql.tree import Aggregate, Project, Scan
from airflow_ddb_hive.model.estimate import Bounds
from tests.hiveql.catalogs import all_types

KNOWN = {"t": Bounds.exactly(100), "u": Bounds(0, 7)}
UNKNOWN = {"t": Bounds(0), "u": Bounds(3)}


def bounds(query: str, tables: dict[str, Bounds]) -> tuple[float, float | None]:
    statement = bind_statement(query, catalog=all_types())
    assert isinstance(statement, QueryStatement)

    def scanned(scan: Scan) -> Bounds:
        return tables[scan.table.name]

    found = row_bounds(statement.relation, scanned)
    return found.low, found.high


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("SELECT 1", 1, 1),
        ("SELECT i, s FROM t", 100, 100),
        ("SELECT i FROM t WHERE i > 1", 0, 100),
        ("SELECT i FROM t ORDER BY i", 100, 100),
        ("SELECT i FROM t LIMIT 30", 30, 30),
        ("SELECT i FROM t LIMIT 90, 30", 10, 10),
        ("SELECT id FROM u LIMIT 3", 0, 3),
        ("SELECT DISTINCT i FROM t", 1, 100),
        ("SELECT count(*) FROM t", 1, 1),
        ("SELECT i, count(*) FROM t GROUP BY i", 1, 100),
        ("SELECT x FROM t LATERAL VIEW explode(a) e AS x", 0, None),
        ("SELECT x FROM t LATERAL VIEW OUTER explode(a) e AS x", 100, None),
        ("SELECT t.i FROM t JOIN u ON t.i = u.id", 0, 700),
        ("SELECT t.i FROM t LEFT JOIN u ON t.i = u.id", 100, 700),
        ("SELECT t.i FROM t RIGHT JOIN u ON t.i = u.id", 0, 700),
        ("SELECT t.i FROM t FULL JOIN u ON t.i = u.id", 100, 700),
        ("SELECT t.i FROM t CROSS JOIN u", 0, 700),
        ("SELECT t.i FROM t LEFT SEMI JOIN u ON t.i = u.id", 0, 100),
        ("SELECT i FROM t UNION ALL SELECT id FROM u", 100, 107),
    ],
)
def test_known_tables_bound_the_rows(query: str, low: float, high: float | None) -> None:
    assert bounds(query, KNOWN) == (low, high)


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("SELECT i FROM t WHERE i > 1", 0, None),
        ("SELECT id FROM u", 3, None),
        ("SELECT id FROM u LIMIT 2", 2, 2),
        ("SELECT id FROM u LIMIT 2, 9", 1, 9),
        ("SELECT t.i FROM t RIGHT JOIN u ON t.i = u.id", 3, None),
    ],
)
def test_unknown_tables_leave_the_upper_bound_open(query: str, low: float, high: float | None) -> None:
    assert bounds(query, UNKNOWN) == (low, high)


def test_rows_without_partner_count_where_the_other_side_is_empty() -> None:
    empty = {"t": Bounds.exactly(100), "u": Bounds.exactly(0)}
    assert bounds("SELECT t.i FROM t LEFT JOIN u ON t.i = u.id", empty) == (100, 100)
    assert bounds("SELECT t.i FROM t FULL JOIN u ON t.i = u.id", empty) == (100, 100)
    assert bounds("SELECT t.i FROM t JOIN u ON t.i = u.id", empty) == (0, 0)


def test_each_grouping_set_gives_groups_of_its_own_and_the_empty_one_a_row_of_no_rows() -> None:
    statement = bind_statement("SELECT i, count(*) FROM t GROUP BY i", catalog=all_types())
    assert isinstance(statement, QueryStatement)
    assert isinstance(statement.relation, Project)
    assert isinstance(statement.relation.input, Aggregate)
    cube = replace(statement.relation.input, grouping_sets=((0,), ()))
    assert row_bounds(cube, lambda _scan: Bounds.exactly(100)) == Bounds(0, 200)
    assert row_bounds(cube, lambda _scan: Bounds.exactly(0)) == Bounds(0, 2)
    assert row_bounds(cube, lambda _scan: Bounds(0)) == Bounds(0, None)
