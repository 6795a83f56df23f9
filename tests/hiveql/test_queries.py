"""What queries become."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    Cast,
    ColumnRef,
    Distinct,
    Filter,
    Join,
    LateralView,
    Limit,
    Literal,
    Project,
    Relation,
    ScalarSubquery,
    Scan,
    Sort,
    Union,
)

Query = Callable[[str], Relation]


def relations(relation: Relation) -> Iterator[Relation]:
    yield relation
    for name in ("input", "left", "right"):
        below = getattr(relation, name, None)
        if below is not None:
            yield from relations(below)
    for below in getattr(relation, "inputs", ()):
        yield from relations(below)


def kinds(relation: Relation) -> list[str]:
    return [type(one).__name__ for one in relations(relation)]


def read(relation: Relation) -> dict[str, list[str]]:
    """Which columns each scan reads."""
    scans = [one for one in relations(relation) if isinstance(one, Scan)]
    return {scan.table.name: [scan.columns[place].name for place in sorted(scan.needed)] for scan in scans}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("select i, i + 1, s as x, st.x, a[0], 5 five from t", ["i", "_c1", "x", "x", "_c4", "five"]),
        ("select * from u", ["id", "name", "i"]),
        ("select x.*, t.i from u x join t on x.id = t.i", ["id", "name", "i", "i"]),
        ("select count(*) as count from t", ["count"]),
        ("select id from u union all select i from t", ["id"]),
        ("select explode(a) as n from t", ["n"]),
        ("select posexplode(a) from t", ["pos", "val"]),
        ("with c as (select id q from u) select * from c", ["q"]),
        ("from u select name", ["name"]),
        ("select * from table(values (1, 'a')) as v(x, y)", ["x", "y"]),
    ],
)
def test_columns_are_named_as_hive_names_them(text: str, names: list[str], query: Query) -> None:
    assert [column.name for column in query(text).columns] == names


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("select i from t", {"t": ["i"]}),
        ("select i from t where s = 'a' order by d", {"t": ["i", "d", "s"]}),
        ("select count(*) from t", {"t": []}),
        ("select s, sum(b) from t where bo group by s having max(d) > 1", {"t": ["b", "d", "s", "bo"]}),
        ("select x.i from (select i, s, d from t) x", {"t": ["i"]}),
        ("select u.name from u join t on u.id = t.i", {"u": ["id", "name"], "t": ["i"]}),
        ("select e.n from t lateral view explode(a) e as n", {"t": ["a"]}),
        ("select i from t union all select id from u", {"t": ["i"], "u": ["id"]}),
        ("select distinct i, s from t", {"t": ["i", "s"]}),
        ("select row_number() over (partition by s order by d) from t", {"t": ["d", "s"]}),
    ],
)
def test_a_scan_reads_the_columns_that_are_used_and_no_others(
    text: str, columns: dict[str, list[str]], query: Query
) -> None:
    found = {table: sorted(names) for table, names in read(query(text)).items()}
    assert found == {table: sorted(names) for table, names in columns.items()}


def test_having_may_use_a_select_alias(query: Query) -> None:
    relation = query("select s, count(*) as count from t group by s having count > 2 order by count desc")
    assert kinds(relation) == ["Sort", "Project", "Filter", "Aggregate", "Scan"]
    aggregate = next(one for one in relations(relation) if isinstance(one, Aggregate))
    assert [call.function for call in aggregate.aggregates] == ["count"]


def test_an_aggregate_that_occurs_twice_is_computed_once(query: Query) -> None:
    relation = query("select s, sum(i), sum(i) + 1 from t group by s order by sum(i)")
    aggregate = next(one for one in relations(relation) if isinstance(one, Aggregate))
    assert len(aggregate.aggregates) == 1


def test_a_sort_key_that_is_not_selected_is_dropped_after_the_sort(query: Query) -> None:
    relation = query("select d from t order by i desc limit 3")
    assert kinds(relation) == ["Limit", "Project", "Sort", "Project", "Scan"]
    assert len(relation.columns) == 1


def test_nulls_come_first_going_up_and_last_going_down(query: Query) -> None:
    relation = query("select i, s from t order by i, s desc, 1 desc nulls first")
    assert isinstance(relation, Sort)
    assert [(key.descending, key.nulls_first) for key in relation.keys] == [(False, True), (True, False), (True, True)]


def test_limit_takes_an_offset_in_both_forms(query: Query) -> None:
    first, second = query("select i from t limit 2, 5"), query("select i from t limit 5 offset 2")
    assert isinstance(first, Limit)
    assert isinstance(second, Limit)
    assert (first.count, first.offset) == (second.count, second.offset) == (5, 2)


@pytest.mark.parametrize(
    ("join", "kind", "width"),
    [
        ("join u on t.i = u.id", "inner", 20),
        ("left outer join u on t.i = u.id", "left", 20),
        ("right join u on t.i = u.id", "right", 20),
        ("full outer join u on t.i = u.id", "full", 20),
        ("left semi join u on t.i = u.id", "semi", 17),
        ("cross join u", "cross", 20),
        (", u", "cross", 20),
    ],
)
def test_every_join_has_its_kind(join: str, kind: str, width: int, query: Query) -> None:
    relation = query(f"select * from t {join}")
    found = next(one for one in relations(relation) if isinstance(one, Join))
    assert (found.kind, len(relation.columns)) == (kind, width)


def test_union_converts_to_the_common_type_and_distinct_removes_doubles(query: Query) -> None:
    relation = query("select i from t union select d from t")
    assert isinstance(relation, Distinct)
    assert isinstance(relation.input, Union)
    assert str(relation.columns[0].type) == "double"
    converted = relation.input.inputs[0]
    assert isinstance(converted, Project)
    assert isinstance(converted.expressions[0], Cast)


def test_comparing_text_with_a_number_compares_doubles(query: Query) -> None:
    relation = query("select 1 from t where s = i")
    condition = next(one for one in relations(relation) if isinstance(one, Filter)).condition
    assert isinstance(condition, Call)
    assert [(type(part), str(part.type)) for part in condition.arguments] == [(Cast, "double"), (Cast, "double")]


def test_a_widened_literal_needs_no_cast(query: Query) -> None:
    relation = query("select b + 1 from t")
    assert isinstance(relation, Project)
    (call,) = relation.expressions
    assert isinstance(call, Call)
    assert isinstance(call.arguments[1], Literal)
    assert str(call.arguments[1].type) == "bigint"


def test_a_lateral_view_adds_its_columns(query: Query) -> None:
    relation = query("select n, t.i from t lateral view outer explode(a) e as n")
    view = next(one for one in relations(relation) if isinstance(one, LateralView))
    assert (view.outer, view.call.function, view.columns[-1].name) == (True, "explode", "n")


def test_a_window_keeps_its_frame(query: Query) -> None:
    relation = query("select sum(i) over (partition by s order by d rows between 1 preceding and current row) from t")
    assert isinstance(relation, Project)
    (call,) = relation.expressions
    assert isinstance(call, Call)
    assert call.window is not None
    assert call.window.frame == ("rows", -1, 0)


def test_subqueries_stand_in_expressions(query: Query) -> None:
    relation = query("select i from t where i in (select id from u) and exists (select 1 from u)")
    condition = next(one for one in relations(relation) if isinstance(one, Filter)).condition
    assert isinstance(condition, Call)
    assert [part.kind for part in condition.arguments if isinstance(part, ScalarSubquery)] == ["in", "exists"]


def test_references_name_a_relation_below_them(query: Query) -> None:
    relation = query(
        "select t.s, count(*) from t join u on t.i = u.id where u.name like 'a%' group by t.s having 1 = 1"
    )
    for one in relations(relation):
        inputs = {below.id for below in (getattr(one, name, None) for name in ("input", "left", "right")) if below}
        for expression in getattr(one, "expressions", ()):
            if isinstance(expression, ColumnRef):
                assert expression.relation in inputs
