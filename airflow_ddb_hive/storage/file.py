"""Files on a local or mounted file system."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import quote

from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, NotFoundError, StorageError
from airflow_ddb_hive.storage.base import FileInfo, OutputFile
from airflow_ddb_hive.storage.journal import is_journal, unread_urls, visible
from airflow_ddb_hive.storage.paths import is_hidden, local_path, split_url
from airflow_ddb_hive.storage.swap import holder_of, repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FileStore", "file_errors"]

_LISTINGS = 5
"""How often a folder is listed again that is changed at the same time."""
_AT_CWD, _EXCHANGE = -100, 2

_ERRNO_ERRORS: dict[int, tuple[type[DdbHiveError], str]] = {
    errno.EEXIST: (InputError, "is a file, not a folder: give another path, or remove it"),
    errno.ENOENT: (NotFoundError, "is not there"),
    errno.ENOTDIR: (InputError, "lies below a file, which is no folder"),
    errno.EISDIR: (InputError, "is a folder, not a file"),
    errno.ENOTEMPTY: (InputError, "cannot be moved onto a folder, nor through a link"),
    errno.EXDEV: (StorageError, "cannot be moved to another file system"),
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

    @property
    def has_folders(self) -> bool:
        """Yes."""
        return True

    def can_replace(self, folder: str) -> bool:
        """Whether a folder is no link and no mount, and what lies beside it may be used and written."""
        path = Path(local_path(folder))
        try:
            self.exists(holder_of(folder))
        except InputError:
            return False
        if path.is_symlink() or path.is_mount():
            return False
        parent = next((above for above in path.parents if above.exists()), path.parent)
        return os.access(parent, os.W_OK | os.X_OK)

    def list_files(self, url: str) -> list[FileInfo]:
        """List the files below a folder, or the one file; see :class:`~airflow_ddb_hive.storage.base.Store`."""
        root = Path(local_path(url))
        for _ in range(_LISTINGS):
            before = _identity(root)
            if before is None and self.can_replace(url) and repair(self, url.rstrip("/")):
                continue
            try:
                found = self._below(url, hidden=False)
                journals = [file.url for file in found if is_journal(split_url(file.url)[1])]
                unread = unread_urls(self, journals)
            except NotFoundError:
                continue
            if _identity(root) == before:
                return visible(found, unread.union(journals))
        raise StorageError(f"{url!r} is being changed all the time: run again", code="Changing")

    def list_all(self, url: str) -> list[FileInfo]:
        """List all files below a folder, hidden ones too."""
        return sorted(self._below(url, hidden=True), key=lambda file: file.url)

    def _below(self, url: str, *, hidden: bool) -> list[FileInfo]:
        root = Path(local_path(url))
        with file_errors(root):
            if root.is_file():
                return [_info(url, root.stat())]
            found = [(path, path.stat()) for path in _files_below(root, hidden=hidden) if path.exists()]
            return [_info(_in_form_of(url, root, path), st) for path, st in found if stat.S_ISREG(st.st_mode)]

    def stat(self, url: str) -> FileInfo | None:
        """Return what is known of a file; ``None`` for a folder or nothing."""
        path = Path(local_path(url))
        with file_errors(path):
            return _info(url, path.stat()) if path.is_file() else None

    def exists(self, url: str) -> bool:
        """Whether a file or folder is there."""
        path = Path(local_path(url))
        with file_errors(path):
            return path.exists()

    def open_read(self, url: str, *, version: str = "") -> BinaryIO:
        """Open a file."""
        path = Path(local_path(url))
        with file_errors(path):
            stream = cast("BinaryIO", path.open("rb"))
        if version and _info(url, os.fstat(stream.fileno())).version != version:
            stream.close()
            raise StorageError(f"{str(path)!r} was replaced since it was listed: run again", code="Replaced")
        return stream

    def create(self, url: str, *, replace: bool = True) -> OutputFile:
        """Start a file under a hidden name beside its own; missing parents are made."""
        del replace
        return _LocalOutput(Path(local_path(url)))

    def rename(self, old: str, new: str) -> None:
        """Move a file, onto another one if need be, or a folder to where nothing is."""
        source, target = Path(local_path(old)), Path(local_path(new))
        with file_errors(source):
            is_folder = source.is_dir()
            if is_folder and (target.exists() or source.is_symlink()):
                raise FileExistsError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
        with file_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with file_errors(source):
            source.rename(target)
            _sync_folder(target.parent)

    def rename_new(self, old: str, new: str) -> None:
        """Move a file to a name that nobody has."""
        source, target = Path(local_path(old)), Path(local_path(new))
        with file_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with file_errors(source):
            try:
                target.hardlink_to(source)
            except FileExistsError as error:
                raise StorageError(f"{str(target)!r} was written by somebody else: run again", code="Taken") from error
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK) or target.exists():
                    raise
                # This file system has no links: whoever has the name would have been seen a moment ago.
                source.rename(target)
            else:
                source.unlink()
            _sync_folder(target.parent)

    def exchange(self, one: str, other: str) -> bool:
        """Give two folders each other's names in one step, where Linux and the file system can."""
        paths = [Path(local_path(url)) for url in (one, other)]
        with file_errors(paths[0]):
            for path in paths:
                _sync_folder(path)
            done = _exchanged(*paths)
            for path in paths:
                _sync_folder(path.parent)
        return done

    def copy_mode(self, source: str, target: str) -> None:
        """Give a folder the mode of another, and its owner where that is allowed."""
        of, to = Path(local_path(source)), Path(local_path(target))
        with file_errors(to):
            status = of.stat()
            with suppress(PermissionError):
                os.chown(to, status.st_uid, status.st_gid)
            to.chmod(stat.S_IMODE(status.st_mode))

    def write_new(self, url: str, data: bytes) -> bool:
        """Write a small file if there is none of that name."""
        path = Path(local_path(url))
        hidden = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        with file_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            hidden.write_bytes(data)
            try:
                path.hardlink_to(hidden)
            except FileExistsError:
                return False
            finally:
                hidden.unlink()
        return True

    def abandon(self, url: str, upload_id: str) -> None:
        """Do nothing: a file system has no uploads."""

    def delete(self, urls: Iterable[str]) -> None:
        """Remove files."""
        for url in urls:
            path = Path(local_path(url))
            with file_errors(path), suppress(NotADirectoryError):
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

    def remove_empty_folder(self, url: str) -> None:
        """Remove a folder if nothing is in it."""
        with suppress(OSError):
            Path(local_path(url)).rmdir()

    def checksum(self, url: str) -> str | None:
        """Return ``None``: a file system knows none."""
        del url
        return None


