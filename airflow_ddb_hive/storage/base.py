"""One protocol for the places that files live in, so that nobody above asks which one it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FileInfo", "OutputFile", "Store"]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file: its URL (or absolute path), its size in bytes, and when it was written.

    ``version`` names these very bytes: given to :meth:`Store.open_read`, a file that was replaced since is refused.
    """

    url: str
    size: int
    modified: float = field(default=0.0, compare=False)
    version: str = field(default="", compare=False)


class OutputFile(Protocol):
    """A file being written: nobody sees it before :meth:`publish`."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Take more bytes; a large file never lies in memory whole."""
        ...

    def finish(self) -> None:
        """Send what is buffered; the file is complete and still invisible."""
        ...

    def publish(self) -> None:
        """Make the finished file visible under its name, at once and whole."""
        ...

    def discard(self) -> None:
        """Forget the file and free what it took; harmless after publish."""
        ...


class Store(Protocol):
    """A file system or object store."""

    @property
    def has_folders(self) -> bool:
        """Whether folders are things of their own, which can be renamed in one step."""
        ...

    def can_replace(self, folder: str) -> bool:
        """Whether a folder can be replaced as a whole by another one beside it, as far as can be known before."""
        ...

    def list_files(self, url: str) -> list[FileInfo]:
        """The files below a folder, sorted by URL; a folder that is not there lists nothing.

        Hidden files (``_x``, ``.x`` at any level) are left out, and what a commit that is under way has not published
        or has replaced; a file's own URL lists that file.
        """
        ...

    def list_all(self, url: str) -> list[FileInfo]:
        """All files below a folder, hidden ones too, as they lie there."""
        ...

    def stat(self, url: str) -> FileInfo | None:
        """Return what is known of one file; ``None`` if there is none of that name."""
        ...

    def exists(self, url: str) -> bool:
        """Whether a file or folder is there; on an object store a folder is there while something lies in it."""
        ...

    def open_read(self, url: str, *, version: str = "") -> BinaryIO:
        """A seekable stream of a file's bytes, of one version where one is named."""
        ...

    def create(self, url: str, *, replace: bool = True) -> OutputFile:
        """A new file, invisible until published; without ``replace`` S3 publishes no second of its name."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Move a file or folder: in one step on a file system, object by object on S3.

        Nothing may be at the new place, but for a file where a file is moved to.
        """
        ...

    def rename_new(self, old: str, new: str) -> None:
        """Move a file to a name that nobody has, in one step.

        Raises:
            StorageError: Somebody has it; the code is ``Taken``.
        """
        ...

    def exchange(self, one: str, other: str) -> bool:
        """Give two folders each other's names in one step; ``False`` where the store cannot."""
        ...

    def copy_mode(self, source: str, target: str) -> None:
        """Let a folder be used by whoever may use another one, where the store knows such things."""
        ...

    def write_new(self, url: str, data: bytes) -> bool:
        """Write a small file if there is none of that name; of several writers one succeeds."""
        ...

    def abandon(self, url: str, upload_id: str) -> None:
        """End an upload that another process has begun, where the store has uploads."""
        ...

    def delete(self, urls: Iterable[str]) -> None:
        """Remove files; those that are gone already do no harm."""
        ...

    def make_folder(self, url: str) -> None:
        """Make sure that the folder exists, where folders exist."""
        ...

    def remove_folder(self, url: str) -> None:
        """Remove a folder with all that is in it."""
        ...

    def remove_empty_folder(self, url: str) -> None:
        """Remove a folder if nothing is in it."""
        ...

    def checksum(self, url: str) -> str | None:
        """Return what the store itself knows as a file's checksum, with its algorithm; ``None`` if it has none."""
        ...
