"""Airflow connection -> credentials -> engine."""

from airflow_ddb_hive.hooks.dynamodb_hive import DynamoDBHiveHook

__all__ = ["DynamoDBHiveHook"]
