"""The lenient reader: what Gson forgives, and what nobody does."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.dynamodb.lenient_json import LenientJsonError, parse_lenient


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{s:x}", {"s": "x"}),
        ("{'n':'3'}", {"n": "3"}),
        ("{\"s\":'it\\'s \\u00e9\\n'}", {"s": "it's é\n"}),
        ("{n=1.50; bOOL=TRUE}", {"n": "1.50", "bOOL": True}),
        ("[a, null, []]", ["a", None, []]),
        ("word", "word"),
    ],
)
def test_quotes_may_be_single_or_missing(text: str, value: object) -> None:
    assert parse_lenient(text) == value


@pytest.mark.parametrize("text", ["", "{s", "{s:", "{s:x", "{s x}", "{'s", "'\\u12", "[a b]", "{s:x} y", "[" * 200])
def test_broken_text_is_refused(text: str) -> None:
    with pytest.raises(LenientJsonError):
        parse_lenient(text)
