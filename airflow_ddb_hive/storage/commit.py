"""All files of a job or none: written invisibly, published together, old ones removed last."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import DdbHiveError, InputError
from airflow_ddb_hive.storage.paths import child_url, s3_parts, scheme_of

if TYPE_CHECKING:
    from types import TracebackType

    from airflow_ddb_hive.storage.base import OutputFile, Store

__all__ = ["OutputCommit"]

_COPY = re.compile(r"_copy_\d+$")


class OutputCommit:
    """The files that one statement adds to a folder, or replaces a folder's files with.

    As a context manager it aborts unless :meth:`commit` was called. A name that is taken gets Hive's ``_copy_1`` when
    files are added, and its file is replaced atomically when the folder is overwritten.

    Example:
        >>> import tempfile
        >>> from airflow_ddb_hive.storage.file import FileStore
        >>> store, folder = FileStore(), tempfile.mkdtemp()
        >>> for _ in range(2):
        ...     with OutputCommit(store, folder, overwrite=False) as output:
        ...         _ = output.create("000000_0").write(b"a")
        ...         output.commit()
        >>> [file.url.removeprefix(folder) for file in store.list_files(folder)]
        ['/000000_0', '/000000_0_copy_1']

    Raises:
        InputError: The target is the root of a bucket.
    """

    def __init__(self, store: Store, target_url: str, *, overwrite: bool) -> None:
        self._store = store
        self._target = _checked_target(target_url)
        self._overwrite = overwrite
        self._old = [file.url for file in store.list_files(f"{self._target}/")]
        self._files: dict[str, OutputFile] = {}
        self._done = False

    def __enter__(self) -> OutputCommit:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._done:
            self.abort()

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs of the files created so far."""
        return tuple(self._files)

    def create(self, name: str) -> OutputFile:
        """Start a file in the folder."""
        url = self._free_url(name)
        output = self._store.create(url)
        self._files[url] = output
        return output

    def _free_url(self, name: str) -> str:
        taken = set(self._files) if self._overwrite else {*self._files, *self._old}
        url = child_url(self._target, name)
        base, copy = url, 0
        while url in taken:
            copy += 1
            url = f"{_COPY.sub('', base)}_copy_{copy}"
        return url

    def commit(self) -> None:
        """Finish all files, then publish them, then remove the old ones if the folder is overwritten."""
        self._store.make_folder(self._target)
        for output in self._files.values():
            output.finish()
        for output in self._files.values():
            output.publish()
        self._done = True
        if self._overwrite:
            self._store.delete([url for url in self._old if url not in self._files])

    def abort(self) -> None:
        """Discard all files that are not published."""
        self._done = True
        for output in self._files.values():
            with suppress(DdbHiveError):
                output.discard()


def _checked_target(url: str) -> str:
    if scheme_of(url) == "s3" and not s3_parts(url)[1].strip("/"):
        raise InputError(f"{url!r} is the root of a bucket: name a folder in it, such as {url.rstrip('/')}/export")
    return url.rstrip("/")
