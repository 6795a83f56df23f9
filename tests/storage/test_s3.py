from __future__ import annotations

import io
import itertools
import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from airflow_ddb_hive.errors import AccessError, InputError, NotFoundError, ServiceError, StorageError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import OutputCommit, Store, open_store
from airflow_ddb_hive.storage.s3 import S3Store
from airflow_ddb_hive.storage.s3_read import S3Input
from airflow_ddb_hive.storage.s3_write import S3Output
from tests.support.rigs import S3Rig

PART = 5 << 20
PREFIXES = (f"test{number}" for number in itertools.count())


@pytest.fixture
def client() -> Iterator[Any]:
    """S3 of moto, in this process, with the bucket ``lake``."""
    with mock_aws():
        made = boto3.client("s3", region_name="us-east-1")
        made.create_bucket(Bucket="lake")
        yield made


@pytest.fixture(params=["moto", pytest.param("rig", marks=[pytest.mark.integration, pytest.mark.oracle("s3")])])
def place(request: pytest.FixtureRequest) -> tuple[Store, str]:
    """A store and an empty folder in it."""
    if request.param == "moto":
        return S3Store(request.getfixturevalue("client")), "s3://lake/x"
    rig: S3Rig = request.getfixturevalue("s3_rig")
    access = AwsAccess(
        region="us-east-1", s3_endpoint_url=rig.endpoint_url, access_key_id="rig", secret_access_key="rigsecret"
    )
    folder = f"s3a://{rig.bucket}/{next(PREFIXES)}"
    return open_store(folder, access), folder


def put(store: Store, url: str, data: bytes) -> None:
    output = store.create(url)
    output.write(data)
    output.publish()


def test_listing_leaves_hidden_objects_and_markers_out(place: tuple[Store, str]) -> None:
    store, folder = place
    for name in ("b", "a/c", "_tmp/x", "a/.h", "a b%20"):
        put(store, f"{folder}/{name}", b"12")
    found = [(file.url.removeprefix(folder), file.size) for file in store.list_files(folder)]
    assert found == [("/a b%20", 2), ("/a/c", 2), ("/b", 2)]
    assert store.list_files(f"{folder}/") == store.list_files(folder)


def test_neighbours_with_the_same_beginning_are_not_listed(place: tuple[Store, str]) -> None:
    store, folder = place
    put(store, f"{folder}2/f", b"1")
    assert store.list_files(folder) == []


def test_folder_marker_is_no_file(client: Any) -> None:
    client.put_object(Bucket="lake", Key="x/a/", Body=b"")
    assert S3Store(client).list_files("s3://lake/x") == []


def test_url_of_an_object_lists_it(place: tuple[Store, str]) -> None:
    store, folder = place
    put(store, f"{folder}/f", b"123")
    assert [(file.url, file.size) for file in store.list_files(f"{folder}/f")] == [(f"{folder}/f", 3)]


def test_listing_reads_all_pages(client: Any) -> None:
    for number in range(1005):
        client.put_object(Bucket="lake", Key=f"x/{number:04}", Body=b"")
    store = S3Store(client)
    found = store.list_files("s3://lake/x")
    assert len(found) == 1005
    store.delete([file.url for file in found])
    assert store.list_files("s3://lake/x") == []


@pytest.mark.parametrize("size", [0, 100, PART, 2 * PART + 7])
def test_object_appears_at_publish_and_whole(place: tuple[Store, str], size: int) -> None:
    store, folder = place
    assert isinstance(store, S3Store)
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    output = S3Output(
        store._client,
        dict(zip(("Bucket", "Key"), f"{folder}/f".split("/", 3)[2:], strict=True)),
        folder,
        part_bytes=PART,
    )
    for start in range(0, size, 1 << 20):
        output.write(memoryview(data)[start : start + (1 << 20)])
    output.finish()
    assert store.list_files(folder) == []
    output.publish()
    output.discard()
    assert store.open_read(f"{folder}/f").read() == data


def test_discarded_upload_is_aborted(client: Any) -> None:
    output = S3Output(client, {"Bucket": "lake", "Key": "x"}, "s3://lake/x", part_bytes=PART)
    output.write(b"x" * (PART + 1))
    assert client.list_multipart_uploads(Bucket="lake")["Uploads"]
    output.discard()
    assert "Uploads" not in client.list_multipart_uploads(Bucket="lake")
    with pytest.raises(StorageError, match="discarded: it cannot be published"):
        output.publish()
    with pytest.raises(StorageError, match="discarded: it takes no more bytes"):
        output.write(b"")


def test_memory_holds_one_part(client: Any) -> None:
    output = S3Output(client, {"Bucket": "lake", "Key": "x"}, "s3://lake/x", part_bytes=PART)
    output.write(b"x" * (3 * PART + 5))
    assert len(output._buffer) == 5


