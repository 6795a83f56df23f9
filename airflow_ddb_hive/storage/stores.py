"""From a URL to its store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.storage.calls import Calls
from airflow_ddb_hive.storage.file import FileStore
from airflow_ddb_hive.storage.options import StoreOptions
from airflow_ddb_hive.storage.paths import scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.storage.base import Store

__all__ = ["open_store"]


def open_store(
    url: str,
    access: AwsAccess,
    *,
    session: Any = None,
    options: StoreOptions | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Store:
    """Open the store that a URL or absolute path belongs to.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> type(open_store("file:///tmp/x", AwsAccess())).__name__
        'FileStore'

    Args:
        url: Any URL in the store.
        access: Who asks S3, and where it is.
        session: A boto3 session for S3, in place of what ``access`` says.
        options: What the settings say of S3 and HDFS.
        stopped: Whether the job was cancelled; then nothing is waited for any more.

    Raises:
        InputError: No store serves the scheme, the path is relative, or nothing says where HDFS is.
    """
    kind = scheme_of(url)
    if kind == "file":
        return FileStore()
    if kind == "hdfs":
        from airflow_ddb_hive.storage.webhdfs import HdfsStore

        return HdfsStore(url, options or StoreOptions(), Calls(stopped))
    from airflow_ddb_hive.storage.s3 import S3Store, s3_client

    return S3Store(s3_client(access, session), options, Calls(stopped))
