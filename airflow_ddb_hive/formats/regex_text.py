"""RegexSerDe's files: a cell is what a group of the pattern matches; a line that does not match is a row of NULLs.

Patterns that mean the same to RE2 as to Java, and whose groups take part in every match, run within Arrow; others run
line by line in Python's engine, which searches as Java's does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal, NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.errors import FileFormatError, InputError, UnsupportedSqlError
from airflow_ddb_hive.formats.lines import line_blocks
from airflow_ddb_hive.formats.row_text import lines_of, string_batch
from airflow_ddb_hive.formats.text_frame import PLAIN_FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.formats.text_frame import TextFrame
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["RegexText"]

_TOKEN = re.compile(
    r"\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:?\w+:?\]|[^\]\\])*\]|\(\?<?[=!]|\(\?[^)]|\(|\)[?*{]?|[|]|[*+?}]\+|.",
    re.DOTALL,
)
_JAVA_ONLY = (r"\Q", r"\E", r"\p", r"\P", r"\h", r"\H", r"\R", r"\X", r"\G", r"\Z", r"\z", r"\e", r"\c")


class RegexText:
    r"""Files of RegexSerDe.

    Example:
        >>> import io
        >>> text = RegexText({"input.regex": r"(\d+) (.*)"}, 2)
        >>> [batch.to_pylist() for batch in text.read(io.BytesIO(b"1 a"), [0, 1], "f")]
        [[{'c0': '1', 'c1': 'a'}]]

    Raises:
        InputError: There is no ``input.regex``, or it is no pattern.
        UnsupportedSqlError: The pattern has what only Java knows.
    """

    cells: ClassVar[Literal["text", "typed", "lines"]] = "text"
    extension: ClassVar[str] = ""

    def __init__(self, properties: Mapping[str, str], columns: int, *, frame: TextFrame = PLAIN_FRAME) -> None:
        pattern = properties.get("input.regex")
        if pattern is None:
            raise InputError('This table does not have serde property "input.regex"!')
        found = next((one for one in _JAVA_ONLY if one in pattern.replace(r"\\", "")), None)
        if found is not None:
            raise UnsupportedSqlError(f"input.regex {pattern!r}: {found} is Java's alone: write the characters out")
        flags = re.DOTALL | re.ASCII
        if properties.get("input.regex.case.insensitive", "").lower() == "true":
            flags |= re.IGNORECASE
        try:
            self._pattern = re.compile(_scoped(pattern), flags)
        except re.error as error:
            raise InputError(f"input.regex {pattern!r} is no pattern: {error}") from error
        self._columns = columns
        self._fast = _named(pattern, flags) if _is_plain(pattern) else None
        self._frame = frame

    def read(self, source: BinaryIO, needed: Sequence[int], name: str) -> Iterator[pa.RecordBatch]:
        """Yield batches of strings, one a block of some MiB.

        Raises:
            FileFormatError: The pattern has not as many groups as the table has columns.
        """
        for block in self._frame.body(line_blocks(source, name)):
            if self._pattern.groups != self._columns:
                raise FileFormatError(
                    f"{name!r}: Number of matching groups doesn't match the number of columns: input.regex has "
                    f"{self._pattern.groups}, the table has {self._columns}"
                )
            lines = lines_of(block)
            yield string_batch(self._matched(lines, needed), needed, len(lines))

    def _matched(self, lines: pa.Array, needed: Sequence[int]) -> list[pa.Array]:
        if self._fast is not None:
            found = pc.extract_regex(lines, self._fast)
            return [pc.struct_field(found, [index]) for index in needed]
        matches = [self._pattern.fullmatch(line) for line in lines.to_pylist()]
        return [
            pa.array([None if one is None else one.group(index + 1) for one in matches], pa.string())
            for index in needed
        ]

    def open_writer(self, target: OutputFile, schema: pa.Schema) -> NoReturn:  # noqa: ARG002 - the protocol's signature
        """Refuse: there is no way back from a match.

        Raises:
            UnsupportedSqlError: Always, as in Hive.
        """
        raise UnsupportedSqlError(
            "Regex SerDe doesn't support the serialize() method: write to a table of another SerDe"
        )


def _is_plain(pattern: str) -> bool:
    """Whether RE2 gives what Java gives: nothing is looked around for, no group can be left out of a match."""
    depth = 0
    for piece in _TOKEN.findall(pattern):
        if piece.startswith(("(?", r"\Q")) or piece in ("*+", "++", "?+", "}+") or re.fullmatch(r"\\[1-9]", piece):
            return False
        if piece == "(":
            depth += 1
        elif piece.startswith(")"):
            depth -= 1
            if len(piece) > 1:
                return False
        elif piece == "|" and depth == 0:
            return False
        if piece.startswith("[") and ("&&" in piece or "[" in piece[1:]):
            return False
    return not _has_inner_groups(pattern)


def _has_inner_groups(pattern: str) -> bool:
    """Whether a group stands in another, where a branch can leave it out."""
    depth = 0
    for piece in _TOKEN.findall(pattern):
        depth += (piece == "(") - piece.startswith(")")
        if depth > 1:
            return True
    return False


def _named(pattern: str, flags: int) -> str:
    """The pattern with names for its groups, as Arrow wants them, over a whole line."""
    parts, number = [], 0
    for piece in _TOKEN.findall(pattern):
        if piece == "(":
            parts.append(f"(?P<g{number}>")
            number += 1
        else:
            parts.append(piece)
    return f"(?s{'i' if flags & re.IGNORECASE else ''})^(?:{''.join(parts)})$" if number else pattern


def _scoped(pattern: str) -> str:
    """Flags in the middle of a pattern hold to the end of their group, which Python writes as a group of their own."""
    found = re.search(r"(?<!\\)\(\?([imsx]+)\)", pattern)
    if found is None:
        return pattern
    return f"{pattern[: found.start()]}(?{found[1]}:{_scoped(pattern[found.end() :])})"
