"""A file that is read over a network as a seekable stream: by ranges, never the whole file in memory."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READ_AHEAD_BYTES", "RangedInput"]

READ_AHEAD_BYTES = 4 << 20
_LONGEST_REQUEST_BYTES = 64 << 20


class RangedInput(io.RawIOBase):
    r"""The bytes of one version of a file.

    ``read(n)`` gives ``n`` bytes unless the file ends before. Each request asks for what is wanted or the read-ahead,
    whichever is more.

    Example:
        >>> data = bytes(range(10))
        >>> stream = RangedInput(len(data), lambda start, stop: data[start:stop])
        >>> stream.seek(-3, io.SEEK_END), stream.read(2)
        (7, b'\x07\x08')

    Args:
        size: The file's size.
        fetch: Returns the bytes from one position to another, all of them.
        read_ahead: The least that is asked for.
    """

    def __init__(self, size: int, fetch: Callable[[int, int], bytes], *, read_ahead: int = READ_AHEAD_BYTES) -> None:
        super().__init__()
        self._size = size
        self._fetch = fetch
        self._read_ahead = read_ahead
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
        """Move; nothing is asked for before the next read."""
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
                self._fill(wanted)
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

    def _fill(self, wanted: int) -> None:
        self._buffer = memoryview(b"")
        asked = min(max(wanted, self._read_ahead), max(_LONGEST_REQUEST_BYTES, self._read_ahead))
        self._buffer = memoryview(self._fetch(self._position, min(self._size, self._position + asked)))
        self._buffer_start = self._position
