"""Pure nouns: what all other rooms talk about. No I/O, clock or environment."""

from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.budget import Budget
from airflow_ddb_hive.model.job import Job, JobHandle, JobReport, JobState
from airflow_ddb_hive.model.table import Column, StorageDescriptor, Table
from airflow_ddb_hive.model.types import HiveType, parse_type

__all__ = [
    "AwsAccess",
    "Budget",
    "Column",
    "HiveType",
    "Job",
    "JobHandle",
    "JobReport",
    "JobState",
    "StorageDescriptor",
    "Table",
    "parse_type",
]
