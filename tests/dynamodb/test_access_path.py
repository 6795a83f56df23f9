"""Which way to the items is chosen: one table of questions and answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from airflow_ddb_hive.dynamodb.access_path import ChosenPath, PathQuestion, choose_path
from airflow_ddb_hive.dynamodb.predicates import ALWAYS, NEVER, all_of, any_of
from airflow_ddb_hive.model.dynamodb import Condition, IndexDescription, KeyRange, Predicate, TableDescription

HASH = TableDescription(name="Hash", hash_key="id", attribute_types={"id": "S"}, item_count=10_000)
EVENTS = TableDescription(
    name="Events",
    hash_key="id",
    range_key="ts",
    attribute_types={"id": "S", "ts": "N", "state": "S", "rank": "N"},
    item_count=10_000,
    indexes=(
        IndexDescription(name="by_rank", kind="local", hash_key="id", range_key="rank", projection="KEYS_ONLY"),
        IndexDescription(name="by_state", kind="global", hash_key="state", projection="INCLUDE", included=("city",)),
        IndexDescription(name="by_state_rank", kind="global", hash_key="state", range_key="rank"),
    ),
)


def s(value: str) -> dict[str, Any]:
    return {"S": value}


def n(value: int | str) -> dict[str, Any]:
    return {"N": str(value)}


def is_(attribute: str, *values: Any) -> Condition:
    return Condition(attribute, "=" if len(values) == 1 else "in", values)


ID, TS = is_("id", s("a")), is_("ts", n(3))
AFTER, BEFORE = Condition("ts", ">=", (n(2),)), Condition("ts", "<=", (n(6),))
BETWEEN = Condition("ts", "between", (n(2), n(6)))


def chosen(table: TableDescription, *conjuncts: Predicate, **more: Any) -> ChosenPath:
    return choose_path(table, PathQuestion(conjuncts=conjuncts, **more))


def ranges(table: TableDescription, *conjuncts: Predicate, **more: Any) -> list[tuple[Any, Any, Any]]:
    """The path's ranges as (partition, operator, values)."""
    return [
        (
            next(iter(one.partition.values())),
            one.sort and one.sort.operator,
            one.sort and [*map(value, one.sort.values)],
        )
        for one in chosen(table, *conjuncts, **more).path.ranges
    ]


def value(given: Any) -> Any:
    return next(iter(given.values()))


@pytest.mark.parametrize(
    ("table", "conjuncts", "kind", "index"),
    [
        (HASH, (), "scan", None),
        (HASH, (ID,), "get", None),
        (HASH, (is_("id", s("a"), s("b")),), "get", None),
        (HASH, (Condition("id", ">", (s("a"),)),), "scan", None),
        (HASH, (Condition("id", "begins_with", (s("a"),)),), "scan", None),
        (HASH, (ID, is_("id", s("b"))), "nothing", None),
        (HASH, (NEVER,), "nothing", None),
        (HASH, (is_("id", s("")),), "nothing", None),
        (HASH, (is_("id", s("x" * 2049)),), "nothing", None),
        (HASH, (any_of([ID, is_("city", s("x"))]),), "scan", None),
        (HASH, (is_("city", s("x")),), "scan", None),
        (EVENTS, (ID,), "query", None),
        (EVENTS, (ID, TS), "get", None),
        (EVENTS, (is_("id", s("a"), s("b")), is_("ts", n(1), n(2))), "get", None),
        (EVENTS, (ID, BETWEEN), "query", None),
        (EVENTS, (TS,), "scan", None),
        (EVENTS, (ID, TS, is_("ts", n(4))), "nothing", None),
        (EVENTS, (ID, Condition("ts", "between", (n(6), n(2)))), "nothing", None),
        (EVENTS, (ID, Condition("rank", ">", (n(3),))), "query", "by_rank"),
        (EVENTS, (ID, BETWEEN, Condition("rank", ">", (n(3),))), "query", None),
        (EVENTS, (ID, Condition("rank", "exists")), "query", None),
        (EVENTS, (is_("state", s("x")),), "query", "by_state"),
        (EVENTS, (is_("state", s("x"), s("y")), is_("rank", n(1))), "query", "by_state_rank"),
        (EVENTS, (is_("state", s("x")), Condition("rank", "exists")), "query", "by_state_rank"),
        (EVENTS, (ID, is_("state", s("x"))), "query", None),
        (EVENTS, (any_of([is_("state", s("x")), is_("rank", n(1))]),), "scan", None),
    ],
)
def test_the_best_way_that_loses_nothing_is_taken(
    table: TableDescription, conjuncts: tuple[Predicate, ...], kind: str, index: str | None
) -> None:
    path = chosen(table, *conjuncts).path
    assert (path.kind, path.index_name) == (kind, index)


