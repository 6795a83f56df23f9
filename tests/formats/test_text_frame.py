import io

import pytest

from airflow_ddb_hive.formats.lines import line_blocks
from airflow_ddb_hive.formats.text_frame import TextFrame


def _body(frame: TextFrame, data: bytes, block_bytes: int) -> bytes:
    return b"".join(frame.body(line_blocks(io.BytesIO(data), "f", block_bytes=block_bytes)))


@pytest.mark.parametrize("block_bytes", [1, 3, 1 << 20])
@pytest.mark.parametrize(("header", "footer"), [(0, 0), (1, 0), (0, 1), (2, 2), (3, 3), (9, 0), (0, 9)])
def test_lines_at_both_ends_are_no_rows_however_the_file_is_cut(header: int, footer: int, block_bytes: int) -> None:
    lines = [b"%d\n" % number for number in range(6)]
    frame = TextFrame(header_lines=header, footer_lines=footer)
    assert _body(frame, b"".join(lines), block_bytes) == b"".join(lines[header : max(6 - footer, header)])


def test_another_encoding_becomes_utf_8_and_back() -> None:
    frame = TextFrame.from_properties({"serialization.encoding": "ISO8859_1"})
    assert _body(frame, "Müller\n".encode("latin-1"), 100) == "Müller\n".encode()
    taken = io.BytesIO()
    frame.encoded(taken).write("Nåm€\n".encode())
    assert taken.getvalue() == b"N\xe5m?\n"
