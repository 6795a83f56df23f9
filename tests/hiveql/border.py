"""What real Hive said of several thousand statements: the data behind the tests of the language's border.

``border_refused.jsonl`` and ``border_taken.jsonl`` hold statements of our own and statements of Hive's test suite
(Apache-2.0), most of them with a word dropped, doubled, swapped or replaced, and how Hive 3.1.3 answered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, HiveSyntaxError, InputError, UnsupportedSqlError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import CreateView
from tests.hiveql.catalogs import MemoryCatalog

__all__ = ["KNOWN_REFUSED", "KNOWN_TAKEN", "Refused", "border_catalog", "differences", "refused", "taken"]

HERE = Path(__file__).parent
TABLES = """
src: key string, value string
src1: key string, value string
srcpart: key string, value string | ds string, hr string
part: p_partkey int, p_name string, p_mfgr string, p_brand string, p_type string, p_size int, p_container string, \
p_retailprice double, p_comment string
lineitem: l_orderkey int, l_partkey int, l_suppkey int, l_linenumber int, l_quantity double, l_extendedprice double, \
l_discount double, l_tax double, l_returnflag string, l_linestatus string, l_shipdate string, l_commitdate string, \
l_receiptdate string, l_shipinstruct string, l_shipmode string, l_comment string
alltypesorc: ctinyint tinyint, csmallint smallint, cint int, cbigint bigint, cfloat float, cdouble double, \
cstring1 string, cstring2 string, ctimestamp1 timestamp, ctimestamp2 timestamp, cboolean1 boolean, cboolean2 boolean
cbo_t1: key string, value string, c_int int, c_float float, c_boolean boolean | dt string
cbo_t2: key string, value string, c_int int, c_float float, c_boolean boolean | dt string
cbo_t3: key string, value string, c_int int, c_float float, c_boolean boolean
t: ti tinyint, si smallint, i int, b bigint, f float, d double, dc decimal(12,2), s string, vc varchar(10), \
ch char(5), bo boolean, dt date, ts timestamp, bi binary, a array<int>, m map<string,int>, st struct<x:int,y:string>
u: id int, name string, i bigint
p: a int, b string | ds string, hr int
"""
"""The tables: their columns, then their partition columns."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One statement that Hive refuses.

    ``kind`` is ``Parse``, ``Semantic`` or ``Java``: an exception that Hive's compiler does not expect, without code or
    place. ``place`` is ``None`` where Hive tells none, or 0:-1.
    """

    statement: str
    kind: str
    code: int | None
    place: tuple[int, int] | None
    message: str


def border_catalog() -> MemoryCatalog:
    """The tables that all of the statements are about."""
    catalog = MemoryCatalog()
    texts = ["CREATE TABLE bk (a int, b string) CLUSTERED BY (a) INTO 4 BUCKETS"]
    for line in TABLES.strip().splitlines():
        name, _, columns = line.partition(": ")
        own, _, partitioned = columns.partition(" | ")
        texts.append(f"CREATE TABLE {name} ({own})" + (f" PARTITIONED BY ({partitioned})" if partitioned else ""))
    for text in texts:
        catalog.run(bind_statement(text, catalog=catalog))
    view = bind_statement("CREATE VIEW vw AS SELECT i, s FROM t", catalog=catalog)
    assert isinstance(view, CreateView)
    catalog.tables["default", "vw"] = view.table
    return catalog


def _lines(name: str) -> list[Any]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def refused() -> list[Refused]:
    """Every statement that Hive refuses."""
    return [
        Refused(
            line["statement"],
            line["class"],
            line["code"],
            None if line["place"] is None else (line["place"][0], line["place"][1]),
            line["message"],
        )
        for line in _lines("border_refused.jsonl")
    ]


def taken() -> list[str]:
    """Every statement that Hive takes."""
    return _lines("border_taken.jsonl")


def differences(case: Refused, catalog: MemoryCatalog) -> list[str]:
    """In what our answer differs from Hive's; a place may differ only where Hive tells none."""
    try:
        bind_statement(case.statement, catalog=catalog)
    except UnsupportedSqlError as error:
        return [f"not supported: {error.message}"]
    except DdbHiveError as error:
        return _compare(case, error)
    return ["taken"]


def _compare(case: Refused, error: DdbHiveError) -> list[str]:
    expected: dict[str, tuple[type[DdbHiveError], ...]] = {
        "Parse": (HiveSyntaxError,),
        "Semantic": (HiveSemanticError,),
        "Java": (HiveSyntaxError, HiveSemanticError, InputError),
    }
    kinds = expected[case.kind]
    found = [] if isinstance(error, kinds) else [f"{type(error).__name__} for {case.kind}"]
    if case.code not in (None, error.code):
        found.append(f"code {error.code} for {case.code}")
    place = None if error.line is None else (error.line, error.column)
    if place is None or case.place not in (None, place):
        found.append(f"place {error.line}:{error.column} for {case.place}")
    return found


KNOWN_REFUSED: dict[str, str] = {
    line["statement"]: line["reason"] for line in _lines("border_known.jsonl") if line["hive"] == "refuses"
}
"""Statements whose answer differs still, with the reason."""

KNOWN_TAKEN: dict[str, str] = {
    line["statement"]: line["reason"] for line in _lines("border_known.jsonl") if line["hive"] == "takes"
}
"""Statements that Hive takes and we do not, with the reason."""
