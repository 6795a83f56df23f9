"""The binder's types beside Hive's: recorded ones for every pair of types, and a sample asked of Hive itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import QueryStatement
from tests.hiveql.catalogs import COLUMNS, MemoryCatalog
from tests.support.rigs import HiveRig

RECORDED = Path(__file__).parent / "column_types.tsv"
"""Expressions over table columns and the types that Hive 3.1.3 gave them; ``!`` where it refused them."""

LENIENT = {"cast(a as string)", "cast(m as string)", "cast(st as string)", "b = s", "s = b"}
"""What Hive refuses and the binder takes: casts that crash Hive, and BIGINT beside STRING in strict mode."""


def recorded() -> list[tuple[str, str]]:
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    return [(expression, type_) for expression, _, type_ in (line.partition("\t") for line in lines)]


def bound_type(expression: str, catalog: MemoryCatalog) -> str:
    try:
        statement = bind_statement(f"select {expression} from t", catalog=catalog)
    except HiveSemanticError:
        return "!"
    assert isinstance(statement, QueryStatement)
    return str(statement.relation.columns[0].type)


def test_types_are_those_that_hive_gave(catalog: MemoryCatalog) -> None:
    found = [(text, wanted, bound_type(text, catalog)) for text, wanted in recorded()]
    wrong = [(text, wanted, got) for text, wanted, got in found if wanted != got and text not in LENIENT]
    assert wrong == []
    assert len(found) > 3000


@pytest.mark.integration
def test_types_are_those_that_hive_gives_today(hive_rig: HiveRig, catalog: MemoryCatalog) -> None:
    columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    accepted = [text for text, type_ in recorded() if type_ != "!"][::8]
    batches = [_batch(accepted[first : first + 20]) for first in range(0, len(accepted), 20)]
    results = hive_rig("drop table if exists t", f"create table t ({columns})", *batches).results
    asked = [column for result in results[2:] for column in result["columns"]]
    assert [column.split(" ", 1)[1] for column in asked] == [bound_type(text, catalog) for text in accepted]


def _batch(expressions: list[str]) -> str:
    aggregates = ("sum(", "avg(", "min(", "max(", "count(", "stddev(", "variance(", "collect_list(")
    kept = [text if not text.startswith(aggregates) else f"(select {text} from t)" for text in expressions]
    return "select " + ", ".join(kept) + " from t limit 0"
