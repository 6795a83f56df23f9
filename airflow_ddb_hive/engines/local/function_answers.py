"""How each of Hive's functions is answered here: one table of all its names, made from the tables that answer them."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_ddb_hive.engines.local.emit.functions import (
    AGGREGATES,
    REFUSED_FUNCTIONS,
    SQL_FUNCTIONS,
    TABLE_GENERATORS,
)
from airflow_ddb_hive.engines.local.emit.functions.emitter import call
from airflow_ddb_hive.hiveql.functions import FUNCTIONS
from airflow_ddb_hive.hiveql.functions.special import HIVE_REFUSES

__all__ = ["FUNCTION_ANSWERS", "HIVE_NAMES", "FunctionAnswer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAnswer:
    """One name: ``answer`` is ``renamed``, ``rewritten``, ``implemented``, ``refused`` or ``refused by Hive``."""

    name: str
    answer: str
    note: str


_OWN_NAMES = frozenset({"interval_day_time", "interval_year_month"})
"""Names of ours that Hive has as casts, and does not list."""

_NATIVE: dict[str, str] = {
    "aes_decrypt": "each distinct value and key of a batch once (`cryptography`)",
    "aes_encrypt": "each distinct value and key of a batch once (`cryptography`)",
    "rand": "with a seed: Java's sequence in the order that rows are read, a batch at a time (`numpy`)",
    "sha2": "256 bits as DuckDB's `sha256`; of other lengths each distinct value of a batch once (`hashlib`)",
    "sentences": "each distinct text of a batch once (`regex`); the rules of most languages, whatever the locale",
    **dict.fromkeys(
        (
            "xpath",
            "xpath_boolean",
            "xpath_double",
            "xpath_float",
            "xpath_int",
            "xpath_long",
            "xpath_short",
            "xpath_string",
        ),
        "each distinct document of a batch once (`lxml`), without external entities",
    ),
    **dict.fromkeys(("histogram_numeric", "percentile_approx"), "Hive's histogram, fed row by row"),
    **dict.fromkeys(("context_ngrams", "ngrams"), "Hive's estimation"),
    **dict.fromkeys(("bloom_filter", "compute_stats"), "as Hive has it"),
}
"""Bound names that run code of ours, and how."""

_NOTES: dict[str, str] = {
    "current_authorizer": "NULL: there is no authorizer",
    "current_groups": "the groups of the process",
    "current_user": "the user of the process",
    "logged_in_user": "NULL, as where nobody logs in",
    "restrict_information_schema": "false: there is no information schema to restrict",
    "uuid": "another one for each row",
    "version": "that of the Hive whose answers these are",
    **dict.fromkeys(
        ("regexp_extract", "regexp_replace", "rlike", "split"),
        "RE2 where a pattern means the same to it; else `regex`, each distinct text of a batch once",
    ),
    "$sum0": "as `sum`, with 0 for no rows",
    "case": "in backquotes: CASE value WHEN",
    "when": "in backquotes: CASE WHEN",
    "between": "in backquotes: [NOT] BETWEEN",
    "current_database": "written into the query when it is bound",
    "in": "IN",
    "cardinality_violation": "fails, as it is made to",
    "sq_count_check": "fails for more than one row, as it is made to",
}

_CALL = call("").__code__


def _answer(name: str) -> FunctionAnswer:
    canonical = FUNCTIONS[name].canonical
    if name in HIVE_REFUSES:
        return FunctionAnswer(name=name, answer="refused by Hive", note=HIVE_REFUSES[name])
    if canonical in REFUSED_FUNCTIONS:
        return FunctionAnswer(name=name, answer="refused", note=REFUSED_FUNCTIONS[canonical])
    if canonical in _NATIVE:
        return FunctionAnswer(name=name, answer="implemented", note=_NATIVE[canonical])
    note = _NOTES.get(canonical, "" if name == canonical else f"as `{canonical}`")
    emitter = SQL_FUNCTIONS.get(canonical) or AGGREGATES.get(canonical) or TABLE_GENERATORS.get(canonical)
    renamed = getattr(emitter, "__code__", None) is _CALL
    return FunctionAnswer(name=name, answer="renamed" if renamed else "rewritten", note=note)


HIVE_NAMES: tuple[str, ...] = tuple(sorted(set(FUNCTIONS) - _OWN_NAMES))
"""The names that Hive's SHOW FUNCTIONS lists."""

FUNCTION_ANSWERS: dict[str, FunctionAnswer] = {name: _answer(name) for name in HIVE_NAMES}
"""Each of Hive's names with its answer."""
