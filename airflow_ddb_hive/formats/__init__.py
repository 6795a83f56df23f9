"""Bytes to Arrow and back: Hive's text by its SerDes, Parquet and ORC."""

from airflow_ddb_hive.formats.base import BatchWriter, FileFormat
from airflow_ddb_hive.formats.delimited import DelimitedText
from airflow_ddb_hive.formats.line_text import LINE_COLUMN
from airflow_ddb_hive.formats.orc import Orc
from airflow_ddb_hive.formats.parquet import Parquet
from airflow_ddb_hive.formats.registry import file_format
from airflow_ddb_hive.formats.stand_in import STAND_IN, check_stand_in, has_stand_in, stands_in

__all__ = [
    "LINE_COLUMN",
    "STAND_IN",
    "BatchWriter",
    "DelimitedText",
    "FileFormat",
    "Orc",
    "Parquet",
    "check_stand_in",
    "file_format",
    "has_stand_in",
    "stands_in",
]
