from __future__ import annotations

import errno
import threading
from collections.abc import Iterator

import pytest

from airflow_ddb_hive.cli.rows import RowWriter
from airflow_ddb_hive.errors import StorageError


def test_lines_arrive_in_order_whatever_the_blocks() -> None:
    blocks: list[bytes] = []
    lines = [f"row {number}" for number in range(20_000)]
    assert RowWriter(blocks.append).write_lines(lines) == 20_000
    assert b"".join(blocks).decode() == "".join(f"{line}\n" for line in lines)
    assert len(blocks) < 1_000


def test_no_lines_write_nothing() -> None:
    blocks: list[bytes] = []
    assert RowWriter(blocks.append).write_lines([]) == 0
    assert blocks == []


def test_a_line_is_written_while_the_next_one_is_awaited() -> None:
    blocks: list[bytes] = []
    second_written = threading.Event()

    def write(block: bytes) -> None:
        blocks.append(block)
        if b"2\n" in block:
            second_written.set()

    def lines() -> Iterator[str]:
        yield "1"
        assert blocks == [b"1\n"]
        yield "2"
        assert second_written.wait(20)
        yield "3"

    assert RowWriter(write).write_lines(lines()) == 3
    assert b"".join(blocks) == b"1\n2\n3\n"


def test_closed_output_is_told_once_and_ends_the_reading() -> None:
    told: list[str] = []

    def write(_block: bytes) -> None:
        raise BrokenPipeError

    writer = RowWriter(write, on_closed=lambda: told.append("closed"))
    with pytest.raises(BrokenPipeError):
        writer.write_lines(str(number) for number in range(100_000))
    assert told == ["closed"]
    assert writer.closed


def test_a_full_disk_is_said_so() -> None:
    def write(_block: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    writer = RowWriter(write)
    with pytest.raises(StorageError, match="standard output cannot be written to: No space left on device"):
        writer.write_lines(["1"])
    assert not writer.closed


def test_no_thread_is_left() -> None:
    RowWriter(lambda _block: None).write_lines(["1", "2"])
    assert not [thread for thread in threading.enumerate() if thread.name == "ddb-hive-rows"]


def test_rows_before_a_failure_are_written_before_it_is_told() -> None:
    blocks: list[bytes] = []

    def lines() -> Iterator[str]:
        yield from ["1", "2", "3"]
        raise StorageError("gone")

    writer = RowWriter(blocks.append)
    with pytest.raises(StorageError, match="gone"):
        writer.write_lines(lines())
    assert b"".join(blocks) == b"1\n2\n3\n"


def test_rows_that_nobody_waits_for_any_more_do_not_turn_up_later() -> None:
    blocks: list[bytes] = []

    def lines() -> Iterator[str]:
        yield from ["1", "2"]
        raise KeyboardInterrupt

    writer = RowWriter(blocks.append)
    with pytest.raises(KeyboardInterrupt):
        writer.write_lines(lines())
    writer.write_lines(["3"])
    assert b"".join(blocks) == b"1\n3\n"
