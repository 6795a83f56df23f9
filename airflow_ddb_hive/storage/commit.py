"""All files of a job or none: written invisibly, published together, old ones removed last; see ``docs/commit.md``."""

from __future__ import annotations

import re
import secrets
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import DdbHiveError, StorageError
from airflow_ddb_hive.storage.in_place import Publication, publish_in_place, recover_dead, wait_for_turn
from airflow_ddb_hive.storage.journal import STAGE_PREFIX, Journal, Owner, stage_folder, write_whole
from airflow_ddb_hive.storage.manifest import SUCCESS, CommitManifest, CountedOutput, job_tag, read_manifest
from airflow_ddb_hive.storage.paths import checked_target, child_url, is_hidden, split_url
from airflow_ddb_hive.storage.swap import forgotten_stages, holder_of, settle_swap, swap_folder
from airflow_ddb_hive.storage.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import TracebackType

    from airflow_ddb_hive.storage.base import FileInfo, OutputFile, Store

__all__ = ["OutputCommit"]

_ATTEMPTS = 20
"""How often others may be quicker in taking a name."""
_COPY = re.compile(r"_copy_\d+$")
_MARKS = frozenset({SUCCESS, "_manifest"})
"""Hidden files that say something of the files beside them: they go when those are replaced."""


class OutputCommit:
    """The files that one statement adds to a folder, or replaces a folder's files with.

    As a context manager it aborts unless :meth:`commit` was called. A name that is taken gets Hive's ``_copy_1`` when
    files are added, or when the folder itself cannot be replaced, as on S3.

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

    Args:
        store: The store that the folder is in.
        target_url: The folder.
        overwrite: The files replace those that are there.
        job_id: The job, if it may be run again: what an earlier run of it left is cleared away at once.
        manifest: ``_SUCCESS`` is written last, and says what there is.
        turn: How long others are waited for.

    Attributes:
        already_committed: An earlier run of the same job, with a manifest, was killed when all its files were there:
            there is nothing left to do.

    Raises:
        InputError: The target is the root of a bucket or of a file system.
    """

    def __init__(
        self,
        store: Store,
        target_url: str,
        *,
        overwrite: bool,
        job_id: str | None = None,
        manifest: bool = False,
        turn: Turn | None = None,
    ) -> None:
        self._store = store
        self._target = checked_target(target_url)
        self._overwrite = overwrite
        self._job_id = job_id
        self._job = job_tag(job_id) if job_id else secrets.token_hex(6)
        self._manifest = manifest
        self._turn = turn or Turn()
        self._there = self._cleared()
        self.already_committed = self._committed_before()
        self._stage = self._stage_folder()
        self._files: dict[str, CountedOutput] = {}
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

    def _cleared(self) -> list[FileInfo]:
        """All files in the folder, once what dead processes and this very job have left there is brought to an end."""
        store, folder = self._store, self._target
        if store.can_replace(folder) and (self._overwrite or not store.exists(folder)):
            stage = stage_folder(holder_of(folder), self._job)
            settle_swap(store, folder, stage)
            if self._job_id is not None:
                store.remove_folder(stage)
        files = store.list_all(f"{folder}/")
        if recover_dead(store, folder, files, self._job):
            files = store.list_all(f"{folder}/")
        if store.has_folders and any(f"/{STAGE_PREFIX}{self._job}/" in file.url for file in files):
            store.remove_folder(stage_folder(folder, self._job))
            files = store.list_all(f"{folder}/")
        return files

    def _committed_before(self) -> bool:
        """Whether ``_SUCCESS`` says that an earlier run of this job has come to its end."""
        if self._job_id is None or child_url(self._target, SUCCESS) not in {file.url for file in self._there}:
            return False
        found = read_manifest(self._store, self._target)
        return found is not None and found.job_id == self._job_id

    def _stage_folder(self) -> str | None:
        """The hidden folder in which files are made: beside the target if that can be replaced as a whole."""
        if not self._store.has_folders:
            return None
        strange = any(self._is_strange(file) for file in self._there)
        if self._overwrite and not strange and self._store.can_replace(self._target):
            return stage_folder(holder_of(self._target), self._job)
        return stage_folder(self._target, self._job)

    def _is_strange(self, file: FileInfo) -> bool:
        """Whether a file is neither data nor a mark: others keep such in a folder, and want to find it again."""
        name = self._name_of(file.url)
        return is_hidden(name) and name not in _MARKS and not name.endswith(".crc")

    def _name_of(self, url: str) -> str:
        return url.removeprefix(f"{self._target}/")

    def _data_files(self) -> list[str]:
        return [file.url for file in self._there if not is_hidden(self._name_of(file.url))]

    @property
    def _replaces_folder(self) -> bool:
        return self._stage is not None and not self._stage.startswith(f"{self._target}/")

    def create(self, name: str) -> OutputFile:
        """Start a file in the folder."""
        url = self._free_url(name)
        staged = self._stage is not None
        place = url if self._stage is None else child_url(self._stage, self._name_of(url))
        output = CountedOutput(self._store.create(place, replace=staged), place, staged=staged, summed=self._manifest)
        self._files[url] = output
        return output

    def note_rows(self, output: OutputFile, rows: int) -> None:
        """Say how many rows a file has that :meth:`create` gave, for the manifest."""
        for counted in self._files.values():
            if counted is output:
                counted.rows = rows

    def _free_url(self, name: str) -> str:
        taken = set(self._files) if self._replaces_folder else {*self._files, *self._data_files()}
        return _free(child_url(self._target, name), taken)

    def commit(self) -> None:
        """Finish all files, then publish them, then remove the old ones if the folder is overwritten.

        Raises:
            StorageError: Another job has taken a file's name meanwhile.
        """
        for output in self._files.values():
            output.finish()
        self._turn.step("finished")
        if not (self._replaces_folder and self._committed_as_folder()):
            self._commit_in_place()
        self._done = True
        self._sweep()

    def _committed_as_folder(self) -> bool:
        store, stage = self._store, self._stage or ""
        store.make_folder(stage)
        if self._manifest:
            write_whole(store, child_url(stage, SUCCESS), self._success().encode())
        self._turn.step("staged")
        wait_for_turn(store, self._target, self._job, self._turn)
        if not swap_folder(store, stage, self._target, self._turn):
            store.delete([child_url(stage, SUCCESS)])
            return False
        return True

    def _sweep(self) -> None:
        """Remove what other jobs prepared long ago and never came back to."""
        store, folder = self._store, self._target
        if not store.has_folders or not self._overwrite:
            return
        for url in forgotten_stages(folder, self._there, time.time()):
            store.remove_folder(url)
        holder = holder_of(folder)
        if self._replaces_folder:
            for url in forgotten_stages(holder, store.list_all(holder), time.time()):
                store.remove_folder(url)
            store.remove_empty_folder(holder)

    def _commit_in_place(self) -> None:
        """Publish within the folder; a name that somebody takes at the same moment is exchanged for another one."""
        self._store.make_folder(self._target)
        for attempt in range(_ATTEMPTS):
            self._there = wait_for_turn(self._store, self._target, self._job, self._turn)
            publish = self._publications()
            try:
                publish_in_place(self._store, self._target, self._journal(publish), publish, self._turn)
                break
            except StorageError as error:
                # An object of S3 has its name from the beginning.
                if error.code != "Taken" or self._stage is None or attempt == _ATTEMPTS - 1:
                    raise
        if self._stage is not None:
            self._store.remove_folder(self._stage)

    def _journal(self, publish: Mapping[str, Publication]) -> Journal:
        return Journal(
            job=self._job,
            owner=Owner.of_this_process(),
            new=tuple(publish),
            old=tuple(self._name_of(url) for url in self._data_files()) if self._overwrite else (),
            uploads=tuple(
                (self._name_of(url), output.upload_id) for url, output in self._files.items() if output.upload_id
            ),
            success=self._success() if self._manifest else None,
        )

    def _publications(self) -> dict[str, Publication]:
        """How each file gets its name, which is another one if somebody has taken it meanwhile."""
        store, taken = self._store, set(self._data_files())
        written, self._files = self._files, {}
        found: dict[str, Publication] = {}
        for url, output in written.items():
            free = url if self._stage is None else _free(url, {*taken, *self._files})
            if self._stage is None:
                if url in taken:
                    raise StorageError(f"{url!r} was written by somebody else: run again", code="Taken")
                found[self._name_of(url)] = Publication(output.publish, partial(store.delete, [url]))
            else:
                do, undo = partial(store.rename_new, output.place, free), partial(store.rename_new, free, output.place)
                found[self._name_of(free)] = Publication(do, undo)
            self._files[free] = output
        return found

    def _success(self) -> str:
        entries = [output.entry(self._name_of(url)) for url, output in self._files.items()]
        return CommitManifest(job_id=self._job_id, files=tuple(entries)).text()

    def abort(self) -> None:
        """Discard all files that are not published."""
        self._done = True
        for output in self._files.values():
            with suppress(DdbHiveError):
                output.discard()
        if self._stage is not None:
            with suppress(DdbHiveError):
                self._store.remove_folder(self._stage)
                if self._replaces_folder:
                    self._store.remove_empty_folder(split_url(self._stage)[0])


def _free(url: str, taken: Collection[str]) -> str:
    """A URL that nobody has: with ``_copy_1`` and so on, as in Hive, if its own is taken."""
    base, copy = url, 0
    while url in taken:
        copy += 1
        url = f"{_COPY.sub('', base)}_copy_{copy}"
    return url
