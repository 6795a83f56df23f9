"""Engines run jobs: one protocol, and one room for each engine."""

from airflow_ddb_hive.engines.base import Capabilities, Engine, ResultSet
from airflow_ddb_hive.engines.registry import ENGINE_NAMES, get_engine

__all__ = ["ENGINE_NAMES", "Capabilities", "Engine", "ResultSet", "get_engine"]
