"""Where files live: the local file system and S3 behind one protocol, and the commit that makes output atomic."""

from airflow_ddb_hive.storage.base import FileInfo, OutputFile, Store
from airflow_ddb_hive.storage.commit import OutputCommit
from airflow_ddb_hive.storage.file import FileStore
from airflow_ddb_hive.storage.stores import open_store

__all__ = ["FileInfo", "FileStore", "OutputCommit", "OutputFile", "Store", "open_store"]
