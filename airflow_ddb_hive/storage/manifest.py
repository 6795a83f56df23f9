"""What a job says of its files when it is done: names, rows, sizes and checksums, in ``_SUCCESS``."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import FileFormatError, NotFoundError
from airflow_ddb_hive.storage.journal import read_whole
from airflow_ddb_hive.storage.paths import child_url

if TYPE_CHECKING:
    from airflow_ddb_hive.storage.base import OutputFile, Store

__all__ = ["SUCCESS", "CommitManifest", "CountedOutput", "ManifestFile", "job_tag", "read_manifest"]

SUCCESS = "_SUCCESS"
"""The name of the file that says that a job has written all it had to; ours holds its manifest."""

_FORMAT = "ddb-hive-commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """One file: its name in the folder, its rows if they were counted, its bytes, and their CRC-32 in hex digits."""

    name: str
    bytes: int
    crc32: str
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitManifest:
    """What one job has committed to a folder.

    Example:
        >>> manifest = CommitManifest(job_id="j", files=(ManifestFile(name="f", bytes=0, crc32="00000000"),))
        >>> CommitManifest.from_text(manifest.text(), "s3://lake/out/_SUCCESS") == manifest
        True
    """

    job_id: str | None
    files: tuple[ManifestFile, ...]

    def text(self) -> str:
        """Return it as the text of ``_SUCCESS``."""
        return json.dumps({"format": _FORMAT, "version": 1, **asdict(self)}, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str | bytes, url: str) -> CommitManifest | None:
        """Read it; ``None`` for a ``_SUCCESS`` of others, which is empty or says something else.

        Raises:
            FileFormatError: It is of a later version than this package knows.
        """
        try:
            found = json.loads(text)
        except ValueError:
            return None
        if not isinstance(found, dict) or found.get("format") != _FORMAT:
            return None
        if found.get("version") != 1:
            raise FileFormatError(
                f"{url!r} has version {found.get('version')}: a newer version of this package reads it"
            )
        return cls(job_id=found["job_id"], files=tuple(ManifestFile(**file) for file in found["files"]))


def read_manifest(store: Store, folder: str) -> CommitManifest | None:
    """Return what the last job that said so has committed to a folder; ``None`` if none has, or it was none of ours.

    Raises:
        FileFormatError: It is of a later version than this package knows.
    """
    url = child_url(folder, SUCCESS)
    try:
        return CommitManifest.from_text(read_whole(store, url), url)
    except NotFoundError:
        return None


def job_tag(job_id: str) -> str:
    """Return a job's id as it stands in names of files: short, and the same for the same job.

    Example:
        >>> job_tag("dag/run/task/-1")
        '68777a37417a'
    """
    return hashlib.sha256(job_id.encode()).hexdigest()[:12]


class CountedOutput:
    """A file whose bytes are counted and summed up while they are written.

    Args:
        output: The file.
        place: Where it is written.
        staged: It lies in a hidden folder, and may have its own name there as soon as it is finished.
        summed: Work out the checksum.
    """

    def __init__(self, output: OutputFile, place: str, *, staged: bool, summed: bool) -> None:
        self._output = output
        self.place = place
        self._staged = staged
        self._summed = summed
        self._crc = 0
        self.bytes = 0
        self.rows: int | None = None

    @property
    def upload_id(self) -> str | None:
        """The upload on S3 that is to be completed, if there is one."""
        found: str | None = getattr(self._output, "upload_id", None)
        return found

    def write(self, data: bytes | memoryview, /) -> int:
        """Take more bytes."""
        if self._summed:
            self._crc = zlib.crc32(data, self._crc)
        written = self._output.write(data)
        self.bytes += written
        return written

    def finish(self) -> None:
        """Send what is buffered."""
        self._output.finish()
        if self._staged:
            self._output.publish()

    def publish(self) -> None:
        """Make the file visible, where it does not become so by its folder."""
        self._output.publish()

    def discard(self) -> None:
        """Forget the file."""
        self._output.discard()

    def entry(self, name: str) -> ManifestFile:
        """What a manifest says of it."""
        return ManifestFile(name=name, bytes=self.bytes, crc32=f"{self._crc:08x}", rows=self.rows)
