from __future__ import annotations

from pathlib import Path

import pytest

from airflow_ddb_hive.errors import InputError, StorageError
from airflow_ddb_hive.storage import FileStore, OutputCommit, OutputFile


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class FullDisk(FileStore):
    """A file system on which a file of one name can be begun and not finished."""

    def create(self, url: str) -> OutputFile:
        output = super().create(url)
        return _Unfinishable(output) if url.endswith("/full") else output


class _Unfinishable:
    def __init__(self, output: OutputFile) -> None:
        self.write, self.publish, self.discard = output.write, output.publish, output.discard

    def finish(self) -> None:
        raise StorageError("the disk is full")


def test_overwrite_replaces_all_files(tmp_path: Path) -> None:
    (tmp_path / "000000_0").write_bytes(b"old")
    (tmp_path / "other").write_bytes(b"old")
    with OutputCommit(FileStore(), str(tmp_path), overwrite=True) as output:
        output.create("000000_0").write(b"new")
        assert contents(tmp_path)["000000_0"] == b"old"
        output.commit()
    assert contents(tmp_path) == {"000000_0": b"new"}


def test_append_takes_the_next_free_name_as_hive_does(tmp_path: Path) -> None:
    for data in (b"1", b"2", b"3"):
        with OutputCommit(FileStore(), tmp_path.as_uri(), overwrite=False) as output:
            output.create("000000_0").write(data)
            output.commit()
    assert contents(tmp_path) == {"000000_0": b"1", "000000_0_copy_1": b"2", "000000_0_copy_2": b"3"}


@pytest.mark.parametrize("overwrite", [True, False])
def test_one_name_twice_gives_two_files(tmp_path: Path, overwrite: bool) -> None:
    with OutputCommit(FileStore(), str(tmp_path), overwrite=overwrite) as output:
        output.create("f").write(b"1")
        output.create("f").write(b"2")
        assert output.urls == (f"{tmp_path}/f", f"{tmp_path}/f_copy_1")
        output.commit()
    assert contents(tmp_path) == {"f": b"1", "f_copy_1": b"2"}


@pytest.mark.parametrize("overwrite", [True, False])
def test_file_that_cannot_be_finished_leaves_old_data_and_no_debris(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "old").write_bytes(b"old")
    output = OutputCommit(FullDisk(), str(tmp_path), overwrite=overwrite)
    with output:
        output.create("a").write(b"new")
        output.create("full").write(b"new")
        with pytest.raises(StorageError, match="the disk is full"):
            output.commit()
    assert contents(tmp_path) == {"old": b"old"}


def test_error_in_the_block_aborts(tmp_path: Path) -> None:
    output = OutputCommit(FileStore(), str(tmp_path), overwrite=True)
    with pytest.raises(ZeroDivisionError), output:
        output.create("a").write(b"%d" % (1 // 0))
    assert contents(tmp_path) == {}


def test_overwrite_with_no_files_empties_and_makes_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_bytes(b"old")
    for folder in ("out", "new/folder"):
        with OutputCommit(FileStore(), str(tmp_path / folder), overwrite=True) as output:
            output.commit()
        assert list((tmp_path / folder).iterdir()) == []


@pytest.mark.parametrize("url", ["s3://lake", "s3://lake/", "s3a://lake//"])
def test_root_of_a_bucket_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="is the root of a bucket"):
        OutputCommit(FileStore(), url, overwrite=True)
