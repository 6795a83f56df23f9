"""DEFAULT, NOT NULL and CHECK: what INSERT puts into columns that it leaves out, and which rows it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.binder.coercion import coerced
from airflow_ddb_hive.hiveql.binder.constraints import ENFORCED_KINDS
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.expressions import ExpressionBinder
from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
from airflow_ddb_hive.hiveql.binder.scope import Scope
from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.grammar.syntax import FunctionNode, LiteralNode, NameNode, Node, QueryNode, ValuesNode
from airflow_ddb_hive.hiveql.tree import ColumnRef, Filter, Literal, OutputColumn, Position, Project, Relation, Values
from airflow_ddb_hive.hiveql.type_changes import compatible_types
from airflow_ddb_hive.model.types import BOOLEAN, INT, SMALLINT, TINYINT, VOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.statements import TableSink
    from airflow_ddb_hive.hiveql.tree import Expression
    from airflow_ddb_hive.model.table import Column, Constraint, Table
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["check_expressions", "enforced", "with_defaults"]

_INVALID = 10326


def check_expressions(
    constraints: Sequence[Constraint], columns: Sequence[Column], context: Context, position: Position
) -> None:
    """Refuse a DEFAULT that is no value of its column, and a CHECK that is no condition over the columns.

    Raises:
        HiveSemanticError: One is refused (10326).
    """
    types = {column.name: column.type for column in columns}
    shape = Values(context.number(), tuple(OutputColumn(column.name, column.type) for column in columns), ())
    for constraint in constraints:
        if constraint.kind == "default":
            value = _bound(constraint, Scope(), context)
            want = types[constraint.columns[0]]
            if not _fits(value, want):
                raise semantic_error(
                    _INVALID,
                    f"Invalid Constraint syntax Invalid type: {value.type} for default value: {constraint.expression}. "
                    f"Please make sure that the type is compatible with column type: {want}",
                    position,
                )
        elif constraint.kind == "check":
            _check(constraint, Scope.of(shape, ""), context, position)


def _fits(value: Expression, want: HiveType) -> bool:
    """Whole numbers as constants go into every number; other values where their type may go."""
    if value.type == VOID or (isinstance(value, Literal) and value.value is None):
        return True
    return compatible_types(value.type, want) or (
        isinstance(value, Literal) and value.type == INT and want in (TINYINT, SMALLINT)
    )


def _check(constraint: Constraint, scope: Scope, context: Context, position: Position) -> None:
    message = f"Invalid Constraint syntax Invalid CHECK constraint expression: {constraint.expression}"
    try:
        found = _bound(constraint, scope, context)
    except HiveSemanticError as error:
        raise semantic_error(_INVALID, f"{message}. {error.message}", position) from error
    if found.type != BOOLEAN:
        raise semantic_error(_INVALID, f"{message}: it is no condition", position)


def _node(constraint: Constraint) -> Node:
    text = constraint.expression or "NULL"
    cursor = Cursor(read_words(text, Position()), text)
    return ExpressionReader(cursor, QueryReader(cursor).query).expression()


def _bound(constraint: Constraint, scope: Scope, context: Context) -> Expression:
    binder = ExpressionBinder(scope=scope, bind_query=QueryBinder(context).bind)
    return binder.bind(_node(constraint))


def _defaults(table: Table) -> dict[str, Constraint]:
    return {one.columns[0]: one for one in table.constraints if one.kind == "default" and one.enabled}


def with_defaults(query: QueryNode, sink: TableSink) -> QueryNode:
    """Return the query with a column's default for each word DEFAULT in its rows of VALUES."""
    if not isinstance(query.body, ValuesNode):
        return query
    columns = (*sink.table.columns, *sink.table.partition_columns)
    defaults = _defaults(sink.table)
    rows = tuple(
        tuple(
            _default(cell, columns[sink.columns[place]].name, defaults) if place < len(sink.columns) else cell
            for place, cell in enumerate(row)
        )
        for row in query.body.rows
    )
    return replace(query, body=ValuesNode(query.body.position, rows))


def _default(cell: Node, column: str, defaults: dict[str, Constraint]) -> Node:
    if not isinstance(cell, NameNode) or cell.name != "default":
        return cell
    return _node(defaults[column]) if column in defaults else LiteralNode(cell.position, None, VOID)


def enforced(relation: Relation, sink: TableSink, context: Context) -> tuple[Relation, TableSink]:
    """Return the rows with the defaults of columns that are left out, and a filter that fails on a wrong row.

    ``relation`` has the columns of the sink, in the sink's types.
    """
    table = sink.table
    wanted = [one for one in table.constraints if one.enabled and one.kind in ENFORCED_KINDS]
    if not wanted:
        return relation, sink
    full, whole = _completed(relation, sink, context)
    conditions = [node for one in wanted for node in _conditions(one)]
    if not conditions:
        return full, whole
    node = conditions[0]
    for other in conditions[1:]:
        node = FunctionNode(Position(), "and", (node, other))
    scope = Scope.of(full, table.name)
    binder = ExpressionBinder(scope=scope, bind_query=QueryBinder(context).bind)
    condition = binder.bind(FunctionNode(Position(), "enforce_constraint", (node,)))
    return Filter(context.number(), full.columns, full, condition), whole


def _conditions(constraint: Constraint) -> list[Node]:
    if constraint.kind == "check":
        return [FunctionNode(Position(), "isnotfalse", (_node(constraint),))]
    if constraint.kind == "not null":
        return [FunctionNode(Position(), "isnotnull", (NameNode(Position(), constraint.columns[0]),))]
    return []


def _completed(relation: Relation, sink: TableSink, context: Context) -> tuple[Relation, TableSink]:
    """All columns of the table, in its order, under its names; dynamic partition columns follow."""
    table = sink.table
    columns = (*table.columns, *table.partition_columns)
    width = len(table.columns)
    places = [*range(width), *(width + i for i, value in enumerate(sink.partition) if value is None)]
    given = {place: index for index, place in enumerate(sink.columns)}
    defaults = _defaults(table)
    cells: list[Expression] = []
    for place in places:
        column = columns[place]
        if place in given:
            cells.append(ColumnRef(column.type, Position(), relation.id, given[place]))
        elif column.name in defaults:
            cells.append(coerced(_bound(defaults[column.name], Scope(), context), column.type))
        else:
            cells.append(Literal(column.type, Position(), None))
    outputs = tuple(OutputColumn(columns[place].name, columns[place].type) for place in places)
    full = Project(context.number(), outputs, relation, tuple(cells))
    return full, replace(sink, columns=tuple(places))
