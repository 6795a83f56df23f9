"""Where files live: local file systems, S3 and HDFS behind one protocol, and the commit that makes output atomic."""

from airflow_ddb_hive.storage.base import FileInfo, OutputFile, Store
from airflow_ddb_hive.storage.commit import OutputCommit
from airflow_ddb_hive.storage.file import FileStore
from airflow_ddb_hive.storage.manifest import CommitManifest, ManifestFile, read_manifest
from airflow_ddb_hive.storage.options import StoreOptions
from airflow_ddb_hive.storage.stores import open_store

__all__ = [
    "CommitManifest",
    "FileInfo",
    "FileStore",
    "ManifestFile",
    "OutputCommit",
    "OutputFile",
    "Store",
    "StoreOptions",
    "open_store",
    "read_manifest",
]
