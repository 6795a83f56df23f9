"""Hive's functions as DuckDB SQL: one answer for every name that the binder knows."""

from __future__ import annotations

from airflow_ddb_hive.engines.local.emit.functions.aggregate import AGGREGATES, FRAMELESS, AggregateEmitter
from airflow_ddb_hive.engines.local.emit.functions.collection import COLLECTIONS
from airflow_ddb_hive.engines.local.emit.functions.conditional import CONDITIONALS
from airflow_ddb_hive.engines.local.emit.functions.date import DATES
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter
from airflow_ddb_hive.engines.local.emit.functions.formats import FORMATS
from airflow_ddb_hive.engines.local.emit.functions.hashes import HASHES
from airflow_ddb_hive.engines.local.emit.functions.masks import MASKS
from airflow_ddb_hive.engines.local.emit.functions.mathematics import MATHEMATICS
from airflow_ddb_hive.engines.local.emit.functions.operators import OPERATORS
from airflow_ddb_hive.engines.local.emit.functions.patterns import PATTERNS
from airflow_ddb_hive.engines.local.emit.functions.special import SPECIALS
from airflow_ddb_hive.engines.local.emit.functions.string import STRINGS
from airflow_ddb_hive.engines.local.emit.functions.table import TABLE_GENERATORS, TableEmitter
from airflow_ddb_hive.hiveql.functions.special import HIVE_REFUSES

__all__ = [
    "AGGREGATES",
    "FRAMELESS",
    "REFUSED_FUNCTIONS",
    "SQL_FUNCTIONS",
    "TABLE_GENERATORS",
    "AggregateEmitter",
    "Emitter",
    "TableEmitter",
]

SQL_FUNCTIONS: dict[str, Emitter] = {
    **OPERATORS,
    **STRINGS,
    **MATHEMATICS,
    **DATES,
    **CONDITIONALS,
    **COLLECTIONS,
    **FORMATS,
    **HASHES,
    **MASKS,
    **PATTERNS,
    **SPECIALS,
}
"""Scalar functions and operators by the names that bound calls carry."""

_NO_JAVA = "a method of a Java class needs a JVM"
_NO_UNIONS = "there are no values of union types here: keep each kind in a column of its own"

REFUSED_FUNCTIONS: dict[str, str] = {
    **HIVE_REFUSES,
    "create_union": _NO_UNIONS,
    "extract_union": _NO_UNIONS,
    "get_splits": "splits are of Hive's own execution engines",
    "in_bloom_filter": "a filter's bytes are of Hive's own: write a join or IN",
    "in_file": "a query reads no file of the worker: join a table over it",
    "java_method": _NO_JAVA,
    "matchpath": "patterns over rows are not matched here: use window functions",
    "reflect": _NO_JAVA,
    "reflect2": _NO_JAVA,
}
"""Names that the binder knows and this engine refuses, each with the reason."""
