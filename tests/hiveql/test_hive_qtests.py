"""How many of Hive's own core q-tests bind: setup statements and query, without running anything."""

from __future__ import annotations

import importlib.util
import json
import os
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from airflow_ddb_hive.errors import DdbHiveError, UnsupportedSqlError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import SetStatement
from tests.hiveql.catalogs import MemoryCatalog

SUITE = Path(os.environ.get("DDB_HIVE_SHARED", Path(__file__).parents[3] / "shared")) / "hive-qtests"
LEAST = 1200
"""The bar: cases whose every statement binds. It only rises."""
MOST_REFUSED_WRONGLY = 30
"""Cases that end in an error other than 'not supported': grammar or names that are still to come."""


def base_tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("base_tables", SUITE / "base_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcome(statements: list[str]) -> str:
    catalog = MemoryCatalog()
    settings: dict[str, str] = {}
    try:
        for text in statements:
            statement = bind_statement(text, catalog=catalog, settings=settings)
            if isinstance(statement, SetStatement) and statement.key and statement.value is not None:
                settings[statement.key] = statement.value
            catalog.run(statement)
    except UnsupportedSqlError as error:
        return "unsupported" if error.line else "unsupported without a place"
    except DdbHiveError as error:
        return f"{type(error).__name__}: {error.message}"
    return "bound"


@pytest.mark.skipif(not SUITE.exists(), reason="Hive's q-tests are not beside the checkout")
def test_core_qtests_bind() -> None:
    base = base_tables()
    counts: Counter[str] = Counter()
    for line in (SUITE / "suite.jsonl").read_text(encoding="utf-8").splitlines():
        case: dict[str, Any] = json.loads(line)
        if case["tier"] == "core":
            setup = [text for name in case["base"] for text in base.DDL[name]]
            counts[outcome([*setup, *case["setup"], case["query"]])] += 1
    wrong = {text: count for text, count in counts.items() if text not in ("bound", "unsupported")}
    assert counts["bound"] >= LEAST
    assert sum(wrong.values()) <= MOST_REFUSED_WRONGLY, wrong
