"""Random queries over two small tables full of NULLs and duplicates, for comparing with what real Hive answers.

A seed makes the same queries every time; ``python -m tests.support.random_queries`` prints them as JSON lines.
"""

from __future__ import annotations

import json
import random

__all__ = ["SETUP", "queries"]

SETUP = (
    "CREATE TABLE w1 (id int, g string, v int, d double, b boolean, a array<int>)",
    "CREATE TABLE w2 (id int, g string, n bigint, s string)",
    (
        "INSERT INTO w1 SELECT * FROM (SELECT 1, 'a', 3, 1.5D, true, array(1, 2) UNION ALL "
        "SELECT 2, 'a', 3, CAST(NULL AS double), false, array(3) UNION ALL "
        "SELECT 3, 'a', CAST(NULL AS int), 2.5D, CAST(NULL AS boolean), IF(false, array(1), NULL) UNION ALL "
        "SELECT 4, 'b', 1, -1.0D, true, array(4, 4) UNION ALL SELECT 5, 'b', 7, 0.0D, true, array(5) UNION ALL "
        "SELECT 6, 'b', 7, 9.25D, false, array(6, 7, 8) UNION ALL "
        "SELECT 7, CAST(NULL AS string), 2, 4.0D, true, array(1) UNION ALL "
        "SELECT 8, CAST(NULL AS string), 5, 4.0D, false, array(2) UNION ALL "
        "SELECT 9, 'c', 10, 1.25D, true, array(9, 9)) q"
    ),
    (
        "INSERT INTO w2 VALUES (1, 'a', 10, 'x'), (1, 'a', 11, 'y'), (3, 'b', NULL, 'x'), (5, NULL, 5, NULL), "
        "(7, 'c', 7, 'z'), (NULL, 'a', 3, 'w'), (11, 'd', 3, 'x')"
    ),
)
"""The statements that make the tables."""


def queries(seed: int, count: int) -> list[str]:
    """As many different queries as asked for."""
    chance = random.Random(seed)  # noqa: S311 (no secret depends on it)
    found: dict[str, None] = {}
    while len(found) < count:
        found[chance.choice(_MAKERS)(chance)] = None
    return list(found)


def _frame(chance: random.Random, unit: str) -> str:
    starts = ["UNBOUNDED PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW"]
    ends = ["CURRENT ROW", "1 FOLLOWING", "3 FOLLOWING", "UNBOUNDED FOLLOWING"]
    return f"{unit} BETWEEN {chance.choice(starts)} AND {chance.choice(ends)}"


def _rows_window(chance: random.Random) -> str:
    partition = chance.choice(["PARTITION BY g ", "PARTITION BY b ", "PARTITION BY g, b ", ""])
    way = chance.choice(["", " DESC", " NULLS LAST", " DESC NULLS FIRST"])
    return f"{partition}ORDER BY v{way}, id"


def _framed(chance: random.Random) -> str:
    function = chance.choice(
        [
            "sum(v)",
            "count(*)",
            "count(v)",
            "min(d)",
            "max(v)",
            "avg(d)",
            "first_value(v)",
            "last_value(v)",
            "first_value(d, true)",
            "last_value(v, true)",
            "sum(d + v)",
            "max(g)",
        ]
    )
    if chance.random() < 0.4:
        partition = chance.choice(["PARTITION BY g ", "PARTITION BY b ", ""])
        way = chance.choice(["", " DESC"])
        if not function.startswith(("first", "last")):
            return f"SELECT id, {function} OVER ({partition}ORDER BY v{way} {_frame(chance, 'RANGE')}) FROM w1"
    return f"SELECT id, {function} OVER ({_rows_window(chance)} {_frame(chance, 'ROWS')}) FROM w1"


def _ranked(chance: random.Random) -> str:
    function = chance.choice(
        [
            "row_number()",
            "ntile(2)",
            "ntile(4)",
            "lag(v)",
            "lag(v, 2)",
            "lead(d, 1, -1.0D)",
            "lag(g, 1, 'none')",
            "lead(v, 0)",
            "lag(d) ",
        ]
    )
    if chance.random() < 0.4:
        tied = chance.choice(["rank()", "dense_rank()", "percent_rank()", "cume_dist()"])
        way = chance.choice(["v", "v DESC", "g, b", "d DESC"])
        partition = chance.choice(["PARTITION BY g ", "PARTITION BY b ", ""])
        return f"SELECT id, {tied} OVER ({partition}ORDER BY {way}) FROM w1"
    return f"SELECT id, {function} OVER ({_rows_window(chance)}) FROM w1"


def _grouped_window(chance: random.Random) -> str:
    inner = chance.choice(["sum(v)", "count(*)", "max(d)", "avg(v)"])
    outer = chance.choice(["rank()", "dense_rank()", "row_number()", f"sum({inner})", f"max({inner})"])
    key = chance.choice(["g", "b"])
    other = "DESC" if chance.random() < 0.5 else ""
    return f"SELECT {key}, {inner}, {outer} OVER (ORDER BY {inner} {other}, {key}) FROM w1 GROUP BY {key}"


