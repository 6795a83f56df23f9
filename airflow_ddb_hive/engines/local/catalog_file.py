"""Where a warehouse's catalog is kept: in memory, in one file of a folder, or in numbered objects below an S3 prefix.

The catalog is one small JSON document. A change reads it, changes it and writes it whole: under a lock in a folder,
as the next number, which only one of several writers gets, in S3.
"""

from __future__ import annotations

import copy
import fcntl
import functools
import json
import os
import secrets
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from airflow_ddb_hive.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from airflow_ddb_hive.storage.s3_versions import S3Versions
    from airflow_ddb_hive.storage.store_versions import StoreVersions

__all__ = ["CatalogFile", "FolderFile", "MemoryFile", "S3File", "repeated"]

_FILE = ".ddb_hive_catalog.json"
_LOCK = ".ddb_hive_catalog.lock"
_VERSION = 1
_EMPTY: Mapping[str, Any] = {
    "version": _VERSION,
    "databases": {"default": {"location": None}},
    "tables": {},
    "partitions": {},
}
_ATTEMPTS = 200
"""A writer that loses so often is not unlucky: something else keeps it from winning."""
_LONGEST_PAUSE_SECONDS = 0.5

_Self = TypeVar("_Self")
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class CatalogFile(Protocol):
    """The document of a catalog."""

    def read(self) -> Any:
        """The newest state; the caller leaves it as it is."""
        ...

    def change(self) -> AbstractContextManager[Any]:
        """A state to change, which is written at the end; an error within leaves everything as it was."""
        ...


class _ChangedError(Exception):
    """Somebody else wrote between our reading and our writing."""


def repeated(
    method: Callable[Concatenate[_Self, _Given], _Answer],
) -> Callable[Concatenate[_Self, _Given], _Answer]:
    """Run a method that changes a catalog again, from its reading on, while other sessions' changes come in between.

    Raises:
        StorageError: They never end.
    """

    @functools.wraps(method)
    def run(self: _Self, /, *given: _Given.args, **named: _Given.kwargs) -> _Answer:
        for attempt in range(_ATTEMPTS):
            try:
                return method(self, *given, **named)
            except _ChangedError:
                longest = min(_LONGEST_PAUSE_SECONDS, 0.01 * 2 ** min(attempt, 10))
                time.sleep(longest * secrets.randbelow(1000) / 1000)
        raise StorageError(f"the catalog was changed by others {_ATTEMPTS} times while one change was made: run again")

    return run


def _empty() -> Any:
    return copy.deepcopy(dict(_EMPTY))


def _checked(data: Any, place: str) -> Any:
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise InputError(f"the catalog file {place} is not of version {_VERSION}: another release made it")
    data.setdefault("partitions", {})
    return data


class MemoryFile:
    """A catalog that ends with its session.

    Example:
        >>> file = MemoryFile()
        >>> with file.change() as data:
        ...     data["databases"]["sales"] = {"location": None}
        >>> sorted(file.read()["databases"])
        ['default', 'sales']
    """

    def __init__(self) -> None:
        self._data = _empty()
        self._lock = threading.Lock()

    def read(self) -> Any:
        """The state."""
        return self._data

    @contextmanager
    def change(self) -> Iterator[Any]:
        """A copy of the state, which takes its place."""
        with self._lock:
            data = copy.deepcopy(self._data)
            yield data
            self._data = data


class FolderFile:
    """A file in a folder, replaced whole while a lock is held; NFS 4 and EFS have such locks too.

    Raises:
        InputError: The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / _FILE
        self._seen: tuple[tuple[int, int, int], Any] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"the warehouse folder {folder} cannot be made: {error.strerror}") from error

    def read(self) -> Any:
        """The state; the file is read anew when it is another one than before.

        Raises:
            InputError: The file cannot be read, or is another version's.
        """
        try:
            found = self._path.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
            seen = self._seen
            if seen is None or seen[0] != mark:
                seen = self._seen = (mark, self._parsed())
        except FileNotFoundError:
            return _empty()
        except OSError as error:
            raise InputError(f"the catalog file {self._path} cannot be read: {error.strerror}") from error
        return seen[1]

    def _parsed(self) -> Any:
        try:
            data = json.loads(self._path.read_bytes())
        except ValueError as error:
            raise InputError(f"the catalog file {self._path} cannot be read: {error}") from error
        return _checked(data, str(self._path))

    @contextmanager
    def change(self) -> Iterator[Any]:
        """The state under the lock, then the new file in the place of the old one.

        Raises:
            InputError: The folder cannot be written to.
        """
        try:
            lock = (self._folder / _LOCK).open("a")
        except OSError as error:
            raise InputError(f"the warehouse folder {self._folder} cannot be changed: {error.strerror}") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            data = self._parsed() if self._path.exists() else _empty()
            yield data
            fresh = self._folder / f"{_FILE}.{os.getpid()}"
            fresh.write_text(json.dumps(data, indent=1, sort_keys=True), encoding="utf-8")
            fresh.replace(self._path)


class S3File:
    """Numbered objects below an S3 prefix, or files in HDFS, the highest being the catalog; none is written twice."""

    def __init__(self, versions: S3Versions | StoreVersions) -> None:
        self._versions = versions
        self._seen: tuple[int, Any] = (0, _empty())
        self._lock = threading.Lock()

    def read(self) -> Any:
        """The state; an object that was read before is not read again."""
        return self._newest()[1]

    def _newest(self) -> tuple[int, Any]:
        with self._lock:
            known = self._seen[0]
            found = self._versions.newest(after=known)
            if found is not None:
                number, text = found
                self._seen = (number, self._parsed(number, text))
            return self._seen

    def _parsed(self, number: int, text: bytes) -> Any:
        place = self._versions.url(number)
        try:
            return _checked(json.loads(text), place)
        except ValueError as error:
            raise InputError(f"the catalog file {place} cannot be read: {error}") from error

    @contextmanager
    def change(self) -> Iterator[Any]:
        """The newest state, then the next number; whoever does not get the number runs again."""
        number, old = self._newest()
        data = copy.deepcopy(old)
        yield data
        if data == old:
            return
        # The mark tells our own object from another's when the answer to our request was lost and sent again.
        data["written"] = secrets.token_hex(12)
        text = json.dumps(data, indent=1, sort_keys=True).encode()
        if not self._versions.add(number + 1, text):
            raise _ChangedError
