r"""What is a word is what Hive 3.1.3's own lexer calls one: the expectations were asked from it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.errors import HiveSyntaxError
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.tree import Position

START = Position(1, 0)


def kinds(text: str) -> list[str]:
    return [f"{word.kind} {word.text}" for word in read_words(text, START)[:-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019_t 5x 1e 1e5x 5Lx", ["word 2019_t", "word 5x", "word 1e", "word 1e5x", "word 5Lx"]),
        ("5L 5s 5Y 5bd 5D 10b 10K", [f"number {text}" for text in ["5L", "5s", "5Y", "5bd", "5D", "10b", "10K"]]),
        ("1.5 1e3 1.e3 1e-3 1e3BD", [f"number {text}" for text in ["1.5", "1e3", "1.e3", "1e-3", "1e3BD"]]),
        (".5", ["sign .", "number 5"]),
        ("1.5L", ["number 1.5", "word L"]),
        ("1E5.5", ["number 1E5", "sign .", "number 5"]),
        ("a.1c", ["word a", "sign .", "word 1c"]),
        ("_utf8 0x1F 0xg", ["charset _utf8", "charset 0x1F", "word 0xg"]),
        ("'a''b'\"c\" 'd'", ["string 'a''b'\"c\"", "string 'd'"]),
        (
            "a<=>b||c==d!=e",
            ["word a", "sign <=>", "word b", "sign ||", "word c", "sign ==", "word d", "sign !=", "word e"],
        ),
        ("a -- b\rc", ["word a", "word c"]),
        ("/* a /* b */ c */ d", ["word d"]),
        ("select /*+ h */ 1", ["word select", "hint /*+ h */", "number 1"]),
    ],
)
def test_words_are_those_of_hives_lexer(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("`a``b c`", "a`b c"),
        (r"`(id|na.*)?+.+`", "(id|na.*)?+.+"),
        (r"'a\'b''c'", "a'bc"),
        ("'é\U0001f600'", "é\U0001f600"),
        ("div", "DIV"),
        ("\u017felect", "SELECT"),
        ("==", "="),
        ("!", "NOT"),
        ("/*+ mapjoin(a) */", " mapjoin(a) "),
    ],
)
def test_a_word_has_a_value(text: str, value: str) -> None:
    assert read_words(text, START)[0].value == value


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a\né", 2, 0, "character 'É' not supported here"),
        ("a\n 'b", 2, 3, "character '<EOF>' not supported here"),
        ("`ab", 1, 3, "character '<EOF>' not supported here"),
        ("'a\\'", 1, 4, "character '<EOF>' not supported here"),
        ("a /* b", 1, 6, "mismatched character '<EOF>'"),
        ("1e-x", 1, 3, "character 'X' not supported here"),
        ("1.5e", 1, 4, "character '<EOF>' not supported here"),
        ("1.5bx", 1, 4, "mismatched character 'X' expecting 'D'"),
        ("a\xa0b", 1, 1, "character '\xa0' not supported here"),
        ("_ a", 1, 1, "required (...)+ loop did not match anything at character ' '"),
    ],
)
def test_what_is_no_word_is_refused_at_hives_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(HiveSyntaxError) as caught:
        read_words(text, START)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message.startswith(message)


def test_places_count_code_points_from_the_origin() -> None:
    words = read_words("'\U0001f600' a\n b", Position(7, 3))
    assert [(word.position.line, word.position.column) for word in words] == [(7, 3), (7, 7), (8, 1), (8, 2)]


SKIPPED = re.compile(r"([ \t\r\n]|--[^\r\n]*|/\*.*\*/)*", re.DOTALL)
PIECES = ["'", '"', "`", "\\", "/*", "*/", "/*+", "--", "\n", "\r", " ", "_", "a", "E", "BD", "0x", "1", ".", "+", "é"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_spans_and_skipped_text_are_the_whole_text_or_it_is_refused(text: str) -> None:
    try:
        words = read_words(text, START)
    except HiveSyntaxError:
        return
    place = 0
    for word in words:
        assert SKIPPED.fullmatch(text[place : word.start])
        assert word.kind == "end" or text[word.start : word.end] == word.text != ""
        place = word.end
    assert place == len(text)
