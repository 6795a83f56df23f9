"""Bare connections: kept while they are good, given up when a server is silent, drips or goes away."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from airflow_ddb_hive.dynamodb.connections import Connections, Patience
from airflow_ddb_hive.dynamodb.framing import FramingError, read_answer
from airflow_ddb_hive.errors import JobCancelledError

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
QUICK = Patience(connect_seconds=1, silence_seconds=0.3, least_bytes_per_second=1000)

Serve = Callable[[socket.socket], None]


class Served:
    """A server whose connections are counted."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.accepted = 0
        self.received = bytearray()

    @property
    def request(self) -> AWSPreparedRequest:
        headers: Any = HeadersDict({"X-A": b"1"})
        return AWSPreparedRequest("POST", f"http://127.0.0.1:{self.port}/", headers, b"{}", stream_output=False)


@contextmanager
def serving(serve: Serve) -> Iterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    served = Served(listener.getsockname()[1])
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            served.accepted += 1
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while received := connection.recv(65536):
                    served.received += received
                    serve(connection)
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_connection_serves_many_requests() -> None:
    with serving(lambda connection: connection.sendall(ANSWER)) as served:
        connections = Connections()
        for _ in range(5):
            assert connections.send(served.request, threading.Event()).body == b"{}"
        assert served.accepted == 1
        assert served.received.startswith(b"POST / HTTP/1.1\r\nHost: 127.0.0.1:")
        assert b"X-A: 1\r\n" in served.received
        connections.close()


def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    def once(connection: socket.socket) -> None:
        connection.sendall(ANSWER)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(once) as served:
        connections = Connections()
        for number in range(1, 4):
            assert connections.send(served.request, threading.Event()).status == 200
            deadline = time.monotonic() + 5
            while served.accepted < number and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.05)  # the close is on its way
        assert served.accepted == 3
        connections.close()


def test_an_answer_that_says_close_ends_its_connection() -> None:
    closing = ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serving(lambda connection: connection.sendall(closing)) as served:
        connections = Connections()
        for _ in range(2):
            connections.send(served.request, threading.Event())
        assert served.accepted == 2


def test_silence_is_a_timeout() -> None:
    with serving(lambda _: None) as served, pytest.raises(ReadTimeoutError):
        Connections(patience=QUICK).send(served.request, threading.Event())


def test_drops_are_no_progress() -> None:
    def drip(connection: socket.socket) -> None:
        for letter in ANSWER[:-2] + b"x" * 1000:
            connection.sendall(bytes([letter]))
            time.sleep(0.02)

    with serving(drip) as served:
        started = time.monotonic()
        with pytest.raises(ReadTimeoutError):
            Connections(patience=QUICK).send(served.request, threading.Event())
        assert time.monotonic() - started < 5


def test_a_stop_ends_the_wait() -> None:
    stop = threading.Event()
    with serving(lambda _: stop.set()) as served, pytest.raises(JobCancelledError):
        Connections().send(served.request, stop)


@pytest.mark.parametrize("cut", [5, 17, len(ANSWER) - 1])
def test_an_answer_that_is_cut_short_is_a_closed_connection(cut: int) -> None:
    def half(connection: socket.socket) -> None:
        connection.sendall(ANSWER[:cut])
        connection.shutdown(socket.SHUT_RDWR)

    with serving(half) as served, pytest.raises(ConnectionClosedError):
        Connections().send(served.request, threading.Event())


def test_nobody_at_the_endpoint_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(EndpointConnectionError):
        Connections().send(Served(port).request, threading.Event())


def test_a_server_that_speaks_no_tls_is_named() -> None:
    with serving(lambda connection: connection.sendall(ANSWER)) as served:
        request = served.request
        request.url = request.url.replace("http:", "https:")
        with pytest.raises((SSLError, EndpointConnectionError)):
            Connections(ssl.create_default_context()).send(request, threading.Event())


def answered(*parts: bytes) -> bytes:
    rest = iter(parts)
    return read_answer(lambda: next(rest, b"")).body


def test_bodies_end_by_length_by_chunks_or_with_the_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\n"
    assert answered(head + b"Content-Length: 3\r\n\r\na", b"bc") == b"abc"
    assert (
        answered(head + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n", b"1\r\nc\r\n0\r\nT: 1\r\n\r\n") == b"abc"
    )
    assert answered(head + b"\r\na", b"bc") == b"abc"
    assert answered(b"HTTP/1.1 100 Continue\r\n\r\n" + head + b"Content-Length: 1\r\n\r\na") == b"a"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 xx OK\r\n\r\n",
    ],
)
def test_what_is_no_complete_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(FramingError):
        answered(answer)
