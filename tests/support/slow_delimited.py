"""LazySimpleSerDe and Hadoop's line reader, one byte after the other: slow and plainly what Hive 3.1.3 does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_R, _N, _BACK_N = ord("\r"), ord("\n"), {ord("r"): b"\r", ord("n"): b"\n"}


def read_rows(
    data: bytes, *, separator: bytes, escape: bytes | None, null_mark: bytes, is_text: Sequence[bool]
) -> list[list[str | None]]:
    """The cells of a whole file, a list a row, one cell a column of the table."""
    rows = []
    for line in _lines(data.removeprefix(b"\xef\xbb\xbf")):
        fields = _fields(line, separator, escape)
        row: list[str | None] = []
        for index, text in enumerate(is_text):
            if index >= len(fields) or fields[index] == null_mark:
                row.append(None)
            else:
                field = _unescaped(fields[index], escape) if text else fields[index]
                row.append(field.decode(errors="replace"))
        rows.append(row)
    return rows


def _lines(data: bytes) -> Iterator[bytes]:
    start = place = 0
    while place < len(data):
        if data[place] not in (_R, _N):
            place += 1
            continue
        yield data[start:place]
        place += 2 if data[place : place + 2] == b"\r\n" else 1
        start = place
    if start < len(data):
        yield data[start:]


def _fields(line: bytes, separator: bytes, escape: bytes | None) -> list[bytes]:
    fields, start, place = [], 0, 0
    while place < len(line):
        byte = line[place : place + 1]
        if byte == separator:
            fields.append(line[start:place])
            start = place + 1
        elif byte == escape and place + 1 < len(line):
            place += 1
        place += 1
    return [*fields, line[start:]]


def _unescaped(field: bytes, escape: bytes | None) -> bytes:
    result, place = b"", 0
    while place < len(field):
        if field[place : place + 1] == escape and place + 1 < len(field):
            place += 1
            result += _BACK_N.get(field[place], field[place : place + 1])
        else:
            result += field[place : place + 1]
        place += 1
    return result
