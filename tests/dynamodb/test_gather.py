"""Small pages share a batch; none is lost, and none waits for long."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from airflow_ddb_hive.dynamodb.gather import gathered
from airflow_ddb_hive.dynamodb.page import Page, joined_items

FULL = b'[{"a":{"N":"1"}}]'


def pages(number: int, items: bytes = FULL) -> Iterator[Page]:
    return (Page(items, 1, None, 0.5) for _ in range(number))


def standing() -> Callable[[], float]:
    return lambda: 0.0


def test_groups_grow_up_to_64_pages() -> None:
    groups = [len(group) for group in gathered(pages(300), clock=standing())]
    assert groups == [1, 2, 4, 8, 16, 32, 64, 64, 64, 45]


def test_large_pages_stay_alone() -> None:
    large = b"[" + b" " * 300_000 + b"]"
    assert [len(group) for group in gathered(pages(5, large), clock=standing())] == [1] * 5


def test_pages_that_come_slowly_are_passed_on() -> None:
    clock = itertools.count(0.0, 0.3).__next__
    assert max(len(group) for group in gathered(pages(50), clock=clock)) <= 3


def test_pages_without_items_are_left_out() -> None:
    empty = Page(b"[]", 0, {"id": {"N": "1"}}, 0.5, 9)
    mixed = itertools.chain.from_iterable((empty, page) for page in pages(3))
    assert [len(group) for group in gathered(mixed, clock=standing())] == [1, 2]
    assert list(gathered(iter([empty, empty]))) == []


def test_the_first_page_is_there_before_the_second_is_asked_for() -> None:
    asked = []

    def lazy() -> Iterator[Page]:
        for page in pages(3):
            asked.append(page)
            yield page

    next(gathered(lazy()))
    assert len(asked) == 1


@pytest.mark.parametrize("blank", [b"", b" ", b"\n  "])
def test_lists_are_joined_whatever_blanks_they_have(blank: bytes) -> None:
    spaced = Page(blank + b"[" + blank + b'{"a":{"N":"2"}}' + blank + b"]" + blank, 1, None, 0.5)
    nothing = Page(b"[" + blank + b"]", 0, None, 0.5)
    joined = joined_items([nothing, spaced, nothing, *pages(1)])
    assert joined.replace(b" ", b"").replace(b"\n", b"") == b'[{"a":{"N":"2"}},{"a":{"N":"1"}}]'
