"""Native functions over whole columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from airflow_ddb_hive.engines.local.native import crypto, distinct, random, sentences, xml
from airflow_ddb_hive.engines.local.native.xpath_text import from_document


def test_javas_random_goes_on_over_calls_as_one_sequence() -> None:
    whole = random.JavaRandom(-3).doubles(10_000)
    parted = random.JavaRandom(-3)
    assert np.array_equal(whole, np.concatenate([parted.doubles(size) for size in (1, 0, 4097, 5902)]))


def test_the_first_numbers_of_a_seed_are_javas() -> None:
    assert random.JavaRandom(-3).doubles(2).tolist() == [0.2687634822372562, 0.35135877356266687]


def test_each_distinct_row_is_asked_once() -> None:
    asked: list[tuple[str, str]] = []

    def function(left: str, right: str) -> str:
        asked.append((left, right))
        return left + right

    columns = [pa.array(["a", "a", "b", None]), pa.array(["x", "x", "x", "x"])]
    assert distinct.by_distinct_rows(columns, pa.string(), function).to_pylist() == ["ax", "ax", "bx", None]
    assert sorted(asked) == [("a", "x"), ("b", "x")]


@pytest.mark.parametrize(
    ("path", "started"),
    [
        ("a/b", "/a/b"),
        ("//a | zz", "//a | /zz"),
        ("count(a/*)*2 - 1", "count(/a/*)*2 - 1"),
        ("a/b[c = d]/text()", "/a/b[c = d]/text()"),
        ("text() and @x", "/text() and /@x"),
        ("child::a/descendant::b", "/child::a/descendant::b"),
        ("concat('a/b', a)", "concat('a/b', /a)"),
        ("3 div 2", "3 div 2"),
    ],
)
def test_paths_that_start_nowhere_start_at_the_document(path: str, started: str) -> None:
    assert from_document(path) == started


def xpath(document: str, path: str) -> object:
    return xml.strings(pa.array([document]), pa.array([path])).to_pylist()[0]


def test_no_entity_from_outside_is_read(tmp_path: object) -> None:
    document = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><a>q&e;</a>'
    with pytest.raises(ValueError, match="Entity 'e' not defined"):
        xpath(document, "a")


def test_numbers_are_written_without_an_exponent() -> None:
    assert xpath("<a>1</a>", "1 div 3000000").startswith("0.000000333")  # type: ignore[attr-defined]  # a text
    assert xpath("<a>1</a>", "1000000*1000000") == "1000000000000"


def test_a_default_name_space_leaves_names_as_they_are_written() -> None:
    assert xpath('<a xmlns="urn:x"><b>3</b></a>', "a/b") == "3"


def test_what_is_no_path_is_null_and_what_is_no_document_fails() -> None:
    assert xpath("<a>1</a>", "a[") is None
    with pytest.raises(ValueError, match="cannot read"):
        xpath("<a>", "a")


def test_a_key_or_value_that_does_not_fit_is_null() -> None:
    values, keys = pa.array([b"abc", b"abc"]), pa.array([b"short", b"1" * 16])
    assert crypto.encrypted(values, keys).to_pylist()[0] is None
    assert crypto.decrypted(values, keys).to_pylist() == [None, None]


@pytest.mark.parametrize("size", [16, 24, 32])
def test_what_was_encrypted_is_decrypted(size: int) -> None:
    values, keys = pa.array([b"", b"x" * 16, b"abc"]), pa.array([b"k" * size] * 3)
    assert crypto.decrypted(crypto.encrypted(values, keys), keys).to_pylist() == values.to_pylist()


def test_a_point_before_a_small_letter_ends_no_sentence() -> None:
    text = 'Hi. there. He said "hello." Then left, Mr. Smith!'
    words = sentences.split_sentences(pa.array([text, None])).to_pylist()
    assert words == [[["Hi", "there"], ["He", "said", "hello"], ["Then", "left", "Mr"], ["Smith"]], None]
