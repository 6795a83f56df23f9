"""What a DAG author imports; each class is loaded when it is first asked for, so that DAG files parse fast."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_ddb_hive.operators.export_table import DynamoDBExportOperator
    from airflow_ddb_hive.operators.hive import DynamoDBHiveOperator
    from airflow_ddb_hive.operators.import_table import DynamoDBImportOperator
    from airflow_ddb_hive.operators.join import DynamoDBJoinOperator
    from airflow_ddb_hive.operators.query import DynamoDBQueryOperator

__all__ = [
    "DynamoDBExportOperator",
    "DynamoDBHiveOperator",
    "DynamoDBImportOperator",
    "DynamoDBJoinOperator",
    "DynamoDBQueryOperator",
]

_MODULES = {
    "DynamoDBExportOperator": "export_table",
    "DynamoDBHiveOperator": "hive",
    "DynamoDBImportOperator": "import_table",
    "DynamoDBJoinOperator": "join",
    "DynamoDBQueryOperator": "query",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
