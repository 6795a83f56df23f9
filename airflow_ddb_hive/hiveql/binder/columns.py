"""Lists of columns in DDL, with the constraints between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.grammar.types import read_type
from airflow_ddb_hive.model.table import Column

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.constraints import ConstraintReader
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor

__all__ = ["read_column", "read_columns"]

_CONTEXT = "column specification"


def read_columns(cursor: Cursor, constraints: ConstraintReader | None = None) -> tuple[Column, ...]:
    """Take ``(name type [constraint] [COMMENT text], …)``; without a reader constraints are refused.

    Raises:
        HiveSemanticError: Two columns have one name (10036), or a constraint is not allowed.
    """
    cursor.expect("(", _CONTEXT)
    columns: dict[str, Column] = {}
    while True:
        if constraints is not None and constraints.at_table_constraint():
            constraints.of_table()
        else:
            position = cursor.position
            column = read_column(cursor, constraints)
            if column.name in columns:
                raise semantic_error(10036, f"Duplicate column name: {column.name}", position)
            columns[column.name] = column
        if not cursor.take(","):
            cursor.expect(")", _CONTEXT)
            return tuple(columns.values())


def read_column(cursor: Cursor, constraints: ConstraintReader | None = None) -> Column:
    """Take one column."""
    name = cursor.identifier(_CONTEXT)
    type_ = read_type(cursor)
    if constraints is not None and constraints.at_constraint():
        constraints.of_column(name)
    elif cursor.at("NOT", "NULL"):
        raise semantic_error(
            10326,
            "Invalid Constraint syntax NOT NULL,DEFAULT and CHECK Constraints are not allowed with partition columns. ",
            cursor.position,
        )
    return Column(name, type_, cursor.string() if cursor.take("COMMENT") else None)
