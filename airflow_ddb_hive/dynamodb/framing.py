"""Reads one HTTP/1.1 answer from a source of bytes: by length, by chunks, or to the end of the connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Answer", "FramingError", "read_answer"]

_LONGEST_HEAD = 256 * 1024
_LAST_INTERIM = 199


class FramingError(Exception):
    """Bytes that are no complete HTTP answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers under lower-case names, and a body that nobody has looked at.

    ``keep_alive`` says whether the connection is good for another request, ``signed_by`` whose access key a refused
    request was signed with.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    keep_alive: bool = False
    signed_by: str = ""


def read_answer(receive: Callable[[], bytes]) -> Answer:
    r"""Return the next answer; ``receive`` gives some bytes, none at the end.

    Example:
        >>> parts = iter([b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 2\r\n\r\n{", b"}"])
        >>> answer = read_answer(lambda: next(parts, b""))
        >>> answer.status, answer.body, answer.keep_alive
        (200, b'{}', True)

    Raises:
        FramingError: The answer is cut short, or is no HTTP.
    """
    reader = _Reader(receive)
    while True:
        version, status, headers = _parsed_head(reader.head())
        if status > _LAST_INTERIM:
            break
    body, framed = _body(reader, headers)
    connection = headers.get("connection", "").lower()
    keep_alive = framed and not reader.rest and version == "HTTP/1.1" and "close" not in connection
    return Answer(status, headers, body, keep_alive)


class _Reader:
    """Bytes as lines and blocks."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self.rest = bytearray()

    def head(self) -> bytes:
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            if len(self.rest) > _LONGEST_HEAD:
                raise FramingError("the head of the answer has no end")
            self._more("the head of the answer")
        head = bytes(self.rest[:end])
        del self.rest[: end + 4]
        return head

    def line(self) -> bytes:
        while (end := self.rest.find(b"\r\n")) < 0:
            if len(self.rest) > _LONGEST_HEAD:
                raise FramingError("a line of the answer has no end")
            self._more("a chunked answer")
        line = bytes(self.rest[:end])
        del self.rest[: end + 2]
        return line

    def block(self, size: int) -> bytes:
        while len(self.rest) < size:
            self._more(f"an answer of {size} bytes")
        block = bytes(memoryview(self.rest)[:size])
        del self.rest[:size]
        return block

    def to_end(self) -> bytes:
        while some := self._receive():
            self.rest += some
        block = bytes(self.rest)
        self.rest.clear()
        return block

    def _more(self, what: str) -> None:
        some = self._receive()
        if not some:
            raise FramingError(f"the connection was closed in {what} after {len(self.rest)} bytes")
        self.rest += some


def _parsed_head(head: bytes) -> tuple[str, int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    code = rest[:3]
    if not version.startswith("HTTP/1.") or not code.isascii() or not code.isdigit():
        raise FramingError(f"{first[:40]!r} is no HTTP status line")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return version, int(code), headers


def _body(reader: _Reader, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """The body, and whether it says itself where it ends."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _chunks(reader), True
    length = headers.get("content-length")
    if length is None:
        return reader.to_end(), False
    return reader.block(_number(length, 10)), True


def _chunks(reader: _Reader) -> bytes:
    body = bytearray()
    while size := _number(reader.line().decode("latin-1").partition(";")[0], 16):
        body += reader.block(size)
        if reader.line():
            raise FramingError("a chunk is longer than it says")
    while reader.line():
        pass
    return bytes(body)


def _number(text: str, base: int) -> int:
    try:
        number = int(text.strip(), base)
    except ValueError:
        number = -1
    if number < 0:
        raise FramingError(f"{text[:40]!r} is no length")
    return number
