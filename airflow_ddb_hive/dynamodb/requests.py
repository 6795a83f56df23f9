"""The request bodies of one read: what does not change from page to page is made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from airflow_ddb_hive.dynamodb.expressions import (
    LONGEST_EXPRESSION,
    Placeholders,
    attributes_of,
    filter_text,
    key_condition_text,
    projection_text,
)
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, IndexDescription, KeyRange, ReadRequest, ScanUnit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["ReadBodies", "check_readable", "index_of", "key_schema", "projected", "unprojected", "wanted_attributes"]


class ReadBodies:
    """Makes the bodies of a read's requests.

    Args:
        request: What to read.
        description: The table.

    Raises:
        InputError: What :func:`check_readable` says.
    """

    def __init__(self, request: ReadRequest, description: TableDescription) -> None:
        check_readable(request, description)
        self._request = request
        self._keys = key_schema(request, description)
        self._marks = Placeholders()
        self._fixed: dict[str, Any] = {"TableName": request.table_name, "ReturnConsumedCapacity": "TOTAL"}
        if request.path.index_name is not None:
            self._fixed["IndexName"] = request.path.index_name
        if request.consistent:
            self._fixed["ConsistentRead"] = True
        if request.path.filter is not None and request.path.kind != "get":
            self._fixed["FilterExpression"] = filter_text(request.path.filter, self._marks)
        self._selection = self._select(description)
        self._names = self._marks.fields()

    def scan(self, unit: ScanUnit, start_key: Mapping[str, Any] | None, limit: int | None) -> bytes:
        """Return the body of a Scan of one page of a segment."""
        body = self._fixed | self._selection | self._names
        if unit.total_segments > 1:
            body |= {"Segment": unit.segment, "TotalSegments": unit.total_segments}
        return _page_body(body, start_key, limit)

    def query(self, key_range: KeyRange, start_key: Mapping[str, Any] | None, limit: int | None) -> bytes:
        """Return the body of a Query of one page of a range."""
        marks = self._marks.copy()
        condition = {"KeyConditionExpression": key_condition_text(self._keys, key_range, marks)}
        return _page_body(self._fixed | self._selection | condition | marks.fields(), start_key, limit)

    def key(self, key_range: KeyRange) -> bytes:
        """Return the JSON of a whole key.

        Raises:
            InputError: It is none: a sort key is missing.
        """
        key = {self._keys[0]: key_range.partition}
        if key_range.sort is not None and key_range.sort.operator == "=":
            (key[self._keys[1]],) = key_range.sort.values
        if len(key) != len(self._keys):
            raise InputError(f"an item of table {self._request.table_name} is fetched by its whole key, not {key!r}")
        return msgspec.json.encode(key)

    def get(self, keys: Sequence[bytes]) -> bytes:
        """Return the body of a BatchGetItem of whole keys, given as JSON."""
        table = msgspec.json.encode(self._request.table_name)
        options: dict[str, Any] = {"ConsistentRead": self._request.consistent} | self._selection | self._names
        # The keys are bytes already, and may be some that an answer gave back.
        head = msgspec.json.encode(options)[:-1]
        items = b'{"RequestItems":{' + table + b":" + head + b',"Keys":[' + b",".join(keys) + b"]}}"
        return items + b',"ReturnConsumedCapacity":"TOTAL"}'

    def _select(self, description: TableDescription) -> dict[str, Any]:
        request = self._request
        names = wanted_attributes(request, description)
        if not request.columns and request.path.kind != "get":
            return {"Select": "COUNT"}
        if names is not None:
            marks = self._marks.copy()
            text = projection_text(names, marks)
            if len(text) <= LONGEST_EXPRESSION:
                self._marks = marks
                return {"ProjectionExpression": text}
        # More attributes than an expression holds are read as whole items.
        index = index_of(request, description)
        if index is not None and index.kind == "local" and index.projection != "ALL":
            return {"Select": "ALL_ATTRIBUTES"}
        return {}


def _page_body(body: dict[str, Any], start_key: Mapping[str, Any] | None, limit: int | None) -> bytes:
    if start_key is not None:
        body["ExclusiveStartKey"] = start_key
    if limit is not None:
        body["Limit"] = limit
    return msgspec.json.encode(body)


def wanted_attributes(request: ReadRequest, description: TableDescription) -> tuple[str, ...] | None:
    """Return what to project, each attribute once; ``None`` is whole items.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> from airflow_ddb_hive.model.types import STRING
        >>> word = AttributeColumn("w", STRING, "size", "S")
        >>> wanted_attributes(
        ...     ReadRequest(table_name="T", columns=(word, word)), TableDescription(name="T", hash_key="h")
        ... )
        ('size',)
    """
    columns = request.columns
    if any(column.dynamodb_type == ITEM for column in columns):
        return None
    names = [str(column.attribute) for column in columns]
    if not columns or any(map(_may_fail, columns)):
        # A get has no COUNT, and keys are its smallest items; elsewhere an error can then name the item.
        names.extend(description.key_attributes)
    return tuple(dict.fromkeys(names))


def _may_fail(column: AttributeColumn) -> bool:
    """Whether a present value may not fit the column."""
    return not any(str(column.type) == name for name in ("string", "boolean", "binary", "double"))


def index_of(request: ReadRequest, description: TableDescription) -> IndexDescription | None:
    """Return the index that a request reads, ``None`` for the table itself.

    Raises:
        InputError: The table has no such index.
    """
    name = request.path.index_name
    if name is None:
        return None
    for index in description.indexes:
        if index.name == name:
            return index
    known = ", ".join(index.name for index in description.indexes) or "none"
    raise InputError(
        f"table {description.name} has no index {name}: correct ddb_hive.index.name; its indexes: {known}",
        table=description.name,
    )


def key_schema(request: ReadRequest, description: TableDescription) -> tuple[str, ...]:
    """Return partition key and, if there is one, sort key of what a request reads: the table or an index of it."""
    index = index_of(request, description)
    if index is None:
        return description.key_attributes
    return (index.hash_key,) if index.range_key is None else (index.hash_key, index.range_key)


def projected(index: IndexDescription, description: TableDescription) -> frozenset[str] | None:
    """Return the attributes that an index holds; ``None`` is all of them.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> index = IndexDescription(name="ByYear", kind="global", hash_key="Year", projection="KEYS_ONLY")
        >>> sorted(projected(index, TableDescription(name="Music", hash_key="Artist")))
        ['Artist', 'Year']
    """
    if index.projection == "ALL":
        return None
    own = {index.hash_key, index.range_key or index.hash_key}
    return frozenset(own.union(description.key_attributes, index.included))


def unprojected(request: ReadRequest, description: TableDescription) -> tuple[str, ...]:
    """Return what a request's columns need and its index does not hold; ``*`` stands for whole items."""
    index = index_of(request, description)
    held = None if index is None else projected(index, description)
    if held is None:
        return ()
    wanted = wanted_attributes(request, description) if request.columns else ()
    return ("*",) if wanted is None else tuple(name for name in wanted if name not in held)


