from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.quoting import (
    check_dynamodb_name,
    hive_name,
    quote_location,
    quote_name,
    quote_table,
    quote_text,
    working_name,
)
from tests.support.rigs import HiveRig

HOSTILE = [
    "'; DROP TABLE x; --",
    "\\'; DROP TABLE x; --",
    "back\\slash at the end\\",
    "${hiveconf:secret} ${env:HOME}",
    "%(name)s %s 100%",
    "line\nbreak\r\n-- comment",
    "tab\tnul\x00sub\x1adel\x7f",
    'double " quote and `backtick`',
    "héllo 日本 🎵 \u2028",
    "",
]


def _unescaped(literal: str) -> str:
    """Hive's own reading of a string literal (BaseSemanticAnalyzer.unescapeSQLString)."""
    short = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}

    def one(match: re.Match[str]) -> str:
        if match["code"]:
            return chr(int(match["code"], 16))
        return short.get(match["plain"], match["plain"])

    assert literal[0] == literal[-1] == "'"
    return re.sub(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<plain>.))", one, literal[1:-1], flags=re.DOTALL)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_reads_back_as_it_was(text: str) -> None:
    assert _unescaped(quote_text(text)) == text


@given(st.text())
def test_any_text_stays_one_literal_on_one_line(text: str) -> None:
    literal = quote_text(text)
    assert _unescaped(literal) == text
    assert re.fullmatch(r"'(?:[^'\\]|\\.)*'", literal)
    assert not set(";$%\n\r") & set(literal)


@pytest.mark.integration
def test_hive_reads_text_back_as_it_was(hive_rig: HiveRig) -> None:
    texts = [text for text in HOSTILE if not set("\0\n\r") & set(text)]
    for text in texts:
        answer = hive_rig(f"SELECT hex({quote_text(text)})")
        assert bytes.fromhex(answer.rows[0]).decode() == text


@pytest.mark.parametrize("name", ["a` b", "", " a", "a ", "a,b", "a:b", "a;b", "a.b", "${x}", "a\nb", "%(a)s", "a\\b"])
def test_impossible_column_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="no Hive column"):
        quote_name(name)


@pytest.mark.parametrize("name", ["select", "Feature Id", "größe", "a-b", "it's"])
def test_possible_column_names_stand_between_backticks(name: str) -> None:
    assert quote_name(name) == f"`{name}`"


@pytest.mark.parametrize(
    "location", ["", " ", "a'b", 'a"b', "a\\b", "a;b", "${hiveconf:x}", "a%(b)s", "a\nb", "a\u2028"]
)
def test_impossible_locations_are_refused(location: str) -> None:
    with pytest.raises(InputError, match="location"):
        quote_location(location)


@pytest.mark.parametrize("location", ["s3://b/day=1/x%3Dy/", "/data/a folder", "hdfs://n:9000/größe$"])
def test_possible_locations_stand_as_they_are(location: str) -> None:
    assert quote_location(location) == f"'{location}'"


@pytest.mark.parametrize("name", ["", "a b", "a-b", "a.b", "a`b", "x" * 129, "größe", "a\n"])
def test_impossible_table_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="no Hive table"):
        quote_table(name)


@pytest.mark.parametrize("name", ["", "ab", "a b", "a'b", "a;b", "x" * 256, "größe", "abc\n"])
def test_names_that_dynamodb_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="no DynamoDB table"):
        check_dynamodb_name(name, "table")


def test_dynamodb_name_becomes_a_hive_name() -> None:
    assert quote_table(hive_name("Prod.Music-2_x")) == "`prod_music_2_x`"


def test_working_names_differ_by_table_and_place_and_fit() -> None:
    names = {
        working_name(*parts) for parts in [("a", "T.t", "x"), ("a", "T-t", "x"), ("a", "T.t", "y"), ("b", "T.t", "x")]
    }
    assert len(names) == 4
    assert quote_table(working_name("export", "x" * 255, "s3://b"))
