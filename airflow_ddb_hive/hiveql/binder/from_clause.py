"""From what FROM names to a relation and the names that it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.calls import bind_call, find_function
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.expressions import ExpressionBinder
from airflow_ddb_hive.hiveql.binder.samples import sampled
from airflow_ddb_hive.hiveql.binder.scope import Scope, ScopeColumn
from airflow_ddb_hive.hiveql.binder.unique_join import unique_join
from airflow_ddb_hive.hiveql.binder.using import join_using
from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
from airflow_ddb_hive.hiveql.grammar.lexer import read_words
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.grammar.syntax import (
    FunctionNode,
    JoinNode,
    LateralNode,
    Node,
    QueryNode,
    SelectNode,
    SourceNode,
    StarNode,
    SubquerySource,
    TableSource,
    UniqueJoinNode,
)
from airflow_ddb_hive.hiveql.tree import Call, ColumnRef, Join, LateralView, OutputColumn, Project, Relation, Scan
from airflow_ddb_hive.model.types import StructType

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["ONLY_IN_PREDICATES", "bind_source", "generated", "table_call"]

ONLY_IN_PREDICATES = "Currently SubQuery expressions are only allowed as Where and Having Clause predicates"
"""Why Hive refuses a subquery in ON and ORDER BY."""


def bind_source(queries: QueryBinder, source: SourceNode) -> tuple[Relation, Scope]:
    """Bind a FROM clause."""
    if isinstance(source, TableSource):
        return _table(queries, source)
    if isinstance(source, SubquerySource):
        return _subquery(queries, source)
    if isinstance(source, JoinNode):
        return _join(queries, source)
    if isinstance(source, UniqueJoinNode):
        bound = [_table(queries, part.source) for part in source.parts]
        for place, (_, scope) in enumerate(bound[1:], 1):
            for _, earlier in bound[:place]:
                _check_aliases(earlier, scope, JoinNode(source.position, "full", source, source.parts[place].source))
        return unique_join(queries, source, bound)
    assert isinstance(source, LateralNode)  # noqa: S101 (the grammar makes no other source)
    return _lateral(queries, source)


def _table(queries: QueryBinder, source: TableSource) -> tuple[Relation, Scope]:
    alias = source.alias or source.name
    if source.database is None:
        query = queries.cte(source.name)
        if query is not None:
            return query, Scope.of(query, alias)
    context = queries.context
    table = context.table(source.database, source.name, source.position)
    if table.view_text is not None:
        return _view(queries, table, alias, source)
    columns = tuple(OutputColumn(column.name, column.type) for column in (*table.columns, *table.partition_columns))
    scan = Scan(context.number(), columns, table, frozenset(range(len(columns))), source.position)
    scope = Scope.of(scan, alias, table.database if source.alias is None else None)
    return (scan, scope) if source.sample is None else sampled(queries, scan, scope, source.sample)


def _view(queries: QueryBinder, table: Table, alias: str, source: TableSource) -> tuple[Relation, Scope]:
    """A view's query, bound in the database that it was made in, under the names of the view's columns."""
    context = queries.context
    if table.qualified_name in context.views:
        raise semantic_error(10207, f"Recursive view {table.qualified_name} detected", source.position)
    inner = replace(
        context, database=table.view_database or table.database, views=(*context.views, table.qualified_name)
    )
    text = table.view_text or ""
    cursor = Cursor(read_words(text, source.position), text)
    relation = type(queries)(inner).bind(QueryReader(cursor).query())
    columns = (*table.columns, *table.partition_columns)
    if len(columns) != len(relation.columns):
        message = f"View {table.qualified_name} has {len(columns)} columns, its query gives {len(relation.columns)}"
        raise semantic_error(10044, f"{message}: make the view again", source.position)
    named = tuple(OutputColumn(column.name, have.type) for column, have in zip(columns, relation.columns, strict=True))
    kept = tuple(ColumnRef(have.type, source.position, relation.id, i) for i, have in enumerate(relation.columns))
    view = Project(context.number(), named, relation, kept)
    return view, Scope.of(view, alias, table.database if source.alias is None else None)


def _subquery(queries: QueryBinder, source: SubquerySource) -> tuple[Relation, Scope]:
    relation = queries.apart().bind(source.query)
    scope = Scope.of(relation, source.alias)
    if not source.columns:
        return relation, _first_names(scope) if _all_columns(source.query) else scope
    if len(source.columns) != len(relation.columns):
        raise semantic_error(
            10083, f"{len(relation.columns)} columns and {len(source.columns)} names for them", source.position
        )
    named = zip(scope.columns, source.columns, strict=True)
    return relation, Scope(tuple(ScopeColumn(name, c.qualifier, c.type, c.relation, c.index) for c, name in named))


def _all_columns(query: QueryNode) -> bool:
    """Whether a query selects ``*`` alone."""
    return isinstance(query.body, SelectNode) and all(isinstance(i.expression, StarNode) for i in query.body.items)


def _first_names(scope: Scope) -> Scope:
    """A name stands for the first of the columns that have it; the others have one of their own."""
    seen: set[str] = set()
    named: list[ScopeColumn] = []
    for index, column in enumerate(scope.columns):
        named.append(replace(column, name=f"_col{index}") if column.name in seen else column)
        seen.add(column.name)
    return Scope(tuple(named))


def _join(queries: QueryBinder, source: JoinNode) -> tuple[Relation, Scope]:
    for side in (source.left, source.right):
        if isinstance(side, LateralNode):
            raise semantic_error(10085, "JOIN with a LATERAL VIEW is not supported", side.call.position)
    left, left_scope = bind_source(queries, source.left)
    right, right_scope = bind_source(queries, source.right)
    _check_aliases(left_scope, right_scope, source)
    if source.using:
        return join_using(queries.context, source, (left, left_scope), (right, right_scope))
    both = left_scope.joined(right_scope)
    condition = None
    if source.condition is not None:
        binder = ExpressionBinder(
            scope=both,
            bind_query=queries.within(both).bind,
            outer=queries.outer,
            no_queries=ONLY_IN_PREDICATES,
            joining=True,
            seconds=queries.context.whole_seconds,
        )
        condition = binder.condition(source.condition)
    kind = "cross" if condition is None and source.kind in ("inner", "cross") else source.kind
    kind = "inner" if kind == "cross" and condition is not None else kind
    visible = left_scope if kind == "semi" else both
    join = Join(queries.context.number(), visible.outputs(), kind, left, right, condition)
    return join, visible.rebased(join)


def _check_aliases(left: Scope, right: Scope, source: JoinNode) -> None:
    known = {(column.database, column.qualifier) for column in left.columns}
    for column in right.columns:
        if (column.database, column.qualifier) in known:
            raise semantic_error(10008, f"Ambiguous table alias '{column.qualifier}'", _alias_place(source.right))


def _alias_place(source: SourceNode) -> Position:
    alias = source.alias_position if isinstance(source, TableSource) else None
    return source.position if alias is None else alias


def table_call(binder: ExpressionBinder, node: Node) -> Call:
    """Bind a call of a table-generating function."""
    if not isinstance(node, FunctionNode):
        raise semantic_error(10090, "Lateral view must have a UDTF", node.position)
    spec = find_function(node.name, node.position)
    if spec.kind != "udtf":
        raise semantic_error(10090, f"Invalid function {node.name}: no table-generating function", node.position)
    if node.distinct:
        raise semantic_error(None, "Distinct keyword is not support in current context.", node.position)
    return bind_call(spec, tuple(binder.bind(argument) for argument in node.arguments), node)


def generated(call: Call, names: tuple[str, ...], node: Node) -> tuple[OutputColumn, ...]:
    """The columns that a table-generating call makes, under the names given to them."""
    assert isinstance(call.type, StructType)  # noqa: S101 (every udtf's result is one)
    fields = call.type.fields
    if names and len(names) != len(fields):
        raise semantic_error(
            10083,
            f"The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF "
            f"expected {len(fields)} aliases but got {len(names)}",
            node.position,
        )
    given = names or tuple(name for name, _ in fields)
    return tuple(OutputColumn(name, type_) for name, (_, type_) in zip(given, fields, strict=True))


def _lateral(queries: QueryBinder, source: LateralNode) -> tuple[Relation, Scope]:
    relation, scope = bind_source(queries, source.input)
    binder = ExpressionBinder(scope=scope, bind_query=queries.within(scope).bind, outer=queries.outer)
    binder.seconds = queries.context.whole_seconds
    call = table_call(binder, source.call)
    made = generated(call, source.columns, source)
    view = LateralView(queries.context.number(), (*scope.outputs(), *made), relation, call, source.outer)
    kept = scope.rebased(view)
    first = len(scope.columns)
    new = tuple(
        ScopeColumn(column.name, source.alias, column.type, view.id, first + index) for index, column in enumerate(made)
    )
    return view, kept.joined(Scope(new))
