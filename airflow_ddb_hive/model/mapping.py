"""Which DynamoDB attribute stands behind each column of a Hive table: the connector's rules and its words.

Follows https://docs.aws.amazon.com/emr/latest/ReleaseGuide/EMRforDynamoDB.html; the types that the connector refuses
(``decimal``, ``int``, ``date``, …) are allowed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError, MappingError
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, TableDescription
from airflow_ddb_hive.model.types import (
    STRING,
    ArrayType,
    DecimalType,
    HiveType,
    MapType,
    StructType,
    VarcharType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.table import Column, Table

__all__ = [
    "DYNAMODB_TYPES",
    "attribute_tag",
    "check_serde",
    "dynamodb_table_name",
    "parse_mapping",
    "resolve_mapping",
]

DYNAMODB_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS", ITEM})
"""The names that ``dynamodb.type.mapping`` may hold."""

_ITEM_TYPE = MapType(STRING, STRING)

_PRIMITIVE_TAGS = {
    "string": "S",
    "bigint": "N",
    "double": "N",
    "binary": "B",
    "boolean": "BOOL",
    "tinyint": "N",
    "smallint": "N",
    "int": "N",
    "float": "N",
    "date": "S",
    "timestamp": "S",
}

_NULL_TYPE = "NULL"
_NULL_CLASS = "class org.apache.hadoop.hive.dynamodb.type.HiveDynamoDBNullType"
"""What the connector names in its refusal of that type."""

_SET_TAGS = {"S": "SS", "N": "NS", "B": "BS"}


def attribute_tag(hive_type: HiveType) -> str | None:
    """Return the DynamoDB type that values of a Hive type are kept as, ``None`` if there is none.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> attribute_tag(parse_type("array<decimal(38,0)>")), attribute_tag(parse_type("map<int,string>"))
        ('L', None)
    """
    match hive_type:
        case ArrayType(element):
            return "L" if attribute_tag(element) else None
        case MapType(key, value):
            return "M" if key == STRING and attribute_tag(value) else None
        case StructType(fields):
            return "M" if all(attribute_tag(field) for _, field in fields) else None
        case DecimalType():
            return "N"
        case VarcharType():
            return "S"
    return _PRIMITIVE_TAGS.get(str(hive_type))


def dynamodb_table_name(table: Table) -> str:
    """Return the name of the DynamoDB table behind a Hive table: ``dynamodb.table.name``, else its own.

    Example:
        >>> from airflow_ddb_hive.model.table import Table
        >>> dynamodb_table_name(Table(database="default", name="features", columns=()))
        'features'
    """
    return table.properties.get("dynamodb.table.name") or table.name


def parse_mapping(text: str | None) -> dict[str, str]:
    """Read ``column:attribute,column:attribute``; nothing is trimmed and the last entry for a column counts.

    Example:
        >>> parse_mapping("Id:Id,name: Name,uri:a:b,")
        {'id': 'Id', 'name': ' Name', 'uri': 'a:b'}

    Raises:
        InputError: An entry has no colon.
    """
    entries = (text or "").split(",")
    while entries and not entries[-1]:
        entries.pop()
    mapping: dict[str, str] = {}
    for entry in entries:
        column, colon, attribute = entry.partition(":")
        if not colon:
            raise InputError(f"Invalid entry in mapping {entry}: write column:attribute")
        mapping[column.lower()] = attribute
    return mapping


def resolve_mapping(table: Table, description: TableDescription) -> tuple[AttributeColumn, ...]:
    """Return the attribute behind each column, after all checks that the connector makes, in its order.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> from airflow_ddb_hive.model.table import Column, Table
        >>> table = Table(
        ...     database="default",
        ...     name="t",
        ...     columns=(Column("id", STRING),),
        ...     kind="EXTERNAL_TABLE",
        ...     properties={"dynamodb.column.mapping": "id:Id"},
        ... )
        >>> resolve_mapping(table, TableDescription(name="T", hash_key="Id"))
        (AttributeColumn(column='id', type=PrimitiveType(name='string'), attribute='Id', dynamodb_type='S'),)

    Raises:
        InputError: A mapping is not written as ``column:attribute``.
        MappingError: The columns do not fit the mapping, the types, or the DynamoDB table.
    """
    mapping, types = check_serde(table)
    _check_table(table, description)
    _check_mapping(table, mapping)
    columns = tuple(_attribute_column(column, mapping, types) for column in table.columns)
    _check_single_item(columns)
    for resolved in columns:
        _check_key(resolved, description)
    return columns


def check_serde(table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """Check what Hive finds out when it starts the SerDe, before it looks for the table; return both mappings.

    Example:
        >>> from airflow_ddb_hive.model.table import Table
        >>> properties = {"dynamodb.column.mapping": "tags:Tags", "dynamodb.type.mapping": "tags:SS"}
        >>> check_serde(Table(database="default", name="t", columns=(), properties=properties))
        ({'tags': 'Tags'}, {'tags': 'SS'})

    Raises:
        InputError: A mapping is not written as ``column:attribute``.
        MappingError: A type is none of Hive's or DynamoDB's that the connector or this engine knows.
    """
    mapping = parse_mapping(table.properties.get("dynamodb.column.mapping"))
    types = parse_mapping(table.properties.get("dynamodb.type.mapping"))
    for column in table.columns:
        _check_known_types(column, types)
    return mapping, types


def _check_known_types(column: Column, types: Mapping[str, str]) -> None:
    if attribute_tag(column.type) is None:
        raise MappingError(f"Unsupported Hive type: {column.type}")
    wanted = types.get(column.name.lower())
    if wanted is not None and wanted not in DYNAMODB_TYPES:
        raise MappingError(f"Unsupported DynamoDB type: {wanted}")


def _check_table(table: Table, description: TableDescription) -> None:
    external = table.properties.get("EXTERNAL", "").upper() == "TRUE"
    if table.kind != "EXTERNAL_TABLE" and not external:
        raise MappingError("Only EXTERNAL tables are supported for DynamoDB.", table=table.qualified_name)
    if description.status in {"CREATING", "DELETING"}:
        raise MappingError(f"Table {description.name} is in state {description.status}", table=description.name)


def _check_mapping(table: Table, mapping: Mapping[str, str]) -> None:
    """Columns and entries, one to one; a column that may hold the whole item needs no entry."""
    left = dict(mapping)
    for column in table.columns:
        attribute = left.pop(column.name.lower(), None)
        if column.type == _ITEM_TYPE:
            continue
        if attribute is None:
            raise MappingError(f"Could not find column mapping for column: {column.name}")
        if not attribute:
            raise MappingError(f"Invalid column mapping for column: {column.name}")
    if left:
        entries = ",".join(f"{name}:{attribute}" for name, attribute in left.items())
        raise MappingError(f"Could not find column(s) for column mapping(s): {entries}")


def _attribute_column(column: Column, mapping: Mapping[str, str], types: Mapping[str, str]) -> AttributeColumn:
    name = column.name.lower()
    default = ITEM if column.type == _ITEM_TYPE else attribute_tag(column.type)
    wanted = types.get(name, default)
    if wanted == _NULL_TYPE:
        raise MappingError(f"{_NULL_CLASS} does not support this operation. Column {column.name} needs another type")
    if wanted not in _allowed(column.type):
        raise MappingError(f"The DynamoDB type {wanted} does not support Hive type {column.type}")
    if wanted == ITEM:
        return AttributeColumn(column.name, column.type, None, ITEM)
    attribute = mapping.get(name)
    if not attribute:
        raise MappingError(f"Could not find column mapping for column: {column.name}")
    return AttributeColumn(column.name, column.type, attribute, str(wanted))


def _allowed(hive_type: HiveType) -> frozenset[str]:
    """The DynamoDB types that a column of a Hive type may be mapped to."""
    tags = {str(attribute_tag(hive_type))}
    if hive_type == _ITEM_TYPE:
        tags.add(ITEM)
    if isinstance(hive_type, ArrayType):
        element = str(attribute_tag(hive_type.element))
        tags.update({_SET_TAGS[element]} if element in _SET_TAGS else ())
    return frozenset(tags)


def _check_single_item(columns: tuple[AttributeColumn, ...]) -> None:
    if sum(column.dynamodb_type == ITEM for column in columns) > 1:
        raise MappingError(f"Only one column can be mapped to item map type {_ITEM_TYPE}")


def _check_key(column: AttributeColumn, description: TableDescription) -> None:
    # The connector compares the Hive column's name, not the attribute behind it.
    for attribute, wanted in description.attribute_types.items():
        if attribute.lower() == column.column.lower() and column.dynamodb_type != wanted:
            raise MappingError(
                f"The key element {column.column} does not match type. "
                f"DynamoDB Type: {wanted} Hive type: {column.type}",
                table=description.name,
            )
