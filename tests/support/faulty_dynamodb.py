"""A small DynamoDB that fails on purpose: one table ``Faulty`` with the key ``id``, faults in a given order."""

from __future__ import annotations

import json
import socket
import struct
import threading
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DESCRIPTION = {
    "TableName": "Faulty",
    "TableStatus": "ACTIVE",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
    "ItemCount": 100,
    "TableSizeBytes": 10_000,
}

ERRORS: dict[str, tuple[int, str]] = {
    "throttle": (400, "ProvisionedThroughputExceededException"),
    "limit": (400, "RequestLimitExceeded"),
    "500": (500, "InternalServerError"),
    "502": (502, ""),
    "503": (503, "ServiceUnavailable"),
    "504": (504, ""),
    "denied": (400, "AccessDeniedException"),
    "expired": (400, "ExpiredTokenException"),
    "unknown": (400, "UnrecognizedClientException"),
    "validation": (400, "ValidationException"),
    "missing": (400, "ResourceNotFoundException"),
}


class FaultyDynamoDB:
    """Items by id, the faults still to come, and what was asked."""

    def __init__(self, faults: Iterable[str] = ()) -> None:
        self.items: dict[int, dict[str, Any]] = {}
        self.faults: deque[str] = deque(faults)
        self.operations: list[tuple[str, dict[str, Any]]] = []
        self.lock = threading.Lock()
        self.page_size = 10
        self.takes_nothing = False
        self.hanging = threading.Event()
        self.url = ""

    def fill(self, count: int) -> None:
        self.items = {n: {"id": {"N": str(n)}, "s": {"S": f'é"{n}'}} for n in range(count)}

    def next_fault(self) -> str | None:
        with self.lock:
            return self.faults.popleft() if self.faults else None

    def answer(self, operation: str, body: dict[str, Any], fault: str | None) -> dict[str, Any]:
        with self.lock:
            self.operations.append((operation, body))
            if operation == "DescribeTable":
                return {"Table": DESCRIPTION}
            return self._scan(body) if operation == "Scan" else self._write(body, fault)

    def _scan(self, body: dict[str, Any]) -> dict[str, Any]:
        start = int(body["ExclusiveStartKey"]["id"]["N"]) if "ExclusiveStartKey" in body else -1
        segment, total = body.get("Segment", 0), body.get("TotalSegments", 1)
        rest = [n for n in sorted(self.items) if n > start and n % total == segment]
        page = rest[: min(self.page_size, body.get("Limit", self.page_size))]
        answer: dict[str, Any] = {"Count": len(page), "ScannedCount": len(page)}
        if body.get("Select") != "COUNT":
            answer["Items"] = [self.items[n] for n in page]
        if len(page) < len(rest):
            answer["LastEvaluatedKey"] = {"id": {"N": str(page[-1] if page else start)}}
        return answer | {"ConsumedCapacity": {"TableName": "Faulty", "CapacityUnits": 0.5 * max(1, len(page))}}

    def _write(self, body: dict[str, Any], fault: str | None) -> dict[str, Any]:
        ((table, requests),) = body["RequestItems"].items()
        left = requests[0 if self.takes_nothing else 1 :: 2] if fault == "unprocessed" else []
        done = [request for request in requests if request not in left]
        for request in done:
            if "DeleteRequest" in request:
                self.items.pop(int(request["DeleteRequest"]["Key"]["id"]["N"]), None)
            else:
                item = request["PutRequest"]["Item"]
                self.items[int(item["id"]["N"])] = item
        return {
            "UnprocessedItems": {table: left} if left else {},
            "ConsumedCapacity": [{"TableName": table, "CapacityUnits": float(len(done))}],
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        db: FaultyDynamoDB = self.server.db
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        fault = db.next_fault()
        if fault == "hang":
            db.hanging.set()
            self.server.released.wait(30)
            self.close_connection = True
            return
        kind, _, reason = (fault or "").partition(":")
        if kind in ERRORS:
            db.operations.append((operation, body))
            self._send_error(kind, reason)
            return
        self._send_answer(json.dumps(db.answer(operation, body, fault), separators=(",", ":")).encode(), fault)

    def _send_error(self, kind: str, reason: str) -> None:
        status, code = ERRORS[kind]
        reasons = [{"reason": reason, "resource": "arn"}] if reason else []
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": kind, "ThrottlingReasons": reasons}
        self._send(status, json.dumps(body).encode())

    def _send_answer(self, body: bytes, fault: str | None) -> None:
        if fault == "reset":
            # Linger 0 turns the close into a reset, in the middle of the body.
            self._head(200, len(body), zlib.crc32(body))
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        elif fault == "truncate":
            half = body[: len(body) // 2]
            self._head(200, len(half), zlib.crc32(body))
            self.wfile.write(half)
        elif fault == "short":
            self._head(200, len(body), zlib.crc32(body))
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif fault == "corrupt":
            self._head(200, len(body), zlib.crc32(body))
            self.wfile.write(body.translate(bytes.maketrans(b"0125", b"1236")))
        else:
            self._send(200, body)

    def _send(self, status: int, body: bytes) -> None:
        self._head(status, len(body), zlib.crc32(body))
        self.wfile.write(body)

    def _head(self, status: int, length: int, checksum: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("X-Amz-Crc32", str(checksum))
        self.send_header("x-amzn-RequestId", "REQUEST1")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


@contextmanager
def faulty_dynamodb(faults: Iterable[str] = ()) -> Iterator[FaultyDynamoDB]:
    """Serve on a free loopback port until the block ends."""
    db = FaultyDynamoDB(faults)
    server: Any = _Server(("127.0.0.1", 0), _Handler)
    server.db = db
    server.released = threading.Event()
    db.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="faulty", daemon=True)
    thread.start()
    try:
        yield db
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
