"""One session's file stores: made once for each kind, because an S3 client takes its time to make."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_ddb_hive.storage import open_store

if TYPE_CHECKING:
    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.storage import Store

__all__ = ["Stores", "local_url"]


class Stores:
    """Stores by URL.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> stores = Stores(AwsAccess())
        >>> stores.at("/data/a") is stores.at("/data/b")
        True
    """

    def __init__(self, access: AwsAccess) -> None:
        self._access = access
        self._stores: dict[str, Store] = {}
        self._lock = threading.Lock()

    def at(self, url: str) -> Store:
        """The store that a URL or absolute path belongs to.

        Raises:
            InputError: No store serves the scheme.
        """
        scheme = url.partition(":")[0] if ":/" in url else ""
        with self._lock:
            if scheme not in self._stores:
                self._stores[scheme] = open_store(url, self._access)
            return self._stores[scheme]


def local_url(path: str) -> str:
    """A path as the stores take it: URLs as they are, relative paths from the working directory."""
    return path if ":/" in path else str(Path(path).absolute())
