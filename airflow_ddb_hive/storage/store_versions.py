"""A document that several writers change, in a store with folders: every state is a file of its own, with a number.

A file system creates a file of a name for one writer only, as S3 does by its conditions (``s3_versions.py``), so no
update is lost, and readers never see half a document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import NotFoundError
from airflow_ddb_hive.storage.journal import read_whole
from airflow_ddb_hive.storage.paths import child_url, split_url

if TYPE_CHECKING:
    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = ["StoreVersions"]

_DIGITS = 12
_KEPT_SECONDS = 600.0
"""How long a state stays after it was replaced: longer than anybody needs between reading and writing."""


class StoreVersions:
    """The states of one document, each a file ``<number>.json`` in a folder.

    Example:
        >>> import tempfile
        >>> from airflow_ddb_hive.storage.file import FileStore
        >>> versions = StoreVersions(FileStore(), tempfile.mkdtemp())
        >>> versions.newest(after=0), versions.add(1, b"a"), versions.add(1, b"b"), versions.newest(after=0)
        (None, True, False, (1, b'a'))

    Args:
        store: The store.
        folder: The folder; nothing else is in it.
    """

    def __init__(self, store: Store, folder: str) -> None:
        self._store = store
        self._folder = folder.rstrip("/")

    def url(self, number: int) -> str:
        """Where a state is."""
        return child_url(self._folder, f"{number:0{_DIGITS}d}.json")

    def newest(self, *, after: int) -> tuple[int, bytes] | None:
        """Number and text of the newest state, ``None`` if that is not above ``after``."""
        while True:
            found = [number for number in self._states() if number > after]
            if not found:
                return None
            try:
                return max(found), read_whole(self._store, self.url(max(found)))
            except NotFoundError:
                # It was replaced, and removed, between the two requests: there is a newer one.
                after = max(found)

    def add(self, number: int, text: bytes) -> bool:
        """Create a state; ``False`` if another writer has that number."""
        if not self._store.write_new(self.url(number), text):
            return False
        self._remove_old(number)
        return True

    def _states(self) -> dict[int, FileInfo]:
        names = {split_url(file.url)[1]: file for file in self._store.list_all(self._folder)}
        return {
            int(name.removesuffix(".json")): file
            for name, file in names.items()
            if name.endswith(".json") and name.removesuffix(".json").isdigit()
        }

    def _remove_old(self, newest: int) -> None:
        """Remove states that were replaced long ago, by the store's own clock."""
        if newest % 16:
            return
        states = self._states()
        now = states[newest].modified
        old = [one for number, one in states.items() if number < newest - 1 and now - one.modified > _KEPT_SECONDS]
        self._store.delete(file.url for file in old)
