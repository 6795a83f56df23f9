"""Java's patterns, as real Hive 3.1.3 on Java 17 takes them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from airflow_ddb_hive.engines.local.native import regexes
from airflow_ddb_hive.engines.local.native.java_regex import read_pattern


def replaced(text: str, pattern: str, replacement: str) -> str:
    columns = [pa.array([one]) for one in (text, pattern, replacement)]
    answer: str = regexes.replaced(*columns).to_pylist()[0]
    return answer


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "changed"),
    [
        ("foobar foobaz", r"foo(?=baz)", "X", "foobar Xbaz"),
        ("foobar foobaz", r"(o)\1", "<$1>", "f<o>bar f<o>baz"),
        ("foobar foobaz", r"o*+b", "Q", "fQar fQaz"),
        ("foobar foobaz", r"(?<w>fo+)", "[${w}]", "[foo]bar [foo]baz"),
        ("a1b2c3", r"(a)", r"$12\$\\x", r"a2$\x1b2c3"),
        ("a1b2c3", r"\G[a1]", "K", "KKb2c3"),
        ("a1b2c3", r"[\w&&[^\d]]", "K", "K1K2K3"),
        ("a1b2c3", r"[a[1]]", "K", "KKb2c3"),
        ("a1b2c3", r"(?x) a 1 # c", "K", "Kb2c3"),
        ("a1b2c3", r"x*", "-", "-a-1-b-2-c-3-"),
        ("one.two", r"[\Q.\Ew]", "D", "oneDtDo"),
        ("été ÀB ß", r"\w", "w", "éwé Àw ß"),
        ("été ÀB ß", r"\b", "|", "|été| |ÀB| |ß|"),
        ("été", r"(?i)É", "e", "été"),
        ("été", r"(?iu)É", "e", "ete"),
        ("a\nb", r"(?m)^", ">", ">a\n>b"),
        ("a\n", r"$", "<", "a<\n<"),
        ("aAb", r"\p{javaUpperCase}|\p{Lower}", "x", "xxx"),
        ("A\tB", r"\x41|\u0042|\cI|\0102", "k", "kkk"),
    ],
)
def test_replacing_is_javas(text: str, pattern: str, replacement: str, changed: str) -> None:
    assert replaced(text, pattern, replacement) == changed


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("(", "open group"), (")", "not open"), ("a{,2}", "quantifier"), ("[a", "open character class"), ("a\\", "end")],
)
def test_what_java_refuses_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_pattern(pattern)


@pytest.mark.parametrize("replacement", ["$2", "$", "x\\", "${no}"])
def test_a_replacement_without_its_group_is_refused(replacement: str) -> None:
    with pytest.raises(ValueError, match="replacement"):
        replaced("ab", "(a)", replacement)


@pytest.mark.parametrize(
    ("pattern", "optional"), [("(a)(b)?", {2}), ("(a)|(b)", {1, 2}), ("((a)|b)c", {2}), ("(a|b)c", set())]
)
def test_groups_that_may_stay_unset_are_known(pattern: str, optional: set[int]) -> None:
    assert read_pattern(pattern).optional == optional


@pytest.mark.parametrize(
    ("pattern", "everywhere", "in_ascii"),
    [
        (r"\d+(a|b)", True, True),
        (r"\bx", False, True),
        ("(?i)x", False, True),
        ("a++", False, False),
        (r"\p{Alpha}", False, False),
    ],
)
def test_re2_has_only_what_means_the_same_to_it(pattern: str, everywhere: bool, in_ascii: bool) -> None:
    read = read_pattern(pattern)
    assert (read.re2, read.ascii_re2) == (everywhere, in_ascii)


def test_splitting_keeps_empty_ends_and_parts_nothing_before_the_text() -> None:
    texts, patterns = pa.array(["a1b2", "ab", "", None]), pa.array(["[0-9]", "(?=b)|x*", "x", "x"])
    assert regexes.split(texts, patterns).to_pylist() == [["a", "b", ""], ["a", "b", ""], [""], None]


def test_a_group_without_a_part_in_the_match_is_null() -> None:
    texts = pa.array(["a1", "zz", "ab"])
    found = regexes.extracted(texts, pa.array(["(a)(b)?"] * 3), pa.array([2] * 3, pa.int32()))
    assert found.to_pylist() == [None, "", "b"]
