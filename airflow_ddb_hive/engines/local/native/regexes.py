"""Regular expressions that RE2 cannot have, by the module ``regex``; each pattern is read once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import regex

from airflow_ddb_hive.engines.local.native.distinct import by_distinct_rows
from airflow_ddb_hive.engines.local.native.java_regex import JavaPattern, read_pattern
from airflow_ddb_hive.engines.local.native.replacement import read_replacement

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["extracted", "found", "replaced", "split"]


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> tuple[Any, JavaPattern]:
    java = read_pattern(pattern)
    flags = regex.VERSION1 | (regex.ASCII if java.ascii_case else regex.UNICODE)
    try:
        return regex.compile(java.text, flags), java
    except regex.error as error:
        raise ValueError(f"the regular expression {pattern!r} is none: {error}") from error


def found(texts: Any, patterns: Any) -> Any:
    """Return whether each pattern is found in its text."""
    return by_distinct_rows([texts, patterns], pa.bool_(), _found)


def _found(text: str, pattern: str) -> bool:
    return bool(pattern) and _compiled(pattern)[0].search(text) is not None


def extracted(texts: Any, patterns: Any, groups: Any) -> Any:
    """Return the text of a group of the first match: empty without a match, NULL for a group that has no part in it."""
    return by_distinct_rows([texts, patterns, groups], pa.string(), _extracted)


def _extracted(text: str, pattern: str, group: int) -> str | None:
    compiled, java = _compiled(pattern)
    match = compiled.search(text)
    if match is None:
        return ""
    if not 0 <= group <= java.groups:
        raise ValueError(f"regexp_extract: there is no group {group} in {pattern!r}")
    part: str | None = match.group(group)
    return part


def replaced(texts: Any, patterns: Any, replacements: Any) -> Any:
    """Return each text with its matches replaced, ``$1`` and backslashes read as Java reads them."""
    return by_distinct_rows([texts, patterns, replacements], pa.string(), _replaced)


def _replaced(text: str, pattern: str, replacement: str) -> str:
    compiled, _ = _compiled(pattern)
    if compiled.search(text) is None:
        return text
    changed: str = compiled.sub(_writer(pattern, replacement), text)
    return changed


@lru_cache(maxsize=1024)
def _writer(pattern: str, replacement: str) -> Callable[[Any], str]:
    java = _compiled(pattern)[1]
    parts = read_replacement(replacement, java.groups, java.names)
    return lambda match: "".join(part if isinstance(part, str) else match.group(part) or "" for part in parts)


def split(texts: Any, patterns: Any) -> Any:
    """Return what stands between the matches; a match of nothing at the beginning parts nothing."""
    return by_distinct_rows([texts, patterns], pa.list_(pa.string()), _split)


def _split(text: str, pattern: str) -> list[str]:
    parts: list[str] = []
    end = 0
    for match in _compiled(pattern)[0].finditer(text):
        if match.end() == 0 or (not text and match.end() == match.start()):
            continue
        parts.append(text[end : match.start()])
        end = match.end()
    return [*parts, text[end:]]