def _joined(chance: random.Random) -> str:
    kind = chance.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL OUTER JOIN", "LEFT SEMI JOIN"])
    on = chance.choice(
        [
            "x.id = y.id",
            "x.g = y.g",
            "x.g <=> y.g",
            "x.id = y.id AND y.n > 5",
            "x.id = y.id AND x.v > 3",
            "x.id = y.id AND x.g <> y.g",
            "x.v = y.n",
            "x.id + 1 = y.id",
        ]
    )
    columns = "x.id, x.g, x.v" if "SEMI" in kind else "x.id, x.g, x.v, y.id, y.n, y.s"
    where = chance.choice(["", "", " WHERE x.v > 2", " WHERE x.b", " WHERE x.d IS NULL OR x.d < 3"])
    return f"SELECT {columns} FROM w1 x {kind} w2 y ON {on}{where}"


def _grouped(chance: random.Random) -> str:
    keys = chance.choice(["g", "b", "g, b", "v % 2", "g, v > 3"])
    tail = chance.choice(["", "", " HAVING count(*) > 1", " HAVING sum(v) IS NOT NULL", " HAVING max(d) > 2"])
    if ", " in keys and chance.random() < 0.6:
        tail = chance.choice([" WITH ROLLUP", " WITH CUBE"]) + (tail if chance.random() < 0.3 else "")
        return f"SELECT {keys}, count(*), sum(d), grouping__id FROM w1 GROUP BY {keys}{tail}"
    aggregates = chance.choice(["count(*), sum(v)", "count(DISTINCT v), avg(d)", "min(v), max(g)", "sum(DISTINCT v)"])
    return f"SELECT {keys}, {aggregates} FROM w1 GROUP BY {keys}{tail}"


def _lateral(chance: random.Random) -> str:
    outer = chance.choice(["", "OUTER "])
    call, columns = chance.choice(
        [
            ("explode(a)", "e"),
            ("posexplode(a)", "p, e"),
            ("explode(map(g, v))", "k, e"),
            ("stack(2, v, g, id, 'q')", "e, k"),
            ("inline(array(struct(id, g), struct(v, 'z')))", "e, k"),
            ("json_tuple('{\"a\":1}', 'a', 'b')", "e, k"),
            ("parse_url_tuple('http://h/p?q=1', 'HOST', 'QUERY')", "e, k"),
        ]
    )
    where = chance.choice(["", " WHERE id > 3", " WHERE e IS NOT NULL"])
    second = chance.choice(["", " LATERAL VIEW explode(array(1, 2)) z AS f"])
    shown = ", f" if second else ""
    return f"SELECT id, {columns}{shown} FROM w1 LATERAL VIEW {outer}{call} x AS {columns}{second}{where}"


def _combined(chance: random.Random) -> str:
    operator = chance.choice(["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"])
    left, right = chance.choice([("id, g", "id, g"), ("g", "g"), ("v", "id"), ("v, b", "id, id > 3")])
    return f"SELECT {left} FROM w1 {operator} SELECT {right} FROM w2"


def _nested(chance: random.Random) -> str:
    return chance.choice(
        [
            "SELECT id FROM w1 WHERE id {n}IN (SELECT id FROM w2 WHERE id IS NOT NULL AND n > {k})",
            "SELECT id, g FROM w1 WHERE {n}EXISTS (SELECT 1 FROM w2 WHERE w2.id = w1.id AND w2.n > {k})",
            "SELECT id FROM w1 WHERE v > (SELECT min(n) - {k} FROM w2)",
            (
                "WITH c AS (SELECT g, sum(v) t FROM w1 GROUP BY g) SELECT c.g, t, s FROM c JOIN w2 "
                "ON c.g = w2.g AND n > {k}"
            ),
            "WITH c AS (SELECT id FROM w1 WHERE id > {k}), e AS (SELECT id FROM c WHERE id < 8) SELECT * FROM e",
            "SELECT DISTINCT g, v > {k} FROM w1",
            "SELECT q.g, count(*) FROM (SELECT g FROM w1 WHERE v > {k} UNION ALL SELECT g FROM w2) q GROUP BY q.g",
            "SELECT id, CASE WHEN v > {k} THEN 'big' WHEN v IS NULL THEN 'none' ELSE g END FROM w1",
            "SELECT id, v FROM w1 WHERE v BETWEEN {k} AND {k} + 3",
            "SELECT g, v FROM w1 DISTRIBUTE BY g SORT BY g, v",
            "SELECT id, v <=> {k}, g <=> NULL, NOT b FROM w1",
            "SELECT x.id, y.id FROM w1 x CROSS JOIN w2 y WHERE x.id > {k}",
        ]
    ).format(n=chance.choice(["", "NOT "]), k=chance.randrange(0, 9))


_MAKERS = (
    _framed,
    _framed,
    _framed,
    _ranked,
    _ranked,
    _grouped_window,
    _joined,
    _grouped,
    _lateral,
    _combined,
    _nested,
)

if __name__ == "__main__":
    print("\n".join(json.dumps(text) for text in queries(7, 400)))  # noqa: T201 (this is what it is for)
