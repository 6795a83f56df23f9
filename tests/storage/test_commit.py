from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from airflow_ddb_hive.errors import InputError, StorageError
from airflow_ddb_hive.storage import (
    CommitManifest,
    FileStore,
    ManifestFile,
    OutputCommit,
    OutputFile,
    read_manifest,
)
from airflow_ddb_hive.storage.journal import Journal, Owner
from airflow_ddb_hive.storage.turns import Turn, under_way


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class FullDisk(FileStore):
    """A file system on which a file of one name can be begun and not finished."""

    def create(self, url: str, *, replace: bool = True) -> OutputFile:
        output = super().create(url, replace=replace)
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


def journal_of(owner: Owner, folder: Path) -> None:
    """A commit that another process has begun: ``new`` is there and does not count yet."""
    journal = Journal(job="theirs", owner=owner, new=("new",))
    Path(journal.publishing_url(str(folder))).write_bytes(journal.text())
    (folder / "new").write_bytes(b"new")


def add(folder: Path, turn: Turn | None = None) -> None:
    with OutputCommit(FileStore(), str(folder), overwrite=False, turn=turn) as output:
        output.create("mine").write(b"mine")
        output.commit()


@pytest.mark.parametrize("owner", [Owner("elsewhere", 1, "1"), Owner(socket.gethostname(), 1 << 22, "1")])
def test_commit_of_a_process_that_is_gone_is_taken_back(tmp_path: Path, owner: Owner) -> None:
    journal_of(owner, tmp_path)
    assert FileStore().list_files(str(tmp_path)) == []
    add(tmp_path, Turn(lease_seconds=0.2))
    assert contents(tmp_path) == {"mine": b"mine"}


def test_commit_of_a_process_that_lives_is_waited_for(tmp_path: Path) -> None:
    journal_of(Owner.of_this_process(), tmp_path)
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 2:
            (tmp_path / "_commit-theirs.publishing").unlink()

    with under_way("theirs"):
        add(tmp_path, Turn(check=look))
    assert contents(tmp_path) == {"mine": b"mine", "new": b"new"}
    assert len(looks) == 2


def test_commit_that_failed_in_this_process_holds_up_nobody(tmp_path: Path) -> None:
    journal_of(Owner.of_this_process(), tmp_path)
    add(tmp_path)
    assert contents(tmp_path) == {"mine": b"mine"}


def test_journal_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "_commit-x.publishing").write_text("[]")
    with pytest.raises(StorageError, match=r"_commit-x\.publishing' is no journal.*remove it"):
        FileStore().list_files(str(tmp_path))


def test_what_other_jobs_prepared_long_ago_is_removed(tmp_path: Path) -> None:
    target = tmp_path / "t"
    stages = [tmp_path / "_temporary-t" / f"_temporary-{name}" / "f" for name in ("old", "young")]
    for stage in stages:
        stage.parent.mkdir(parents=True)
        stage.write_bytes(b"")
    os.utime(stages[0], (1, 1))
    with OutputCommit(FileStore(), str(target), overwrite=True) as output:
        output.commit()
    assert [stage.exists() for stage in stages] == [False, True]


def test_folder_behind_a_link_is_overwritten_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "old").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with OutputCommit(FileStore(), str(tmp_path / "link"), overwrite=True) as output:
        output.create("new").write(b"new")
        output.commit()
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "real") == {"new": b"new"}


def test_hidden_files_of_others_stay_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "_metadata").write_bytes(b"theirs")
    (tmp_path / "000000_0").write_bytes(b"old")
    with OutputCommit(FileStore(), str(tmp_path), overwrite=True) as output:
        output.create("000000_0").write(b"new")
        output.commit()
    assert contents(tmp_path) == {"_metadata": b"theirs", "000000_0_copy_1": b"new"}


def test_manifest_has_rows_bytes_and_checksums_and_knows_its_job(tmp_path: Path) -> None:
    with OutputCommit(FileStore(), str(tmp_path), overwrite=True, job_id="j", manifest=True) as output:
        file = output.create("f")
        file.write(b"123456789")
        output.note_rows(file, 3)
        output.commit()
    assert read_manifest(FileStore(), str(tmp_path)) == CommitManifest(
        job_id="j", files=(ManifestFile(name="f", bytes=9, crc32="cbf43926", rows=3),)
    )
    for job, there in (("j", True), ("k", False)):
        with OutputCommit(FileStore(), str(tmp_path), overwrite=True, job_id=job, manifest=True) as output:
            assert output.already_committed is there


def test_mode_of_a_replaced_folder_stays(tmp_path: Path) -> None:
    target = tmp_path / "t"
    target.mkdir(mode=0o750)
    target.chmod(0o2750)
    with OutputCommit(FileStore(), str(target), overwrite=True) as output:
        output.commit()
    assert stat.S_IMODE(target.stat().st_mode) == 0o2750
