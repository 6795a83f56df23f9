"""Bare HTTP/1.1 connections whose every wait ends when a job does.

A thread that waits inside urllib3 cannot be called back: a server that never answers holds it for the read timeout,
and one that sends a byte a second for as long as it likes. Here waits are short steps, an answer must make progress,
and a request costs a fraction of the CPU time. Failures are botocore's own classes, so that one table maps them.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from airflow_ddb_hive.dynamodb.framing import Answer, FramingError, read_answer
from airflow_ddb_hive.errors import JobCancelledError

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

__all__ = ["Connections", "Patience"]

_STEP_SECONDS = 0.1
_SEND_BYTES = 64 * 1024
_RECEIVE_BYTES = 256 * 1024
_MOST_IDLE = 64
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: to connect, for the next byte, and how fast an answer must come in the long run.

    Example:
        >>> Patience().answer_seconds(received=80_000)
        18.0
    """

    connect_seconds: float = 5.0
    silence_seconds: float = 8.0
    least_bytes_per_second: float = 8_000.0

    def answer_seconds(self, received: int) -> float:
        """Return how long an answer may have taken of which so many bytes are there: drops are no progress."""
        return self.silence_seconds + received / self.least_bytes_per_second


class Connections:
    """A pool of connections to any number of hosts; thread-safe.

    Args:
        tls: How certificates are checked.
        patience: How long to wait for what.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, patience: Patience | None = None) -> None:
        self._tls = tls
        self._patience = patience or Patience()
        self._idle: dict[tuple[str, str, int], list[socket.socket]] = {}
        self._lock = threading.Lock()

    def send(self, request: AWSPreparedRequest, stop: threading.Event) -> Answer:
        """Send one request, once, and return its answer.

        Raises:
            JobCancelledError: ``stop`` was set before the answer was complete.
            BotoCoreError: There is no connection, or no complete answer.
        """
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        place = (parts.scheme, host, parts.port or _DEFAULT_PORTS[parts.scheme])
        connection = self._take(place) or self._open(place, request.url)
        exchange = _Exchange(connection, stop, self._patience, request.url)
        try:
            body: Any = request.body or b""
            exchange.send(_head(request, parts.netloc.rpartition("@")[2], parts.path or "/"), body)
            answer = read_answer(exchange.receive)
        except BaseException as error:
            connection.close()
            # Some of botocore's own errors are OSErrors too.
            if isinstance(error, OSError | FramingError) and not isinstance(error, BotoCoreError):
                raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
            raise
        if answer.keep_alive:
            self._give_back(place, connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close what nobody uses; what is in use is closed by its user."""
        with self._lock:
            idle = [connection for group in self._idle.values() for connection in group]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def _take(self, place: tuple[str, str, int]) -> socket.socket | None:
        while True:
            with self._lock:
                group = self._idle.get(place)
                connection = group.pop() if group else None
            if connection is None or not _has_ended(connection):
                return connection
            connection.close()

    def _give_back(self, place: tuple[str, str, int], connection: socket.socket) -> None:
        with self._lock:
            group = self._idle.setdefault(place, [])
            if len(group) < _MOST_IDLE:
                group.append(connection)
                return
        connection.close()

    def _open(self, place: tuple[str, str, int], url: str) -> socket.socket:
        scheme, host, port = place
        try:
            connection = socket.create_connection((host, port), timeout=self._patience.connect_seconds)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                connection = self._secured(connection, host)
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        connection.settimeout(_STEP_SECONDS)
        return connection

    def _secured(self, connection: socket.socket, host: str) -> socket.socket:
        context = self._tls or ssl.create_default_context()
        try:
            return context.wrap_socket(connection, server_hostname=host)
        except BaseException:
            connection.close()
            raise


class _Exchange:
    """One request and its answer on a connection, in steps."""

    def __init__(self, connection: socket.socket, stop: threading.Event, patience: Patience, url: str) -> None:
        self._connection = connection
        self._stop = stop
        self._patience = patience
        self._url = url
        self._received = 0
        self._started = self._moved = time.monotonic()

    def send(self, head: bytes, body: bytes) -> None:
        """Send all of it; the server has to take something now and then."""
        view = memoryview(head + body)
        while view:
            try:
                sent = self._connection.send(view[:_SEND_BYTES])
            except TimeoutError as error:
                self._check(error)
                continue
            view = view[sent:]
            self._moved = time.monotonic()
        self._started = time.monotonic()

    def receive(self) -> bytes:
        """Return some bytes, none when the server has closed."""
        while True:
            try:
                some = self._connection.recv(_RECEIVE_BYTES)
            except TimeoutError as error:
                self._check(error)
                continue
            self._received += len(some)
            self._moved = time.monotonic()
            if some:
                self._check(None)
            return some

    def _check(self, error: Exception | None) -> None:
        if self._stop.is_set():
            raise JobCancelledError("the job was cancelled while it waited for an answer")
        now = time.monotonic()
        silent = now - self._moved > self._patience.silence_seconds
        if silent or now - self._started > self._patience.answer_seconds(self._received):
            raise ReadTimeoutError(endpoint_url=self._url, error=error)


def _has_ended(connection: socket.socket) -> bool:
    """Whether the server has closed an idle connection: nothing else makes one readable."""
    try:
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        return bool(poll.poll(0))
    except (OSError, ValueError):
        return True


def _head(request: AWSPreparedRequest, host: str, path: str) -> bytes:
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {host}"]
    headers: dict[str, Any] = dict(request.headers)
    for name, value in headers.items():
        if name.lower() != "host":
            lines.append(f"{name}: {value.decode() if isinstance(value, bytes) else value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
