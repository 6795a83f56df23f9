"""A query's relations as lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_ddb_hive.hiveql.relation_text import relation_lines
from airflow_ddb_hive.hiveql.tree import Relation


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("SELECT i, i + 1 n FROM t", ["Select: i, i + 1 AS n", "  TableScan: default.t (t1)"]),
        ("SELECT 1", ["Select: 1 AS _c0", "  Values: 1 row"]),
        (
            "SELECT i FROM t WHERE s LIKE 'a%' ORDER BY i DESC LIMIT 5, 10",
            [
                "Limit: 10, leaving out 5",
                "  Order by: i DESC",
                "    Select: i",
                "      Filter: s LIKE 'a%'",
                "        TableScan: default.t (t1)",
            ],
        ),
        (
            "SELECT DISTINCT x FROM t LATERAL VIEW OUTER explode(a) e AS x",
            [
                "Distinct",
                "  Select: x",
                "    Lateral view outer: explode(a)",
                "      TableScan: default.t (t1)",
            ],
        ),
        (
            "SELECT i FROM t UNION ALL SELECT id FROM u",
            [
                "Union all",
                "  Select: i",
                "    TableScan: default.t (t1)",
                "  Select: id",
                "    TableScan: default.u (t3)",
            ],
        ),
    ],
)
def test_each_relation_stands_above_what_it_reads(
    text: str, lines: list[str], query: Callable[[str], Relation]
) -> None:
    assert list(relation_lines(query(text))) == lines


def test_joins_say_which_side_a_column_is_of(query: Callable[[str], Relation]) -> None:
    relation = query("SELECT count(*) FROM t LEFT JOIN u ON t.i = u.id AND t.s = u.name CROSS JOIN u v")
    found = [line.strip() for line in relation_lines(relation)]
    assert "Group by: (); count(*)" in found
    assert "Join left: t1.i = t2.id AND t1.s = t2.name" in found
    assert "Join cross" in found
