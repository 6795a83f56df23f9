"""DynamoDB and S3 for the demo: a moto server as a child process, with the tutorial's tables and bucket."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

__all__ = ["BUCKET", "TABLES", "dynamodb_client", "environment", "prepare", "s3_client", "serving"]

BUCKET = "tutorial"
TABLES = {"Features": ("Id", "N"), "FeaturesCopy": ("Id", "N"), "EastCoastStates": ("StateName", "S")}
"""Each table's partition key and its type."""


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """Run the server on a free loopback port and give its URL.

    The child ends when its standard input does, so it outlives this process in no case.
    """
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", "demo.moto_child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output
        ) as server,
    ):
        try:
            url = server.stdout.readline().decode().strip() if server.stdout else ""
            if not url:
                raise RuntimeError(f"the moto server did not start: see {log}")
            yield url
        finally:
            server.kill()


def dynamodb_client(url: str) -> DynamoDBClient:
    """Return a client of the demo's DynamoDB."""
    import boto3

    return boto3.client("dynamodb", endpoint_url=url)


def s3_client(url: str) -> S3Client:
    """Return a client of the demo's S3."""
    import boto3

    return boto3.client("s3", endpoint_url=url)


def prepare(url: str, states_csv: str) -> None:
    """Create the tables and the bucket, and put the states' CSV into it."""
    dynamodb = dynamodb_client(url)
    for table, (key, key_type) in TABLES.items():
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "N" if key_type == "N" else "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    s3 = s3_client(url)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="states/states.csv", Body=states_csv.encode())


def environment() -> dict[str, str]:
    """Return this process's environment without anybody's accounts, proxies for loopback, or Airflow."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
    return kept | {
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
