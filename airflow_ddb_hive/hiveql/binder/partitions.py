"""PARTITION (…): the values that a statement gives to a table's partition columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.functions.conversion import is_integer
from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.grammar.syntax import FunctionNode, LiteralNode
from airflow_ddb_hive.model.types import DATE

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.grammar.syntax import Node
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Column, Table

__all__ = ["PartitionSpec", "partition_constant", "partition_text", "read_partition_spec", "whole_values"]

_DATE = re.compile(r"(\d{1,4})-(\d{1,2})-(\d{1,2})")
_WHOLE = re.compile(r"[+-]?\d+")


@dataclass(frozen=True, slots=True)
class PartitionSpec:
    """The values by column as text, in the order of the table's partition columns; ``None`` where only named.

    ``last`` is the place of the last name that was written.
    """

    values: dict[str, str | None]
    position: Position
    last: Position


def read_partition_spec(cursor: Cursor, table: Table) -> PartitionSpec:
    """Take ``PARTITION (name [= constant], …)``.

    Raises:
        HiveSemanticError: A name is no partition column, or a value does not fit its type.
    """
    position = cursor.expect("PARTITION").position
    context = "destination specification"
    cursor.expect("(", context)
    expressions = ExpressionReader(cursor, QueryReader(cursor).query)
    columns = {column.name: column for column in table.partition_columns}
    found: dict[str, str | None] = {}
    while True:
        last = cursor.position
        name = cursor.identifier(context)
        if name not in columns:
            message = f"{table.qualified_name}: Partition spec {{{name}}} contains non-partition columns"
            raise semantic_error(10098, message, position, table=table.qualified_name)
        found[name] = None
        if cursor.take("="):
            found[name] = partition_constant(expressions.expression(), columns[name])
        if not cursor.take(","):
            cursor.expect(")", context)
            return PartitionSpec({key: found[key] for key in columns if key in found}, position, last)


def whole_values(spec: PartitionSpec, table: Table) -> tuple[str, ...]:
    """The values of all partition columns.

    Raises:
        HiveSemanticError: One is missing.
    """
    values = [spec.values.get(column.name) for column in table.partition_columns]
    given = tuple(value for value in values if value is not None)
    if len(given) != len(values):
        shown = ", ".join(f"{name}={value}" for name, value in spec.values.items())
        raise semantic_error(10006, f"Partition not found '{shown}'", spec.position, table=table.qualified_name)
    return given


def partition_constant(node: Node, column: Column) -> str:
    """Return the constant that a partition column is compared with or set to, as text.

    Raises:
        HiveSemanticError: It is no constant, or does not fit the column's type.
    """
    sign = ""
    if isinstance(node, FunctionNode) and node.name in ("negative", "positive") and len(node.arguments) == 1:
        sign, node = "-" if node.name == "negative" else "", node.arguments[0]
    if not isinstance(node, LiteralNode):
        raise semantic_error(10098, f"the value of partition column {column.name} must be a constant", node.position)
    if node.value is None:
        return "__HIVE_DEFAULT_PARTITION__"
    written = node.text if node.text and not isinstance(node.value, str) else str(node.value)
    return partition_text(column, sign + written, node.position)


def partition_text(column: Column, text: str, position: Position) -> str:
    """Return a partition value as Hive writes it: numbers without leading zeros, dates with two digits each.

    Raises:
        HiveSemanticError: The text is no value of the column's type (10248).
    """
    if is_integer(column.type):
        stripped = text.rstrip("LSYlsy")
        if _WHOLE.fullmatch(stripped) is None:
            raise _misfit(column, position)
        return str(int(stripped))
    if column.type == DATE:
        match = _DATE.fullmatch(text.strip())
        try:
            return date(*map(int, match.groups())).isoformat() if match is not None else _refuse(column, position)
        except ValueError:
            raise _misfit(column, position) from None
    return text


def _refuse(column: Column, position: Position) -> str:
    raise _misfit(column, position)


def _misfit(column: Column, position: Position) -> Exception:
    message = (
        f"Cannot add partition column {column.name} of type string as it cannot be converted to type {column.type}"
    )
    return semantic_error(10248, message, position)
