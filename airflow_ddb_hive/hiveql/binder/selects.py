"""One SELECT: from its clauses to projections, aggregates and sorts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.expressions import AggregateCollector, ExpressionBinder
from airflow_ddb_hive.hiveql.binder.from_clause import ONLY_IN_PREDICATES, bind_source, generated, table_call
from airflow_ddb_hive.hiveql.binder.grouping import GROUPING_ID, check_distinct, check_overlap, grouping_sets
from airflow_ddb_hive.hiveql.binder.key_errors import as_unknown, at_keys
from airflow_ddb_hive.hiveql.binder.nested_windows import unnested
from airflow_ddb_hive.hiveql.binder.patterns import matching_columns
from airflow_ddb_hive.hiveql.binder.places import first_place, last_word, syntax_parts
from airflow_ddb_hive.hiveql.binder.regroup import regrouped
from airflow_ddb_hive.hiveql.binder.scope import Scope, ScopeColumn
from airflow_ddb_hive.hiveql.binder.windows import sort_key
from airflow_ddb_hive.hiveql.functions import FUNCTIONS
from airflow_ddb_hive.hiveql.functions.constants import is_constant
from airflow_ddb_hive.hiveql.grammar.syntax import (
    FunctionNode,
    LiteralNode,
    MemberNode,
    NameNode,
    Node,
    OrderNode,
    SelectItem,
    SelectNode,
    StarNode,
)
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    ColumnRef,
    Distinct,
    Expression,
    Filter,
    LateralView,
    OutputColumn,
    Position,
    Project,
    Relation,
    Sort,
    SortKey,
    Values,
)
from airflow_ddb_hive.model.types import BIGINT

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.queries import QueryBinder

__all__ = ["SelectBinder"]


@dataclass(slots=True)
class _Selected:
    """The select list, bound."""

    names: list[str]
    expressions: list[Expression]
    aliases: dict[str, Expression]
    nodes: list[Node]

    def columns(self, *, told: bool = False) -> tuple[OutputColumn, ...]:
        """The columns; where they are ``told`` as they are, nothing sorting them, constants are known as such."""
        pairs = zip(self.names, self.expressions, strict=True)
        return tuple(OutputColumn(name, e.type, told and is_constant(e)) for name, e in pairs)


class SelectBinder:
    """Binds one SELECT with the ORDER BY that belongs to it."""

    def __init__(self, queries: QueryBinder, select: SelectNode) -> None:
        self._queries = queries
        self._context = queries.context
        self._select = select
        self._relation, self._scope = self._source()

    def bind(self, order: tuple[OrderNode, ...]) -> Relation:
        """Bind the select, sorted."""
        self._filter()
        generating = self._generating()
        if generating is not None:
            return self._generate(generating, order)
        if self._select.having is not None and not self._is_aggregating(order):
            raise semantic_error(None, "HAVING specified without GROUP BY", self._select.having.position)
        if self._is_aggregating(order):
            return self._aggregated(order)
        binder = self._binder(windows=True)
        selected = self._selected(binder)
        return self._projected(selected, self._order_keys(order, selected, binder))

    def _source(self) -> tuple[Relation, Scope]:
        if self._select.source is None:
            return Values(self._context.number(), (), ((),)), Scope()
        return bind_source(self._queries, self._select.source)

    def _binder(self, *, windows: bool = False) -> ExpressionBinder:
        return ExpressionBinder(
            scope=self._scope,
            bind_query=self._queries.within(self._scope).bind,
            outer=self._queries.outer,
            outer_aggregates=self._queries.outer_aggregates,
            windows=dict(self._select.windows),
            windows_allowed=windows,
            seconds=self._context.whole_seconds,
        )

    def _filter(self) -> None:
        if self._select.where is None:
            return
        condition = self._binder().condition(self._select.where)
        number = self._context.number()
        self._relation = Filter(number, self._relation.columns, self._relation, condition)
        self._scope = self._scope.rebased(self._relation)

    def _starred(self) -> bool:
        return any(isinstance(item.expression, StarNode) for item in self._select.items)

    def _generating(self) -> SelectItem | None:
        items = [item for item in self._select.items if _is_kind(item.expression, "udtf")]
        if items and len(self._select.items) > 1:
            raise semantic_error(
                10081, "Only a single expression in the SELECT clause is supported with UDTF's", items[-1].position
            )
        return items[0] if items else None

    def _generate(self, item: SelectItem, order: tuple[OrderNode, ...]) -> Relation:
        self._check_generating(item, order)
        call = table_call(self._binder(), item.expression)
        made = generated(call, item.aliases, item)
        count = len(self._scope.columns)
        view = LateralView(self._context.number(), (*self._scope.outputs(), *made), self._relation, call)
        place = item.position
        expressions = [ColumnRef(c.type, place, view.id, count + i) for i, c in enumerate(made)]
        self._relation = view
        self._scope = Scope.of(view, "")
        named = {column.name: expression for column, expression in zip(made, expressions, strict=True)}
        selected = _Selected(
            [column.name for column in made], list(expressions), dict(named), [item.expression] * len(made)
        )
        return self._projected(selected, self._order_keys(order, selected, self._binder()))

    def _check_generating(self, item: SelectItem, order: tuple[OrderNode, ...]) -> None:
        """Refuse what Hive does not do to the rows of a table-generating function."""
        if self._select.group and isinstance(item.expression, FunctionNode) and item.expression.arguments:
            blamed = item.expression.arguments[0]
            raise semantic_error(10025, f"Expression not in GROUP BY key '{last_word(blamed)}'", first_place(blamed))
        for node in order:
            if node.selected:
                raise semantic_error(10078, "SORT BY is not supported with a UDTF in the SELECT clause", node.position)

    def _is_aggregating(self, order: tuple[OrderNode, ...]) -> bool:
        if self._select.group or self._select.grouping_sets is not None:
            return True
        nodes = [item.expression for item in self._select.items] + [key.expression for key in order]
        if self._select.having is not None:
            nodes.append(self._select.having)
        return any(_has_aggregate(node) for node in nodes)

    def _selected(self, binder: ExpressionBinder) -> _Selected:
        selected = _Selected([], [], {}, [])
        for index, item in enumerate(self._select.items):
            if isinstance(item.expression, StarNode):
                self._expand(item.expression, selected)
                continue
            matched = () if item.aliases else self._matched(item.expression, grouped=binder.aggregates is not None)
            for column in matched:
                self._add(column, item.expression, selected)
            if matched:
                continue
            with at_keys(item.expression):
                expression = binder.bind(item.expression)
            name = item.aliases[0] if item.aliases else _column_name(item.expression, index)
            selected.names.append(name)
            selected.expressions.append(expression)
            selected.nodes.append(item.expression)
            selected.aliases[name] = expression
        return selected

    def _expand(self, star: StarNode, selected: _Selected) -> None:
        columns = self._scope.of_qualifier(star.qualifier) if star.qualifier else self._scope.listed
        if not columns:
            raise semantic_error(10009, f"Invalid table alias '{'.'.join(star.qualifier) or '*'}'", star.position)
        for column in columns:
            self._add(column, star, selected)

    @staticmethod
    def _add(column: ScopeColumn, node: Node, selected: _Selected) -> None:
        selected.names.append(column.name)
        selected.expressions.append(column.reference(node.position))
        selected.nodes.append(node)
        selected.aliases.setdefault(column.name, column.reference(node.position))

    def _matched(self, node: Node, *, grouped: bool) -> tuple[ScopeColumn, ...]:
        """The columns that a pattern in backticks names, where names in backticks are patterns."""
        if self._context.settings.get("hive.support.quoted.identifiers", "column").strip().lower() != "none":
            return ()
        return matching_columns(node, self._scope, grouped=grouped)

    def _aggregated(self, order: tuple[OrderNode, ...]) -> Relation:
        if self._select.distinct and self._select.group:
            message = "SELECT DISTINCT and GROUP BY can not be in the same query."
            raise semantic_error(None, message, first_place(self._select.group[-1]))
        keys = self._group_keys()
        sets = self._grouping_sets(keys)
        number = self._context.number()
        collector = AggregateCollector(number, keys, grouped=sets is not None)
        binder = replace(self._binder(windows=True), aggregates=collector)
        if self._select.having is not None:
            binder = replace(binder, window_aliases=self._window_aliases(binder))
        selected = self._selected(binder)
        known = len(collector.calls)
        having = self._having(binder, selected)
        check_distinct(collector.calls[known:])
        sort_keys = self._order_keys(order, selected, binder)
        source = self._relation
        calls = tuple(collector.calls)
        if sets is not None:
            check_overlap(keys, calls)
        columns = tuple(
            [OutputColumn(f"_k{i}", key.type) for i, key in enumerate(keys)]
            + ([OutputColumn(GROUPING_ID, BIGINT)] if sets is not None else [])
            + [OutputColumn(f"_a{i}", call.type) for i, call in enumerate(calls)]
        )
        self._relation = Aggregate(number, columns, source, keys, calls, sets)

        scope = self._scope

        def regroup(expression: Expression, node: Node) -> Expression:
            with at_keys(node):
                return regrouped(expression, keys, number, scope)

        if having is not None and self._select.having is not None:
            self._check_conditions(regroup(having, self._select.having))
        selected.expressions = [regroup(e, node) for e, node in zip(selected.expressions, selected.nodes, strict=True)]
        with as_unknown(scope):
            keys_after = [replace(key, expression=regrouped(key.expression, keys, number, scope)) for key in sort_keys]
        return self._rebased_projection(selected, keys_after, number)

    def _window_aliases(self, binder: ExpressionBinder) -> dict[str, Expression]:
        """The aliases of keys and aggregates: with a HAVING, Hive has them in sight of windows."""
        found = {}
        for item in self._select.items:
            node = item.expression
            plain = _is_kind(node, "aggregate") and isinstance(node, FunctionNode) and node.window is None
            if item.aliases and (plain or node in self._select.group):
                found[item.aliases[0]] = binder.bind(node)
        return found

    def _check_conditions(self, condition: Expression) -> None:
        self._relation = Filter(self._context.number(), self._relation.columns, self._relation, condition)

    def _rebased_projection(self, selected: _Selected, keys: list[SortKey], number: int) -> Relation:
        """Project from the aggregate, or from the HAVING above it."""
        if self._relation.id != number:
            from airflow_ddb_hive.hiveql.binder.regroup import renumbered

            new = self._relation.id
            selected.expressions = [renumbered(e, number, new) for e in selected.expressions]
            keys = [replace(key, expression=renumbered(key.expression, number, new)) for key in keys]
        return self._projected(selected, keys)

    def _group_keys(self) -> tuple[Expression, ...]:
        binder = self._binder()
        keys: list[Expression] = []
        for node in self._select.group:
            key = binder.bind(self._group_node(node))
            if key not in keys:
                keys.append(key)
        return tuple(keys)

    def _group_node(self, node: Node) -> Node:
        """The select item that a position stands for, where positions are on; else the node itself."""
        if not isinstance(node, LiteralNode) or not isinstance(node.value, int):
            return node
        old = self._context.enabled("hive.groupby.orderby.position.alias", default=False)
        if not self._context.enabled("hive.groupby.position.alias", default=old):
            return node
        if not 1 <= node.value <= len(self._select.items):
            raise semantic_error(
                10220, f"Invalid position alias in Group By Position alias: {node.value} does not exist", node.position
            )
        return self._select.items[node.value - 1].expression

    def _grouping_sets(self, keys: tuple[Expression, ...]) -> tuple[tuple[int, ...], ...] | None:
        sets = self._select.grouping_sets
        if sets is None or not keys:
            return None
        binder = self._binder()
        return grouping_sets(keys, [[(node, binder.bind(self._group_node(node))) for node in one] for one in sets])

    def _having(self, binder: ExpressionBinder, selected: _Selected) -> Expression | None:
        if self._select.having is None:
            return None
        queries = self._queries.within(self._scope, binder.aggregates)
        named = replace(binder, aliases=selected.aliases, windows_allowed=False, bind_query=queries.bind)
        return named.condition(self._select.having)

    def _order_keys(self, order: tuple[OrderNode, ...], selected: _Selected, binder: ExpressionBinder) -> list[SortKey]:
        wide = replace(binder, aliases=selected.aliases, aliases_first=True, no_queries=ONLY_IN_PREDICATES)
        narrow = replace(wide, scope=self._output_scope(selected))
        keys = []
        for node in order:
            named = narrow if self._select.distinct or node.selected else wide
            place = self._queries.position(node, len(selected.expressions), starred=self._starred())
            with as_unknown(self._scope):
                expression = named.bind(node.expression) if place is None else selected.expressions[place]
            if not node.spreads:
                keys.append(sort_key(expression, node))
        return keys

    def _output_scope(self, selected: _Selected) -> Scope:
        """The columns in sight after DISTINCT: those that are selected as they are."""
        kept = [column for column in self._scope.columns if column.reference(Position()) in selected.expressions]
        return Scope(tuple(kept))

    def _projected(self, selected: _Selected, keys: list[SortKey]) -> Relation:
        """Project and sort; keys that are not selected become columns that are dropped again."""
        columns = selected.columns(told=not keys and not self._select.distinct)
        every = [*selected.expressions, *(key.expression for key in keys)]
        self._relation, every = unnested(self._context, self._relation, every)
        selected.expressions = every[: len(columns)]
        keys = [replace(key, expression=e) for key, e in zip(keys, every[len(columns) :], strict=True)]
        hidden = [key.expression for key in keys if key.expression not in selected.expressions]
        if self._select.distinct and hidden:
            return self._distinct_sorted(selected, keys)
        expressions = [*selected.expressions, *hidden]
        wide = columns + tuple(OutputColumn(f"_s{i}", e.type) for i, e in enumerate(hidden))
        relation: Relation = Project(self._context.number(), wide, self._relation, tuple(expressions))
        if self._select.distinct:
            relation = Distinct(self._context.number(), columns, relation)
        if not keys:
            return relation
        sort_keys = tuple(replace(key, expression=_place(key.expression, expressions, relation)) for key in keys)
        relation = Sort(self._context.number(), wide, relation, sort_keys)
        return self._narrowed(relation, columns) if hidden else relation

    def _distinct_sorted(self, selected: _Selected, keys: list[SortKey]) -> Relation:
        """Sort the rows of a SELECT DISTINCT by expressions of its columns."""
        columns = selected.columns()
        project = Project(self._context.number(), columns, self._relation, tuple(selected.expressions))
        self._relation = Distinct(self._context.number(), columns, project)
        known, number = tuple(selected.expressions), self._relation.id
        over = [replace(key, expression=regrouped(key.expression, known, number, self._scope)) for key in keys]
        kept = [ColumnRef(column.type, Position(), number, index) for index, column in enumerate(columns)]
        hidden = [key.expression for key in over if key.expression not in kept]
        wide = columns + tuple(OutputColumn(f"_s{i}", e.type) for i, e in enumerate(hidden))
        expressions: list[Expression] = [*kept, *hidden]
        relation: Relation = Project(self._context.number(), wide, self._relation, tuple(expressions))
        sort_keys = tuple(replace(key, expression=_place(key.expression, expressions, relation)) for key in over)
        relation = Sort(self._context.number(), wide, relation, sort_keys)
        return self._narrowed(relation, columns)

    def _narrowed(self, relation: Relation, columns: tuple[OutputColumn, ...]) -> Relation:
        place = Position()
        kept = tuple(ColumnRef(column.type, place, relation.id, index) for index, column in enumerate(columns))
        return Project(self._context.number(), columns, relation, kept)


def _place(expression: Expression, expressions: list[Expression], relation: Relation) -> ColumnRef:
    return ColumnRef(expression.type, expression.position, relation.id, expressions.index(expression))


def _column_name(node: Node, index: int) -> str:
    """The name of a column without an alias: the last name written, or ``_c<place>``."""
    if isinstance(node, NameNode | MemberNode):
        return node.name
    return f"_c{index}"


def _is_kind(node: Node, kind: str) -> bool:
    if not isinstance(node, FunctionNode):
        return False
    spec = FUNCTIONS.get(node.name)
    return spec is not None and spec.kind == kind


def _has_aggregate(node: Node) -> bool:
    if _is_kind(node, "aggregate") and isinstance(node, FunctionNode) and node.window is None:
        return True
    return any(_has_aggregate(part) for part in syntax_parts(node))