def _files_below(root: Path, *, hidden: bool) -> Iterator[Path]:
    """Files at every level; journals of commits are among them, hidden as they are."""

    def fail(error: OSError) -> None:
        if error.errno != errno.ENOENT:
            raise error

    for folder, folders, names in os.walk(root, onerror=fail, followlinks=True):
        if not hidden:
            folders[:] = [name for name in folders if not is_hidden(name)]
        yield from (Path(folder, name) for name in names if hidden or not is_hidden(name) or is_journal(name))


def _identity(path: Path) -> tuple[int, int] | None:
    with file_errors(path):
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return status.st_dev, status.st_ino


def _info(url: str, status: os.stat_result) -> FileInfo:
    version = f"{status.st_ino}-{status.st_mtime_ns}-{status.st_size}"
    return FileInfo(url, status.st_size, status.st_mtime, version)


def _in_form_of(url: str, root: Path, path: Path) -> str:
    if url.startswith("/"):
        return str(path)
    return f"{url.rstrip('/')}/{quote(path.relative_to(root).as_posix())}"


def _sync_folder(path: Path) -> None:
    """Have the names in a folder survive a crash of the machine."""
    number = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems don't know how
            os.fsync(number)
    finally:
        os.close(number)


def _exchanged(one: Path, other: Path) -> bool:
    """Linux's own call, which Python has no name for: https://man7.org/linux/man-pages/man2/renameat2.2.html."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    done: int = call(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE)
    if done == 0:
        return True
    if ctypes.get_errno() in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EXDEV, errno.EBUSY):
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


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
