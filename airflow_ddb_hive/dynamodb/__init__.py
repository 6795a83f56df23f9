"""The table service: tables as Arrow batches, in both directions, within a budget."""

from __future__ import annotations

from airflow_ddb_hive.dynamodb.client import DynamoDB
from airflow_ddb_hive.dynamodb.decode import decode_page
from airflow_ddb_hive.dynamodb.encode import ItemEncoder
from airflow_ddb_hive.dynamodb.meter import Meter
from airflow_ddb_hive.dynamodb.pacing import Pacer
from airflow_ddb_hive.dynamodb.retry import RetryPolicy
from airflow_ddb_hive.dynamodb.scan import COUNT_COLUMN, Page, TableReader
from airflow_ddb_hive.dynamodb.write import ItemWriter, WriteOptions

__all__ = [
    "COUNT_COLUMN",
    "DynamoDB",
    "ItemEncoder",
    "ItemWriter",
    "Meter",
    "Pacer",
    "Page",
    "RetryPolicy",
    "TableReader",
    "WriteOptions",
    "decode_page",
]