def test_an_index_is_left_alone_that_lacks_an_attribute() -> None:
    rank = Condition("rank", ">", (n(3),))
    assert chosen(EVENTS, ID, rank, needed=frozenset({"ts"})).path.index_name == "by_rank"
    assert chosen(EVENTS, ID, rank, needed=frozenset({"city"})).path.index_name is None
    assert chosen(EVENTS, ID, rank, needed=None).path.index_name is None
    state = is_("state", s("x"))
    assert chosen(EVENTS, state, needed=frozenset({"city"})).path.index_name == "by_state"
    assert chosen(EVENTS, state, needed=frozenset({"name"})).path.kind == "scan"
    assert chosen(EVENTS, state, is_("rank", n(1)), needed=None).path.index_name == "by_state_rank"


def test_an_index_is_left_alone_whose_sort_key_an_item_may_lack() -> None:
    assert chosen(EVENTS, is_("state", s("x")), needed=None).path.kind == "scan"


def test_a_global_index_is_no_way_to_consistent_reads_and_a_local_one_is() -> None:
    assert chosen(EVENTS, is_("state", s("x")), consistent=True).path.kind == "scan"
    assert chosen(EVENTS, ID, Condition("rank", ">", (n(3),)), consistent=True).path.index_name == "by_rank"


def test_a_named_index_is_read_whatever_the_conditions_are() -> None:
    assert chosen(EVENTS, index_name="by_state").path.index_name == "by_state"
    assert chosen(EVENTS, ID, index_name="by_state").path.kind == "scan"
    path = chosen(EVENTS, is_("state", s("x")), ID, index_name="by_state").path
    assert (path.kind, path.filter) == ("query", ID)


@pytest.mark.parametrize(
    ("conjuncts", "expected"),
    [
        ((AFTER, BEFORE), ("between", ["2", "6"])),
        ((BETWEEN, Condition("ts", ">", (n(4),))), ("between", ["4", "6"])),
        ((AFTER,), (">=", ["2"])),
        ((Condition("ts", "<", (n(2),)),), ("<", ["2"])),
        ((AFTER, Condition("ts", "<=", (n("2.0"),))), ("=", ["2"])),
        ((any_of([TS, Condition("ts", ">", (n(1),))]),), (">", ["1"])),
        ((Condition("ts", "<>", (n(2),)),), (None, None)),
    ],
)
def test_conditions_on_the_sort_key_become_one(conjuncts: tuple[Predicate, ...], expected: Any) -> None:
    assert ranges(EVENTS, ID, *conjuncts) == [("a", *expected)]


def test_no_key_is_in_two_ranges() -> None:
    assert ranges(HASH, is_("id", s("a"), s("b"), s("a"))) == [("a", None, None), ("b", None, None)]
    overlapping = any_of([BETWEEN, Condition("ts", ">", (n(5),)), TS])
    assert ranges(EVENTS, ID, overlapping) == [("a", ">=", ["2"])]
    apart = any_of([Condition("ts", "<", (n(2),)), TS, Condition("ts", ">", (n(5),))])
    assert ranges(EVENTS, ID, apart) == [("a", "<", ["2"]), ("a", "=", ["3"]), ("a", ">", ["5"])]
    open_ends = any_of(
        [
            all_of([Condition("ts", ">", (n(1),)), Condition("ts", "<", (n(3),))]),
            Condition("ts", "between", (n(3), n(5))),
        ]
    )
    assert ranges(EVENTS, ID, open_ends) == [("a", "between", ["1", "5"])]


