"""Tables in memory with DynamoDB's rules for pages, keys, batches and capacity, and a ledger of all that happened."""

from __future__ import annotations

import itertools
import json
import math
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.support.fault_expressions import condition, plain

__all__ = ["Item", "Ledger", "RefusedError", "Service", "StoredTable"]

Item = dict[str, Any]
Key = tuple[tuple[str, Any], ...]

_READ_UNIT_BYTES = 4096
_WRITE_UNIT_BYTES = 1024
_MOST_PUTS = 25
_MOST_GETS = 100
_PAGE_BYTES = 1024 * 1024


class RefusedError(Exception):
    """An answer with status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Ledger:
    """What each request consumed and when, and what became of each item."""

    units: list[tuple[float, str, str, float]] = field(default_factory=list)
    history: list[tuple[float, str, Key, Item | None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, table: str, role: str, units: float) -> None:
        with self.lock:
            self.units.append((time.monotonic(), table, role, units))

    def note(self, table: str, key: Key, item: Item | None) -> None:
        with self.lock:
            self.history.append((time.monotonic(), table, key, item))

    def most_in_window(self, table: str, role: str, seconds: float) -> float:
        """The most units that any window of so many seconds holds."""
        spent = [(at, units) for at, name, kind, units in self.units if (name, kind) == (table, role)]
        return max((sum(u for at, u in spent if start <= at < start + seconds) for start, _ in spent), default=0.0)


@dataclass
class StoredTable:
    """One table: its keys, its items in the order of their keys' hashes, and its capacity."""

    name: str
    hash_key: str = "id"
    range_key: str | None = None
    types: dict[str, str] = field(default_factory=lambda: {"id": "N"})
    read_units: int = 0
    write_units: int = 0
    page_bytes: int = _PAGE_BYTES
    items: dict[Key, Item] = field(default_factory=dict)

    def key_of(self, item: Item) -> Key:
        names = [self.hash_key, *([self.range_key] if self.range_key else [])]
        try:
            return tuple(plain(item[name]) for name in names)
        except KeyError as error:
            raise RefusedError(
                "ValidationException", f"One of the required keys was not given a value: {error}"
            ) from error

    def fill(self, items: Iterable[Item]) -> None:
        self.items |= {self.key_of(item): item for item in items}

    def in_order(self) -> list[tuple[tuple[int, Key], Item]]:
        return sorted(((self.place(key), item) for key, item in self.items.items()), key=lambda pair: pair[0])

    def place(self, key: Key) -> tuple[int, Key]:
        """Where a key lies: equal partition keys together, in the order of their sort keys."""
        return zlib.crc32(repr(key[0]).encode()), key

    def description(self) -> dict[str, Any]:
        keys = [(self.hash_key, "HASH"), *([(self.range_key, "RANGE")] if self.range_key else [])]
        described = {
            "TableName": self.name,
            "TableStatus": "ACTIVE",
            "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in self.types.items()],
            "ItemCount": len(self.items),
            "TableSizeBytes": sum(map(size_of, self.items.values())),
            "ProvisionedThroughput": {"ReadCapacityUnits": self.read_units, "WriteCapacityUnits": self.write_units},
        }
        if not self.read_units and not self.write_units:
            described["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
        return described


class Service:
    """Answers operations over its tables; thread-safe."""

    def __init__(self, tables: Iterable[StoredTable]) -> None:
        self.tables = {table.name: table for table in tables}
        self.ledger = Ledger()
        self.lock = threading.RLock()
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_write,
            "DescribeTable": lambda body: {"Table": self._table(body["TableName"]).description()},
            "Query": self._query,
            "Scan": self._scan,
        }

    def answer(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        handle = self._operations.get(operation)
        if handle is None:
            raise RefusedError("UnknownOperationException", operation)
        with self.lock:
            return handle(body)

    def _table(self, name: str) -> StoredTable:
        if name not in self.tables:
            raise RefusedError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
        return self.tables[name]

    def _scan(self, body: dict[str, Any]) -> dict[str, Any]:
        table = self._table(body["TableName"])
        segment, total = body.get("Segment", 0), body.get("TotalSegments", 1)
        found = [pair for pair in table.in_order() if pair[0][0] % total == segment]
        return self._page(table, body, found)

    def _query(self, body: dict[str, Any]) -> dict[str, Any]:
        table = self._table(body["TableName"])
        holds = condition(body["KeyConditionExpression"], body)
        found = [(place, item) for place, item in table.in_order() if holds(item)]
        return self._page(table, body, found)

    def _page(
        self, table: StoredTable, body: dict[str, Any], found: list[tuple[tuple[int, Key], Item]]
    ) -> dict[str, Any]:
        holds = condition(body["FilterExpression"], body) if "FilterExpression" in body else None
        if "ExclusiveStartKey" in body:
            start = table.place(table.key_of(body["ExclusiveStartKey"]))
            found = [pair for pair in found if pair[0] > start]
        page = _cut([item for _, item in found], body.get("Limit"), table.page_bytes)
        units = max(1, math.ceil(sum(map(size_of, page)) / _READ_UNIT_BYTES)) * _step(body)
        self.ledger.spend(table.name, "read", units)
        kept = page if holds is None else [item for item in page if holds(item)]
        answer: dict[str, Any] = {"Count": len(kept), "ScannedCount": len(page)}
        if body.get("Select") != "COUNT":
            answer["Items"] = [_projected(item, body) for item in kept]
        if page and (len(page) < len(found) or len(page) == body.get("Limit")):
            names = [table.hash_key, *([table.range_key] if table.range_key else [])]
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in names}
        return answer | _capacity(body, {"TableName": table.name, "CapacityUnits": units})

    def _batch_get(self, body: dict[str, Any]) -> dict[str, Any]:
        ((name, wanted),) = body["RequestItems"].items()
        table, keys = self._table(name), wanted["Keys"]
        if len({table.key_of(key) for key in keys}) < len(keys) or not 1 <= len(keys) <= _MOST_GETS:
            raise RefusedError("ValidationException", "Provided list of item keys contains duplicates")
        found = [item for key in keys if (item := table.items.get(table.key_of(key))) is not None]
        units = sum(max(1, math.ceil(size_of(item) / _READ_UNIT_BYTES)) * _step(wanted) for item in found)
        units += (len(keys) - len(found)) * _step(wanted)
        self.ledger.spend(name, "read", units)
        answer = {"Responses": {name: [_projected(item, wanted) for item in found]}, "UnprocessedKeys": {}}
        return answer | _capacity(body, [{"TableName": name, "CapacityUnits": units}])

    def _batch_write(self, body: dict[str, Any]) -> dict[str, Any]:
        ((name, requests),) = body["RequestItems"].items()
        table = self._table(name)
        keys = [table.key_of(_content(request)) for request in requests]
        if len(set(keys)) < len(keys) or not 1 <= len(keys) <= _MOST_PUTS:
            raise RefusedError("ValidationException", "Provided list of item keys contains duplicates")
        units = 0.0
        for key, request in zip(keys, requests, strict=True):
            item = request.get("PutRequest", {}).get("Item")
            before = table.items.pop(key, None)
            if item is not None:
                table.items[key] = item
            self.ledger.note(name, key, item)
            units += max(1, math.ceil(size_of(item or before or {}) / _WRITE_UNIT_BYTES))
        self.ledger.spend(name, "write", units)
        return {"UnprocessedItems": {}} | _capacity(body, [{"TableName": name, "CapacityUnits": units}])


def size_of(item: Item) -> int:
    """About what DynamoDB counts: names and contents."""
    return sum(len(name) + len(json.dumps(next(iter(value.values())))) for name, value in item.items())


def _content(request: dict[str, Any]) -> Item:
    content: Item = request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
    return content


def _step(body: dict[str, Any]) -> float:
    return 1.0 if body.get("ConsistentRead") else 0.5


def _capacity(body: dict[str, Any], consumed: Any) -> dict[str, Any]:
    return {"ConsumedCapacity": consumed} if body.get("ReturnConsumedCapacity", "NONE") != "NONE" else {}


def _cut(items: list[Item], limit: int | None, page_bytes: int) -> list[Item]:
    total = itertools.accumulate(map(size_of, items))
    fitting = sum(1 for size in total if size <= page_bytes)
    return items[: min(max(1, fitting), limit or len(items))]


def _projected(item: Item, body: dict[str, Any]) -> Item:
    if "ProjectionExpression" not in body:
        return item
    names = body.get("ExpressionAttributeNames", {})
    wanted = {names.get(name.strip(), name.strip()) for name in body["ProjectionExpression"].split(",")}
    return {name: value for name, value in item.items() if name in wanted}
