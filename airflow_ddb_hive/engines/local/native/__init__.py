"""Functions that SQL cannot say, over whole Arrow columns: registered in DuckDB under names no script can write."""

from __future__ import annotations

from airflow_ddb_hive.engines.local.native.registry import NATIVE, NativeFunction, native, register

__all__ = ["NATIVE", "NativeFunction", "native", "register"]
