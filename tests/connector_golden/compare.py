"""When an outcome is what real Hive did: rows without an order as multisets, numbers by value, errors by message."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

__all__ = ["differences", "same_items"]

Case = dict[str, Any]
Outcome = dict[str, Any]

_EMPTY_WORDS = re.compile(
    r"^(FAILED: Execution Error, return code \d+ from \S+$"
    r"|Failed with exception java\.io\.IOException:.*Error evaluating)"
)
"""Error lines that say where Hive noticed, not what was wrong: the innermost cause does."""

_AROUND = (
    re.compile(r"^FAILED: "),
    re.compile(r"^Execution Error, return code \d+ from \S+ "),
    re.compile(r"^(SemanticException|RuntimeException|ParseException) "),
    re.compile(r"^\[Error \d+\]: "),
    re.compile(r"^Line \d+:\d+ "),
    re.compile(r"^(?:[a-z]\w*\.)+[A-Z]\w*: "),
    re.compile(r"^(?:[A-Z]\w*Exception)\(message:(?P<rest>.*)\)$"),
)
_ROWS = re.compile(r"\s*(SELECT|WITH|SHOW|DESCRIBE)\b", re.IGNORECASE)
_UNION = re.compile(r"^_u\d+\.")
"""Hive's name for a UNION that nobody named."""
_SERVICE = re.compile(r" \(Service: DynamoDb, .*$", re.DOTALL)


def differences(case: Case, outcome: Outcome) -> list[str]:
    """Return what an outcome has otherwise than the recording, one line each; an empty list is agreement."""
    found = _error_differences(case, outcome)
    if not found:
        found = _result_differences(case, outcome["results"])
    for table in case["tables"]:
        name = table["TableName"]
        expected = _items(case["after"][name], table["items"])
        actual = _items(outcome["after"][name], table["items"])
        if not same_items(expected, actual):
            found.append(f"after {name}: expected {json.dumps(expected)}, got {json.dumps(actual)}")
    return found + _file_differences(case["written"], outcome["written"])


def same_items(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> bool:
    """Whether two lists hold the same items: numbers by value, sets without order."""
    return Counter(map(_frozen_item, one)) == Counter(map(_frozen_item, other))


def recorded_message(case: Case) -> str:
    """What the recorded error says, without the Java and MapReduce words around it."""
    text = str(case["error"])
    if _EMPTY_WORDS.match(text) and case.get("cause"):
        text = str(case["cause"])
    return _SERVICE.sub("", _core(text)).strip()


def _core(text: str) -> str:
    changed = True
    while changed:
        changed = False
        for pattern in _AROUND:
            match = pattern.match(text)
            if match:
                text = match.groupdict().get("rest") or text[match.end() :]
                changed = True
    return text


def _error_differences(case: Case, outcome: Outcome) -> list[str]:
    if "error" not in case:
        return [f"expected no error, got {outcome['error']}"] if "error" in outcome else []
    wanted = recorded_message(case)
    if "error" not in outcome:
        return [f"expected the error {wanted}, got none"]
    if len(case["results"]) != len(outcome["results"]):
        return [f"statement {len(outcome['results'])} failed, not {len(case['results'])}: {outcome['error']}"]
    said = outcome["error"] + "\n" + outcome.get("cause", "")
    return [] if wanted in said else [f"expected the error {wanted}, got {outcome['error']}"]


def _result_differences(case: Case, actual: list[dict[str, Any]]) -> list[str]:
    found = []
    expected = case["results"]
    if len(expected) != len(actual):
        found.append(f"expected {len(expected)} results, got {len(actual)}")
    for number, (statement, wanted, got) in enumerate(zip(case["script"], expected, actual, strict=False), 1):
        if "error" in wanted:
            continue
        columns = [_UNION.sub("", column) for column in wanted.get("columns", [])]
        # Hive names the columns of an INSERT's query too; here only what gives rows has columns.
        if ("columns" in got or _ROWS.match(statement)) and columns != got.get("columns"):
            found.append(f"columns of statement {number}: expected {columns}, got {got.get('columns')}")
        found += _row_differences(number, wanted, got)
    return found


def _row_differences(number: int, wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    rows, actual = wanted.get("rows", []), got.get("rows", [])
    same = rows == actual if wanted.get("ordered") else Counter(rows) == Counter(actual)
    return [] if same else [f"rows of statement {number}: expected {rows}, got {actual}"]


def _items(after: list[dict[str, Any]] | str, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return before if isinstance(after, str) else after


def _frozen_item(item: dict[str, Any]) -> frozenset[tuple[str, Any]]:
    return frozenset((name, _frozen(value)) for name, value in item.items())


def _frozen(value: dict[str, Any]) -> tuple[str, Any]:
    ((tag, content),) = value.items()
    match tag:
        case "N":
            return tag, Decimal(content)
        case "NS":
            return tag, frozenset(map(Decimal, content))
        case "SS" | "BS":
            return tag, frozenset(content)
        case "L":
            return tag, tuple(map(_frozen, content))
        case "M":
            return tag, _frozen_item(content)
    return tag, content


def _file_differences(expected: dict[str, str], actual: dict[str, str]) -> list[str]:
    if set(expected) != set(actual):
        return [f"files: expected {sorted(expected)}, got {sorted(actual)}"]
    return [
        f"file {name}: expected {_lines(expected[name])}, got {_lines(actual[name])}"
        for name in expected
        if Counter(_lines(expected[name])) != Counter(_lines(actual[name]))
    ]


def _lines(text: str) -> list[bytes]:
    return base64.b64decode(text).split(b"\n")
