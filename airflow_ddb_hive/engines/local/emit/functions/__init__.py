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
from airflow_ddb_hive.engines.local.emit.functions.string import STRINGS
from airflow_ddb_hive.engines.local.emit.functions.table import TABLE_GENERATORS, TableEmitter

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
}
"""Scalar functions and operators by the names that bound calls carry."""

_NO_SQL = "no SQL of the engine has its meaning"

_SKETCH = "Hive's histogram depends on the order of its rows: use percentile"

REFUSED_FUNCTIONS: dict[str, str] = {
    "aes_decrypt": _NO_SQL,
    "aes_encrypt": _NO_SQL,
    "current_database": "the engine does not know it here: write the name",
    "current_user": "no Hive session has a user here",
    "histogram_numeric": _SKETCH,
    "percentile_approx": _SKETCH,
    "rand": "a seeded sequence is Java's own",
    "sentences": _NO_SQL,
    "uuid": "a value that no second run repeats makes no job repeatable",
    "version": "there is no Hive here",
}
"""Names that the binder knows and this engine refuses, each with the reason."""
