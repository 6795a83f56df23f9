"""From the syntax of an expression to its typed tree."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.binder.calls import bind_call, bind_field, find_function
from airflow_ddb_hive.hiveql.binder.coercion import coerced, explicit_cast
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.grouping import GROUPING_ID, bound_grouping
from airflow_ddb_hive.hiveql.binder.places import first_place, last_word, query_place
from airflow_ddb_hive.hiveql.binder.refusals import check_count, check_kind, no_window_here
from airflow_ddb_hive.hiveql.binder.windows import bind_window
from airflow_ddb_hive.hiveql.functions import WINDOWED
from airflow_ddb_hive.hiveql.functions.castable import cast_problem, same_kind
from airflow_ddb_hive.hiveql.functions.conversion import common_type, comparison_type, is_primitive
from airflow_ddb_hive.hiveql.grammar.syntax import (
    CaseNode,
    CastNode,
    ExistsNode,
    FunctionNode,
    InQueryNode,
    LiteralNode,
    MemberNode,
    NameNode,
    Node,
    QueryNode,
    StarNode,
    SubqueryNode,
    WindowNode,
)
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    Case,
    ColumnRef,
    Expression,
    Literal,
    Position,
    Project,
    Relation,
    ScalarSubquery,
    Sort,
    Window,
)
from airflow_ddb_hive.model.types import BIGINT, BOOLEAN, PRIMITIVES, VOID, HiveType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.hiveql.binder.scope import Scope, ScopeColumn

__all__ = ["AggregateCollector", "ExpressionBinder"]


@dataclass(slots=True)
class AggregateCollector:
    """The aggregates of one SELECT, each once, behind the keys; ``grouped`` says whether there are grouping sets."""

    relation: int
    keys: tuple[Expression, ...]
    grouped: bool = False
    calls: list[Call] = field(default_factory=list)

    def reference(self, call: Call) -> ColumnRef:
        """The column that will hold the aggregate."""
        if call not in self.calls:
            self.calls.append(call)
        first = len(self.keys) + (1 if self.grouped else 0)
        return ColumnRef(call.type, call.position, self.relation, first + self.calls.index(call))

    def identity(self, position: Position) -> ColumnRef | None:
        """The column GROUPING__ID, which only a query with grouping sets has."""
        return ColumnRef(BIGINT, position, self.relation, len(self.keys)) if self.grouped else None


@dataclass(slots=True, kw_only=True)
class ExpressionBinder:
    """Binds expressions over a scope.

    ``aliases`` are select aliases that may be used; with ``aliases_first`` they hide columns. ``outer`` are the scopes
    around a subquery, the nearest first: only that one's columns are in sight, as in Hive. ``no_queries`` says why no
    subquery may stand here; ``joining`` whether this is the condition of a join. ``window_aliases`` are select aliases
    that windows may use; ``around`` is the window whose function's argument is bound. With ``seconds`` CAST takes
    whole numbers as seconds.
    """

    scope: Scope
    bind_query: Callable[[QueryNode], Relation]
    aggregates: AggregateCollector | None = None
    aliases: Mapping[str, Expression] = field(default_factory=dict)
    aliases_first: bool = False
    windows: Mapping[str, WindowNode] = field(default_factory=dict)
    windows_allowed: bool = False
    outer: tuple[Scope, ...] = ()
    outer_aggregates: AggregateCollector | None = None
    no_queries: str | None = None
    joining: bool = False
    window_aliases: Mapping[str, Expression] = field(default_factory=dict)
    around: Window | None = None
    seconds: bool = False

    def bind(self, node: Node) -> Expression:
        """Bind one expression.

        Raises:
            HiveSemanticError: A name or type that does not fit.
        """
        found: Expression = getattr(self, _BINDERS[type(node)])(node)
        return found

    def condition(self, node: Node) -> Expression:
        """Bind a condition: boolean, or converted to it as Hive does."""
        found = self.bind(node)
        return found if found.type == BOOLEAN else coerced(found, BOOLEAN)

    def _literal(self, node: LiteralNode) -> Expression:
        return Literal(node.type, node.position, node.value)

    def _name(self, node: NameNode) -> Expression:
        if self.aliases_first and node.name in self.aliases:
            return self.aliases[node.name]
        column = self._found(node)
        if column is not None:
            return column.reference(node.position)
        if node.name in self.aliases:
            return self.aliases[node.name]
        identity = self._grouping_id(node.position) if node.name == GROUPING_ID else None
        if identity is not None:
            return identity
        column = self.outer[0].find(node.name) if self.outer else None
        if column is not None:
            return column.reference(node.position)
        raise self._unknown(node)

    def _found(self, node: NameNode) -> ScopeColumn | None:
        try:
            return self.scope.find(node.name, node.position)
        except HiveSemanticError as error:
            if not self.joining:
                raise
            raise semantic_error(10008, f"Ambiguous table alias '{node.name}'", node.position) from error

    def _unknown(self, node: NameNode) -> HiveSemanticError:
        if self.aggregates is not None:
            return semantic_error(10025, f"Expression not in GROUP BY key '{node.name}'", node.position)
        return semantic_error(
            10004,
            f"Invalid table alias or column reference '{node.name}': (possible column names are: {self.scope.names()})",
            node.position,
        )

    def _grouping_id(self, position: Position) -> ColumnRef | None:
        return None if self.aggregates is None else self.aggregates.identity(position)

    def _member(self, node: MemberNode) -> Expression:
        parts = _name_parts(node)
        if parts is None:
            return bind_field(self.bind(node.operand), node.name, node.position)
        column = self._qualified(parts, self.scope)
        if column is None and self.outer and not self._has_own(parts[0][0]):
            column = self._qualified(parts, self.outer[0])
        if column is not None:
            return column
        operand = node.operand
        if isinstance(operand, NameNode):
            self._check_qualifier(operand, node)
        return bind_field(self.bind(operand), node.name, node.position)

    def _has_own(self, name: str) -> bool:
        """Whether a name is this query's own table or column, which hides those of the query around it."""
        return self.scope.has_qualifier(name) or self.scope.find(name) is not None

    @staticmethod
    def _qualified(parts: tuple[tuple[str, Position], ...], scope: Scope) -> Expression | None:
        position = parts[0][1]
        column = None
        match [name for name, _ in parts]:
            case [database, table, name]:
                column = scope.find_qualified(table, name, database, position)
            case [table, name]:
                column = scope.find_qualified(table, name, None, position)
        return None if column is None else column.reference(position)

    def _check_qualifier(self, qualifier: NameNode, node: MemberNode) -> None:
        """Refuse ``alias.name`` where the alias is a table without that column."""
        if self.scope.has_qualifier(qualifier.name):
            raise semantic_error(10002, f"Invalid column reference '{node.name}'", node.position)
        if self.joining and self.scope.find(qualifier.name) is None:
            raise semantic_error(10009, f"Invalid table alias '{qualifier.name}'", qualifier.position)

    def _function(self, node: FunctionNode) -> Expression:
        if node.name in _CASTS:
            return self._cast_function(node)
        if node.name == "grouping" and self.aggregates is not None:
            inner = replace(self, aggregates=None, windows_allowed=False)
            place = node.position
            return bound_grouping(inner.arguments(node), self.aggregates.keys, self._grouping_id(place), place)
        spec = find_function(node.name, node.position)
        if node.window is not None:
            return self._windowed(node)
        if spec.kind == "aggregate":
            return self._aggregate(node)
        if self.around is not None and node.name in ("lag", "lead"):
            return bind_call(WINDOWED.get(node.name, spec), self.arguments(node), node, window=self.around)
        check_kind(spec.kind, node)
        return bind_call(spec, *_to_first_wrong(self.arguments(node), node))

    def _cast_function(self, node: FunctionNode) -> Expression:
        """``int(x)``: a type's name as a function is a cast."""
        if len(node.arguments) != 1:
            raise semantic_error(10014, f"Wrong arguments '{last_word(node)}': takes one argument", node.position)
        return self._cast(CastNode(node.position, node.arguments[0], PRIMITIVES[node.name]))

    def arguments(self, node: FunctionNode) -> tuple[Expression, ...]:
        """Bind a call's arguments."""
        return tuple(self.bind(argument) for argument in node.arguments)

    def _aggregate(self, node: FunctionNode) -> Expression:
        home = self
        if self.aggregates is None and self.outer_aggregates is not None:
            # An aggregate within HAVING's subquery is one of the query around it.
            home = replace(
                self, scope=self.outer[0], outer=(), aggregates=self.outer_aggregates, outer_aggregates=None, aliases={}
            )
        if home.aggregates is None:
            self.arguments(node)
            raise semantic_error(10128, f"Not yet supported place for UDAF '{node.name}'", node.position)
        if node.name == "count":
            check_count(node)
        aliases = home.aliases if home.around is None else {}
        inner = replace(home, aggregates=None, windows_allowed=False, no_queries=_NOT_IN_AGGREGATE, aliases=aliases)
        call = bind_call(find_function(node.name, node.position), inner.arguments(node), node)
        return home.aggregates.reference(call)

    def _windowed(self, node: FunctionNode) -> Expression:
        spec = find_function(node.name, node.position)
        if not self.windows_allowed:
            raise no_window_here(node, grouped=self.aggregates is not None)
        if spec.kind not in ("aggregate", "window"):
            message = f"Failed to breakup Windowing invocations into Groups: Invalid function {node.name}"
            raise semantic_error(None, message, node.position)
        inner = replace(self, windows_allowed=False)
        if self.window_aliases:
            inner = replace(inner, aliases=self.window_aliases, aliases_first=True)
        assert node.window is not None  # noqa: S101 (the caller looked)
        window = bind_window(inner.bind, node.window, self.windows, spec.canonical)
        if spec.kind == "aggregate":
            inner = replace(inner, around=replace(window, frame=None))
        return bind_call(WINDOWED.get(node.name, spec), inner.arguments(node), node, window=window)

    def _case(self, node: CaseNode) -> Expression:
        conditions = [self._case_condition(node.operand, when) for when, _ in node.branches]
        results = [self.bind(then) for _, then in node.branches]
        default = None if node.default is None else self.bind(node.default)
        nodes = [*(then for _, then in node.branches), *([] if node.default is None else [node.default])]
        type_ = self._common([*results, *([] if default is None else [default])], nodes)
        branches = zip(conditions, (coerced(result, type_) for result in results), strict=True)
        return Case(type_, node.position, tuple(branches), None if default is None else coerced(default, type_))

    def _case_condition(self, operand: Node | None, when: Node) -> Expression:
        if operand is None:
            condition = self.bind(when)
            if condition.type not in (BOOLEAN, VOID):
                message = f'"boolean" is expected after WHEN, but "{condition.type}" is found'
                word = last_word(when)
                raise semantic_error(10016, f"Argument type mismatch '{word}': {message}", first_place(when))
            return coerced(condition, BOOLEAN)
        left, right = self.bind(operand), self.bind(when)
        type_ = comparison_type(left.type, right.type)
        if type_ is None or not same_kind(left.type, right.type):
            raise semantic_error(
                10016,
                f"Argument type mismatch '{last_word(when)}': The expressions after WHEN should have the same type "
                f'with that after CASE: "{left.type}" is expected but "{right.type}" is found',
                first_place(when),
            )
        return Call(BOOLEAN, when.position, "=", (coerced(left, type_), coerced(right, type_)))

    def _common(self, results: list[Expression], nodes: list[Node]) -> HiveType:
        common: HiveType = VOID
        for result, node in zip(results, nodes, strict=True):
            found = common_type(common, result.type)
            if found is None:
                raise semantic_error(
                    10016,
                    f"Argument type mismatch '{last_word(node)}': The expressions after THEN should have the same "
                    f'type: "{common}" is expected but "{result.type}" is found',
                    first_place(node),
                )
            common = found
        return common

    def _cast(self, node: CastNode) -> Expression:
        operand = self.bind(node.operand)
        if operand.type == node.type:
            return operand
        problem = cast_problem(operand.type, node.type)
        if problem is not None:
            raise semantic_error(10014, f"Wrong arguments '{last_word(node.operand)}': {problem}", node.position)
        return explicit_cast(node.type, operand, node.position, seconds=self.seconds)

    def _subquery(self, node: SubqueryNode) -> Expression:
        relation = self._query(node.query, node.position)
        if len(relation.columns) != 1:
            raise _one_column(node.position)
        return ScalarSubquery(relation.columns[0].type, node.position, relation)

    def _exists(self, node: ExistsNode) -> Expression:
        relation = self._query(node.query, node.position)
        if _always_one_row(relation):
            raise semantic_error(
                10250,
                "Invalid SubQuery expression: A predicate on EXISTS/NOT EXISTS SubQuery with implicit Aggregation(no "
                "Group By clause) cannot be rewritten: it is always true",
                query_place(node.query),
            )
        return ScalarSubquery(BOOLEAN, node.position, relation, "exists")

    def _in_query(self, node: InQueryNode) -> Expression:
        operand = replace(self, joining=True).bind(node.operand)
        relation = self._query(node.query, node.position)
        if len(relation.columns) != 1:
            raise _one_column(query_place(node.query))
        if not is_primitive(operand.type):
            have, want = operand.type, relation.columns[0].type
            message = f"Cannot do equality join on different types: {have} and {want}"
            raise semantic_error(None, message, first_place(node.operand))
        type_ = comparison_type(operand.type, relation.columns[0].type)
        if type_ is None:
            message = f"Cannot do equality join on different types: {operand.type} and {relation.columns[0].type}"
            raise semantic_error(None, message, first_place(node.operand))
        return ScalarSubquery(BOOLEAN, node.position, relation, "in", coerced(operand, type_))

    def _query(self, query: QueryNode, position: Position) -> Relation:
        if self.no_queries is not None:
            raise semantic_error(10249, f"Unsupported SubQuery Expression: {self.no_queries}", position)
        return self.bind_query(query)

    def _star(self, node: StarNode) -> Expression:
        raise semantic_error(None, "TOK_ALLCOLREF is not supported in current context", node.position)


