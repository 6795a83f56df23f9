"""One session's file stores: made once for each kind, because an S3 client takes its time to make."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_ddb_hive.storage import StoreOptions, open_store
from airflow_ddb_hive.storage.local_folders import ConfinedFileStore, LocalFolders
from airflow_ddb_hive.storage.paths import scheme_of
from airflow_ddb_hive.storage.webhdfs_address import store_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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

    Args:
        access: Where the AWS services are.
        folders: The local folders that may be used; ``None`` stands for all.
        settings: The session's settings, as they are when a store is asked for.
        stopped: Whether what runs was cancelled; then no store is waited for.
    """

    def __init__(
        self,
        access: AwsAccess,
        folders: LocalFolders | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._access = access
        self._folders = folders or LocalFolders(lambda: "")
        self._settings = settings or {}
        self._stopped = stopped
        self._stores: dict[tuple[str, StoreOptions], Store] = {}
        self._lock = threading.Lock()

    def at(self, url: str) -> Store:
        """The store that a URL or absolute path belongs to.

        Raises:
            InputError: No store serves the scheme, or the local path may not be used.
        """
        self._folders.check(url)
        kind = scheme_of(url)
        options = StoreOptions() if kind == "file" else StoreOptions.from_settings(self._settings)
        key = (store_key(url) if kind == "hdfs" else kind, options)
        with self._lock:
            if key not in self._stores:
                self._stores[key] = self._opened(url, kind, options)
            return self._stores[key]

    def _opened(self, url: str, kind: str, options: StoreOptions) -> Store:
        if kind == "file":
            return ConfinedFileStore(self._folders)
        return open_store(url, self._access, options=options, stopped=self._stopped)


def local_url(path: str) -> str:
    """A path as the stores take it: URLs as they are, relative paths from the working directory."""
    return path if ":/" in path else str(Path(path).absolute())
