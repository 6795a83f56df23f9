"""Reduces DescribeTable's answer to what decides a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.model.dynamodb import IndexDescription, TableDescription

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["description_of"]


def description_of(table: Mapping[str, Any]) -> TableDescription:
    """Return the description in a DescribeTable answer's ``Table``.

    Example:
        >>> keys = [{"AttributeName": "Id", "KeyType": "HASH"}]
        >>> warm = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}
        >>> billing = {"BillingMode": "PAY_PER_REQUEST"}
        >>> table = {"TableName": "T", "KeySchema": keys, "WarmThroughput": warm, "BillingModeSummary": billing}
        >>> description_of(table).read_capacity_units
        12000
    """
    on_demand = _is_on_demand(table)
    read, write = _capacity(table, on_demand)
    hash_key, range_key = _keys(table["KeySchema"])
    return TableDescription(
        name=table["TableName"],
        hash_key=hash_key,
        range_key=range_key,
        attribute_types={a["AttributeName"]: a["AttributeType"] for a in table.get("AttributeDefinitions", ())},
        status=table.get("TableStatus", "ACTIVE"),
        on_demand=on_demand,
        read_capacity_units=read,
        write_capacity_units=write,
        item_count=int(table.get("ItemCount", 0)),
        size_bytes=int(table.get("TableSizeBytes", 0)),
        indexes=tuple(_indexes(table, on_demand)),
        arn=table.get("TableArn", ""),
    )


def _is_on_demand(table: Mapping[str, Any]) -> bool:
    # No BillingModeSummary means a table that was provisioned from the start.
    summary = table.get("BillingModeSummary") or {}
    return bool(summary.get("BillingMode") == "PAY_PER_REQUEST")


def _capacity(part: Mapping[str, Any], on_demand: bool) -> tuple[int | None, int | None]:
    """Units a second of a table or global index: provisioned, or on demand its maximum, then its warm throughput."""
    if not on_demand:
        provisioned = part.get("ProvisionedThroughput") or {}
        return _positive(provisioned.get("ReadCapacityUnits")), _positive(provisioned.get("WriteCapacityUnits"))
    maximum = part.get("OnDemandThroughput") or {}
    warm = part.get("WarmThroughput") or {}
    return (
        _positive(maximum.get("MaxReadRequestUnits")) or _positive(warm.get("ReadUnitsPerSecond")),
        _positive(maximum.get("MaxWriteRequestUnits")) or _positive(warm.get("WriteUnitsPerSecond")),
    )


def _positive(value: object) -> int | None:
    """A number above zero; AWS writes -1 for an on-demand maximum that is not set."""
    return value if isinstance(value, int) and value > 0 else None


def _keys(schema: Iterable[Mapping[str, str]]) -> tuple[str, str | None]:
    by_role = {element["KeyType"]: element["AttributeName"] for element in schema}
    return by_role["HASH"], by_role.get("RANGE")


def _indexes(table: Mapping[str, Any], on_demand: bool) -> Iterable[IndexDescription]:
    for kind, field in (("global", "GlobalSecondaryIndexes"), ("local", "LocalSecondaryIndexes")):
        for index in table.get(field) or ():
            hash_key, range_key = _keys(index["KeySchema"])
            projection = index.get("Projection") or {}
            # A local index shares its table's capacity.
            read, write = _capacity(index if kind == "global" else table, on_demand)
            yield IndexDescription(
                name=index["IndexName"],
                kind=kind,
                hash_key=hash_key,
                range_key=range_key,
                projection=projection.get("ProjectionType", "ALL"),
                included=tuple(projection.get("NonKeyAttributes", ())),
                read_capacity_units=read,
                write_capacity_units=write,
                item_count=int(index.get("ItemCount", 0)),
                size_bytes=int(index.get("IndexSizeBytes", 0)),
            )
