"""Whatever text comes in, the parser and the binder give a statement or an error of ours, in bounded time."""

from __future__ import annotations

import gc
import itertools
import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_ddb_hive.errors import DdbHiveError
from airflow_ddb_hive.hiveql import bind_statement, split_script
from tests.hiveql.catalogs import all_types
from tests.support.mutated_statements import ODD, SEEDS, bind_all, mutations

MANY = settings(max_examples=80, deadline=None)
CATALOG = all_types()


def seeds() -> list[str]:
    return [json.loads(line) for line in SEEDS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_statement_is_bound_or_refused(seed: int) -> None:
    for text in itertools.islice(mutations(seed, seeds()), 300):
        bind_all(text, CATALOG)


@MANY
@given(st.text(max_size=60))
def test_any_text_is_bound_or_refused(text: str) -> None:
    bind_all(text, CATALOG)


@MANY
@given(st.binary(max_size=60))
def test_any_bytes_are_bound_or_refused(data: bytes) -> None:
    bind_all(data.decode("utf-8", "surrogateescape"), CATALOG)
    bind_all("SELECT '" + data.decode("latin-1"), CATALOG)


@MANY
@given(st.lists(st.sampled_from(ODD), max_size=12))
def test_any_odd_texts_in_a_row_are_bound_or_refused(parts: list[str]) -> None:
    bind_all("SELECT " + " ".join(parts), CATALOG)
    bind_all("SELECT i FROM t WHERE " + "".join(parts), CATALOG)


WHOLE = (
    """WITH c AS (SELECT i, sum(d) AS x FROM t GROUP BY i WITH ROLLUP) SELECT /*+ MAPJOIN(u) */ c.i, row_number() OVER
    (PARTITION BY c.i ORDER BY x DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) r FROM c LEFT JOIN u ON
    c.i <=> u.id LATERAL VIEW OUTER explode(array(1, 2)) e AS v WHERE c.i NOT IN (SELECT id FROM u) AND u.name LIKE
    'a\\'%' ORDER BY 1 LIMIT 3""",
    """CREATE TABLE IF NOT EXISTS n (a struct<x:array<map<string,decimal(10,2)>>> COMMENT 'c', b string) PARTITIONED BY
    (p int) CLUSTERED BY (b) INTO 4 BUCKETS ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' NULL DEFINED AS ''
    STORED AS TEXTFILE LOCATION '/x' TBLPROPERTIES ('a' = 'b')""",
    "FROM t INSERT OVERWRITE TABLE u SELECT i, s, b WHERE i > 1 INSERT INTO TABLE u SELECT i, s, b",
)


@pytest.mark.parametrize("text", WHOLE)
def test_every_beginning_and_end_of_a_statement_is_bound_or_refused(text: str) -> None:
    for place in range(len(text)):
        bind_all(text[:place], CATALOG)
        bind_all(text[place:], CATALOG)


DEEP: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: f"SELECT {'(' * n}1{')' * n}",
    "open parentheses": lambda n: f"SELECT {'(' * n}",
    "calls": lambda n: f"SELECT {'abs(' * n}i{')' * n} FROM t",
    "NOT": lambda n: f"SELECT {'NOT ' * n}bo FROM t",
    "minus": lambda n: f"SELECT {'- ' * n}i FROM t",
    "CASE": lambda n: f"SELECT {'CASE WHEN bo THEN ' * n}1{' END' * n} FROM t",
    "subqueries": lambda n: f"{'SELECT * FROM (' * n}SELECT 1 AS a{') q' * n}",
    "IN": lambda n: f"{'SELECT i FROM t WHERE i IN (' * n}SELECT 1{')' * n}",
    "types": lambda n: f"CREATE TABLE n (a {'array<' * n}int{'>' * n})",
    "casts": lambda n: f"SELECT {'cast(' * n}i{' AS int)' * n} FROM t",
    "indexes": lambda n: f"SELECT a{'[0]' * n} FROM t",
    "dots": lambda n: f"SELECT st{'.x' * n} FROM t",
    "AND": lambda n: f"SELECT i FROM t WHERE {' AND '.join(['i > 1'] * n)}",
    "plus": lambda n: f"SELECT {' + '.join(['i'] * n)} FROM t",
    "unions": lambda n: " UNION ALL ".join(["SELECT 1 AS a"] * n),
    "joins": lambda n: "SELECT 1 FROM t " + " ".join(f"JOIN u u{i} ON t.i = u{i}.id" for i in range(n)),
    "common tables": lambda n: "WITH " + ", ".join(f"c{i} AS (SELECT 1)" for i in range(n)) + " SELECT 1",
    "lateral views": lambda n: "SELECT 1 FROM t " + " ".join(f"LATERAL VIEW explode(a) v{i} AS c{i}" for i in range(n)),
    "comments": lambda n: f"SELECT {'/* ' * n}1",
    "variables": lambda n: f"SELECT '{'${hiveconf:' * n}a{'}' * n}'",
}


@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.parametrize("depth", [100, 1500])
def test_deep_nesting_is_bound_or_refused(kind: str, depth: int) -> None:
    bind_all(DEEP[kind](depth), CATALOG)


LONG: dict[str, Callable[[int], str]] = {
    "name": lambda n: f"SELECT {'a' * n} FROM t",
    "quoted name": lambda n: f"SELECT `{'a' * n}` FROM t",
    "text": lambda n: f"SELECT '{'a' * n}' FROM t",
    "escapes": lambda n: "SELECT '" + "\\n" * n + "' FROM t",
    "backslashes": lambda n: "SELECT '" + "\\" * n + "' FROM t",
    "open text": lambda n: f"SELECT '{'a' * n}",
    "number": lambda n: f"SELECT {'1' * n} FROM t",
    "fraction": lambda n: f"SELECT 1.{'1' * n} FROM t",
    "exponent": lambda n: f"SELECT 1e{'1' * n} FROM t",
    "blanks": lambda n: f"SELECT{' ' * n}1",
    "comment": lambda n: f"SELECT 1 --{'-' * n}",
    "signs": lambda n: f"SELECT {'=' * n}",
    "quotes": lambda n: f"SELECT {chr(39) * n}",
    "semicolons": lambda n: ";" * n,
    "unknown signs": lambda n: "SELECT " + "\u2603" * n,
    "pattern": lambda n: f"SELECT s RLIKE '{'(a' * min(n, 2000)}' FROM t",
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_token_takes_time_by_its_length(kind: str) -> None:
    def seconds(length: int) -> float:
        text = LONG[kind](length)
        gc.collect()
        started = time.process_time()
        bind_all(text, CATALOG)
        return time.process_time() - started

    def least(length: int) -> float:
        return min(seconds(length) for _ in range(3))

    # Sixteen times the length may take a hundred times as long, which square time would not be content with.
    assert least(160_000) <= 100 * max(least(10_000), 0.01)


def test_a_statement_of_many_values_is_bound() -> None:
    rows = ", ".join(f"({i}, 'n{i}', {i})" for i in range(3000))
    assert type(bind_statement(f"INSERT INTO u VALUES {rows}", catalog=CATALOG)).__name__ == "InsertStatement"


def test_an_error_names_a_place_within_the_text() -> None:
    places: list[tuple[int, int]] = []
    for text in itertools.islice(mutations(77, seeds()), 400):
        lines = text.splitlines() or [""]
        for statement in split_script(text):
            try:
                bind_statement(statement.text, catalog=CATALOG)
            except DdbHiveError as error:
                places.append((error.line or 1, len(lines) + 1))
    assert places
    assert all(1 <= line <= last for line, last in places)
