"""Aggregates whose result depends on the order of the rows, or that keep a bounded sketch of them, as Hive's do."""

from __future__ import annotations

from airflow_ddb_hive.engines.local.sketches.registry import Sketches

__all__ = ["Sketches"]
