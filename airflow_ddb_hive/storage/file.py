"""Files on a local or mounted file system."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, NotFoundError, StorageError
from airflow_ddb_hive.storage.base import FileInfo, OutputFile
from airflow_ddb_hive.storage.paths import is_hidden, local_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FileStore", "file_errors"]

_ERRNO_ERRORS: dict[int, tuple[type[DdbHiveError], str]] = {
    errno.EEXIST: (InputError, "is a file, not a folder: give another path, or remove it"),
    errno.ENOENT: (NotFoundError, "is not there"),
    errno.ENOTDIR: (InputError, "lies below a file, which is no folder"),
    errno.EISDIR: (InputError, "is a folder, not a file"),
    errno.ENAMETOOLONG: (InputError, "has a name that is too long"),
    errno.EACCES: (AccessError, "may not be used by this process: check its owner and mode"),
    errno.EPERM: (AccessError, "may not be used by this process: check its owner and mode"),
    errno.EROFS: (AccessError, "lies on a file system that is read-only"),
    errno.ENOSPC: (StorageError, "lies on a file system that is full: free some space"),
    errno.EDQUOT: (StorageError, "lies on a file system whose quota is used up: free some space"),
}


@contextmanager
def file_errors(path: str | Path) -> Iterator[None]:
    """Turn an ``OSError`` into an error of ours that names the path.

    Example:
        >>> with file_errors("/no/such"):
        ...     open("/no/such")
        Traceback (most recent call last):
        airflow_ddb_hive.errors.NotFoundError: '/no/such' is not there
    """
    try:
        yield
    except OSError as error:
        kind, text = _ERRNO_ERRORS.get(error.errno or 0, (StorageError, f"failed: {error.strerror}"))
        raise kind(f"{str(path)!r} {text}", code=errno.errorcode.get(error.errno or 0)) from error


class FileStore:
    """The local file system; URLs are ``file:`` URLs or absolute paths, and listings give them back in that form."""

    def list_files(self, url: str) -> list[FileInfo]:
        """List the files below a folder, or the one file; see :class:`~airflow_ddb_hive.storage.base.Store`."""
        root = Path(local_path(url))
        with file_errors(root):
            if root.is_file():
                return [FileInfo(url, root.stat().st_size)]
            found = sorted(path for path in _visible_files(root) if path.is_file())
            return [FileInfo(_in_form_of(url, path), path.stat().st_size) for path in found]

    def open_read(self, url: str) -> BinaryIO:
        """Open a file."""
        path = Path(local_path(url))
        with file_errors(path):
            return cast("BinaryIO", path.open("rb"))

    def create(self, url: str) -> OutputFile:
        """Start a file under a hidden name beside its own; missing parents are made."""
        return _LocalOutput(Path(local_path(url)))

    def delete(self, urls: Iterable[str]) -> None:
        """Remove files."""
        for url in urls:
            path = Path(local_path(url))
            with file_errors(path):
                path.unlink(missing_ok=True)

    def make_folder(self, url: str) -> None:
        """Make a folder with its parents."""
        path = Path(local_path(url))
        with file_errors(path):
            path.mkdir(parents=True, exist_ok=True)

    def remove_folder(self, url: str) -> None:
        """Remove a folder with all that is in it; one that is gone does no harm."""
        path = Path(local_path(url))
        with file_errors(path), suppress(FileNotFoundError):
            shutil.rmtree(path)


def _visible_files(root: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        if error.errno != errno.ENOENT:
            raise error

    for folder, folders, names in os.walk(root, onerror=fail, followlinks=True):
        folders[:] = [name for name in folders if not is_hidden(name)]
        yield from (Path(folder, name) for name in names if not is_hidden(name))


def _in_form_of(url: str, path: Path) -> str:
    return str(path) if url.startswith("/") else path.as_uri()


class _LocalOutput:
    """A file that is written beside its name and renamed onto it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hidden = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        self._published = False
        with file_errors(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with file_errors(path):
            self._stream = self._hidden.open("xb")

    def write(self, data: bytes | memoryview, /) -> int:
        with file_errors(self._path):
            return self._stream.write(data)

    def finish(self) -> None:
        if self._stream.closed:
            return
        with file_errors(self._path):
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()

    def publish(self) -> None:
        if self._published:
            return
        self.finish()
        with file_errors(self._path):
            self._hidden.replace(self._path)
        self._published = True

    def discard(self) -> None:
        if self._published:
            return
        with suppress(OSError):
            self._stream.close()
        with file_errors(self._path):
            self._hidden.unlink(missing_ok=True)
