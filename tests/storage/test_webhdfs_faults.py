"""What goes wrong between here and HDFS, on loopback: it passes by itself, or the error names path and remedy."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from airflow_ddb_hive.errors import (
    AccessError,
    DdbHiveError,
    JobCancelledError,
    NotFoundError,
    ServiceError,
    StorageError,
)
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import OutputFile, Store, StoreOptions, open_store, webhdfs_client
from airflow_ddb_hive.storage.journal import read_whole, write_whole
from airflow_ddb_hive.storage.webhdfs_client import Answer, WebHdfsClient
from airflow_ddb_hive.storage.webhdfs_errors import EXCEPTION_ERRORS, answered_error
from tests.support.scripted_server import Asked, Reply, ScriptedServer, remote_exception, scripted_server

URL = "hdfs://cluster/a/f"
Serve = Callable[[Callable[[Asked], Reply]], ScriptedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(scripted_server(answer))


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhdfs_client, "_FIRST_PAUSE_SECONDS", 0.001)


def store_at(*servers: ScriptedServer, **options: Any) -> Store:
    address = ",".join(server.url for server in servers)
    return open_store(URL, AwsAccess(), options=StoreOptions(webhdfs_address=address, webhdfs_user="me", **options))


def status(length: int = 3, *, kind: str = "FILE", name: str = "", file_id: int = 7) -> dict[str, Any]:
    return {"pathSuffix": name, "type": kind, "length": length, "modificationTime": 5, "fileId": file_id}


def file_status(length: int = 3, **other: Any) -> Reply:
    return Reply(body=json.dumps({"FileStatus": status(length, **other)}).encode())


def refusal(name: str, code: int = 403, **headers: str) -> Reply:
    pairs = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    return Reply(status=code, body=remote_exception(name), headers=pairs)


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """One after the other; the last one for ever."""
    left = list(replies)
    return lambda _asked: left.pop(0) if len(left) > 1 else left[0]


def test_standby_makes_way_for_the_active_name_node_and_stays_aside(serve: Serve) -> None:
    standby, active = serve(in_turn(refusal("StandbyException"))), serve(in_turn(file_status()))
    store = store_at(standby, active)
    assert [store.stat(URL) is not None for _ in range(3)] == [True] * 3
    assert (len(standby.asked), len(active.asked)) == (1, 3)


def test_name_node_that_is_down_makes_way_for_the_next(serve: Serve) -> None:
    active = serve(in_turn(file_status()))
    down = ScriptedServer(in_turn(Reply()), url="http://127.0.0.1:9")
    assert store_at(down, active).stat(URL) is not None


@pytest.mark.parametrize(
    "passing",
    [refusal("RetriableException"), refusal("SafeModeException"), Reply(status=503), Reply(body=b"12345", cut=2)],
)
def test_what_passes_is_tried_again(serve: Serve, passing: Reply) -> None:
    server = serve(in_turn(passing, passing, file_status()))
    assert store_at(server).stat(URL) is not None
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("reply", "kind", "remedy"),
    [
        (refusal("StandbyException"), ServiceError, "name all of them in ddb_hive.webhdfs.address"),
        (refusal("RetriableException"), ServiceError, "run again later"),
        (refusal("SafeModeException"), ServiceError, "safe mode"),
        (Reply(status=503), ServiceError, "run again later"),
        (Reply(body=b"12345", cut=2), ServiceError, "connection was cut.*run again"),
        (refusal("AccessControlException"), AccessError, "set ddb_hive.webhdfs.user"),
        (refusal("InvalidToken"), AccessError, "fetch a new one.*ddb_hive.webhdfs.delegation.token"),
        (refusal("SecurityException", 401), AccessError, "delegation token has expired"),
        (refusal("x", 401, WWW_Authenticate="Negotiate"), AccessError, "Kerberos.*fetchdt.*delegation.token"),
        (Reply(status=401), AccessError, "HTTP status 401"),
        (Reply(body=b"<html>"), StorageError, "none of WebHDFS: check the address"),
        (Reply(status=302, headers=(("Location", "http://127.0.0.1:9/login"),)), ServiceError, "cannot reach"),
        (refusal("NSQuotaExceededException"), StorageError, "quota is used up"),
        (refusal("SomethingNew"), StorageError, r"HDFS failed \(SomethingNew: said\)"),
    ],
)
def test_errors_name_path_and_remedy(serve: Serve, reply: Reply, kind: type[DdbHiveError], remedy: str) -> None:
    with pytest.raises(DdbHiveError, match=remedy) as caught:
        store_at(serve(in_turn(reply))).stat(URL)
    assert type(caught.value) is kind
    assert "/a/f" in str(caught.value) or "127.0.0.1:9" in str(caught.value)


def test_wrong_path_of_the_address_is_told_from_a_file_that_is_not_there(serve: Serve) -> None:
    with pytest.raises(NotFoundError, match="no WebHDFS answers there: check the address"):
        store_at(serve(in_turn(Reply(status=404, body=b"<html>")))).open_read(URL)


def test_every_exception_has_an_error() -> None:
    for name, (kind, text) in EXCEPTION_ERRORS.items():
        found = answered_error(403, {}, remote_exception(f"Outer${name}"), URL)
        assert type(found) is kind
        assert text in str(found)
        assert found.code == name


def test_redirects_without_end_are_an_error(serve: Serve) -> None:
    server = serve(lambda asked: Reply(status=307, headers=(("Location", asked.target),)))
    with pytest.raises(StorageError, match=r"/a/f'.*redirected 4 times: check the address"):
        store_at(server).stat(URL)


def test_write_that_is_redirected_again_is_an_error(serve: Serve) -> None:
    server = serve(lambda asked: Reply(status=307, headers=(("Location", asked.target),)))
    with pytest.raises(StorageError, match=r"redirected.*where an answer was due"):
        write_whole(store_at(server), URL, b"123")


def test_redirect_from_https_to_http_is_refused_for_it_would_show_the_token() -> None:
    client = WebHdfsClient("swebhdfs://node:9871/x", StoreOptions(webhdfs_token="s3cr3t"))
    redirect = Answer(status=307, headers={"Location": "http://dn:9864/x?delegation=s3cr3t"}, body=b"")
    with pytest.raises(AccessError, match=r"from https to http://dn:9864.*HTTPS_ONLY") as caught:
        client._location(redirect, "https://node:9871/webhdfs/v1/x?op=OPEN&delegation=s3cr3t", URL)
    assert "s3cr3t" not in str(caught.value)


def reading(data: bytes, **faults: Reply) -> Callable[[Asked], Reply]:
    """A file of which each range is asked for; ``faults`` answer the first requests for bytes."""
    left = list(faults.values())

    def answer(asked: Asked) -> Reply:
        if "op=OPEN" not in asked.target:
            return file_status(len(data))
        if left:
            return left.pop(0)
        parameters = dict(pair.split("=") for pair in asked.target.partition("?")[2].split("&"))
        start = int(parameters["offset"])
        return Reply(body=data[start : start + int(parameters["length"])])

    return answer


def test_download_that_is_cut_is_taken_up_again(serve: Serve) -> None:
    data = bytes(range(256)) * 40
    server = serve(reading(data, cut=Reply(body=data, cut=100), short=Reply(body=data[:5]), late=Reply(status=503)))
    assert read_whole(store_at(server), URL) == data


def test_download_that_stays_cut_names_the_file(serve: Serve) -> None:
    server = serve(reading(b"x" * 100, **{str(number): Reply(body=b"x" * 50) for number in range(9)}))
    with pytest.raises(StorageError, match=r"hdfs://cluster/a/f': 50 bytes came at 0 where there were to be 100"):
        read_whole(store_at(server), URL)


def test_file_that_is_replaced_while_it_is_read_is_an_error(serve: Serve) -> None:
    replies = in_turn(file_status(3), file_status(3, file_id=8))
    server = serve(lambda asked: Reply(body=b"123") if "op=OPEN" in asked.target else replies(asked))
    with pytest.raises(StorageError, match="replaced while it was read: run again"):
        read_whole(store_at(server), URL)


def writing(server: list[ScriptedServer], data: Reply, length: int) -> Callable[[Asked], Reply]:
    """A name node that sends a writer to itself; ``data`` answers his bytes."""

    def answer(asked: Asked) -> Reply:
        if "op=CREATE" in asked.target and "to=data" not in asked.target:
            return Reply(status=307, headers=(("Location", f"{server[0].url}{asked.target}&to=data"),))
        return data if "to=data" in asked.target else file_status(length)

    return answer


@pytest.mark.parametrize("size", [1000, 9 << 20])
def test_upload_of_which_less_arrived_is_an_error_and_removed(serve: Serve, size: int) -> None:
    servers: list[ScriptedServer] = []
    servers.append(serve(writing(servers, Reply(status=201), size - 1)))
    output = store_at(servers[0]).create(URL)
    with pytest.raises(StorageError, match=rf"{size - 1} of {size} bytes have arrived: run again"):
        _write(output, size)
    output.discard()
    assert servers[0].asked[-1].method == "DELETE"


@pytest.mark.parametrize("size", [1000, 9 << 20])
def test_upload_that_is_cut_names_the_file(serve: Serve, size: int) -> None:
    servers: list[ScriptedServer] = []
    servers.append(serve(writing(servers, Reply(body=b"123", cut=1), size)))
    output = store_at(servers[0]).create(URL)
    with pytest.raises(ServiceError, match=r"/a/\.f\.[0-9a-f]+'.*cut.*run again"):
        _write(output, size)
    output.discard()


def _write(output: OutputFile, size: int) -> None:
    output.write(bytes(size))
    output.finish()


def test_small_file_is_sent_again(serve: Serve) -> None:
    servers: list[ScriptedServer] = []
    good = writing(servers, Reply(status=201), 3)
    bad = [Reply(status=503), Reply(body=b"12", cut=1)]
    servers.append(serve(lambda asked: bad.pop(0) if "to=data" in asked.target and bad else good(asked)))
    write_whole(store_at(servers[0]), URL, b"123")
    assert [asked.body for asked in servers[0].asked if "to=data" in asked.target] == [b"123"] * 3


def test_data_node_that_is_not_reached_names_the_setting_and_the_setting_helps(serve: Serve) -> None:
    servers: list[ScriptedServer] = []
    there = ("Location", "http://127.0.0.1:9/webhdfs/v1/a/f?op=OPEN&to=data")

    def answer(asked: Asked) -> Reply:
        if "to=data" in asked.target:
            return Reply(body=b"123")
        return Reply(status=307, headers=(there,)) if "op=OPEN" in asked.target else file_status(3)

    servers.append(serve(answer))
    with pytest.raises(ServiceError, match=r"http://127\.0\.0\.1:9: that is a data node.*ddb_hive\.webhdfs\.datanodes"):
        read_whole(store_at(servers[0]), URL)
    helped = store_at(servers[0], webhdfs_datanodes=f"127.0.0.1:9={servers[0].address}")
    assert read_whole(helped, URL) == b"123"


def test_token_says_who_asks_and_is_not_shown(serve: Serve) -> None:
    server = serve(in_turn(Reply(body=b"<html>")))
    store = store_at(server, webhdfs_token="s3cr3t")
    with pytest.raises(StorageError) as caught:
        store.stat(URL)
    assert "delegation=s3cr3t" in server.asked[0].target
    assert "user.name" not in server.asked[0].target
    assert "s3cr3t" not in str(caught.value) + repr(StoreOptions(webhdfs_token="s3cr3t"))


def test_listing_has_all_batches_and_is_compared_with_a_second_one(serve: Serve) -> None:
    def answer(asked: Asked) -> Reply:
        after = asked.target.partition("startAfter=")[2].partition("&")[0]
        first = int(after or -1) + 1
        entries = [status(1, name=f"{number}", file_id=number) for number in range(first, min(first + 2, 5))]
        listing = {
            "partialListing": {"FileStatuses": {"FileStatus": entries}},
            "remainingEntries": 5 - first - len(entries),
        }
        return Reply(body=json.dumps({"DirectoryListing": listing}).encode())

    server = serve(answer)
    assert [file.url for file in store_at(server).list_files("hdfs://cluster/a")] == [
        f"hdfs://cluster/a/{number}" for number in range(5)
    ]
    assert len(server.asked) == 6


def test_cluster_without_batches_is_listed_at_once(serve: Serve) -> None:
    listing = json.dumps({"FileStatuses": {"FileStatus": [status(1, name="x")]}}).encode()
    server = serve(
        lambda asked: refusal("IllegalArgumentException", 400) if "BATCH" in asked.target else Reply(body=listing)
    )
    store = store_at(server)
    assert [len(store.list_files("hdfs://cluster/a")) for _ in range(2)] == [1, 1]
    assert len(server.asked) == 3


@pytest.mark.parametrize("operation", ["stat", "read", "write"])
def test_cancelled_job_does_not_wait_for_an_answer(serve: Serve, operation: str) -> None:
    server = serve(
        lambda asked: Reply(hang=True) if asked.method == "PUT" or operation == "stat" else file_status(9 << 20)
    )
    stop = threading.Event()
    options = StoreOptions(webhdfs_address=server.url)
    store = open_store(URL, AwsAccess(), options=options, stopped=stop.is_set)
    if operation == "read":
        server.answer = lambda asked: Reply(hang=True) if "op=OPEN" in asked.target else file_status(9 << 20)
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    with pytest.raises(JobCancelledError):
        _use(store, operation)
    assert time.monotonic() - started < 8


def _use(store: Store, operation: str) -> None:
    if operation == "stat":
        store.stat(URL)
    elif operation == "read":
        with closing(store.open_read(URL)) as stream:
            stream.read()
    else:
        output = store.create(URL)
        try:
            output.write(bytes(20 << 20))
            output.finish()
        finally:
            output.discard()
