"""The scripts that are measured, run as users run them: ``ddb-hive -e``, a fresh process and warehouse each time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.replay import bookings
from benchmarks.replay.flights import HIVE_TYPES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "COLUMN_NAMES",
    "booking_table",
    "cli_command",
    "dynamodb_table",
    "item_table",
    "parquet_copy",
    "parquet_table",
]

COLUMN_NAMES = tuple(HIVE_TYPES)
"""The columns of a flight, in their order."""

_CLI = "import sys; from airflow_ddb_hive.cli import main; sys.exit(main())"
_STORED_BY = "STORED BY 'org.apache.hadoop.hive.dynamodb.DynamoDBStorageHandler'"
_COLUMNS = ", ".join(f"`{name}` {hive_type}" for name, hive_type in HIVE_TYPES.items())
_MAPPING = ",".join(f"{name}:{name}" for name in HIVE_TYPES)


def cli_command(script: str, *, warehouse: Path) -> list[str]:
    """The command line of ``ddb-hive -e script``, with nothing of the user's in it."""
    return [sys.executable, "-c", _CLI, "-S", "--warehouse", str(warehouse), "-e", script]


def dynamodb_table(name: str, table_name: str, *, percent: str = "1.0") -> str:
    """DDL of a typed external table with the 21 columns of a flight."""
    return f"CREATE EXTERNAL TABLE {name} ({_COLUMNS}) {_STORED_BY} {_properties(table_name, percent, _MAPPING)}"


def item_table(name: str, table_name: str, *, percent: str = "1.0") -> str:
    """DDL of an external table whose one column is the whole item."""
    return f"CREATE EXTERNAL TABLE {name} (item map<string,string>) {_STORED_BY} {_properties(table_name, percent)}"


def booking_table(name: str, table_name: str, *, percent: str = "1.0") -> str:
    """DDL of a typed external table with the nested columns of a booking."""
    columns = ", ".join(f"`{column}` {hive_type}" for column, hive_type in bookings.HIVE_TYPES.items())
    mapping = ",".join(f"{column}:{column}" for column in bookings.HIVE_TYPES)
    types = ",".join(f"{column}:{tag}" for column, tag in bookings.DYNAMODB_TYPES.items())
    return f"CREATE EXTERNAL TABLE {name} ({columns}) {_STORED_BY} {_properties(table_name, percent, mapping, types)}"


def parquet_copy(source: str, folder: Path, *, columns: str = "*", workers: int = 2) -> str:
    """A script that writes columns of a table as Parquet with zstd."""
    properties = "TBLPROPERTIES ('parquet.compression'='ZSTD')"
    copy = f"CREATE TABLE copy STORED AS PARQUET LOCATION '{folder.as_uri()}' {properties} AS"
    return f"SET ddb_hive.workers={workers};\n{copy} SELECT {columns} FROM {source}"


def parquet_table(name: str, folder: Path) -> str:
    """DDL of an external table over a folder of Parquet files with the same columns."""
    return f"CREATE EXTERNAL TABLE {name} ({_COLUMNS}) STORED AS PARQUET LOCATION '{folder.as_uri()}'"


def _properties(table_name: str, percent: str, mapping: str = "", types: str = "") -> str:
    """Table properties; the share of the capacity is set so that no measurement waits for its budget."""
    mapped = f", 'dynamodb.column.mapping'='{mapping}'" if mapping else ""
    mapped += f", 'dynamodb.type.mapping'='{types}'" if types else ""
    rates = f"'dynamodb.throughput.read.percent'='{percent}', 'dynamodb.throughput.write.percent'='{percent}'"
    return f"TBLPROPERTIES ('dynamodb.table.name'='{table_name}', {rates}{mapped})"
