"""What every store does, asked of all: the local file system, S3 in this process, a real S3 server, real HDFS."""

from __future__ import annotations

import io
import itertools
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import boto3
import pytest
from moto import mock_aws

from airflow_ddb_hive.errors import DdbHiveError, InputError, NotFoundError, StorageError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import FileInfo, OutputCommit, Store, StoreOptions, open_store
from airflow_ddb_hive.storage.journal import write_whole
from airflow_ddb_hive.storage.s3 import S3Store

NUMBERS = itertools.count()
STORES = [
    "file",
    "moto",
    pytest.param("s3", marks=[pytest.mark.integration, pytest.mark.oracle("s3")]),
    pytest.param("hdfs", marks=[pytest.mark.integration, pytest.mark.oracle("hdfs")]),
    pytest.param("webhdfs", marks=[pytest.mark.integration, pytest.mark.oracle("hdfs")]),
]
NAMES = ["000000_0", "a b%20+c", "größe=✓", "k=a%3Ab", "x#y?z&w=1;v", 'it\'s "so"', "a\\b"]


class Place(NamedTuple):
    """A store and a folder of one's own in it."""

    store: Store
    folder: str


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Every store, with a folder that is not there yet."""
    name = f"contract{next(NUMBERS)}"
    if request.param == "file":
        yield Place(open_store("/", AwsAccess()), f"{tmp_path}/{name}")
    elif request.param == "moto":
        with mock_aws():
            client = boto3.client("s3", region_name="us-east-1")
            client.create_bucket(Bucket="lake")
            yield Place(S3Store(client), f"s3://lake/{name}")
    elif request.param == "s3":
        rig = request.getfixturevalue("s3_rig")
        folder = f"s3a://{rig.bucket}/{name}"
        yield Place(open_store(folder, AwsAccess(region="us-east-1", s3_endpoint_url=rig.endpoint_url)), folder)
    else:
        rig = request.getfixturevalue("hdfs_rig")
        address = rig.webhdfs_url if request.param == "hdfs" else None
        root = rig.url if request.param == "hdfs" else rig.webhdfs_url.replace("http", "webhdfs")
        options = StoreOptions(webhdfs_address=address, webhdfs_user="tester")
        yield Place(open_store(f"{root}/{name}", AwsAccess(), options=options), f"{root}/{name}")


def names(place: Place) -> list[str]:
    return [file.url.removeprefix(f"{place.folder}/") for file in place.store.list_files(place.folder)]


def read(place: Place, name: str) -> bytes:
    with closing(place.store.open_read(f"{place.folder}/{name}")) as stream:
        return stream.read()


def put(place: Place, name: str, data: bytes = b"12") -> None:
    write_whole(place.store, f"{place.folder}/{name}", data)


def test_listing_is_recursive_sorted_with_sizes_and_leaves_hidden_files_out(place: Place) -> None:
    for name in ("b", "a/c/d", "_tmp/x", "a/.hidden", "a/_x", ".git/y", "a/d_"):
        put(place, name)
    found = place.store.list_files(f"{place.folder}/")
    assert [(file.url.removeprefix(place.folder), file.size) for file in found] == [
        ("/a/c/d", 2),
        ("/a/d_", 2),
        ("/b", 2),
    ]
    everything = [file.url.removeprefix(place.folder) for file in place.store.list_all(place.folder)]
    assert everything == ["/.git/y", "/_tmp/x", "/a/.hidden", "/a/_x", "/a/c/d", "/a/d_", "/b"]
    assert all(file.modified > 1_000_000_000 and file.version for file in found)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_written_listed_read_and_removed(place: Place, name: str) -> None:
    put(place, f"f/{name}", name.encode())
    assert names(place) == [f"f/{name}"]
    assert read(place, f"f/{name}") == name.encode()
    place.store.rename(f"{place.folder}/f/{name}", f"{place.folder}/g/{name}")
    assert names(place) == [f"g/{name}"]
    place.store.delete([f"{place.folder}/g/{name}"])
    assert names(place) == []


def test_url_of_a_file_lists_that_file(place: Place) -> None:
    put(place, "x/f", b"123")
    put(place, "x/f2", b"1")
    assert [(file.url, file.size) for file in place.store.list_files(f"{place.folder}/x/f")] == [
        (f"{place.folder}/x/f", 3)
    ]


def test_what_is_not_there_lists_nothing_and_is_named_when_it_is_read(place: Place) -> None:
    gone = f"{place.folder}/gone"
    assert place.store.list_files(gone) == place.store.list_all(gone) == []
    assert place.store.stat(gone) is None
    assert not place.store.exists(gone)
    place.store.delete([gone])
    place.store.remove_folder(gone)
    place.store.remove_empty_folder(gone)
    with pytest.raises(NotFoundError, match="gone"):
        place.store.open_read(gone)
    with pytest.raises(NotFoundError, match="gone"):
        place.store.rename(gone, f"{place.folder}/elsewhere")


@pytest.mark.parametrize("size", [0, 1, 100_000, (5 << 20) + 7])
def test_file_appears_at_publish_and_whole(place: Place, size: int) -> None:
    data = secrets.token_bytes(size)
    output = place.store.create(f"{place.folder}/new/f")
    for start in range(0, size, 700_001):
        assert output.write(memoryview(data)[start : start + 700_001])
    output.finish()
    assert names(place) == []
    output.publish()
    output.publish()
    output.discard()
    assert names(place) == ["new/f"]
    assert read(place, "new/f") == data
    info = place.store.stat(f"{place.folder}/new/f")
    assert info is not None
    assert info.size == size
    assert [file.url for file in place.store.list_all(place.folder)] == [f"{place.folder}/new/f"]


@pytest.mark.parametrize("size", [10, (5 << 20) + 7])
def test_discarded_file_leaves_nothing(place: Place, size: int) -> None:
    for finished in (False, True):
        output = place.store.create(f"{place.folder}/f")
        output.write(bytes(size))
        if finished:
            output.finish()
        output.discard()
        output.discard()
        assert place.store.list_all(place.folder) == []


def test_publishing_replaces_a_file_of_the_same_name(place: Place) -> None:
    put(place, "f", b"old")
    put(place, "f", b"newer")
    assert read(place, "f") == b"newer"
    assert [file.url for file in place.store.list_all(place.folder)] == [f"{place.folder}/f"]


def test_stream_seeks_and_reads_as_a_file_does(place: Place) -> None:
    data = bytes(range(256)) * 20_000
    put(place, "f", data)
    twin = io.BytesIO(data)
    with closing(place.store.open_read(f"{place.folder}/f")) as stream:
        steps = [
            (3, 0, 10),
            (-5, 2, 50),
            (8, 0, 4),
            (-3, 1, 2),
            (len(data) + 9, 0, 1),
            (4_999_990, 0, -1),
            (1, 0, 4_800_000),
        ]
        for offset, whence, size in steps:
            assert stream.seek(offset, whence) == twin.seek(offset, whence)
            assert stream.read(size) == twin.read(size)
            assert stream.tell() == twin.tell()


def test_file_that_was_replaced_since_it_was_listed_is_refused(place: Place) -> None:
    put(place, "f", b"old")
    (listed,) = place.store.list_files(place.folder)
    with closing(place.store.open_read(listed.url, version=listed.version)) as stream:
        assert stream.read() == b"old"
    put(place, "f", b"newer")
    with pytest.raises(StorageError, match=r"was replaced.*run again"):
        place.store.open_read(listed.url, version=listed.version)


def test_folder_is_renamed_with_all_in_it(place: Place) -> None:
    put(place, "old/a/_h")
    put(place, "old/b")
    place.store.rename(f"{place.folder}/old", f"{place.folder}/deep/new")
    assert [file.url for file in place.store.list_all(place.folder)] == [
        f"{place.folder}/deep/new/a/_h",
        f"{place.folder}/deep/new/b",
    ]
    assert not place.store.exists(f"{place.folder}/old")


def test_folder_is_not_renamed_onto_another_or_into_it(place: Place) -> None:
    put(place, "old/b")
    put(place, "new/c")
    if not place.store.has_folders:
        pytest.skip("left out: S3 has no folders")
    with pytest.raises(InputError, match="old"):
        place.store.rename(f"{place.folder}/old", f"{place.folder}/new")
    assert names(place) == ["new/c", "old/b"]


def test_folder_is_removed_with_all_in_it(place: Place) -> None:
    for name in ("x/_h", "x/a/b", "x2/c"):
        put(place, name)
    place.store.remove_empty_folder(f"{place.folder}/x")
    assert place.store.exists(f"{place.folder}/x/a")
    place.store.remove_folder(f"{place.folder}/x")
    assert [file.url for file in place.store.list_all(place.folder)] == [f"{place.folder}/x2/c"]


def test_of_several_writers_of_a_new_file_one_succeeds(place: Place) -> None:
    assert place.store.write_new(f"{place.folder}/f", b"first")
    assert not place.store.write_new(f"{place.folder}/f", b"second")
    assert read(place, "f") == b"first"
    assert [file.url for file in place.store.list_all(place.folder)] == [f"{place.folder}/f"]


def test_folder_is_there_once_it_is_made(place: Place) -> None:
    place.store.make_folder(f"{place.folder}/a/b")
    place.store.make_folder(f"{place.folder}/a/b")
    assert place.store.exists(f"{place.folder}/a/b") is place.store.has_folders
    assert place.store.list_files(place.folder) == []


def test_checksum_is_the_stores_own(place: Place) -> None:
    put(place, "a", b"1")
    put(place, "b", b"1")
    put(place, "c", b"2")
    one, same, other = (place.store.checksum(f"{place.folder}/{name}") for name in "abc")
    assert one == same
    assert (one is None) is place.folder.startswith("/")
    assert one is None or one != other


@pytest.mark.parametrize("overwrite", [True, False])
def test_commit_adds_or_replaces(place: Place, overwrite: bool) -> None:
    for name in ("000000_0", "sub/old"):
        put(place, name, b"old")
    with OutputCommit(place.store, place.folder, overwrite=overwrite) as output:
        for number in range(2):
            output.create(f"00000{number}_0").write(b"new")
        assert {read(place, name) for name in names(place)} == {b"old"}
        output.commit()
    found = {name: read(place, name) for name in names(place)}
    assert sorted(found.values()) == ([b"new"] * 2 if overwrite else [b"new", b"new", b"old", b"old"])
    assert len(place.store.list_all(place.folder)) == len(found)


def test_name_that_somebody_has_is_not_taken_from_him(place: Place) -> None:
    put(place, "a", b"1")
    put(place, "b", b"2")
    with pytest.raises(StorageError, match="written by somebody else: run again") as caught:
        place.store.rename_new(f"{place.folder}/a", f"{place.folder}/b")
    assert caught.value.code == "Taken"
    place.store.rename_new(f"{place.folder}/a", f"{place.folder}/c")
    assert {name: read(place, name) for name in names(place)} == {"b": b"2", "c": b"1"}


@pytest.mark.parametrize("files", [1, 2])
def test_two_jobs_that_add_at_once_take_nothing_from_each_other(place: Place, files: int) -> None:
    first, second = (OutputCommit(place.store, place.folder, overwrite=False) for _ in range(2))
    for job, output in enumerate((first, second)):
        for number in range(files):
            output.create(f"00000{number}_0").write(f"{job}{number}".encode() * 10_000)
    first.commit()
    if place.store.has_folders:
        second.commit()
    else:
        with second, pytest.raises(StorageError, match="written by somebody else: run again"):
            second.commit()
    contents = sorted(read(place, name)[:2].decode() for name in names(place))
    jobs = range(2) if place.store.has_folders else range(1)
    assert contents == [f"{job}{number}" for job in jobs for number in range(files)]
    assert len(place.store.list_all(place.folder)) == len(contents)


def test_readers_see_one_generation_whole_while_others_come(place: Place) -> None:
    seen: list[set[bytes]] = []
    ended = threading.Event()

    def write() -> None:
        try:
            for generation in range(4):
                with OutputCommit(place.store, place.folder, overwrite=True) as output:
                    for number in range(3):
                        output.create(f"00000{number}_0").write(b"%d" % generation)
                    output.commit()
        finally:
            ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not ended.is_set():
        try:
            files = place.store.list_files(place.folder)
            if files:
                seen.append({b"%d" % len(files), *(read_version(place, file) for file in files)})
        except (NotFoundError, StorageError):
            continue  # a file that was listed is gone, and that is said
    writer.join()
    assert all(len(generation) == 2 and b"3" in generation for generation in seen if generation != {b"3"}), seen
    assert [read(place, name) for name in names(place)] == [b"3"] * 3


def read_version(place: Place, file: FileInfo) -> bytes:
    with closing(place.store.open_read(file.url, version=file.version)) as stream:
        return stream.read()


def test_root_is_no_target(place: Place) -> None:
    scheme, separator, rest = place.folder.partition("://")
    root = f"{scheme}://{rest.partition('/')[0]}/" if separator else "/"
    with pytest.raises(InputError, match="is the root of a"):
        OutputCommit(place.store, root, overwrite=True)
    if separator:
        with pytest.raises(InputError, match="is a whole"):
            place.store.remove_folder(root)


def test_folder_is_no_file(place: Place) -> None:
    put(place, "d/f")
    assert place.store.stat(f"{place.folder}/d") is None
    with pytest.raises(DdbHiveError, match=r"/d'"):
        place.store.open_read(f"{place.folder}/d")
