"""Text taken apart: PARSE_URL and SOUNDEX."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.hiveql.tree import Call, Expression, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["parse_url", "soundex", "tuple_part", "url_part"]

_PARTS = ("HOST", "PATH", "QUERY", "REF", "PROTOCOL", "FILE", "AUTHORITY", "USERINFO")

_URL = r"^\s*(?i:(https?|ftp|file|jar)):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$"


def parse_url(call: Call, arguments: Sequence[str]) -> str:
    """Return SQL of PARSE_URL, whose part and key may be columns."""
    body = let(arguments[0], lambda u: _named_part(u, call.arguments[1], arguments[1]))
    if not arguments[2:]:
        return body
    query = let(arguments[0], lambda u: url_part(u, "QUERY"))
    value = _query_value(query, call.arguments[2], arguments[2])
    return f"CASE WHEN {arguments[1]} = 'QUERY' THEN {value} END"


def tuple_part(url: str, part: Expression, sql: str) -> str:
    """Return SQL of one column of PARSE_URL_TUPLE, which takes ``QUERY:key`` too."""
    name = _constant(part)
    if name is not None and not name.startswith("QUERY:"):
        return let(url, lambda u: url_part(u, name))
    query = let(url, lambda u: url_part(u, "QUERY"))
    if name is not None:
        return _query_value(query, _keyed(part, name[6:]), text(name[6:]))
    keyed = _query_value(query, part, f"{sql}[7:]")
    named = let(url, lambda u: _named_part(u, part, sql))
    return f"CASE WHEN starts_with({sql}, 'QUERY:') THEN {keyed} ELSE {named} END"


def _keyed(part: Expression, key: str) -> Expression:
    """The key of a constant ``QUERY:key``."""
    return replace(part, value=key) if isinstance(part, Literal) else part


def _constant(part: Expression) -> str | None:
    return part.value if isinstance(part, Literal) and isinstance(part.value, str) else None


def _named_part(u: str, part: Expression, sql: str) -> str:
    name = _constant(part)
    if name is not None:
        return url_part(u, name)
    return f"CASE {sql} {' '.join(f'WHEN {text(one)} THEN {url_part(u, one)}' for one in _PARTS)} END"


def _query_value(query: str, key: Expression, sql: str) -> str:
    name = _constant(key)
    form = f"'(?:&|^)' || {sql} || '=([^&]*)'" if name is None else text(f"(?:&|^){name}=([^&]*)")
    return let(query, lambda q: f"CASE WHEN regexp_matches({q}, {form}) THEN regexp_extract({q}, {form}, 1) END")


def url_part(u: str, name: str) -> str:
    """Return SQL of a part of a URL; NULL for what is none."""

    def group(number: int) -> str:
        return f"regexp_extract({u}, {text(_URL)}, {number})"

    authority, query = group(2), f"CASE WHEN strpos(split_part({u}, '#', 1), '?') > 0 THEN {group(4)} END"
    parts = {
        "HOST": f"regexp_replace(regexp_replace({authority}, '^.*@', ''), ':[0-9]*$', '')",
        "PATH": group(3),
        "QUERY": query,
        "REF": f"CASE WHEN strpos({u}, '#') > 0 THEN {group(5)} END",
        "PROTOCOL": f"lower({group(1)})",
        "FILE": f"({group(3)} || coalesce('?' || {query}, ''))",
        "AUTHORITY": f"nullif({authority}, '')",
        "USERINFO": f"CASE WHEN strpos({authority}, '@') > 0 THEN regexp_extract({authority}, '^(.*)@', 1) END",
    }
    found = parts.get(name, "NULL")
    return f"CASE WHEN regexp_matches({u}, {text(_URL)}) THEN {found} END"


def soundex(_call: Call, arguments: Sequence[str]) -> str:
    """The first letter and three classes of consonants; H and W do not part equal ones, vowels do."""
    upper = f"upper({arguments[0]})"
    foreign = f"regexp_matches({upper}, '[^\\x00-\\x7F]') AND regexp_matches({upper}, '[^A-Z\\PL]')"
    letters = f"CASE WHEN {foreign} THEN NULL ELSE regexp_replace({upper}, '[^A-Z]', '', 'g') END"

    def coded(s: str) -> str:
        codes = f"translate({s}[1] || regexp_replace({s}[2:], '[HW]', '', 'g'), "
        codes += "'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202')"
        for digit in "123456":
            codes = f"regexp_replace({codes}, '{digit}+', '{digit}', 'g')"
        code = f"{s}[1] || left(replace({codes}[2:], '0', '') || '000', 3)"
        return f"CASE WHEN {s} IS NULL THEN NULL WHEN {s} = '' THEN '' ELSE {code} END"

    return let(letters, coded)
