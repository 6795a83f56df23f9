"""From the typed tree to DuckDB SQL: every cast, comparison and function with Hive's meaning."""

from __future__ import annotations

from airflow_ddb_hive.engines.local.emit.arrow_form import (
    arrow_value,
    emit_exact,
    emit_typed,
    engine_value,
    has_own_form,
)
from airflow_ddb_hive.engines.local.emit.display import emit_lines
from airflow_ddb_hive.engines.local.emit.functions import (
    AGGREGATES,
    REFUSED_FUNCTIONS,
    SQL_FUNCTIONS,
    TABLE_GENERATORS,
)
from airflow_ddb_hive.engines.local.emit.relations import emit_relation
from airflow_ddb_hive.engines.local.emit.serdes import emit_file_cells, emit_file_values, is_delimited
from airflow_ddb_hive.engines.local.emit.text_serde import (
    emit_cells,
    emit_parse,
    emit_partition_text,
    emit_partition_value,
)

__all__ = [
    "AGGREGATES",
    "REFUSED_FUNCTIONS",
    "SQL_FUNCTIONS",
    "TABLE_GENERATORS",
    "arrow_value",
    "emit_cells",
    "emit_exact",
    "emit_file_cells",
    "emit_file_values",
    "emit_lines",
    "emit_parse",
    "emit_partition_text",
    "emit_partition_value",
    "emit_relation",
    "emit_typed",
    "engine_value",
    "has_own_form",
    "is_delimited",
]
