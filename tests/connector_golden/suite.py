"""The recordings beside the checkout, those that the DynamoDB side is judged by."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

__all__ = ["AREAS", "recorded_cases"]

AREAS = ("ddl", "read", "item", "write", "delete", "pushdown", "join", "copy", "settings", "aws")
"""Files and tools have suites of their own."""

_SUITE = Path(os.environ.get("DDB_HIVE_SHARED", Path(__file__).parents[3] / "shared")) / "connector-golden"


def recorded_cases() -> list[dict[str, Any]]:
    """Return the cases of these areas; none where there are no recordings."""
    if not _SUITE.exists():
        return []
    lines = (_SUITE / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["area"] in AREAS]
