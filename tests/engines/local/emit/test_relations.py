"""What the SELECTs of relations mean: trees built by hand, run in DuckDB with external access off."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from airflow_ddb_hive.engines.local.emit import emit_lines, emit_relation
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    ColumnRef,
    Expression,
    Filter,
    Join,
    LateralView,
    Limit,
    Literal,
    OutputColumn,
    Position,
    Project,
    Relation,
    Scan,
    Sort,
    SortKey,
    Union,
    Window,
)
from airflow_ddb_hive.model.table import Table
from airflow_ddb_hive.model.types import BIGINT, BOOLEAN, INT, STRING, ArrayType, DecimalType, HiveType, StructType

HERE = Position()
COLUMNS = (OutputColumn("k", STRING), OutputColumn("n", INT), OutputColumn("a", ArrayType(STRING)))
ROWS = [("x", 1, ["p", "q"]), ("y", 2, []), ("x", 3, None), (None, None, ["r"])]
TABLE = Table(database="default", name="t", columns=())


def scan(number: int, *needed: int) -> Scan:
    return Scan(number, COLUMNS, TABLE, frozenset(needed))


def ref(relation: int, index: int, type_: HiveType | None = None) -> ColumnRef:
    return ColumnRef(type_ or COLUMNS[index].type, HERE, relation, index)


def call(type_: HiveType, name: str, *arguments: Expression) -> Call:
    return Call(type_, HERE, name, arguments)


def number(value: int) -> Literal:
    return Literal(INT, HERE, value)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"enable_external_access": False}) as connection:
        connection.execute("SET python_enable_replacements = false")
        connection.execute("CREATE TABLE s (c0 VARCHAR, c1 INTEGER, c2 VARCHAR[], c_ INTEGER)")
        connection.executemany("INSERT INTO s VALUES (?, ?, ?, 0)", ROWS)
        yield connection


def lines(connection: duckdb.DuckDBPyConnection, relation: Relation) -> list[str]:
    query = emit_relation(relation, dict.fromkeys(range(1, 4), "s"))
    return [str(row[0]) for row in connection.execute(emit_lines(query, relation.columns)).fetchall()]


def columns(*types: HiveType) -> tuple[OutputColumn, ...]:
    return tuple(OutputColumn(f"_c{i}", type_) for i, type_ in enumerate(types))


def test_a_filter_keeps_only_rows_for_which_the_condition_is_true(connection: duckdb.DuckDBPyConnection) -> None:
    kept = Filter(4, COLUMNS, scan(1, 0, 1), call(BOOLEAN, "!=", ref(1, 0), Literal(STRING, HERE, "x")))
    assert lines(connection, Project(5, columns(STRING, INT), kept, (ref(4, 0), ref(4, 1)))) == ["y\t2"]


def test_rows_are_counted_when_no_column_is_needed(connection: duckdb.DuckDBPyConnection) -> None:
    assert lines(connection, Aggregate(4, columns(BIGINT), scan(1), (), (call(BIGINT, "count"),))) == ["4"]


def test_a_left_join_pads_with_null_and_keeps_the_places_of_columns(connection: duckdb.DuckDBPyConnection) -> None:
    same = call(BOOLEAN, "=", ref(1, 1), call(INT, "+", ref(2, 1), number(1)))
    joined = Join(4, COLUMNS * 2, "left", scan(1, 1), scan(2, 1), same)
    pairs = Project(5, columns(INT, INT), joined, (ref(4, 1), ref(4, 4, INT)))
    assert sorted(lines(connection, pairs)) == ["1\tNULL", "2\t1", "3\t2", "NULL\tNULL"]


@pytest.mark.parametrize(("kind", "found"), [("semi", ["2", "3"]), ("anti", ["1", "NULL"])])
def test_semi_and_anti_joins_have_the_left_columns_alone(
    connection: duckdb.DuckDBPyConnection, kind: str, found: list[str]
) -> None:
    larger = call(BOOLEAN, ">", ref(1, 1), ref(2, 1))
    joined = Join(4, COLUMNS, kind, scan(1, 1), scan(2, 1), larger)
    assert sorted(lines(connection, Project(5, columns(INT), joined, (ref(4, 1),)))) == found


@pytest.mark.parametrize(
    ("outer", "found"),
    [(False, ["1\tp", "1\tq", "NULL\tr"]), (True, ["1\tp", "1\tq", "2\tNULL", "3\tNULL", "NULL\tr"])],
)
def test_explode_drops_rows_without_elements_unless_outer(
    connection: duckdb.DuckDBPyConnection, outer: bool, found: list[str]
) -> None:
    exploded = Call(StructType((("col", STRING),)), HERE, "explode", (ref(1, 2),))
    view = LateralView(4, (*COLUMNS, OutputColumn("col", STRING)), scan(1, 1, 2), exploded, outer)
    assert sorted(lines(connection, Project(5, columns(INT, STRING), view, (ref(4, 1), ref(4, 3, STRING))))) == found


def test_groups_include_the_group_of_null(connection: duckdb.DuckDBPyConnection) -> None:
    groups = Aggregate(4, columns(STRING, BIGINT), scan(1, 0, 1), (ref(1, 0),), (call(BIGINT, "sum", ref(1, 1)),))
    assert sorted(lines(connection, groups)) == ["NULL\tNULL", "x\t4", "y\t2"]


def test_grouping_sets_count_a_bit_for_each_key_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    keys = (ref(1, 0), ref(1, 1))
    counted = (call(BIGINT, "count"),)
    sets = Aggregate(4, columns(STRING, INT, BIGINT, BIGINT), scan(1, 0, 1), keys, counted, ((0,), ()))
    assert sorted(lines(connection, sets)) == [
        "NULL\tNULL\t1\t1", "NULL\tNULL\t3\t4", "x\tNULL\t1\t2", "y\tNULL\t1\t1",
    ]  # fmt: skip


def test_a_limit_over_a_sort_takes_the_first_rows_in_order(connection: duckdb.DuckDBPyConnection) -> None:
    ordered = Sort(4, COLUMNS, scan(1, 1), (SortKey(ref(1, 1), descending=True, nulls_first=False),))
    first = Limit(5, COLUMNS, ordered, 2, 1)
    assert lines(connection, Project(6, columns(INT), first, (ref(5, 1),))) == ["2", "1"]


def test_a_union_keeps_equal_rows(connection: duckdb.DuckDBPyConnection) -> None:
    both = Union(4, COLUMNS, (scan(1, 1), scan(2, 1)))
    counted = Aggregate(5, columns(BIGINT), both, (), (call(BIGINT, "count", ref(4, 1)),))
    assert lines(connection, counted) == ["6"]


def test_a_running_sum_takes_the_frame_that_it_is_given(connection: duckdb.DuckDBPyConnection) -> None:
    window = Window((), (SortKey(ref(1, 1)),), ("rows", -1, 0))
    running = Call(BIGINT, HERE, "sum", (ref(1, 1),), window=window)
    assert lines(connection, Project(4, columns(BIGINT), scan(1, 1), (running,))) == ["NULL", "1", "3", "5"]


def test_the_average_of_decimals_is_exact_and_rounds_half_up(connection: duckdb.DuckDBPyConnection) -> None:
    decimal = DecimalType(4, 1)
    values = call(DecimalType(5, 1), "+", Literal(decimal, HERE, 1), Literal(decimal, HERE, 1))
    third = Project(4, columns(DecimalType(8, 5)), scan(1, 1), (values,))
    average = Aggregate(
        5, columns(DecimalType(9, 5)), third, (), (call(DecimalType(9, 5), "avg", ref(4, 0, DecimalType(5, 1))),)
    )
    assert lines(connection, average) == ["2.00000"]


def test_text_of_the_script_stays_text(connection: duckdb.DuckDBPyConnection) -> None:
    nasty = Literal(STRING, HERE, "'); DROP TABLE s; --\x00\\")
    assert lines(connection, Limit(5, columns(STRING), Project(4, columns(STRING), scan(1), (nasty,)), 1)) == [
        "'); DROP TABLE s; --\x00\\"
    ]
