"""Files in HDFS, by WebHDFS: a folder is a folder, and renaming one is one step."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from airflow_ddb_hive.errors import InputError, NotFoundError, StorageError
from airflow_ddb_hive.storage.base import FileInfo
from airflow_ddb_hive.storage.journal import is_journal, read_whole, unread_urls, visible
from airflow_ddb_hive.storage.paths import child_url, hdfs_parts, is_hidden, split_url
from airflow_ddb_hive.storage.ranged import RangedInput
from airflow_ddb_hive.storage.swap import repair
from airflow_ddb_hive.storage.webhdfs_client import WebHdfsClient
from airflow_ddb_hive.storage.webhdfs_write import HdfsOutput, is_there, rename_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_ddb_hive.storage.calls import Calls
    from airflow_ddb_hive.storage.options import StoreOptions

__all__ = ["HdfsStore"]

_LISTINGS = 5
"""How often a folder is listed again that is changed at the same time."""


class HdfsStore:
    """One HDFS cluster; the URLs of listings have the form of the one that was asked for.

    Args:
        url: Any URL in the cluster.
        options: Who asks, and where name nodes and data nodes are.
        calls: How long a call is waited for.

    Raises:
        InputError: Nothing says where the name node is.
    """

    def __init__(self, url: str, options: StoreOptions, calls: Calls | None = None) -> None:
        self._client = WebHdfsClient(url, options, calls)
        self._pages = True

    @property
    def has_folders(self) -> bool:
        """Yes."""
        return True

    def can_replace(self, folder: str) -> bool:
        """Yes; that some folders cannot be renamed shows when it is tried."""
        del folder
        return True

    def list_files(self, url: str) -> list[FileInfo]:
        """List the files below a folder, or the one file; see :class:`~airflow_ddb_hive.storage.base.Store`."""
        root = url.rstrip("/")
        for _ in range(_LISTINGS):
            try:
                found = list(self._below(root, root, hidden=False))
                journals = [file.url for file in found if is_journal(split_url(file.url)[1])]
                unread = unread_urls(self, journals)
            except NotFoundError:
                continue
            # A folder that is not there may be on its way to be replaced.
            if not found and not self.exists(url) and repair(self, root):
                continue
            return visible(found, unread.union(journals))
        raise StorageError(f"{url!r} is being changed all the time: run again", code="Changing")

    def list_all(self, url: str) -> list[FileInfo]:
        """List all files below a folder, hidden ones too."""
        root = url.rstrip("/")
        return sorted(self._below(root, root, hidden=True), key=lambda file: file.url)

    def _below(self, folder: str, root: str, *, hidden: bool) -> Iterator[FileInfo]:
        """Files, folder after folder; journals of commits are among them."""
        for status in self._listed(folder, root):
            name = status["pathSuffix"]
            if not name:
                yield _info(folder, status)
            elif hidden or not is_hidden(name) or is_journal(name):
                url = child_url(folder, name)
                if status["type"] == "DIRECTORY":
                    yield from self._below(url, root, hidden=hidden)
                else:
                    yield _info(url, status)

    def _listed(self, folder: str, root: str) -> list[Any]:
        """One folder; one that is replaced while it is listed, batch by batch, is listed anew."""
        for _ in range(_LISTINGS):
            try:
                entries, batches = self._batches(folder)
                if batches == 1 or self._batches_agree(folder, entries):
                    return entries
            except NotFoundError:
                if folder == root:
                    return []
                # A folder below the root was there a moment ago: the whole listing is of no use.
                raise
        raise StorageError(f"{folder!r} is being changed all the time: run again", code="Changing")

    def _batches(self, folder: str) -> tuple[list[Any], int]:
        if not self._pages:
            answer = self._client.ask("GET", folder, "LISTSTATUS").json(folder)
            return answer["FileStatuses"]["FileStatus"], 1
        entries: list[Any] = []
        parameters: dict[str, str] = {}
        for number in range(1, 1 << 20):
            try:
                answer = self._client.ask("GET", folder, "LISTSTATUS_BATCH", **parameters).json(folder)
            except InputError as error:
                if error.code != "IllegalArgumentException":
                    raise
                # Hadoop before 2.8 has no batches.
                self._pages = False
                return self._batches(folder)
            listing = answer["DirectoryListing"]
            entries += listing["partialListing"]["FileStatuses"]["FileStatus"]
            if not listing["remainingEntries"]:
                return entries, number
            parameters = {"startAfter": entries[-1]["pathSuffix"]}
        raise AssertionError  # nobody has that many batches

    def _batches_agree(self, folder: str, entries: list[Any]) -> bool:
        again, _ = self._batches(folder)
        return [(one["fileId"], one["pathSuffix"]) for one in again] == [
            (one["fileId"], one["pathSuffix"]) for one in entries
        ]

    def stat(self, url: str) -> FileInfo | None:
        """Return what is known of a file; ``None`` for a folder or nothing."""
        try:
            status = self._status(url)
        except NotFoundError:
            return None
        return None if status["type"] == "DIRECTORY" else _info(url, status)

    def _status(self, url: str) -> Any:
        return self._client.ask("GET", url, "GETFILESTATUS").json(url)["FileStatus"]

    def exists(self, url: str) -> bool:
        """Whether a file or folder is there."""
        return is_there(self._client, url)

    def open_read(self, url: str, *, version: str = "") -> BinaryIO:
        """Open a file as a seekable stream; it is looked at again after each request, so that no two are mixed."""
        status = self._status(url)
        if status["type"] == "DIRECTORY":
            raise InputError(f"{url!r} is a folder, not a file")
        info = _info(url, status)

        def fetch(start: int, stop: int) -> bytes:
            data = self._client.fetch(url, start, stop)
            self._check_version(url, info.version)
            return data

        if version and version != info.version:
            raise _replaced(url)
        return cast("BinaryIO", RangedInput(info.size, fetch))

    def _check_version(self, url: str, version: str) -> None:
        if _info(url, self._status(url)).version != version:
            raise _replaced(url)

    def create(self, url: str, *, replace: bool = True) -> HdfsOutput:
        """Start a file under a hidden name; missing parents are made."""
        del replace
        folder, name = split_url(url)
        return HdfsOutput(self._client, url, child_url(folder, f".{name}.{secrets.token_hex(6)}"))

    def rename(self, old: str, new: str) -> None:
        """Move a file, onto another one if need be, or a folder to where nothing is."""
        if self._status(old)["type"] != "DIRECTORY":
            rename_file(self._client, old, new)
            return
        self._client.ask("PUT", split_url(new)[0], "MKDIRS")
        try:
            self._client.ask("PUT", old, "RENAME", destination=hdfs_parts(new)[2], renameoptions="NONE")
        except NotFoundError:
            # The answer to a first request was lost: the folder is there already.
            if self.exists(old) or not self.exists(new):
                raise

    def delete(self, urls: Iterable[str]) -> None:
        """Remove files."""
        for url in urls:
            self._client.ask("DELETE", url, "DELETE", recursive="false")

    def rename_new(self, old: str, new: str) -> None:
        """Move a file to a name that nobody has, in a folder that is there."""
        try:
            self._client.ask("PUT", old, "RENAME", destination=hdfs_parts(new)[2], renameoptions="NONE")
        except (InputError, NotFoundError) as error:
            # The answer to a first request was lost: the file is there already.
            if not self.exists(old) and self.exists(new):
                return
            if error.code != "FileAlreadyExistsException":
                raise
            raise StorageError(f"{new!r} was written by somebody else: run again", code="Taken") from error

    def exchange(self, one: str, other: str) -> bool:
        """HDFS cannot."""
        del one, other
        return False

    def write_new(self, url: str, data: bytes) -> bool:
        """Write a small file if there is none of that name."""
        folder, name = split_url(url)
        hidden = child_url(folder, f".{name}.{secrets.token_hex(6)}")
        self._client.put(hidden, data)
        try:
            self._client.ask("PUT", hidden, "RENAME", destination=hdfs_parts(url)[2], renameoptions="NONE")
        except InputError as error:
            self.delete([hidden])
            if error.code != "FileAlreadyExistsException":
                raise
            return False
        except NotFoundError:
            # The answer to a first request was lost, if the file is there.
            return read_whole(self, url) == data
        return True

    def abandon(self, url: str, upload_id: str) -> None:
        """Do nothing: HDFS has no uploads."""

    def make_folder(self, url: str) -> None:
        """Make a folder with its parents."""
        self._client.ask("PUT", url, "MKDIRS")

    def remove_folder(self, url: str) -> None:
        """Remove a folder with all that is in it; one that is gone does no harm."""
        if hdfs_parts(url)[2] == "/":
            raise InputError(f"{url!r} is a whole file system: name a folder in it")
        self._client.ask("DELETE", url, "DELETE", recursive="true")

    def remove_empty_folder(self, url: str) -> None:
        """Remove a folder if nothing is in it."""
        try:
            self._client.ask("DELETE", url, "DELETE", recursive="false")
        except InputError as error:
            if error.code != "PathIsNotEmptyDirectoryException":
                raise

    def checksum(self, url: str) -> str | None:
        """Return HDFS's own checksum of a file."""
        found = self._client.ask("GET", url, "GETFILECHECKSUM").json(url)["FileChecksum"]
        return f"{found['algorithm']}:{found['bytes']}"

    def copy_mode(self, source: str, target: str) -> None:
        """Give a folder the mode of another."""
        self._client.ask("PUT", target, "SETPERMISSION", permission=self._status(source)["permission"])


def _info(url: str, status: Any) -> FileInfo:
    version = f"{status.get('fileId', 0)}-{status['modificationTime']}-{status['length']}"
    return FileInfo(url, status["length"], status["modificationTime"] / 1000, version)


def _replaced(url: str) -> StorageError:
    return StorageError(f"{url!r} was replaced while it was read: run again", code="Replaced")
