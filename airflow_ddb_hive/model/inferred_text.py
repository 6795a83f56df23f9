"""A table that was inferred from a sample, as a HiveQL script: facts as comments, then the CREATE EXTERNAL TABLE."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.quoting import hive_name, quote_name, quote_table, quote_text
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER, Column, StorageDescriptor, Table
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.model.dynamodb import IndexDescription, TableDescription
    from airflow_ddb_hive.model.emr import Finding
    from airflow_ddb_hive.model.inferred import InferredTable

__all__ = ["hive_table", "inferred_ddl", "type_text"]

_PLAIN_FIELD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_UNSAFE_IN_COMMENTS = re.compile(r"[^A-Za-z0-9 .,:()<>=/+_#%|\[\]*!?&@~^-]|%(?=\()")


def hive_table(inferred: InferredTable, properties: Mapping[str, str]) -> Table:
    """Return the Hive table that an inferred one is; ``properties`` are added to those of the mapping."""
    columns = inferred.columns
    typed = {column.name: column.dynamodb_type for column in columns if column.dynamodb_type}
    mapped = {column.name: column.attribute for column in columns if column.attribute is not None}
    found = {
        "dynamodb.table.name": inferred.description.name,
        "dynamodb.column.mapping": ",".join(f"{name}:{attribute}" for name, attribute in mapped.items()),
        "dynamodb.type.mapping": ",".join(f"{name}:{tag}" for name, tag in typed.items()),
        **properties,
    }
    return Table(
        database="default",
        name=hive_name(inferred.description.name),
        columns=tuple(Column(column.name, column.type) for column in columns),
        kind="EXTERNAL_TABLE",
        storage=StorageDescriptor(handler=DYNAMODB_HANDLER),
        properties={name: value for name, value in found.items() if value},
    )


def inferred_ddl(inferred: InferredTable, table: Table, findings: Sequence[Finding], reserved: frozenset[str]) -> str:
    """Return a script that makes the table; every comment is a line of its own, which the Hive CLI skips.

    Args:
        inferred: What was found.
        table: The same as a Hive table, from :func:`hive_table`.
        findings: What of it does not run on EMR.
        reserved: Hive's reserved words, in capitals.
    """
    comments = [*_facts(inferred), *_left_out(inferred), *_portability(findings)]
    lines = [_comment(line) for line in comments]
    lines.append(f"CREATE EXTERNAL TABLE {quote_table(table.name)} (")
    last = len(inferred.columns) - 1
    for place, column in enumerate(inferred.columns):
        notes = "; ".join(column.notes).replace(";", ",")
        share = f"{inferred.share(column.items):.1%} of the items" if column.attribute is not None else ""
        lines.append(_comment(", ".join(part for part in (column.attribute or "", share, notes) if part)))
        lines.append(f"  {quote_name(column.name)} {type_text(column.type, reserved)}{'' if place == last else ','}")
    lines += [")", f"STORED BY {quote_text(DYNAMODB_HANDLER)}", "TBLPROPERTIES ("]
    pairs = [f"  {quote_text(name)} = {quote_text(value)}" for name, value in table.properties.items()]
    return "\n".join([*lines, ",\n".join(pairs), ");"])


def type_text(hive_type: HiveType, reserved: frozenset[str] = frozenset()) -> str:
    """Return a type as DDL takes it: fields that are reserved words stand in backticks.

    Example:
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> type_text(parse_type("array<struct<date:string,n:bigint>>"), frozenset({"DATE"}))
        'array<struct<`date`:string,n:bigint>>'
    """
    match hive_type:
        case ArrayType(element):
            return f"array<{type_text(element, reserved)}>"
        case MapType(key, value):
            return f"map<{key},{type_text(value, reserved)}>"
        case StructType(fields):
            parts = (f"{_field(name, reserved)}:{type_text(field, reserved)}" for name, field in fields)
            return f"struct<{','.join(parts)}>"
    return str(hive_type)


def _field(name: str, reserved: frozenset[str]) -> str:
    return name if _PLAIN_FIELD.fullmatch(name) and name.upper() not in reserved else f"`{name}`"


def _comment(text: str) -> str:
    """A comment line in which nothing can end a statement, open a string or name a variable."""
    return f"-- {_UNSAFE_IN_COMMENTS.sub(lambda match: f'<U+{ord(match.group()):04X}>', text)}"


def _facts(inferred: InferredTable) -> Iterator[str]:
    description, sample = inferred.description, inferred.sample
    yield (
        f"DynamoDB table {description.name}: about {description.item_count:,} items, {description.size_bytes:,} bytes, "
        f"{_capacity(description)}"
    )
    yield f"Key: {_key(description.hash_key, description.range_key, description.attribute_types)}"
    for index in description.indexes:
        yield _index(index, description)
    extent = "the whole table" if sample.complete else "a sample"
    yield (
        f"Seen: {extent}, {sample.items:,} items from {sample.segments} segment(s), for {sample.units:,.1f} read units"
    )


def _capacity(description: TableDescription) -> str:
    read, write = description.read_capacity_units, description.write_capacity_units
    if read is None and write is None:
        return "on demand" if description.on_demand else "provisioned"
    billing = "on demand, " if description.on_demand else ""
    return f"{billing}{read or '?'} read and {write or '?'} write units a second"


def _key(hash_key: str, range_key: str | None, types: Mapping[str, str]) -> str:
    names = [hash_key] if range_key is None else [hash_key, range_key]
    return ", ".join(f"{name} ({types.get(name, '?')})" for name in names)


def _index(index: IndexDescription, description: TableDescription) -> str:
    projected = ", ".join(index.included) if index.included else index.projection
    key = _key(index.hash_key, index.range_key, description.attribute_types)
    line = f"Index {index.name} ({index.kind}): {key}, projects {projected}"
    if index.kind == "global" and index.read_capacity_units and not description.on_demand:
        line += f", {index.read_capacity_units} read and {index.write_capacity_units} write units a second"
    return line


def _left_out(inferred: InferredTable) -> Iterator[str]:
    items = [column.name for column in inferred.columns if column.attribute is None]
    for left in inferred.left_out:
        share = f"{inferred.share(left.items):.1%} of the items"
        yield f"Only in column {items[0]}: {left.attribute}, {share}: {left.reason}"


def _portability(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "Runs on EMR as it is"
    for finding in findings:
        verdict = "Does not run on EMR" if finding.severity == "error" else "On EMR"
        yield f"{verdict}: {finding.subject}: {finding.message}, so {finding.remedy}"
