"""What surrounds the rows of a text file: lines to skip at both ends, and the character encoding."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["PLAIN_FRAME", "ByteTaker", "TextFrame"]

_MOST_FOOTER_LINES = 100
"""Hive's own limit, ``hive.file.max.footer``."""


class ByteTaker(Protocol):
    """Takes bytes."""

    def write(self, data: bytes | memoryview, /) -> int:
        """Take more bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFrame:
    r"""Lines that are no rows, and the encoding (``None`` is UTF-8).

    Example:
        >>> frame = TextFrame.from_properties({"skip.header.line.count": "1", "skip.footer.line.count": "1"})
        >>> b"".join(frame.body(iter([b"head\na\n", b"foot\n"])))
        b'a\n'

    Raises:
        InputError: A count is no number, or the encoding is not known.
    """

    header_lines: int = 0
    footer_lines: int = 0
    encoding: str | None = None

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> TextFrame:
        """Read the properties of a table and its SerDe."""
        footer = _count(properties, "skip.footer.line.count")
        if footer > _MOST_FOOTER_LINES:
            raise InputError(f"footer number exceeds the limit defined in hive.file.max.footer: {_MOST_FOOTER_LINES}")
        return cls(
            header_lines=_count(properties, "skip.header.line.count"),
            footer_lines=footer,
            encoding=_encoding(properties.get("serialization.encoding", "UTF-8")),
        )

    def body(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks of a file's lines without those at its ends, in UTF-8."""
        for block in self._without_footer(self._without_header(blocks)):
            yield block if self.encoding is None else block.decode(self.encoding, "replace").encode()

    def _without_header(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        left = self.header_lines
        for block in blocks:
            start = 0
            while left and start < len(block):
                start = block.index(b"\n", start) + 1
                left -= 1
            if start < len(block):
                yield block[start:] if start else block

    def _without_footer(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Hold back so many lines at a time that the last ones of the file are among them."""
        if not self.footer_lines:
            yield from blocks
            return
        held = b""
        for block in blocks:
            whole = held + block
            end = len(whole)
            for _ in range(self.footer_lines):
                end = whole.rfind(b"\n", 0, max(end - 1, 0)) + 1
            held = whole[end:]
            if end:
                yield whole[:end]

    def encoded(self, target: ByteTaker) -> ByteTaker:
        """What takes text in UTF-8 for a file of this encoding."""
        return target if self.encoding is None else _Encoder(target, self.encoding)


PLAIN_FRAME = TextFrame()
"""Rows alone, in UTF-8."""


@dataclass(frozen=True, slots=True)
class _Encoder:
    """Turns whole lines of UTF-8 into another encoding; what that has no character for is a question mark."""

    target: ByteTaker
    encoding: str

    def write(self, data: bytes | memoryview, /) -> int:
        self.target.write(bytes(data).decode().encode(self.encoding, "replace"))
        return len(data)


def _count(properties: Mapping[str, str], name: str) -> int:
    text = properties.get(name, "0").strip()
    if not text.isdigit():
        raise InputError(f"{name} must be a number of lines, not {properties[name]!r}")
    return int(text)


def _encoding(name: str) -> str | None:
    try:
        found = codecs.lookup(name.strip())
    except LookupError as error:
        raise InputError(f"serialization.encoding {name!r} is not known: use a name such as ISO-8859-1") from error
    if found.name.startswith("utf-16") or found.name.startswith("utf-32"):
        raise InputError(f"serialization.encoding {name!r} has line ends of several bytes: Hive reads no such lines")
    return None if found.name == "utf-8" else found.name
