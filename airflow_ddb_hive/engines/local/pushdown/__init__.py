"""Moves a query's conditions to DynamoDB: what is read shrinks, what the query gives does not change."""

from __future__ import annotations

from airflow_ddb_hive.engines.local.pushdown.access import PlannedAccess, access_of
from airflow_ddb_hive.engines.local.pushdown.counting import counted

__all__ = ["PlannedAccess", "access_of", "counted"]
