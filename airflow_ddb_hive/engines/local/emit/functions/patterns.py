"""Regular expressions: RE2's where a pattern means the same to it as to Java, else those of a native function.

RE2 is many times faster. A pattern that is no constant, or that RE2 cannot have, goes the slow way; one that differs
for letters beyond ASCII alone goes it for those texts alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.sql import let, text
from airflow_ddb_hive.engines.local.native import native
from airflow_ddb_hive.engines.local.native.java_regex import JavaPattern, read_pattern
from airflow_ddb_hive.engines.local.native.replacement import read_replacement
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Cast, Expression, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter
    from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["PATTERNS"]

_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")
_FIRST_GROUPS = 9
_SET_OPERATIONS = re.compile(r"\[\[|--|\|\||~~|&&")
_NOT_PYTHONS = re.compile(r"\\z|\(\?[a-zA-Z]+\)|\\[pP](?:\{[^}]*\}|.)")
_ALIKE = {"\\z": "\\Z", "(?": ""}


def _constant(expression: Expression) -> str | None:
    if isinstance(expression, Cast):
        whole = integer_constant(expression.operand)
        return str(whole) if whole is not None else _constant(expression.operand)
    return expression.value if isinstance(expression, Literal) and isinstance(expression.value, str) else None


def _read(expression: Expression) -> JavaPattern | None:
    """The pattern, if it is known before the query runs."""
    pattern = _constant(expression)
    if pattern is None:
        return None
    try:
        return read_pattern(pattern)
    except ValueError as error:
        raise UnsupportedSqlError(str(error)) from error


def _either(value: str, java: JavaPattern | None, fast: Callable[[str], str], slow: Callable[[str], str]) -> str:
    """The fast way where it is right."""
    if java is None or not java.ascii_re2:
        return slow(value)
    if java.re2:
        return fast(value)
    return let(value, lambda s: f"CASE WHEN strlen({s}) = length({s}) THEN {fast(s)} ELSE {slow(s)} END")


def _may_be_empty(java: JavaPattern) -> bool:
    """Whether a match may be empty: RE2 and Java go on differently behind one; at the ends of a text they agree."""
    if java.pattern in ("^", "$") or not java.ascii_re2:
        return False
    if _SET_OPERATIONS.search(java.pattern):
        return True
    alike = _NOT_PYTHONS.sub(lambda match: _ALIKE.get(match.group()[:2], "a"), java.pattern)
    try:
        return any(not match.group() for sample in ("", "a", "a b") for match in re.finditer(alike, sample))
    except re.error:
        return True


def _rlike(call: Call, arguments: Sequence[str]) -> str:
    java = _read(call.arguments[1])
    if java is not None and not java.pattern:
        return f"CASE WHEN {arguments[0]} IS NULL THEN NULL ELSE FALSE END"
    pattern = arguments[1]
    return _either(
        arguments[0], java, lambda s: f"regexp_matches({s}, {pattern})", lambda s: native("rlike", s, pattern)
    )


def _replace(call: Call, arguments: Sequence[str]) -> str:
    java = _read(call.arguments[1])
    replacement = _constant(call.arguments[2])
    fast = None if java is None or replacement is None or _may_be_empty(java) else _re2_replacement(replacement, java)
    pattern = arguments[1]

    def slow(s: str) -> str:
        return native("regexp_replace", s, pattern, arguments[2])

    if fast is None:
        return slow(arguments[0])
    return _either(arguments[0], java, lambda s: f"regexp_replace({s}, {pattern}, {text(fast)}, 'g')", slow)


def _re2_replacement(replacement: str, java: JavaPattern) -> str | None:
    r"""Java's ``$1`` and ``\x`` as RE2's ``\1`` and ``x``; ``None`` for what only the slow way can say."""
    try:
        parts = read_replacement(replacement, java.groups, java.names)
    except ValueError as error:
        raise UnsupportedSqlError(str(error)) from error
    if any(isinstance(part, int) and part > _FIRST_GROUPS for part in parts):
        return None
    return "".join(f"\\{part}" if isinstance(part, int) else part.replace("\\", "\\\\") for part in parts)


def _extract(call: Call, arguments: Sequence[str]) -> str:
    java = _read(call.arguments[1])
    group = integer_constant(call.arguments[2]) if arguments[2:] else 1
    pattern, place = arguments[1], arguments[2] if arguments[2:] else "1"
    known = java is not None and group is not None and 0 <= group <= java.groups and group not in java.optional

    def slow(s: str) -> str:
        return native("regexp_extract", s, pattern, place)

    if not known:
        return slow(arguments[0])
    return _either(arguments[0], java, lambda s: f"regexp_extract({s}, {pattern}, {group})", slow)


def _split(call: Call, arguments: Sequence[str]) -> str:
    value, pattern = arguments
    java = _read(call.arguments[1])
    if java is None:
        return native("split", value, pattern)
    if not java.pattern:
        return let(value, _characters)
    plain = _plain(java.pattern)
    if plain is not None:
        return f"string_split({value}, {text(plain)})"
    if java.pattern == "^" or _may_be_empty(java):
        return native("split", value, pattern)
    return _either(value, java, lambda s: f"string_split_regex({s}, {pattern})", lambda s: native("split", s, pattern))


def _characters(s: str) -> str:
    """Each unit of UTF-16 by itself, and an empty text at the end."""
    cut = "lambda z: CASE WHEN unicode(z) > 65535 THEN ['?', '?'] ELSE [z] END"
    units = f"flatten(list_transform(string_split({s}, ''), {cut}))"
    plain = f"CASE WHEN strlen({s}) = length({s}) THEN string_split({s}, '') ELSE {units} END"
    return f"CASE WHEN {s} = '' THEN [''] WHEN {s} IS NOT NULL THEN list_append({plain}, '') END"


def _plain(pattern: str) -> str | None:
    """The text that a pattern without any special character, or with one escaped, stands for."""
    if len(pattern) == 2 and pattern[0] == "\\" and not pattern[1].isalnum():  # noqa: PLR2004 (an escape's length)
        return pattern[1]
    return None if _SPECIAL.search(pattern) else pattern


PATTERNS: dict[str, Emitter] = {
    "regexp_extract": _extract,
    "regexp_replace": _replace,
    "rlike": _rlike,
    "split": _split,
}
"""Functions of patterns by the names that bound calls carry."""