def check_readable(request: ReadRequest, description: TableDescription) -> None:
    """Refuse what DynamoDB would refuse, or answer with less than was asked for.

    A local index may lack a column's attribute, for DynamoDB fetches it from the table, at extra cost.

    Raises:
        InputError: A strongly consistent read of a global index, an index that is not there, attributes that the
            index does not hold, a fetch by key from an index, or a query's filter on a key attribute.
    """
    path = request.path
    if path.kind == "query" and (keys := attributes_of(path.filter).intersection(key_schema(request, description))):
        _refuse(description, f"the filter of a query of table {description.name} may not ask for keys: {sorted(keys)}")
    index = index_of(request, description)
    if index is None:
        return
    place = f"index {index.name} of table {description.name}"
    if path.kind == "get":
        _refuse(description, f"{place} cannot be asked for items by their keys: query it, or read the table")
    if index.kind == "global" and request.consistent:
        _refuse(
            description,
            f"{place} is a global secondary index, which has no strongly consistent reads: "
            "set ddb_hive.consistent.read to false for it, or read the table itself (no ddb_hive.index.name)",
        )
    held = projected(index, description)
    missing = set(unprojected(request, description)) if index.kind == "global" else set()
    missing |= attributes_of(path.filter) - (held if held is not None else attributes_of(path.filter))
    if missing:
        what = "whole items" if "*" in missing else f"attribute {', '.join(sorted(missing))}"
        _refuse(
            description,
            f"{place} does not hold {what}: select columns that are projected into it, read the table itself "
            "(no ddb_hive.index.name), or project the attribute into the index",
        )


def _refuse(description: TableDescription, message: str) -> None:
    raise InputError(message, table=description.name)
