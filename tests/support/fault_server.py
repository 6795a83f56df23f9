"""A DynamoDB that fails on purpose, over HTTP: true semantics (``fault_table``) behind faults (``fault_plan``)."""

from __future__ import annotations

import json
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.fault_plan import FaultPlan
from tests.support.fault_table import RefusedError, Service, StoredTable

__all__ = ["FaultServer", "fault_server"]

_NAMES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
_LOWER = "ThrottlingException"


class FaultServer:
    """Where it listens, its tables and ledger, its plan, and what was asked."""

    def __init__(self, service: Service, plan: FaultPlan) -> None:
        self.service = service
        self.plan = plan
        self.url = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.authorizations: list[str] = []
        self.hanging = threading.Event()
        self.released = threading.Event()
        self.drip_seconds = 1.0
        self.slow_seconds = 0.2

    @property
    def tables(self) -> dict[str, StoredTable]:
        return self.service.tables


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        faulty: FaultServer = self.server.faulty
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        faulty.asked.append((operation, body))
        faulty.authorizations.append(self.headers["Authorization"])
        kind, _, detail = faulty.plan.next(operation).partition(":")
        refuse = _BEFORE.get(kind)
        if refuse is not None:
            refuse(self, detail)
            return
        self._after_effect(faulty, operation, body, kind)

    def _after_effect(self, faulty: FaultServer, operation: str, body: dict[str, Any], kind: str) -> None:
        try:
            answer = _answer(faulty, operation, body, kind)
        except RefusedError as error:
            self.send_error_json(400, error.code, str(error))
            return
        spoil = _AFTER.get(kind, _Handler.send_whole)
        spoil(self, json.dumps(answer, separators=(",", ":")).encode())

    def head(self, status: int, *, length: int | None, checksum: int | None, **others: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        if checksum is not None:
            self.send_header("X-Amz-Crc32", str(checksum))
        for name, value in others.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("x-amzn-RequestId", "REQUEST1")
        self.end_headers()

    def send_whole(self, body: bytes, status: int = 200) -> None:
        self.head(status, length=len(body), checksum=zlib.crc32(body))
        self.wfile.write(body)

    def send_error_json(self, status: int, code: str, message: str, **more: Any) -> None:
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, **more}
        self.send_whole(json.dumps(body).encode(), status)

    def throttle(self, detail: str) -> None:
        code, _, reason = detail.partition(":")
        name = "throttlingReasons" if code == _LOWER else "ThrottlingReasons"
        self.send_error_json(
            400, code, "slow down", **{name: [{"reason": reason, "resource": "arn:aws:dynamodb:table/T"}]}
        )

    def gateway(self, status: int) -> None:
        body = f"<html><h1>{status} {_NAMES[status]}</h1></html>".encode()
        self.head(status, length=len(body), checksum=None, Content_Type="text/html")
        self.wfile.write(body)

    def garbled_error(self, _: str) -> None:
        body = json.dumps({"__type": "x#ThrottlingException", "message": "slow down"}).encode()
        self.head(400, length=len(body) // 2, checksum=zlib.crc32(body))
        self.wfile.write(body[: len(body) // 2])

    def reset(self, _: object = None) -> None:
        # Linger 0 turns the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def hang(self, _: object = None) -> None:
        self.server.faulty.hanging.set()
        self.server.faulty.released.wait(60)
        self.close_connection = True

    def close_quietly(self, _: object = None) -> None:
        self.close_connection = True

    def reset_body(self, body: bytes) -> None:
        self.head(200, length=len(body), checksum=zlib.crc32(body))
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.reset()

    def cut(self, body: bytes) -> None:
        half = body[: len(body) // 2]
        self.head(200, length=len(half), checksum=zlib.crc32(body))
        self.wfile.write(half)

    def cut_short(self, body: bytes) -> None:
        self.head(200, length=len(body), checksum=zlib.crc32(body))
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def corrupt(self, body: bytes) -> None:
        self.head(200, length=len(body), checksum=zlib.crc32(body))
        self.wfile.write(body.translate(bytes.maketrans(b"0125", b"1236")))

    def broken_json(self, body: bytes) -> None:
        self.head(200, length=len(body) - 1, checksum=None)
        self.wfile.write(body[:-1])

    def nothing(self, _: bytes) -> None:
        self.send_whole(b"{}")

    def lost_item(self, body: bytes) -> None:
        answer = json.loads(body)
        answer["Items"] = answer["Items"][1:]
        body = json.dumps(answer).encode()
        self.head(200, length=len(body), checksum=None)
        self.wfile.write(body)

    def no_items(self, body: bytes) -> None:
        lost = {"Items", "UnprocessedItems", "UnprocessedKeys", "Responses", "Table"}
        self.send_whole(json.dumps({n: value for n, value in json.loads(body).items() if n not in lost}).encode())

    def slow(self, body: bytes) -> None:
        self.server.faulty.released.wait(self.server.faulty.slow_seconds)
        self.send_whole(body)

    def drip(self, body: bytes) -> None:
        """One byte, a long wait, another byte; until everything is sent or the client has gone."""
        self.server.faulty.hanging.set()
        self.head(200, length=len(body), checksum=zlib.crc32(body))
        for number in range(len(body)):
            self.wfile.write(body[number : number + 1])
            self.wfile.flush()
            if self.server.faulty.released.wait(self.server.faulty.drip_seconds):
                return

    def drip_head(self, _: object = None) -> None:
        self.server.faulty.hanging.set()
        for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 600:
            self.wfile.write(bytes([letter]))
            self.wfile.flush()
            if self.server.faulty.released.wait(self.server.faulty.drip_seconds):
                return

    def chunked(self, body: bytes) -> None:
        self.head(200, length=None, checksum=zlib.crc32(body), Transfer_Encoding="chunked")
        for start in range(0, len(body), 1000):
            part = body[start : start + 1000]
            self.wfile.write(b"%x;x=y\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\nTrailer: 1\r\n\r\n")

    def until_close(self, body: bytes) -> None:
        self.head(200, length=None, checksum=zlib.crc32(body), Connection="close")
        self.wfile.write(body)
        self.close_connection = True

    def no_checksum(self, body: bytes) -> None:
        self.head(200, length=len(body), checksum=None)
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output quiet."""


_BEFORE: dict[str, Callable[[_Handler, str], None]] = {
    "500": lambda handler, _: handler.gateway(500),
    "502": lambda handler, _: handler.gateway(502),
    "503": lambda handler, _: handler.gateway(503),
    "504": lambda handler, _: handler.gateway(504),
    "close-before": _Handler.close_quietly,
    "drip-head": _Handler.drip_head,
    "error": lambda handler, code: handler.send_error_json(500 if "Internal" in code else 400, code, code),
    "garbled-error": _Handler.garbled_error,
    "hang": _Handler.hang,
    "html-400": lambda handler, _: handler.send_whole(b"<html>Bad Request</html>", 400),
    "odd-error": lambda handler, code: handler.send_error_json(400, code, "", Message=None, ThrottlingReasons="?"),
    "reset-before": _Handler.reset,
    "throttle": _Handler.throttle,
}
"""Faults of requests that do nothing."""

_AFTER: dict[str, Callable[[_Handler, bytes], None]] = {
    "broken-json": _Handler.broken_json,
    "chunked": _Handler.chunked,
    "corrupt": _Handler.corrupt,
    "cut": _Handler.cut,
    "cut-short": _Handler.cut_short,
    "cut-to-nothing": _Handler.nothing,
    "drip": _Handler.drip,
    "hang-after": _Handler.hang,
    "lost-item": _Handler.lost_item,
    "no-checksum": _Handler.no_checksum,
    "no-items": _Handler.no_items,
    "reset-after": _Handler.reset,
    "reset-body": _Handler.reset_body,
    "slow": _Handler.slow,
    "until-close": _Handler.until_close,
}
"""Faults of answers to requests that took effect."""


def _answer(faulty: FaultServer, operation: str, body: dict[str, Any], kind: str) -> dict[str, Any]:
    """The service's answer, to only a part of the request where the fault says so."""
    if kind in {"unprocessed", "all-unprocessed"} and operation.startswith("Batch"):
        return _partly(faulty, operation, body, everything=kind == "all-unprocessed")
    if kind == "empty-page" and "ExclusiveStartKey" in body:
        return {"Items": [], "Count": 0, "ScannedCount": 7, "LastEvaluatedKey": body["ExclusiveStartKey"]}
    return faulty.service.answer(operation, body)


def _partly(faulty: FaultServer, operation: str, body: dict[str, Any], *, everything: bool) -> dict[str, Any]:
    ((table, wanted),) = body["RequestItems"].items()
    reading = operation == "BatchGetItem"
    parts = list(wanted["Keys"] if reading else wanted)
    with faulty.service.lock:
        faulty.plan.random.shuffle(parts)
        left = parts if everything else parts[: faulty.plan.random.randint(0, len(parts) - 1)]
    done = parts[len(left) :]
    name = "UnprocessedKeys" if reading else "UnprocessedItems"
    answer: dict[str, Any] = {"Responses": {table: []}} if reading else {}
    answer["ConsumedCapacity"] = []
    if done:
        some = {table: wanted | {"Keys": done} if reading else done}
        answer = faulty.service.answer(operation, body | {"RequestItems": some})
    return answer | {name: {table: wanted | {"Keys": left} if reading else left} if left else {}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


@contextmanager
def fault_server(*tables: StoredTable, plan: FaultPlan | None = None) -> Iterator[FaultServer]:
    """Serve on a free loopback port until the block ends."""
    faulty = FaultServer(Service(tables), plan or FaultPlan())
    server: Any = _Server(("127.0.0.1", 0), _Handler)
    server.faulty = faulty
    faulty.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="faults", daemon=True)
    thread.start()
    try:
        yield faulty
    finally:
        faulty.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
