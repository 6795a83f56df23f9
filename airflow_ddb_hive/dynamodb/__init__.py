"""The table service: tables as Arrow batches, in both directions, within a budget."""

from __future__ import annotations

from airflow_ddb_hive.dynamodb.client import DynamoDB
from airflow_ddb_hive.dynamodb.decode import decode_page
from airflow_ddb_hive.dynamodb.encode import ItemEncoder
from airflow_ddb_hive.dynamodb.expressions import fits
from airflow_ddb_hive.dynamodb.fetch import units_per_item
from airflow_ddb_hive.dynamodb.meter import Meter
from airflow_ddb_hive.dynamodb.pacing import Pacer
from airflow_ddb_hive.dynamodb.page import Page
from airflow_ddb_hive.dynamodb.reader import COUNT_COLUMN, TableReader
from airflow_ddb_hive.dynamodb.requests import check_readable, key_schema, projected, unprojected
from airflow_ddb_hive.dynamodb.retry import RetryPolicy
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
    "check_readable",
    "decode_page",
    "fits",
    "key_schema",
    "projected",
    "units_per_item",
    "unprojected",
]