def _to_first_wrong(
    arguments: tuple[Expression, ...], node: FunctionNode
) -> tuple[tuple[Expression, ...], FunctionNode]:
    """A row of conditions up to the first one that is none, which Hive blames; else all of the arguments."""
    if node.name not in ("and", "or"):
        return arguments, node
    for index, argument in enumerate(arguments):
        if argument.type not in (BOOLEAN, VOID):
            end = max(index, 1) + 1
            return arguments[:end], replace(node, arguments=node.arguments[:end])
    return arguments, node


_NOT_IN_AGGREGATE = "Invalid subquery. Subquery in UDAF is not allowed."


def _one_column(position: Position) -> HiveSemanticError:
    return semantic_error(
        10249, "Unsupported SubQuery Expression: SubQuery can contain only 1 item in Select List.", position
    )


def _always_one_row(relation: Relation) -> bool:
    """Whether a query aggregates without keys, so that it gives a row whatever it reads."""
    while isinstance(relation, Project | Sort):
        relation = relation.input
    return isinstance(relation, Aggregate) and not relation.keys and relation.grouping_sets is None


def _name_parts(node: Node) -> tuple[tuple[str, Position], ...] | None:
    """The names of ``a.b`` or ``a.b.c``; ``None`` for anything else."""
    if isinstance(node, NameNode):
        return ((node.name, node.position),)
    if isinstance(node, MemberNode):
        parts = _name_parts(node.operand)
        return None if parts is None else (*parts, (node.name, node.position))
    return None


_CASTS = frozenset(PRIMITIVES) - {"void"}
"""Type names that are functions too: ``int(x)`` is ``cast(x as int)``."""

_BINDERS: dict[type[Node], str] = {
    LiteralNode: "_literal",
    NameNode: "_name",
    MemberNode: "_member",
    FunctionNode: "_function",
    CaseNode: "_case",
    CastNode: "_cast",
    SubqueryNode: "_subquery",
    ExistsNode: "_exists",
    InQueryNode: "_in_query",
    StarNode: "_star",
}
"""The method that binds each kind of node."""
