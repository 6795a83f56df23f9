"""One protocol for the places that files live in, so that nobody above asks which one it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FileInfo", "OutputFile", "Store"]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file: its URL (or absolute path) and its size in bytes."""

    url: str
    size: int


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

    def list_files(self, url: str) -> list[FileInfo]:
        """The files below a folder, sorted by URL; a folder that is not there lists nothing.

        Hidden files (``_x``, ``.x`` at any level) are left out; a file's own URL lists that file.
        """
        ...

    def open_read(self, url: str) -> BinaryIO:
        """A seekable stream of a file's bytes."""
        ...

    def create(self, url: str) -> OutputFile:
        """A new file, invisible until published."""
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
