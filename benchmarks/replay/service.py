"""What each operation answers: enough of DynamoDB for scans and batch writes, nothing that costs time."""

from __future__ import annotations

import json
import math
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.replay.table import KEY, ReplayTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ReplayService", "ServiceError", "Statistics"]

_CREATED = 1_700_000_000.0
_READ_UNIT_BYTES = 4096
_BATCH_LIMIT = 25
_TARGET_TABLE = re.compile(rb'"RequestItems"\s*:\s*\{\s*"([^"]+)"')
_PUT = re.compile(rb'"PutRequest"\s*:\s*\{\s*"Item"')
_DELETE = re.compile(rb'"DeleteRequest"\s*:\s*\{\s*"Key"')
_UNSUPPORTED = ("FilterExpression", "ScanFilter", "IndexName")


class ServiceError(Exception):
    """An answer with status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Statistics:
    """What was asked so far."""

    requests: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    items_read: int = 0
    bytes_read: int = 0
    items_written: int = 0
    bytes_written: int = 0
    concurrent: int = 0
    most_concurrent: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **amounts: int) -> None:
        """Add to counters of these names."""
        with self.lock:
            for name, amount in amounts.items():
                setattr(self, name, getattr(self, name) + amount)
            self.most_concurrent = max(self.most_concurrent, self.concurrent)

    def as_dict(self) -> dict[str, Any]:
        """The counters for ``/stats``."""
        names = [name for name in self.__slots__ if name not in {"lock", "requests"}]
        with self.lock:
            return {"requests": dict(self.requests), **{name: getattr(self, name) for name in names}}


class ReplayService:
    """Answers operations over one full table and any number of empty ones that accept writes.

    Example:
        >>> service = ReplayService(ReplayTable(name="flights", item_count=5), sinks=("copy",))
        >>> b"".join(service.answer("Scan", b'{"TableName": "flights", "Select": "COUNT"}'))
        b'{"Count":5,"ScannedCount":5}'
    """

    def __init__(
        self, table: ReplayTable, *, sinks: tuple[str, ...] = (), provisioned_units: int | None = None
    ) -> None:
        self.table = table
        self.statistics = Statistics()
        self._tables = {table.name: table} | {name: ReplayTable(name=name, item_count=0) for name in sinks}
        self._provisioned_units = provisioned_units
        self._operations: Mapping[str, Callable[[bytes], list[bytes]]] = {
            "BatchWriteItem": self._batch_write_item,
            "DescribeTable": self._describe_table,
            "ListTables": self._list_tables,
            "Scan": self._scan,
        }

    def answer(self, operation: str, body: bytes) -> list[bytes]:
        """The body of the answer, in parts (joining megabytes costs); raises ServiceError for one with status 400."""
        with self.statistics.lock:
            self.statistics.requests[operation] += 1
        handle = self._operations.get(operation)
        if handle is None:
            raise ServiceError("UnknownOperationException", f"the replay server does not know {operation}")
        return handle(body)

    def _scan(self, body: bytes) -> list[bytes]:
        request = json.loads(body)
        table = self._named(request["TableName"])
        for name in _UNSUPPORTED:
            if name in request:
                raise ServiceError("ValidationException", f"the replay server does not know {name}")
        start = request.get("ExclusiveStartKey")
        page = table.page(
            segment=request.get("Segment", 0),
            total_segments=request.get("TotalSegments", 1),
            after_key=None if start is None else int(start[KEY]["N"]),
            limit=request.get("Limit"),
            attributes=_wanted(request),
        )
        self.statistics.add(pages=1, items_read=page.count, bytes_read=len(page.items))
        before = [*_read_capacity(request, page.stored_bytes), f'"Count":{page.count}'.encode()]
        after = [f'"ScannedCount":{page.count}'.encode()]
        if page.last_key is not None:
            after.insert(0, f'"LastEvaluatedKey":{{"{KEY}":{{"N":"{page.last_key}"}}}}'.encode())
        if request.get("Select") == "COUNT":
            return [b"{" + b",".join(before + after) + b"}"]
        return [b"{" + b",".join(before) + b',"Items":[', page.items, b"]," + b",".join(after) + b"}"]

    def _batch_write_item(self, body: bytes) -> list[bytes]:
        target = _TARGET_TABLE.search(body)
        if target is None:
            raise ServiceError("ValidationException", "RequestItems names no table")
        table = self._named(target[1].decode())
        count = len(_PUT.findall(body)) + len(_DELETE.findall(body))
        if not 1 <= count <= _BATCH_LIMIT:
            raise ServiceError("ValidationException", "Too many items requested for the BatchWriteItem call")
        self.statistics.add(items_written=count, bytes_written=len(body))
        capacity = b""
        if b'"ReturnConsumedCapacity"' in body and b'"NONE"' not in body:
            capacity = _compact({"ConsumedCapacity": [{"CapacityUnits": float(count), "TableName": table.name}]})
            capacity = capacity[1:-1] + b","
        return [b"{" + capacity + b'"UnprocessedItems":{}}']

    def _describe_table(self, body: bytes) -> list[bytes]:
        table = self._named(json.loads(body)["TableName"])
        units = self._provisioned_units
        on_demand = {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": _CREATED}
        description = {
            "AttributeDefinitions": [{"AttributeName": KEY, "AttributeType": "N"}],
            **({"BillingModeSummary": on_demand} if units is None else {}),
            "CreationDateTime": _CREATED,
            "DeletionProtectionEnabled": False,
            "ItemCount": table.item_count,
            "KeySchema": [{"AttributeName": KEY, "KeyType": "HASH"}],
            "ProvisionedThroughput": {
                "NumberOfDecreasesToday": 0,
                "ReadCapacityUnits": units or 0,
                "WriteCapacityUnits": units or 0,
            },
            "TableArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{table.name}",
            "TableId": "00000000-0000-4000-8000-000000000000",
            "TableName": table.name,
            "TableSizeBytes": table.size_bytes,
            "TableStatus": "ACTIVE",
        }
        return [_compact({"Table": description})]

    def _list_tables(self, _: bytes) -> list[bytes]:
        return [_compact({"TableNames": sorted(self._tables)})]

    def _named(self, name: str) -> ReplayTable:
        table = self._tables.get(name.rpartition("/")[2])
        if table is None:
            raise ServiceError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
        return table


def _wanted(request: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The attributes of a projection: empty for all of them, ``None`` for a count."""
    if request.get("Select") == "COUNT":
        return None
    names = request.get("ExpressionAttributeNames", {})
    listed = [name.strip() for name in request.get("ProjectionExpression", "").split(",")]
    return tuple(sorted({names.get(name, name) for name in listed if name} | set(request.get("AttributesToGet", ()))))


def _read_capacity(request: Mapping[str, Any], stored_bytes: int) -> list[bytes]:
    """``ConsumedCapacity``, as a member of the answer, if it was asked for."""
    asked = request.get("ReturnConsumedCapacity", "NONE")
    if asked == "NONE":
        return []
    units = max(1, math.ceil(stored_bytes / _READ_UNIT_BYTES)) * (1.0 if request.get("ConsistentRead") else 0.5)
    capacity: dict[str, Any] = {"CapacityUnits": units}
    if asked == "INDEXES":
        capacity["Table"] = {"CapacityUnits": units}
    return [b'"ConsumedCapacity":' + _compact(capacity | {"TableName": request["TableName"]})]


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