@pytest.mark.parametrize("read_ahead", [1, 7, 1000])
def test_stream_reads_as_a_file_does(place: tuple[Store, str], read_ahead: int) -> None:
    store, folder = place
    assert isinstance(store, S3Store)
    data = bytes(range(200))
    put(store, f"{folder}/f", data)
    bucket, key = folder.split("/", 3)[2:]
    stream, twin = (
        S3Input(store._client, {"Bucket": bucket, "Key": f"{key}/f"}, folder, read_ahead=read_ahead),
        io.BytesIO(data),
    )
    assert stream.readable()
    assert stream.seekable()
    for offset, whence, size in [
        (3, 0, 10),
        (-5, 2, 50),
        (8, 0, 4),
        (-3, 1, 2),
        (500, 0, 1),
        (190, 0, -1),
        (9, 0, None),
    ]:
        assert stream.seek(offset, whence) == twin.seek(offset, whence)
        assert stream.read(size) == twin.read(size)
        assert stream.tell() == twin.tell()
    stream.seek(0)
    assert io.BufferedReader(stream).read(150) == data[:150]
    with pytest.raises(ValueError, match="negative"):
        stream.seek(-1)


def test_reading_small_pieces_asks_once_a_read_ahead(client: Any) -> None:
    client.put_object(Bucket="lake", Key="f", Body=bytes(1000))
    asked: list[str] = []
    client.meta.events.register(
        "before-call.s3.GetObject", lambda params, **_: asked.append(params["headers"]["Range"])
    )
    stream = S3Input(client, {"Bucket": "lake", "Key": "f"}, "s3://lake/f", read_ahead=600)
    while stream.read(10):
        pass
    assert asked == ["bytes=0-599", "bytes=600-999"]


def test_object_replaced_while_it_is_read_is_an_error(client: Any) -> None:
    client.put_object(Bucket="lake", Key="f", Body=b"1" * 10)
    stream = S3Store(client).open_read("s3://lake/f")
    client.put_object(Bucket="lake", Key="f", Body=b"2" * 10)
    with pytest.raises(StorageError, match="replaced while it was read"):
        stream.read()


def test_parquet_is_read_by_ranges(place: tuple[Store, str]) -> None:
    import pyarrow as pa

    store, folder = place
    stream = io.BytesIO()
    pq.write_table(pa.table({"a": range(1000)}), stream)
    put(store, f"{folder}/f", stream.getvalue())
    assert pq.ParquetFile(store.open_read(f"{folder}/f")).read().num_rows == 1000


@pytest.mark.parametrize("fails", [False, True])
def test_overwrite_is_all_or_nothing(place: tuple[Store, str], fails: bool) -> None:
    store, folder = place
    put(store, f"{folder}/old", b"old")
    output = OutputCommit(store, f"{folder}/", overwrite=True)
    with output:
        output.create("000000_0").write(b"new")
        if not fails:
            output.commit()
    names = [file.url.removeprefix(folder) for file in store.list_files(folder)]
    assert names == (["/old"] if fails else ["/000000_0"])


def test_folder_is_removed_with_all_in_it(place: tuple[Store, str]) -> None:
    store, folder = place
    for name in ("_h", "a/b"):
        put(store, f"{folder}/{name}", b"1")
    store.remove_folder(folder)
    assert store.list_files(f"{folder}/_h") == store.list_files(folder) == []


@pytest.mark.parametrize("url", ["s3://lake", "s3://lake//"])
def test_whole_bucket_is_not_removed(client: Any, url: str) -> None:
    with pytest.raises(InputError, match="whole bucket"):
        S3Store(client).remove_folder(url)


def test_bucket_is_no_object(client: Any) -> None:
    with pytest.raises(InputError, match="name an object in it"):
        S3Store(client).open_read("s3://lake/")


def test_object_that_is_not_there_is_named(place: tuple[Store, str]) -> None:
    store, folder = place
    with pytest.raises(NotFoundError, match=f"{folder}/gone"):
        store.open_read(f"{folder}/gone")


def test_bucket_that_is_not_there_is_named(client: Any) -> None:
    with pytest.raises(NotFoundError, match="the bucket is not there"):
        S3Store(client).list_files("s3://gone-bucket/x")


def test_endpoint_that_nobody_answers_at_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        access = AwsAccess(region="us-east-1", s3_endpoint_url=endpoint)
        with pytest.raises(ServiceError, match=f"cannot reach S3 at {endpoint}"):
            open_store("s3://lake/x", access).list_files("s3://lake/x/")


def test_missing_credentials_are_an_access_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError, match="give access keys or a profile"):
        open_store("s3://lake/x", AwsAccess(region="us-east-1")).list_files("s3://lake/x")


def test_missing_profile_is_an_access_error() -> None:
    with pytest.raises(AccessError, match="profile"):
        open_store("s3://lake/x", AwsAccess(profile="nobody"))


def test_session_that_is_given_is_used() -> None:
    session = boto3.Session(aws_access_key_id="theirs", aws_secret_access_key="x", region_name="eu-west-1")
    store = open_store("s3://lake/x", AwsAccess(), session=session)
    assert isinstance(store, S3Store)
    assert store._client.meta.region_name == "eu-west-1"
