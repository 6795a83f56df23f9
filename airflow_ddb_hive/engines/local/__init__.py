"""The embedded engine: HiveQL on DuckDB, in this process.

Its parts are loaded when they are asked for: a face that only needs a session must not load a job engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.engine import LocalEngine
    from airflow_ddb_hive.engines.local.result import StatementResult
    from airflow_ddb_hive.engines.local.session import LocalSession

__all__ = ["LocalEngine", "LocalSession", "StatementResult"]

_HOMES = {"LocalEngine": "engine", "LocalSession": "session", "StatementResult": "result"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