def test_numbers_are_the_same_key_however_they_are_written() -> None:
    table = replace(HASH, attribute_types={"id": "N"})
    assert len(ranges(table, is_("id", n("1"), n("1.0"), n("1E0")))) == 1


def test_a_prefix_ends_where_its_last_character_does() -> None:
    table = replace(EVENTS, attribute_types={"id": "S", "ts": "S"}, indexes=())
    starts = Condition("ts", "begins_with", (s("ab"),))
    assert ranges(table, ID, starts) == [("a", "begins_with", ["ab"])]
    assert ranges(table, ID, starts, Condition("ts", ">", (s("abc"),))) == [("a", "between", ["abc", "ac"])]
    last = Condition("ts", "begins_with", (s("\U0010ffff"),))
    assert ranges(table, ID, last) == [("a", ">=", ["\U0010ffff"])]


def test_either_key_is_read_once_and_the_rest_is_filtered() -> None:
    path = chosen(
        EVENTS, any_of([all_of([ID, TS, is_("city", s("x"))]), all_of([is_("id", s("b")), is_("city", s("y"))])])
    ).path
    assert [one.partition for one in path.ranges] == [s("a"), s("b")]
    assert path.filter == any_of([is_("city", s("x")), is_("city", s("y"))])


def test_a_filter_leaves_out_keys_of_its_path_and_what_must_not_be_hidden() -> None:
    path = chosen(EVENTS, ID, BETWEEN, is_("city", s("x")), is_("size", n(1)), unfiltered=frozenset({"size"})).path
    assert (path.kind, path.filter) == ("query", is_("city", s("x")))
    assert chosen(EVENTS, TS, unfiltered=frozenset({"ts"})).path.filter is None
    assert chosen(EVENTS, TS).path.filter == TS


def test_a_part_of_an_or_that_cannot_be_asked_leaves_nothing_of_it() -> None:
    either = any_of([is_("city", s("x")), is_("size", n(1))])
    assert chosen(HASH, either, unfiltered=frozenset({"size"})).path.filter is None
    assert chosen(HASH, any_of([is_("city", s("x")), ALWAYS])).path.filter is None


def test_what_dynamodb_would_not_take_stays_behind_and_the_rest_goes() -> None:
    large = any_of(is_(f"attribute_{place}", n(place)) for place in range(400))
    found = chosen(HASH, large, is_("city", s("x")))
    assert found.path.filter == is_("city", s("x"))
    assert (found.pushed, found.complete) == ((False, True), (False, True))


def test_thousands_of_ranges_are_read_only_of_a_table_with_thousands_of_items() -> None:
    many = is_("id", *(s(str(place)) for place in range(2000)))
    assert chosen(HASH, many).path.kind == "get"
    assert chosen(replace(HASH, item_count=100), many).path.kind == "scan"


@pytest.mark.parametrize(
    ("conjuncts", "pushed", "complete"),
    [
        ((ID, BETWEEN), (True, True), (True, True)),
        ((ID, Condition("ts", ">", (n(1),)), Condition("ts", "<", (n(3),))), (True,) * 3, (False,) * 3),
        ((ID, Condition("ts", "<>", (n(1),))), (True, True), (True, False)),
        ((ID, ALWAYS), (True, False), (True, True)),
        ((is_("city", s("x")),), (True,), (True,)),
    ],
)
def test_it_is_known_what_is_left_to_apply(
    conjuncts: tuple[Predicate, ...], pushed: tuple[bool, ...], complete: tuple[bool, ...]
) -> None:
    found = chosen(EVENTS, *conjuncts)
    assert (found.pushed, found.complete) == (pushed, complete)


def test_what_an_index_cannot_hold_is_still_to_be_applied() -> None:
    by_state = chosen(EVENTS, is_("state", s("x")), is_("state", s("")), needed=frozenset({"city"}))
    assert by_state.path.index_name == "by_state"
    assert not all(by_state.complete)


def test_the_reason_names_the_key_and_the_index() -> None:
    assert chosen(EVENTS, ID, TS).reason == "partition key 'id' is fixed, sort key 'ts' is bound"
    assert chosen(EVENTS, is_("state", s("x"))).reason == "index by_state: partition key 'state' is fixed"
    assert chosen(HASH, ID).path.ranges == (KeyRange(s("a")),)
