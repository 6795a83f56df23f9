"""How long a statement takes from its text to DuckDB SQL: cutting into words, binding, emitting.

Run: ``python -m benchmarks.binding SUITE.jsonl BASE_TABLES.py``, with Hive's q-tests; prints median and 95th percentile
of the queries that bind, in milliseconds, per stage.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.emit import emit_relation
from airflow_ddb_hive.errors import DdbHiveError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.statements import QueryStatement, SetStatement
from airflow_ddb_hive.hiveql.tree import Position, Relation, Scan
from tests.hiveql.catalogs import MemoryCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

STAGES = ("words", "syntax", "bind", "emit", "whole")
"""``bind`` is the whole way from text to typed tree, words and syntax among it; ``whole`` is ``bind`` and ``emit``."""


def scans(value: object) -> Iterator[Scan]:
    """Every scan within a tree."""
    if isinstance(value, Scan):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from scans(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from scans(getattr(value, field.name))


def load(path: Path) -> ModuleType:
    """The module that makes the suite's base tables."""
    spec = importlib.util.spec_from_file_location("base_tables", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepared(case: dict[str, Any], base: ModuleType) -> tuple[MemoryCatalog, dict[str, str]]:
    """The catalog and the settings that a case's set-up leaves."""
    catalog = MemoryCatalog()
    settings: dict[str, str] = {}
    for text in [*(text for name in case["base"] for text in base.DDL[name]), *case["setup"]]:
        statement = bind_statement(text, catalog=catalog, settings=settings)
        if isinstance(statement, SetStatement) and statement.key and statement.value is not None:
            settings[statement.key] = statement.value
        catalog.run(statement)
    return catalog, settings


def measure(text: str, catalog: MemoryCatalog, settings: dict[str, str]) -> dict[str, float]:
    """Milliseconds of each stage, once warm."""
    start = perf_counter()
    words = read_words(text, Position(1, 0))
    cut = perf_counter()
    QueryReader(Cursor(words, text)).query()
    read = perf_counter()
    statement = bind_statement(text, catalog=catalog, settings=settings)
    bound = perf_counter()
    if not isinstance(statement, QueryStatement):
        return {}
    relation: Relation = statement.relation
    emit_relation(relation, {scan.id: f"s{scan.id}" for scan in scans(relation)})
    end = perf_counter()
    parts = (cut - start, read - cut, bound - read, end - bound, end - read)
    return {stage: part * 1000 for stage, part in zip(STAGES, parts, strict=True)}


def main() -> None:
    """Print the table."""
    suite, base = Path(sys.argv[1]), load(Path(sys.argv[2]))
    found: dict[str, list[float]] = defaultdict(list)
    for line in suite.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        try:
            catalog, settings = prepared(case, base)
            measured = measure(case["query"], catalog, settings)
        except DdbHiveError:
            continue
        for stage, milliseconds in measured.items():
            found[stage].append(milliseconds)
    print(f"{len(found['whole'])} queries; stage: median, 95th percentile (ms)")
    for stage in STAGES:
        numbers = sorted(found[stage])
        late = numbers[int(len(numbers) * 0.95)]
        print(f"{stage:8}{statistics.median(numbers):8.2f}{late:8.2f}")


if __name__ == "__main__":
    main()
