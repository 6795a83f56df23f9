r"""Bytes of a text file, cut into blocks of whole lines as Hadoop's line reader sees them.

A line ends with ``\n``, ``\r\n`` or a bare ``\r``; a block has only ``\n``, also after the last line. A byte order
mark at the start of the file is left out. Measured with Hive 3.1.3.
"""

from __future__ import annotations

import bz2
import zlib
from typing import TYPE_CHECKING, BinaryIO, Protocol

from airflow_ddb_hive.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["line_blocks"]

BLOCK_BYTES = 4 << 20
_READ_BYTES = 1 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNREADABLE = (".snappy", ".lz4", ".zst", ".lzo", ".lzo_deflate")


class _Decompressor(Protocol):
    """What bz2 and zlib have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


_DECOMPRESSORS: dict[str, tuple[Callable[[], _Decompressor], int]] = {
    ".gz": (lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), 16 << 10),
    ".deflate": (zlib.decompressobj, 16 << 10),
    ".bz2": (bz2.BZ2Decompressor, 1 << 10),
}
"""By the ending of a file's name, in lower case only, as Hadoop's codecs are chosen; and how many bytes are fed at a
time, so that even the most compressible data gives a few MiB, not more."""


def line_blocks(source: BinaryIO, name: str, *, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    r"""Yield the lines of a file in blocks of about ``block_bytes``; a longer line is a block of its own.

    Example:
        >>> import io
        >>> list(line_blocks(io.BytesIO(b"a\r\nb\rc"), "t.txt"))
        [b'a\nb\nc\n']

    Raises:
        FileFormatError: The file is compressed in a way that is not supported, or its compressed data is broken.
    """
    pending: list[bytes] = []
    size = 0
    for chunk in _unix_chunks(_plain_chunks(source, name)):
        pending.append(chunk)
        size += len(chunk)
        if size < block_bytes:
            continue
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join([*pending[:-1], chunk[:end]])
            pending = [chunk[end:]]
            size = len(pending[0])
    rest = b"".join(pending)
    if rest:
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _unix_chunks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    r"""Leave out the byte order mark; make every line end a ``\n``, also one that lies across two chunks."""
    held = b""
    first = True
    for chunk in chunks:
        data = held + chunk
        if first and len(data) < len(_BYTE_ORDER_MARK):
            held = data
            continue
        data = data.removeprefix(_BYTE_ORDER_MARK) if first else data
        first = False
        held = data[-1:] if data.endswith(b"\r") else b""
        yield _unix(data[: len(data) - len(held)])
    yield _unix(held)


def _unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _plain_chunks(source: BinaryIO, name: str) -> Iterator[bytes]:
    if name.endswith(_UNREADABLE):
        raise FileFormatError(f"{name!r} is compressed in a way that is not supported: use {', '.join(_DECOMPRESSORS)}")
    for ending, (factory, feed_bytes) in _DECOMPRESSORS.items():
        if name.endswith(ending):
            return _decompressed(source, name, factory, feed_bytes)
    return iter(lambda: source.read(_READ_BYTES), b"")


def _decompressed(
    source: BinaryIO, name: str, factory: Callable[[], _Decompressor], feed_bytes: int
) -> Iterator[bytes]:
    """Decompress all members of a file, one after the other."""
    decoder, read = factory(), 0
    while data := source.read(feed_bytes):
        read += len(data)
        while data:
            decoder = factory() if decoder.eof else decoder
            try:
                plain = decoder.decompress(data)
            except (OSError, zlib.error) as error:
                raise FileFormatError(f"{name!r} is damaged before byte {read}: {error}") from error
            yield plain
            data = decoder.unused_data
    if read and not decoder.eof:
        raise FileFormatError(f"{name!r} ends within its compressed data, after byte {read}")
