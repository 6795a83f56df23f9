"""Bytes to Arrow and back: Hive's delimited text and Parquet."""

from airflow_ddb_hive.formats.base import BatchWriter, FileFormat
from airflow_ddb_hive.formats.delimited import DelimitedText
from airflow_ddb_hive.formats.parquet import Parquet
from airflow_ddb_hive.formats.registry import file_format

__all__ = ["BatchWriter", "DelimitedText", "FileFormat", "Parquet", "file_format"]
