"""Hive's built-in functions and operators: one table, each name with its kind and its types.

Names are Hive's (``SHOW FUNCTIONS``); a name outside the table is Hive's error 10011. Follows
https://cwiki.apache.org/confluence/display/Hive/LanguageManual+UDF.
"""

from __future__ import annotations

from dataclasses import replace

from airflow_ddb_hive.hiveql.functions.aggregates import AGGREGATES, WINDOWED, WINDOWS
from airflow_ddb_hive.hiveql.functions.intervals import INTERVALS
from airflow_ddb_hive.hiveql.functions.masks import MASKS
from airflow_ddb_hive.hiveql.functions.operators import OPERATORS
from airflow_ddb_hive.hiveql.functions.scalars import DATES, MATHEMATICS, OTHERS, STRINGS
from airflow_ddb_hive.hiveql.functions.spec import (
    WRONG_ARGUMENTS,
    WRONG_COUNT,
    WRONG_TYPE,
    ArgumentMismatch,
    FunctionSpec,
    Resolver,
    Signature,
)
from airflow_ddb_hive.hiveql.functions.special import SPECIAL
from airflow_ddb_hive.hiveql.functions.structured import STRUCTURED
from airflow_ddb_hive.hiveql.functions.udtfs import UDTFS

__all__ = [
    "FUNCTIONS",
    "STRUCT_FIELD",
    "WINDOWED",
    "WRONG_ARGUMENTS",
    "WRONG_COUNT",
    "WRONG_TYPE",
    "ArgumentMismatch",
    "FunctionSpec",
    "Resolver",
    "Signature",
]

STRUCT_FIELD: FunctionSpec = replace(OPERATORS["struct_field"], name="field", canonical="field")
"""``struct.name``; calls carry it as ``field``, and Hive's function FIELD() as ``field_place``."""

FUNCTIONS: dict[str, FunctionSpec] = {
    **{name: spec for name, spec in OPERATORS.items() if name != "struct_field"},
    **STRINGS,
    **MATHEMATICS,
    **DATES,
    **INTERVALS,
    **OTHERS,
    **MASKS,
    **SPECIAL,
    **STRUCTURED,
    **AGGREGATES,
    **WINDOWS,
    **UDTFS,
}
"""Every built-in by its lower-case name."""

FUNCTIONS["field"] = replace(FUNCTIONS["field"], canonical="field_place")
