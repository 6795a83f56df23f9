"""From a URL to its store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.storage.file import FileStore
from airflow_ddb_hive.storage.paths import scheme_of

if TYPE_CHECKING:
    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.storage.base import Store

__all__ = ["open_store"]


def open_store(url: str, access: AwsAccess, *, session: Any = None) -> Store:
    """Open the store that a URL or absolute path belongs to; ``session`` is a boto3 session for S3.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> type(open_store("file:///tmp/x", AwsAccess())).__name__
        'FileStore'

    Raises:
        InputError: No store serves the scheme, or the path is relative.
    """
    if scheme_of(url) == "file":
        return FileStore()
    from airflow_ddb_hive.storage.s3 import S3Store, s3_client

    return S3Store(s3_client(access, session))
