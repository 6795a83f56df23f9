from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, NotFoundError, StorageError
from airflow_ddb_hive.storage.file import FileStore, file_errors


def test_listing_is_sorted_and_leaves_hidden_files_out(tmp_path: Path) -> None:
    for name in ("b", "a/c", "_tmp/x", "a/.hidden", "a/_x", ".git/y", "a/d_"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("12")
    found = FileStore().list_files(str(tmp_path))
    assert [(file.url.removeprefix(str(tmp_path)), file.size) for file in found] == [
        ("/a/c", 2),
        ("/a/d_", 2),
        ("/b", 2),
    ]


def test_listing_answers_in_the_form_of_the_url(tmp_path: Path) -> None:
    (tmp_path / "a b").write_text("")
    (found,) = FileStore().list_files(tmp_path.as_uri())
    assert found.url == f"{tmp_path.as_uri()}/a%20b"
    FileStore().open_read(found.url).close()


def test_url_of_a_file_lists_that_file(tmp_path: Path) -> None:
    (tmp_path / "_x").write_text("1")
    assert [file.size for file in FileStore().list_files(str(tmp_path / "_x"))] == [1]


def test_folder_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert FileStore().list_files(str(tmp_path / "gone")) == []


def test_new_file_is_invisible_until_published(tmp_path: Path) -> None:
    store, url = FileStore(), str(tmp_path / "new" / "f")
    output = store.create(url)
    assert output.write(memoryview(b"abc")) == 3
    output.finish()
    assert store.list_files(str(tmp_path)) == []
    output.publish()
    output.discard()
    with store.open_read(url) as stream:
        assert stream.read() == b"abc"
    assert os.listdir(tmp_path / "new") == ["f"]  # noqa: PTH208 - names alone, hidden ones too


def test_discarded_file_leaves_nothing(tmp_path: Path) -> None:
    output = FileStore().create(str(tmp_path / "f"))
    output.write(b"abc")
    output.discard()
    output.discard()
    assert list(tmp_path.iterdir()) == []


def test_published_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    output = FileStore().create(str(tmp_path / "f"))
    output.publish()
    assert (tmp_path / "f").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_removing_what_is_gone_does_no_harm(tmp_path: Path) -> None:
    FileStore().delete([str(tmp_path / "x")])
    FileStore().remove_folder(str(tmp_path / "y"))


def test_folder_is_made_and_removed_with_all_in_it(tmp_path: Path) -> None:
    url = str(tmp_path / "a" / "b")
    FileStore().make_folder(url)
    (tmp_path / "a" / "b" / ".x").write_text("")
    FileStore().remove_folder(str(tmp_path / "a"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, NotFoundError),
        (errno.ENOTDIR, InputError),
        (errno.EISDIR, InputError),
        (errno.ENAMETOOLONG, InputError),
        (errno.EACCES, AccessError),
        (errno.EPERM, AccessError),
        (errno.EROFS, AccessError),
        (errno.ENOSPC, StorageError),
        (errno.EDQUOT, StorageError),
        (errno.EIO, StorageError),
    ],
)
def test_errors_of_the_system_become_ours(number: int, kind: type[DdbHiveError]) -> None:
    with pytest.raises(DdbHiveError, match="'/x/y'") as caught, file_errors("/x/y"):
        raise OSError(number, os.strerror(number))
    assert type(caught.value) is kind
    assert caught.value.code == errno.errorcode[number]
    assert isinstance(caught.value.__cause__, OSError)


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="gone' is not there"):
        FileStore().open_read(str(tmp_path / "gone"))
