"""What of a DynamoDB table's definition does not run, or means something else, on EMR.

The local engine allows more than the EMR connector does. Whoever may move a script to EMR asks here first; see
https://docs.aws.amazon.com/emr/latest/ReleaseGuide/EMR_Interactive_Hive.html for what the connector has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from airflow_ddb_hive.model.mapping import parse_mapping
from airflow_ddb_hive.model.settings import KNOWN_SETTINGS, setting_notice
from airflow_ddb_hive.model.types import STRING, ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflow_ddb_hive.model.dynamodb import TableDescription
    from airflow_ddb_hive.model.table import Column, Table

__all__ = ["Finding", "Severity", "emr_findings", "emr_notice", "is_portable"]

Severity = Literal["error", "warning"]
"""``error``: does not run on EMR, or gives other rows; ``warning``: runs, and somebody should know how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about a table: what it is, why it matters on EMR, and what to do.

    Example:
        >>> Finding(severity="error", code="type", subject="column n int", message="no int", remedy="bigint").column
    """

    severity: Severity
    code: str
    subject: str
    message: str
    remedy: str
    column: str | None = None


_PORTABLE = frozenset({"bigint", "binary", "boolean", "double", "string"})
_INSTEAD = {
    "char": "string",
    "date": "string",
    "decimal": "double, which keeps 15 digits, or the item column, which keeps all",
    "float": "double",
    "int": "bigint",
    "smallint": "bigint",
    "timestamp": "string",
    "tinyint": "bigint",
    "varchar": "string",
}
_ITEM_TYPE = MapType(STRING, STRING)
_CHANGE_ROWS = ("ddb_hive.index.name", "ddb_hive.role.")
"""Properties without which EMR reads something else."""


def emr_findings(table: Table, description: TableDescription | None = None) -> tuple[Finding, ...]:
    """Return what of a table does not run, or means something else, on EMR; a table of files has no findings.

    Example:
        >>> from airflow_ddb_hive.model.table import DYNAMODB_HANDLER, Column, StorageDescriptor, Table
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> table = Table(
        ...     database="default",
        ...     name="t",
        ...     columns=(Column("price", parse_type("decimal(10,2)")),),
        ...     storage=StorageDescriptor(handler=DYNAMODB_HANDLER),
        ...     properties={"dynamodb.table.name": "T", "dynamodb.column.mapping": "price:Price"},
        ... )
        >>> [(finding.code, finding.subject) for finding in emr_findings(table)]
        [('type', 'column price decimal(10,2)')]

    Args:
        table: The table, as the catalog holds it.
        description: The DynamoDB table behind it, where it is known: then findings about keys are certain.
    """
    if not table.is_dynamodb:
        return ()
    found = [finding for column in table.columns for rule in _COLUMN_RULES for finding in rule(column)]
    found += [finding for rule in _TABLE_RULES for finding in rule(table, description)]
    return tuple(found)


def emr_notice(table: Table) -> str | None:
    """Return one line that names what of a table does not run on EMR; ``None`` if all of it does."""
    subjects = dict.fromkeys(finding.subject for finding in emr_findings(table) if finding.severity == "error")
    if not subjects:
        return None
    return f"table {table.name} does not run on EMR: {', '.join(subjects)}"


def is_portable(hive_type: HiveType) -> bool:
    """Whether a column of this type runs on EMR.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> is_portable(parse_type("map<string,string>")), is_portable(parse_type("array<map<string,string>>"))
        (True, False)
    """
    return not any(_foreign_types(hive_type)) and not _has_nested_item(hive_type)


def _parts(hive_type: HiveType) -> tuple[HiveType, ...]:
    match hive_type:
        case ArrayType(element):
            return (element,)
        case MapType(key, value):
            return (key, value)
        case StructType(fields):
            return tuple(field for _, field in fields)
    return ()


def _foreign_types(hive_type: HiveType) -> Iterator[str]:
    """The names of the types, at any depth, that the connector does not have."""
    if isinstance(hive_type, MapType) and hive_type.key != STRING:
        yield f"map<{hive_type.key},…>"
        return
    parts = _parts(hive_type)
    if not parts and str(hive_type) not in _PORTABLE:
        yield str(hive_type)
    for part in parts:
        yield from _foreign_types(part)


def _has_nested_item(hive_type: HiveType) -> bool:
    return any(part == _ITEM_TYPE or _has_nested_item(part) for part in _parts(hive_type))


def _has_struct(hive_type: HiveType) -> bool:
    return isinstance(hive_type, StructType) or any(_has_struct(part) for part in _parts(hive_type))


def _of_column(column: Column, severity: Severity, code: str, message: str, remedy: str) -> Finding:
    subject = f"column {column.name} {column.type}"
    return Finding(
        severity=severity, code=code, subject=subject, message=message, remedy=remedy, column=column.name.lower()
    )


def _foreign_type(column: Column) -> Iterator[Finding]:
    for name in dict.fromkeys(_foreign_types(column.type)):
        instead = _INSTEAD.get(name.partition("(")[0], "map<string,…>")
        yield _of_column(column, "error", "type", f"the connector has no type {name}", f"use {instead}")


def _nested_item(column: Column) -> Iterator[Finding]:
    if _has_nested_item(column.type):
        message = "a map<string,string> inside another type fails the job on EMR as soon as there is a value"
        yield _of_column(column, "error", "nested-map", message, "leave the attribute to the item column")


def _struct(column: Column) -> Iterator[Finding]:
    if _has_struct(column.type):
        message = "writing makes attribute names lower case; on EMR an item without one of the fields fails the job"
        remedy = "copy whole items (map<string,string>), or use map<string,…>"
        yield _of_column(column, "warning", "struct", message, remedy)


_COLUMN_RULES: tuple[Callable[[Column], Iterator[Finding]], ...] = (_foreign_type, _nested_item, _struct)


def _of_table(severity: Severity, code: str, subject: str, message: str, remedy: str) -> Finding:
    return Finding(severity=severity, code=code, subject=subject, message=message, remedy=remedy)


def _table_name(table: Table, _: TableDescription | None) -> Iterator[Finding]:
    if not table.properties.get("dynamodb.table.name"):
        message = f"every query looks for a DynamoDB table {table.qualified_name}"
        yield _of_table("error", "table-name", "no dynamodb.table.name", message, "give dynamodb.table.name")


def _partitions(table: Table, _: TableDescription | None) -> Iterator[Finding]:
    if table.partition_columns:
        message = "a partitioned DynamoDB table reads as empty"
        yield _of_table("error", "partitioned", "PARTITIONED BY", message, "leave PARTITIONED BY out")


def _properties(table: Table, _: TableDescription | None) -> Iterator[Finding]:
    for name in sorted(table.properties):
        if name.startswith(_CHANGE_ROWS):
            message = "EMR does not know it and reads the table itself, with the cluster's own role"
            yield _of_table("error", "local-property", f"property {name}", message, "keep such a table local")
        elif name.startswith("ddb_hive."):
            yield _of_table("warning", "local-property", f"property {name}", "EMR does not know it", "leave it out")
        elif setting_notice(name, in_table=True) is not None and not _works_on_emr(name):
            yield _of_table("warning", "no-effect", f"property {name}", "it has no effect on EMR", "leave it out")


def _works_on_emr(name: str) -> bool:
    known = KNOWN_SETTINGS.get(name)
    return known is not None and known.effect == "nothing here"


def _key_names(table: Table, description: TableDescription | None) -> Iterator[Finding]:
    """The connector compares key types with the column of the key's name, whatever attribute that is mapped to."""
    mapping = parse_mapping(table.properties.get("dynamodb.column.mapping"))
    others = {attribute.lower(): attribute for attribute in mapping.values()}
    keys = {} if description is None else {name.lower(): name for name in description.attribute_types}
    for column in table.columns:
        name = column.name.lower()
        attribute = mapping.get(name)
        if attribute is None or attribute.lower() == name:
            continue
        named_like = keys.get(name) or (others.get(name) if description is None else None)
        if named_like is not None:
            message = f"it is checked as if it were mapped to {named_like}, in case that is a key"
            yield _of_column(column, "warning", "key-name", message, "give the column another name")


def _binary_keys(table: Table, description: TableDescription | None) -> Iterator[Finding]:
    if description is None:
        return
    mapping = parse_mapping(table.properties.get("dynamodb.column.mapping"))
    for column in table.columns:
        attribute = mapping.get(column.name.lower())
        if attribute in description.key_attributes and description.attribute_types.get(attribute) == "B":
            message = "on EMR a condition on a binary key finds nothing"
            yield _of_column(column, "warning", "binary-key", message, "SET dynamodb.filter.pushdown=false there")


_TABLE_RULES: tuple[Callable[[Table, TableDescription | None], Iterator[Finding]], ...] = (
    _table_name,
    _partitions,
    _properties,
    _key_names,
    _binary_keys,
)
