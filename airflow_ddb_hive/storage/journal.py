"""What a commit leaves beside the data while it is under way, and how that reads: ``docs/commit.md`` tells it whole.

Two hidden files in the folder that is written to. ``_commit-<job>.publishing`` names the files that the job is adding
and those that it replaces: what it adds is not read yet. Once ``_commit-<job>.published`` is there too, what it
replaces is not read any more. Both are removed at the end.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import StorageError
from airflow_ddb_hive.storage.paths import child_url, split_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = [
    "STAGE_PREFIX",
    "Journal",
    "Owner",
    "is_journal",
    "journals_below",
    "read_whole",
    "stage_folder",
    "unread_urls",
    "visible",
    "write_whole",
]

STAGE_PREFIX = "_temporary-"
_PREFIX = "_commit-"
_PUBLISHING, _PUBLISHED = ".publishing", ".published"


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that commits: its host and number, and when it started, as far as the system says.

    Example:
        >>> Owner.of_this_process().is_dead()
        False
    """

    host: str
    pid: int
    started: str = ""

    @classmethod
    def of_this_process(cls) -> Owner:
        """Return who runs this."""
        return cls(socket.gethostname(), os.getpid(), _started(os.getpid()))

    def is_dead(self) -> bool:
        """Whether it is known to run no more: it was on this machine, and is not there."""
        if self.host != socket.gethostname() or not self.started:
            return False
        return _started(self.pid) != self.started


def _started(pid: int) -> str:
    """When a process started, by the system's own clock; empty where the system or the process does not say."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:  # noqa: PTH123 - no path of ours
            return stream.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "none" if os.path.isdir("/proc/self") else ""  # noqa: PTH112 - no path of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A commit within a folder: names below it of the files that come and go.

    Args:
        job: The job, as it stands in the names of the journal's files.
        owner: Who commits.
        new: Names of the files that the job adds.
        old: Names of the files that they replace.
        uploads: S3 uploads by name, which somebody has to abort if the job does not complete them.
        success: What ``_SUCCESS`` is to say at the end, if anything.
    """

    job: str
    owner: Owner
    new: tuple[str, ...]
    old: tuple[str, ...] = ()
    uploads: tuple[tuple[str, str], ...] = ()
    success: str | None = None

    def text(self) -> bytes:
        """Return it as a file's text."""
        return json.dumps({"version": 1, **asdict(self)}, indent=1).encode()

    @classmethod
    def from_text(cls, text: bytes, url: str) -> Journal:
        """Read it.

        Raises:
            StorageError: It is none of ours.
        """
        try:
            found = json.loads(text)
            return cls(
                job=found["job"],
                owner=Owner(**found["owner"]),
                new=tuple(found["new"]),
                old=tuple(found["old"]),
                uploads=tuple((name, upload) for name, upload in found["uploads"]),
                success=found["success"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{url!r} is no journal of a commit: if no job is writing to its folder, look at the files there and "
                "remove it"
            ) from error

    def publishing_url(self, folder: str) -> str:
        """Where it says what is under way."""
        return child_url(folder, f"{_PREFIX}{self.job}{_PUBLISHING}")

    def published_url(self, folder: str) -> str:
        """Where it says that all is there."""
        return child_url(folder, f"{_PREFIX}{self.job}{_PUBLISHED}")


def is_journal(name: str) -> bool:
    """Whether a file's name is that of a journal.

    Example:
        >>> is_journal("_commit-1f.publishing"), is_journal("_SUCCESS")
        (True, False)
    """
    return name.startswith(_PREFIX) and name.endswith((_PUBLISHING, _PUBLISHED))


def stage_folder(folder: str, job: str) -> str:
    """Return the hidden folder for a job's files, until they are published."""
    return child_url(folder, f"{STAGE_PREFIX}{job}")


def journals_below(store: Store, urls: Iterable[str]) -> list[tuple[str, Journal, bool]]:
    """Read journals: each with its folder, and whether its files are published.

    Raises:
        NotFoundError: One has ended since it was listed.
    """
    there = set(urls)
    found = []
    for url in sorted(there):
        folder, name = split_url(url)
        if name.endswith(_PUBLISHING):
            published = f"{url.removesuffix(_PUBLISHING)}{_PUBLISHED}" in there
            found.append((folder, Journal.from_text(read_whole(store, url), url), published))
    return found


def unread_urls(store: Store, urls: Iterable[str]) -> set[str]:
    """Return the files that are not to be read, of the commits whose journals are there.

    Raises:
        NotFoundError: A commit has ended since its journal was listed: list again.
    """
    return {
        child_url(folder, name)
        for folder, journal, published in journals_below(store, urls)
        for name in (journal.old if published else journal.new)
    }


def read_whole(store: Store, url: str) -> bytes:
    """Return all bytes of a small file."""
    with closing(store.open_read(url)) as stream:
        return stream.read()


def write_whole(store: Store, url: str, data: bytes) -> None:
    """Write a small file; it is there at once and whole."""
    output = store.create(url)
    try:
        output.write(data)
        output.publish()
    except BaseException:
        output.discard()
        raise


def visible(files: Iterable[FileInfo], unread: set[str]) -> list[FileInfo]:
    """Return the files that are read, sorted by URL."""
    return sorted((file for file in files if file.url not in unread), key=lambda file: file.url)
