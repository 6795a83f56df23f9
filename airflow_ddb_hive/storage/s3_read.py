"""One S3 object as a seekable stream: ranged requests with read-ahead, never the whole object in memory."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["S3Input"]

_READ_AHEAD_BYTES = 4 << 20


class S3Input(io.RawIOBase):
    """The bytes of one version of an object.

    ``read(n)`` gives ``n`` bytes unless the object ends before. Each request asks for what was wanted or the
    read-ahead, whichever is more, and for the version that was there when the stream was opened.
    """

    def __init__(self, client: Any, place: Mapping[str, str], url: str, *, read_ahead: int = _READ_AHEAD_BYTES) -> None:
        super().__init__()
        self._client = client
        self._place = dict(place)
        self._url = url
        self._endpoint = client.meta.endpoint_url
        self._read_ahead = read_ahead
        with s3_errors(url, self._endpoint):
            head = client.head_object(**self._place)
        self._size: int = head["ContentLength"]
        self._etag: str = head["ETag"]
        self._position = 0
        self._buffer = memoryview(b"")
        self._buffer_start = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move; nothing is asked of S3 before the next read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative seek position {base + offset}")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Read ``size`` bytes, or all that follow."""
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted:
            piece = self._buffered(wanted)
            if not piece:
                self._fetch(wanted)
                continue
            parts.append(piece)
            self._position += len(piece)
            wanted -= len(piece)
        return b"".join(parts)

    def readall(self) -> bytes:
        """Read all that follow."""
        return self.read()

    def readinto(self, target: Any, /) -> int:
        """Read into a buffer."""
        view = memoryview(target).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _buffered(self, wanted: int) -> memoryview:
        start = self._position - self._buffer_start
        if not 0 <= start < len(self._buffer):
            return self._buffer[:0]
        return self._buffer[start : start + wanted]

    def _fetch(self, wanted: int) -> None:
        last = min(self._size, self._position + max(wanted, self._read_ahead)) - 1
        asked = f"bytes={self._position}-{last}"
        with s3_errors(self._url, self._endpoint):
            answer = self._client.get_object(**self._place, Range=asked, IfMatch=self._etag)
            with answer["Body"] as body:
                data = body.read()
        self._buffer = memoryview(data)
        self._buffer_start = self._position
