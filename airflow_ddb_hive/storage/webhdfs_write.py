"""One HDFS file being written: streamed to a data node under a hidden name, checked, and renamed at publish.

A data node keeps what had come of a file when the connection is cut, and it looks like a whole one. So nothing is
written under its own name, and nothing is renamed before the name node has its length.
"""

from __future__ import annotations

import queue
from contextlib import suppress
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import DdbHiveError, NotFoundError, StorageError
from airflow_ddb_hive.storage.paths import hdfs_parts, split_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.storage.calls import Pending
    from airflow_ddb_hive.storage.webhdfs_client import WebHdfsClient

__all__ = ["HdfsOutput", "is_there", "rename_file"]

_CHUNK_BYTES = 1 << 20
_SMALL_BYTES = 4 << 20
"""A file up to this size is sent as a whole, and again if that fails."""
_QUEUED_CHUNKS = 4
_STEP_SECONDS = 0.1


class HdfsOutput:
    """Bytes on their way into one file; a few MB of them are in memory at a time.

    Args:
        client: The cluster.
        url: Where the file is to be.
        hidden: Where it is until then.
    """

    def __init__(self, client: WebHdfsClient, url: str, hidden: str) -> None:
        self._client = client
        self._url = url
        self._hidden = hidden
        self._buffer = bytearray()
        self._size = 0
        self._state = "open"
        self._begun = False
        self._chunks: queue.Queue[bytes | None] = queue.Queue(_QUEUED_CHUNKS)
        self._upload: Pending[None] | None = None

    def write(self, data: bytes | memoryview, /) -> int:
        """Take more bytes; waits while the data node has enough."""
        if self._state != "open":
            raise StorageError(f"{self._url!r} is {self._state}: it takes no more bytes")
        view = memoryview(data).cast("B")
        for start in range(0, len(view), _CHUNK_BYTES):
            self._buffer += view[start : start + _CHUNK_BYTES]
            if self._upload is not None or len(self._buffer) > _SMALL_BYTES:
                self._send_chunks()
        self._size += len(view)
        return len(view)

    def _send_chunks(self) -> None:
        if self._upload is None:
            self._begun = True
            self._upload = self._client.calls.start(lambda: self._client.stream(self._hidden, self._taken()))
        while len(self._buffer) >= _CHUNK_BYTES:
            chunk = bytes(memoryview(self._buffer)[:_CHUNK_BYTES])
            del self._buffer[:_CHUNK_BYTES]
            self._queue(chunk)

    def _queue(self, chunk: bytes | None) -> None:
        """Hand a chunk over; raise what the upload failed with, if it did."""
        upload = self._upload
        while upload is not None:
            if upload.ended:
                upload.result()
                raise StorageError(f"{self._url!r}: the data node took no more bytes: run again", code="Cut")
            try:
                self._chunks.put(chunk, timeout=_STEP_SECONDS)
            except queue.Full:
                self._client.calls.check()
                continue
            return

    def _taken(self) -> Iterator[bytes]:
        """The chunks as they come, in the thread that sends them.

        A file that is discarded ends early: a connection that is cut would leave it open to appear after its removal.
        """
        while True:
            try:
                chunk = self._chunks.get(timeout=_STEP_SECONDS)
            except queue.Empty:
                if self._state == "discarded":
                    return
                continue
            if chunk is None or self._state == "discarded":
                return
            yield chunk

    def finish(self) -> None:
        """Send what is left, and compare the length that the name node has."""
        if self._state != "open":
            return
        if self._upload is None:
            self._begun = True
            self._client.put(self._hidden, bytes(self._buffer))
        else:
            if self._buffer:
                self._queue(bytes(self._buffer))
            self._queue(None)
            self._upload.result()
        self._buffer.clear()
        status = self._client.ask("GET", self._hidden, "GETFILESTATUS").json(self._url)
        there = status.get("FileStatus", {}).get("length")
        if there != self._size:
            raise StorageError(f"{self._url!r}: {there} of {self._size} bytes have arrived: run again", code="Cut")
        self._state = "finished"

    def publish(self) -> None:
        """Rename the file onto its name, in place of one that is there."""
        if self._state == "published":
            return
        if self._state == "discarded":
            raise StorageError(f"{self._url!r} is discarded: it cannot be published")
        self.finish()
        rename_file(self._client, self._hidden, self._url)
        self._state = "published"

    def discard(self) -> None:
        """End the upload and remove what has arrived."""
        if self._state in ("published", "discarded"):
            return
        self._state = "discarded"
        self._buffer.clear()
        with self._client.calls.cleaning():
            if self._upload is not None:
                # Whatever it failed with: the file is not wanted any more.
                with suppress(DdbHiveError):
                    self._upload.result()
            if self._begun:
                self._client.ask("DELETE", self._hidden, "DELETE", recursive="false")


def rename_file(client: WebHdfsClient, old: str, new: str) -> None:
    """Rename a file onto a name that may be taken by another file; its parents are made.

    Raises:
        DdbHiveError: The name node refused.
    """
    parameters = {"destination": hdfs_parts(new)[2], "renameoptions": "OVERWRITE"}
    try:
        client.ask("PUT", old, "RENAME", **parameters)
    except NotFoundError:
        # Either the folder is not there yet, or the answer to a first request was lost, and the file is there already.
        gone = not is_there(client, old)
        if gone and is_there(client, new):
            return
        if gone:
            raise
        client.ask("PUT", split_url(new)[0], "MKDIRS")
        client.ask("PUT", old, "RENAME", **parameters)


def is_there(client: WebHdfsClient, url: str) -> bool:
    """Whether a file or folder is there."""
    try:
        client.ask("GET", url, "GETFILESTATUS")
    except NotFoundError:
        return False
    return True
