"""Casts of text, and cells of text files, against the answers that Hive 3.1.3 gave for the same text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from airflow_ddb_hive.engines.local.emit import emit_lines, emit_parse, emit_relation
from airflow_ddb_hive.engines.local.floating_kernel import register_floating_texts
from airflow_ddb_hive.hiveql.tree import Cast, ColumnRef, OutputColumn, Position, Project, Scan
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.table import Table
from airflow_ddb_hive.model.types import STRING, HiveType, parse_type

ANSWERS: dict[str, Any] = json.loads(Path(__file__).with_name("hive_text_answers.json").read_text(encoding="utf-8"))

OUT_OF_RANGE = {"10000-01-01", "-2020-01-01"}
"""Years that Hive reads outside 0001 to 9999; here they are NULL."""

IN_ORDER = "(SELECT c0 FROM s ORDER BY i)"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"enable_external_access": False}) as connection:
        register_floating_texts(connection)
        connection.execute("SET python_enable_replacements = false")
        connection.execute("CREATE TABLE s (i INTEGER, c0 VARCHAR)")
        connection.executemany("INSERT INTO s VALUES (?, ?)", list(enumerate(ANSWERS["values"])))
        yield connection


def answers(connection: duckdb.DuckDBPyConnection, query: str, type_: HiveType) -> list[str]:
    return [str(row[0]) for row in connection.execute(emit_lines(query, [OutputColumn("x", type_)])).fetchall()]


def compare(found: list[str], expected: list[str]) -> None:
    rows = zip(ANSWERS["values"], expected, found, strict=True)
    assert [row for row in rows if row[1] != row[2] and row[0] not in OUT_OF_RANGE] == []


def cast_query(type_: HiveType, source: str) -> str:
    column = OutputColumn("s", STRING)
    scan = Scan(1, (column,), Table(database="default", name="s", columns=()), frozenset({0}))
    cast = Cast(type_, Position(), ColumnRef(STRING, Position(), 1, 0))
    return emit_relation(Project(2, (OutputColumn("x", type_),), scan, (cast,)), {1: source})


@pytest.mark.parametrize("name", ANSWERS["cast"])
def test_text_is_cast_as_hive_casts_it(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    type_ = parse_type(name)
    compare(answers(connection, cast_query(type_, IN_ORDER), type_), ANSWERS["cast"][name])


@pytest.mark.parametrize("name", ANSWERS["read"])
def test_a_cell_is_read_as_hive_reads_it(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    type_ = parse_type(name)
    query = emit_parse(IN_ORDER, [(0, type_)], DelimitedOptions())
    compare(answers(connection, query, type_), ANSWERS["read"][name])


NESTED = [
    ("array<string>", "a\x02b\x02\\N\x02", '["a","b",null,""]'),
    ("array<string>", "", "[]"),
    ("array<string>", 'a"q\\z\t\x0b', '["a\\"q\\\\z\\t\\u000b"]'),
    ("map<string,string>", "k\x03v\x02k2\x03\\N\x02k3\x02\x03x", '{"k":"v","k2":null,"k3":null,"":"x"}'),
    ("map<string,string>", "k\x03v\x02k\x03w", '{"k":"v"}'),
    ("map<int,boolean>", "7\x03true\x02x\x03true\x02\\N\x03true", "{7:true}"),
    ("struct<x:int,y:string>", "5\x02hi", '{"x":5,"y":"hi"}'),
    ("struct<x:int,y:string>", "", '{"x":null,"y":null}'),
    ("struct<x:int,y:string>", "x\x02y\x02z", '{"x":null,"y":"y"}'),
    ("array<array<int>>", "1\x032\x023", "[[1,2],[3]]"),
    ("array<array<int>>", "\x02", "[[],[]]"),
    ("map<string,array<double>>", "k\x031.5\x042", '{"k":[1.5,2.0]}'),
    ("map<string,array<double>>", "\x03", '{"":[]}'),
    ("array<struct<x:int,y:date>>", "1\x032020-01-01\x022", '[{"x":1,"y":"2020-01-01"},{"x":2,"y":null}]'),
    ("array<struct<x:int,y:date>>", "\x03", '[{"x":null,"y":null}]'),
    ("binary", "aGVsbG8=", "hello"),
    ("binary", "h\u00e9llo", "h\u00e9llo"),
]


@pytest.mark.parametrize(("name", "cell", "printed"), NESTED)
def test_nested_cells_are_read_and_printed_as_hive_does(
    connection: duckdb.DuckDBPyConnection, name: str, cell: str, printed: str
) -> None:
    connection.execute("CREATE TABLE one (c0 VARCHAR)")
    connection.execute("INSERT INTO one VALUES (?)", [cell])
    type_ = parse_type(name)
    assert answers(connection, emit_parse("one", [(0, type_)], DelimitedOptions()), type_) == [printed]
