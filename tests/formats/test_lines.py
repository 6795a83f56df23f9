from __future__ import annotations

import bz2
import gzip
import io
import zlib

import pytest

from airflow_ddb_hive.errors import FileFormatError
from airflow_ddb_hive.formats.lines import line_blocks


class OneByteStream(io.BytesIO):
    """A source that gives a byte a read, as the worst network would."""

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(1)


def blocks(data: bytes, name: str = "f", block_bytes: int = 8) -> list[bytes]:
    return list(line_blocks(io.BytesIO(data), name, block_bytes=block_bytes))


def test_blocks_hold_whole_lines() -> None:
    found = list(line_blocks(OneByteStream(b"aaaa\nbbbbbbbbbbbb\ncc"), "f", block_bytes=4))
    assert found == [b"aaaa\n", b"bbbbbbbbbbbb\n", b"cc\n"]


def test_carriage_return_and_line_feed_across_reads_are_one_line_end() -> None:
    assert b"".join(line_blocks(OneByteStream(b"a\r\nb\rc\r"), "f")) == b"a\nb\nc\n"


def test_byte_order_mark_across_reads_is_left_out() -> None:
    assert b"".join(line_blocks(OneByteStream(b"\xef\xbb\xbfa"), "f")) == b"a\n"


@pytest.mark.parametrize("data", [b"\xef\xbb", b"a", b"\r"])
def test_file_shorter_than_a_byte_order_mark_is_read(data: bytes) -> None:
    assert b"".join(blocks(data)) == data.replace(b"\r", b"") + b"\n"


@pytest.mark.parametrize(
    ("ending", "data"),
    [
        (".gz", gzip.compress(b"a\n") + gzip.compress(b"b\n")),
        (".bz2", bz2.compress(b"a\n") + bz2.compress(b"b\n")),
        (".deflate", zlib.compress(b"a\nb\n")),
    ],
)
def test_compressed_file_is_read_with_all_its_members(ending: str, data: bytes) -> None:
    assert b"".join(blocks(data, f"x{ending}")) == b"a\nb\n"


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".deflate"])
def test_empty_compressed_file_has_no_lines(ending: str) -> None:
    assert blocks(b"", f"x{ending}") == []


def test_ending_in_capitals_is_not_compressed() -> None:
    assert blocks(b"a\n", "x.GZ") == [b"a\n"]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".deflate"])
def test_damaged_data_names_file_and_place(ending: str) -> None:
    with pytest.raises(FileFormatError, match=rf"x\{ending}' is damaged before byte 7"):
        blocks(b"garbage", f"x{ending}")


@pytest.mark.parametrize(
    ("ending", "data"),
    [(".gz", gzip.compress(b"abc" * 100)), (".bz2", bz2.compress(b"abc")), (".deflate", zlib.compress(b"abc"))],
)
def test_cut_data_names_file_and_place(ending: str, data: bytes) -> None:
    with pytest.raises(FileFormatError, match="ends within its compressed data, after byte 9"):
        blocks(data[:9], f"x{ending}")


@pytest.mark.parametrize("ending", [".snappy", ".lz4", ".zst", ".lzo"])
def test_unknown_compression_is_refused(ending: str) -> None:
    with pytest.raises(FileFormatError, match=r"not supported: use \.gz, \.deflate, \.bz2"):
        blocks(b"x", f"x{ending}")
