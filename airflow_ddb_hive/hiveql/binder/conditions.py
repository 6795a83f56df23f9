"""PARTITION clauses that name some partitions of a table: by values, or by comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.partitions import partition_constant, read_partition_spec
from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.model.partition_filter import COMPARISONS, PartitionCondition

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["Conditions", "read_comparisons", "read_conditions"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a PARTITION clause asks for, as Hive shows it, and where it stands."""

    conditions: tuple[PartitionCondition, ...]
    shown: str
    position: Position

    @property
    def values(self) -> tuple[str, ...]:
        """The values asked for."""
        return tuple(condition.value for condition in self.conditions)


def read_conditions(cursor: Cursor, table: Table) -> Conditions:
    """Take ``PARTITION (name [= constant], …)``; a name alone asks for nothing.

    Raises:
        HiveSemanticError: The table has no partitions, or no such partition column.
    """
    if not table.partition_columns:
        message = f"{table.qualified_name} table is not partitioned but partition spec exists"
        raise semantic_error(None, message, cursor.position, table=table.qualified_name)
    spec = read_partition_spec(cursor, table)
    places = {column.name: place for place, column in enumerate(table.partition_columns)}
    conditions = tuple(
        PartitionCondition(places[name], table.partition_columns[places[name]].type, "=", value)
        for name, value in spec.values.items()
        if value is not None
    )
    shown = ", ".join(name if value is None else f"{name}={value}" for name, value in spec.values.items())
    return Conditions(conditions, f"{{{shown}}}", spec.position)


def read_comparisons(cursor: Cursor, table: Table) -> Conditions:
    """Take ``PARTITION (name comparison constant, …)`` as DROP PARTITION has it.

    Raises:
        HiveSemanticError: The table has no such partition column.
    """
    context = "drop partition statement"
    position = cursor.expect("PARTITION", context).position
    cursor.expect("(", context)
    expressions = ExpressionReader(cursor, QueryReader(cursor).query)
    places = {column.name: place for place, column in enumerate(table.partition_columns)}
    found: list[PartitionCondition] = []
    shown: list[str] = []
    while True:
        place = cursor.position
        name = cursor.identifier(context)
        if name not in places:
            message = f"{table.qualified_name}: Partition spec {{{name}}} contains non-partition columns"
            raise semantic_error(10098, message, place, table=table.qualified_name)
        if cursor.word.text not in COMPARISONS:
            raise cursor.error(context)
        comparison = cursor.advance().text
        column = table.partition_columns[places[name]]
        value = partition_constant(expressions.expression(), column)
        found.append(PartitionCondition(places[name], column.type, comparison, value))
        shown.append(f"{name} {comparison} '{value}'")
        if not cursor.take(","):
            cursor.expect(")", context)
            return Conditions(tuple(found), f"({' and '.join(shown)})", position)
