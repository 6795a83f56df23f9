"""Which queries run batch by batch, and what is spooled in the others."""

from __future__ import annotations

from dataclasses import replace

from airflow_ddb_hive.engines.local.plan import map_plan, scans_of, stream_plan
from airflow_ddb_hive.engines.local.stream_left import stream_left
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    ColumnRef,
    Filter,
    Join,
    Limit,
    OutputColumn,
    Position,
    Project,
    Relation,
    Scan,
    Sort,
    SortKey,
    Window,
)
from airflow_ddb_hive.model.table import Column, Table
from airflow_ddb_hive.model.types import BIGINT, BOOLEAN

COLUMNS = (OutputColumn("a", BIGINT), OutputColumn("b", BIGINT))


def scan(number: int, name: str, needed: frozenset[int] = frozenset({0})) -> Scan:
    table = Table(database="default", name=name, columns=(Column("a", BIGINT), Column("b", BIGINT)))
    return Scan(number, COLUMNS, table, needed)


def column(relation: Relation, index: int = 0) -> ColumnRef:
    return ColumnRef(BIGINT, Position(), relation.id, index)


def filtered(relation: Relation) -> Filter:
    return Filter(90, relation.columns, relation, Call(BOOLEAN, Position(), "isnotnull", (column(relation),)))


def join(left: Relation, right: Relation) -> Join:
    condition = Call(BOOLEAN, Position(), "=", (column(left), column(right)))
    return Join(80, (*left.columns, *right.columns), "inner", left, right, condition)


def test_projections_and_filters_over_one_scan_are_map_shaped() -> None:
    below = filtered(scan(1, "t"))
    project = Project(2, COLUMNS[:1], below, (column(below),))
    plan = map_plan(project)
    assert plan is not None
    assert (plan.scan.id, plan.limit, plan.relation) == (1, None, project)


def test_a_limit_is_taken_out_of_the_plan() -> None:
    core = filtered(scan(1, "t"))
    plan = map_plan(Limit(3, COLUMNS, core, 10, 2))
    assert plan is not None
    assert (plan.relation, plan.limit, plan.offset) == (core, 10, 2)


def test_what_spans_rows_is_not_map_shaped() -> None:
    base = scan(1, "t")
    rank = Call(BIGINT, Position(), "row_number", (), window=Window())
    for relation in (
        Sort(2, COLUMNS, base, (SortKey(column(base)),)),
        Aggregate(2, COLUMNS[:1], base, (column(base),), ()),
        join(base, scan(5, "u")),
        Project(2, COLUMNS[:1], base, (rank,)),
        Limit(3, COLUMNS, Limit(2, COLUMNS, base, 5), 10),
    ):
        assert map_plan(relation) is None


def test_the_largest_table_streams_and_the_others_are_spooled() -> None:
    small, large = scan(1, "small"), scan(2, "large")
    for relation in (join(small, large), join(large, small)):
        plan = stream_plan(relation, lambda one: {"small": 10, "large": 1000}[one.table.name])
        assert plan.stream is large
        assert plan.spools == ((small, (1,)),)


def test_a_table_used_twice_is_spooled_once_with_all_columns_that_are_needed() -> None:
    first, second = scan(1, "t", frozenset({0})), scan(2, "t", frozenset({1}))
    plan = stream_plan(join(first, second), lambda _scan: 10)
    assert plan.stream is None
    (spooled, ids) = plan.spools[0]
    assert (spooled.needed, ids) == (frozenset({0, 1}), (1, 2))


def test_every_scan_is_found() -> None:
    tree = join(join(scan(1, "a"), filtered(scan(2, "b"))), scan(3, "c"))
    assert sorted(one.id for one in scans_of(tree)) == [1, 2, 3]


def test_the_stream_comes_to_the_left_and_the_columns_keep_their_order() -> None:
    small, large = scan(1, "small", frozenset({0, 1})), scan(2, "large", frozenset({0, 1}))
    tree = replace(join(small, large), kind="left")
    arranged = stream_left(tree, large.id)
    assert isinstance(arranged, Project)
    assert (arranged.id, arranged.columns) == (tree.id, tree.columns)
    mirrored = arranged.input
    assert isinstance(mirrored, Join)
    assert (mirrored.kind, mirrored.left, mirrored.right) == ("right", large, small)
    places = [one.index for one in arranged.expressions if isinstance(one, ColumnRef)]
    assert places == [2, 3, 0, 1]
    assert {one.relation for one in arranged.expressions if isinstance(one, ColumnRef)} == {mirrored.id}
    assert mirrored.id not in {tree.id, small.id, large.id}


def test_columns_that_nobody_needs_keep_their_place_as_nulls() -> None:
    small, large = scan(1, "small"), scan(2, "large")
    arranged = stream_left(join(small, large), large.id)
    assert isinstance(arranged, Project)
    kinds = [type(one).__name__ for one in arranged.expressions]
    assert kinds == ["ColumnRef", "Literal", "ColumnRef", "Literal"]


def test_a_stream_on_the_left_and_a_join_that_has_no_mirror_stay_as_written() -> None:
    small, large = scan(1, "small"), scan(2, "large")
    assert stream_left(join(large, small), large.id) == join(large, small)
    semi = replace(join(small, large), kind="semi", columns=small.columns)
    assert stream_left(semi, large.id) == semi
