"""From the syntax of a query to relations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.binder.coercion import coerced, coerced_relation
from airflow_ddb_hive.hiveql.binder.context import Context, semantic_error
from airflow_ddb_hive.hiveql.binder.expressions import AggregateCollector, ExpressionBinder
from airflow_ddb_hive.hiveql.binder.from_clause import ONLY_IN_PREDICATES
from airflow_ddb_hive.hiveql.binder.scope import Scope
from airflow_ddb_hive.hiveql.binder.selects import SelectBinder
from airflow_ddb_hive.hiveql.binder.windows import sort_key
from airflow_ddb_hive.hiveql.functions.conversion import common_type, union_type
from airflow_ddb_hive.hiveql.grammar.syntax import (
    LiteralNode,
    OrderNode,
    QueryNode,
    SelectNode,
    SetNode,
    ValuesNode,
)
from airflow_ddb_hive.hiveql.tree import (
    ColumnRef,
    Distinct,
    Expression,
    Limit,
    OutputColumn,
    Relation,
    SetOperation,
    Sort,
    Union,
    Values,
)
from airflow_ddb_hive.model.types import VOID, HiveType

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["QueryBinder"]


@dataclass(frozen=True, slots=True)
class QueryBinder:
    """Binds queries; ``ctes`` are the common table expressions in sight, ``outer`` the scopes around a subquery.

    ``within_ctes`` are those whose queries are being bound, the outermost first.
    """

    context: Context
    ctes: Mapping[str, QueryNode] = field(default_factory=dict)
    outer: tuple[Scope, ...] = ()
    outer_aggregates: AggregateCollector | None = None
    within_ctes: tuple[str, ...] = ()

    def bind(self, query: QueryNode) -> Relation:
        """Bind one query."""
        inner = self
        for name, cte in query.ctes:
            hidden = tuple(other for other in inner.within_ctes if other != name)
            inner = replace(inner, ctes={**inner.ctes, name: cte}, within_ctes=hidden)
        return inner.body(query)

    def within(self, scope: Scope, aggregates: AggregateCollector | None = None) -> QueryBinder:
        """The binder of subqueries of an expression over a scope; HAVING's may use the query's aggregates."""
        return QueryBinder(self.context, self.ctes, (scope, *self.outer), aggregates, self.within_ctes)

    def apart(self) -> QueryBinder:
        """The binder of queries in FROM, which see nothing of the queries around them."""
        return QueryBinder(self.context, self.ctes, within_ctes=self.within_ctes)

    def cte(self, name: str) -> Relation | None:
        """A common table expression, bound afresh."""
        query = self.ctes.get(name)
        if query is None:
            return None
        if name in self.within_ctes:
            chain = " -> ".join((*self.within_ctes[self.within_ctes.index(name) :], name))
            raise semantic_error(None, f"Recursive cte {name} detected (cycle: {chain}).", query.position)
        return QueryBinder(self.context, self.ctes, within_ctes=(*self.within_ctes, name)).bind(query)

    def body(self, query: QueryNode) -> Relation:
        """Bind a query whose common table expressions are in sight."""
        if isinstance(query.body, SelectNode):
            relation = SelectBinder(self, query.body).bind(query.order)
        elif isinstance(query.body, SetNode):
            relation = self._ordered(self._set(query.body), query.order)
        else:
            relation = self._ordered(self.values(query.body), query.order)
        if query.limit is not None:
            # A job that cuts rows writes constants as it writes columns.
            columns = tuple(replace(column, constant=False) for column in relation.columns)
            relation = Limit(self.context.number(), columns, relation, query.limit, query.offset)
        return relation

    def _ordered(self, relation: Relation, order: tuple[OrderNode, ...]) -> Relation:
        """Sort the rows of a set operation: keys are its columns."""
        if not order:
            return relation
        scope = Scope.of(relation, "")
        binder = ExpressionBinder(scope=scope, bind_query=self.within(scope).bind, outer=self.outer)
        binder.seconds = self.context.whole_seconds
        keys = tuple(
            sort_key(self._position_key(relation, node) or binder.bind(node.expression), node)
            for node in order
            if not node.spreads
        )
        if not keys:
            return relation
        return Sort(self.context.number(), relation.columns, relation, keys)

    def _position_key(self, relation: Relation, node: OrderNode) -> Expression | None:
        index = self.position(node, len(relation.columns))
        if index is None:
            return None
        return ColumnRef(relation.columns[index].type, node.position, relation.id, index)

    def position(self, node: OrderNode, count: int, *, starred: bool = False) -> int | None:
        """The column that a whole number in ORDER BY stands for."""
        literal = node.expression
        if not isinstance(literal, LiteralNode) or not isinstance(literal.value, int) or literal.value is True:
            return None
        if not self.context.enabled("hive.orderby.position.alias", default=True):
            return None
        if starred or not 1 <= literal.value <= count:
            return None
        return literal.value - 1

    def _set(self, node: SetNode) -> Relation:
        inputs = [self.bind(query) for query in _flattened(node)]
        columns = self._union_columns(inputs, node)
        converted = tuple(coerced_relation(relation, columns, self.context.number()) for relation in inputs)
        if not node.operator.startswith("union"):
            kind, _, all_rows = node.operator.partition(" ")
            left, right = converted
            return SetOperation(self.context.number(), columns, kind, left, right, bool(all_rows))
        union = Union(self.context.number(), columns, converted)
        return union if node.operator == "union all" else Distinct(self.context.number(), columns, union)

    def _union_columns(self, inputs: list[Relation], node: SetNode) -> tuple[OutputColumn, ...]:
        columns = inputs[0].columns
        for relation in inputs[1:]:
            if len(relation.columns) != len(columns):
                raise semantic_error(None, "Schema of both sides of union should match.", node.position)
            columns = tuple(
                OutputColumn(mine.name, _union_type(mine, theirs, node))
                for mine, theirs in zip(columns, relation.columns, strict=True)
            )
        return columns

    def values(self, node: ValuesNode) -> Relation:
        """Bind VALUES; columns are named as Hive names them."""
        binder = ExpressionBinder(scope=Scope(), bind_query=self.bind, no_queries=ONLY_IN_PREDICATES)
        rows = [tuple(binder.bind(value) for value in row) for row in node.rows]
        if len({len(row) for row in rows}) != 1:
            raise semantic_error(10044, "Expected all rows of VALUES to have the same number of columns", node.position)
        types: list[HiveType] = [VOID] * len(rows[0])
        for row in rows:
            types = [_values_type(have, value.type, node) for have, value in zip(types, row, strict=True)]
        columns = tuple(OutputColumn(f"col{index}", type_) for index, type_ in enumerate(types, 1))
        converted = tuple(tuple(coerced(v, t) for v, t in zip(row, types, strict=True)) for row in rows)
        return Values(self.context.number(), columns, converted)


def _flattened(node: SetNode) -> list[QueryNode]:
    """The queries of a chain of the same operator."""
    left = node.left
    if not node.operator.startswith("union"):
        return [left, node.right]
    if isinstance(left.body, SetNode) and left.body.operator == node.operator and not left.order and left.limit is None:
        return [*_flattened(left.body), node.right]
    return [left, node.right]


def _union_type(mine: OutputColumn, theirs: OutputColumn, node: SetNode) -> HiveType:
    found = union_type(mine.type, theirs.type)
    if found is None:
        raise HiveSemanticError(
            f"Schema of both sides of union should match: Column {mine.name} is of type {mine.type} on first table "
            f"and type {theirs.type} on second table",
            line=node.position.line,
            column=node.position.column,
        )
    return found


def _values_type(have: HiveType, found: HiveType, node: ValuesNode) -> HiveType:
    common = common_type(have, found)
    if common is None:
        raise semantic_error(10044, f"VALUES mixes {have} and {found} in one column", node.position)
    return common
