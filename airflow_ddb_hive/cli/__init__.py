"""The ``ddb-hive`` shell: HiveQL scripts over DynamoDB tables, with the Hive CLI's options, output and exit codes."""

from airflow_ddb_hive.cli.entry import main

__all__ = ["main"]
