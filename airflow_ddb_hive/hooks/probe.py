"""Asks DynamoDB one harmless question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import NotFoundError

if TYPE_CHECKING:
    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["ask_dynamodb"]

_TABLE = "ddb_hive_test_connection"


def ask_dynamodb(access: AwsAccess) -> None:
    """Describe a table that nobody has: to be told so takes an endpoint that answers and credentials that are valid.

    Raises:
        AccessError: The credentials are missing, wrong, expired or not allowed to describe tables.
        InputError: No region is known, or the endpoint is no URL.
        ServiceError: The endpoint could not be reached.
    """
    from airflow_ddb_hive.dynamodb.client import DynamoDB

    with DynamoDB.connect(access) as db:
        try:
            db.describe(_TABLE)
        except NotFoundError:
            return
