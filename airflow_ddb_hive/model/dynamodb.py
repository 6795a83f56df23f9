"""Nouns of the DynamoDB side: what a table is, what is to be read from it, at what rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

__all__ = [
    "ITEM",
    "AccessPath",
    "AllOf",
    "AnyOf",
    "AttributeColumn",
    "AttributeValue",
    "Condition",
    "IndexDescription",
    "KeyRange",
    "Predicate",
    "RangeUnit",
    "ReadRequest",
    "ReadRules",
    "ReadUnit",
    "ScanUnit",
    "TableDescription",
]

ITEM = "ITEM"
"""The pseudo type of a ``map<string,string>`` column that holds the whole item."""


@dataclass(frozen=True, slots=True)
class AttributeColumn:
    """A Hive column and the DynamoDB attribute behind it.

    ``attribute`` is ``None`` for the whole-item column, whose ``dynamodb_type`` is ``ITEM``; otherwise
    ``dynamodb_type`` is one of S, N, B, BOOL, L, M, SS, NS, BS.

    Example:
        >>> from airflow_ddb_hive.model.types import BIGINT
        >>> AttributeColumn("feature_id", BIGINT, "Id", "N").attribute
        'Id'
    """

    column: str
    type: HiveType
    attribute: str | None
    dynamodb_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDescription:
    """A global or local secondary index; ``projection`` is ALL, KEYS_ONLY or INCLUDE."""

    name: str
    kind: str
    hash_key: str
    range_key: str | None = None
    projection: str = "ALL"
    included: tuple[str, ...] = ()
    read_capacity_units: int | None = None
    write_capacity_units: int | None = None
    item_count: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDescription:
    """What DescribeTable says, reduced to what decides a plan.

    ``read_capacity_units`` and ``write_capacity_units`` are units a second: provisioned ones, an on-demand maximum
    where one is set, ``None`` for an on-demand table without one. ``item_count`` and ``size_bytes`` are DynamoDB's
    own, six hours old at worst. ``arn`` names the table with its region and account.

    Example:
        >>> TableDescription(name="Music", hash_key="Artist", attribute_types={"Artist": "S"}).key_attributes
        ('Artist',)
    """

    name: str
    hash_key: str
    range_key: str | None = None
    attribute_types: Mapping[str, str] = field(default_factory=dict)
    status: str = "ACTIVE"
    on_demand: bool = False
    read_capacity_units: int | None = None
    write_capacity_units: int | None = None
    item_count: int = 0
    size_bytes: int = 0
    indexes: tuple[IndexDescription, ...] = ()
    arn: str = ""

    @property
    def key_attributes(self) -> tuple[str, ...]:
        """Partition key and, if there is one, sort key."""
        return (self.hash_key,) if self.range_key is None else (self.hash_key, self.range_key)


AttributeValue = Mapping[str, Any]
"""One value as DynamoDB's JSON writes it: ``{"N": "5"}``, ``{"S": "x"}``, ``{"B": "<base64>"}``, ``{"BOOL": true}``."""

Operator = Literal["=", "<>", "<", "<=", ">", ">=", "between", "in", "begins_with", "exists", "not_exists"]
"""What a condition may ask; ``between`` takes two values, ``in`` any number, ``exists`` and ``not_exists`` none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one top-level attribute, with DynamoDB's meaning: false where attribute and value differ in type.

    Example:
        >>> Condition("Year", "between", ({"N": "1990"}, {"N": "1999"})).operator
        'between'
    """

    attribute: str
    operator: Operator
    values: tuple[AttributeValue, ...] = ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where at least one part is."""

    parts: tuple[Predicate, ...]


Predicate = Condition | AllOf | AnyOf
"""What a FilterExpression says."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """One value of a partition key and, where ``sort`` is given, a condition on the sort key.

    ``sort`` has one of the operators that a KeyConditionExpression takes: ``= < <= > >= between begins_with``.

    Example:
        >>> KeyRange({"S": "No One You Know"}, Condition("SongTitle", "begins_with", ({"S": "Call"},))).sort.operator
        'begins_with'
    """

    partition: AttributeValue
    sort: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPath:
    """How items are reached: the whole table, some ranges of keys, or whole keys one by one.

    ``kind``: ``scan`` reads everything; ``query`` reads each of ``ranges``; ``get`` fetches the items whose whole keys
    ``ranges`` give (``sort`` is then ``=``, or absent in a table without a sort key); ``nothing`` reads nothing,
    because no item can fulfil the conditions. ``ranges`` hold no key twice. ``filter`` is applied by DynamoDB to what
    ``scan`` and ``query`` have read. ``index_name`` is the secondary index that is read in the table's place.

    Example:
        >>> AccessPath().kind
        'scan'
    """

    kind: Literal["scan", "query", "get", "nothing"] = "scan"
    index_name: str | None = None
    ranges: tuple[KeyRange, ...] = ()
    filter: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRules:
    """What becomes of attributes that do not fit their column.

    ``null_bad_values``: a value of the right type that the column cannot hold is NULL, not an error. ``strict_emr``: a
    string set column is an empty list, not NULL, where the attribute is there with another type, as on EMR.

    Example:
        >>> ReadRules().null_bad_values
        False
    """

    null_bad_values: bool = False
    strict_emr: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What to read from a table: the columns, the way to the items, and how the work is cut up.

    ``columns`` empty means that only the number of items matters (``Select=COUNT``). ``page_limit`` is the most items
    that one page may evaluate; ``None`` leaves it to DynamoDB's 1 MB. ``total_segments`` cuts up a scan. ``rules`` say
    what becomes of attributes that do not fit.

    Example:
        >>> ReadRequest(table_name="Music", columns=()).consistent
        False
    """

    table_name: str
    columns: tuple[AttributeColumn, ...]
    path: AccessPath = field(default_factory=AccessPath)
    consistent: bool = False
    page_limit: int | None = None
    total_segments: int | None = None
    rules: ReadRules = field(default_factory=ReadRules)


@dataclass(frozen=True, slots=True)
class ScanUnit:
    """One unit of work of a scan: a segment.

    Example:
        >>> ScanUnit(segment=0, total_segments=4).total_segments
        4
    """

    segment: int
    total_segments: int


@dataclass(frozen=True, slots=True)
class RangeUnit:
    """One unit of work of a query (a range of keys) or of a get (up to 100 whole keys)."""

    ranges: tuple[KeyRange, ...]


ReadUnit = ScanUnit | RangeUnit
"""An independent part of a read."""
