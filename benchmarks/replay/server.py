"""The wire: HTTP/1.1 with kept connections, a thread for each, and answers as the service frames them."""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from dataclasses import dataclass

from benchmarks.replay.service import ReplayService, ServiceError

__all__ = ["serve"]

_SOCKET_BUFFER_BYTES = 4 * 1024 * 1024
_RECEIVE_BYTES = 256 * 1024
_ERROR_PREFIX = "com.amazonaws.dynamodb.v20120810#"


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    operation: str
    body: bytes


def serve(listener: socket.socket, service: ReplayService) -> None:
    """Answer every connection that comes, until the process ends."""
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER_BYTES)
        threading.Thread(target=_converse, args=(connection, service), daemon=True).start()


def _converse(connection: socket.socket, service: ReplayService) -> None:
    """Answer the requests of one connection; a client that leaves in the middle of a page is no error."""
    received = bytearray()
    with connection:
        try:
            while (request := _receive(connection, received)) is not None:
                service.statistics.add(concurrent=1)
                try:
                    for part in _respond(request, service):
                        connection.sendall(part)
                finally:
                    service.statistics.add(concurrent=-1)
        except ConnectionError:
            return


def _receive(connection: socket.socket, received: bytearray) -> _Request | None:
    """The next request, or ``None`` when the client has closed; what belongs to a later one stays in ``received``."""
    while (end := received.find(b"\r\n\r\n")) < 0:
        if not _receive_more(connection, received):
            return None
    first, *lines = received[:end].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body_end = end + 4 + int(headers.get("content-length", 0))
    while len(received) < body_end:
        if not _receive_more(connection, received):
            return None
    body = bytes(received[end + 4 : body_end])
    del received[:body_end]
    method, path, _ = first.split(" ", 2)
    return _Request(method, path, headers.get("x-amz-target", "").rpartition(".")[2], body)


def _receive_more(connection: socket.socket, received: bytearray) -> int:
    chunk = connection.recv(_RECEIVE_BYTES)
    received += chunk
    return len(chunk)


def _respond(request: _Request, service: ReplayService) -> list[bytes]:
    if request.method == "GET":
        statistics = service.statistics.as_dict() | {
            "page_count": service.table.page_count,
            "cpu_seconds": time.process_time(),
        }
        return _framed("200 OK", [json.dumps(statistics).encode()])
    try:
        return _framed("200 OK", service.answer(request.operation, request.body))
    except ServiceError as error:
        described = {"__type": _ERROR_PREFIX + error.code, "message": str(error)}
    except (KeyError, TypeError, ValueError) as error:
        described = {"__type": "com.amazon.coral.validate#ValidationException", "message": repr(error)}
    return _framed("400 Bad Request", [json.dumps(described, separators=(",", ":")).encode()])


def _framed(status: str, body: list[bytes]) -> list[bytes]:
    checksum = 0
    for part in body:
        checksum = zlib.crc32(part, checksum)
    head = (
        f"HTTP/1.1 {status}\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {sum(map(len, body))}\r\nConnection: keep-alive\r\nx-amzn-RequestId: REPLAY\r\n"
        f"x-amz-crc32: {checksum}\r\n\r\n"
    )
    return [head.encode() + body[0], *body[1:]]
