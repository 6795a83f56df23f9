"""Queries, by the rules of Hive 3.1's HiveParser.g, SelectClauseParser.g and FromClauseParser.g."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.grammar.cursor import RESERVED, Cursor
from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader
from airflow_ddb_hive.hiveql.grammar.sources import SourceReader, at_alias, read_values
from airflow_ddb_hive.hiveql.grammar.syntax import (
    Node,
    OrderNode,
    QueryNode,
    SelectItem,
    SelectNode,
    SetNode,
    SourceNode,
    StarNode,
    WindowNode,
)
from airflow_ddb_hive.hiveql.grammar.windows import read_order, read_window

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["QueryReader"]

_LARGEST = 2**31 - 1

_SET_OPERATORS = frozenset({"UNION", "INTERSECT", "EXCEPT", "MINUS"})


class QueryReader:
    """Reads queries at a cursor."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.expressions = ExpressionReader(cursor, self.query)
        self.sources = SourceReader(cursor, self.expressions, self.query)

    def query(self) -> QueryNode:
        """Take a query with everything that belongs to it."""
        position = self.cursor.position
        ctes = self.common_tables()
        if self.cursor.at("FROM"):
            source = self.sources.from_clause()
            body = self.body(source)
        else:
            body = self.body(None)
        return replace(body, position=position, ctes=(*ctes, *body.ctes))

    def common_tables(self) -> tuple[tuple[str, QueryNode], ...]:
        """Take WITH name AS (query), …."""
        cursor = self.cursor
        if not cursor.take("WITH"):
            return ()
        found = [self._common_table()]
        while cursor.take(","):
            position = cursor.position
            found.append(self._common_table())
            if found[-1][0] in [name for name, _ in found[:-1]]:
                message = f"Ambiguous table alias '{found[-1][0]}'"
                raise HiveSemanticError(message, code=10008, line=position.line, column=position.column)
        return tuple(found)

    def _common_table(self) -> tuple[str, QueryNode]:
        cursor = self.cursor
        name = cursor.identifier("with clause")
        cursor.expect("AS", "with clause")
        cursor.expect("(", "with clause")
        query = self.query()
        cursor.expect(")", "with clause")
        return name, query

    def body(self, source: SourceNode | None) -> QueryNode:
        """Take a select, set operations on it, and what orders and limits the whole."""
        bracketed = source is None and self.cursor.at("(")
        query = self._term(source)
        while self.cursor.at_any(_SET_OPERATORS) and (bracketed or not (query.order or query.limit is not None)):
            bracketed = self._next_bracketed()
            query = self._set_operation(query)
        return query

    def _next_bracketed(self) -> bool:
        """Whether what follows a set operator stands in brackets: no order outside them is its own."""
        return (
            any(self.cursor.peek(distance).text == "(" for distance in (1, 2)) and self.cursor.peek().value != "SELECT"
        )

    def _set_operation(self, left: QueryNode) -> QueryNode:
        cursor = self.cursor
        position = cursor.position
        operator = cursor.advance().value.lower().replace("minus", "except")
        if cursor.take("ALL"):
            operator += " all"
        else:
            cursor.take("DISTINCT")
        right = self._term(None)
        if right.order or right.limit is not None:
            bare = replace(right, order=(), limit=None, offset=0)
            node = SetNode(position, operator, left, bare)
            return QueryNode(position, body=node, order=right.order, limit=right.limit, offset=right.offset)
        return QueryNode(position, body=SetNode(position, operator, left, right))

    def _term(self, source: SourceNode | None) -> QueryNode:
        cursor = self.cursor
        if source is None and cursor.at("(") and self.expressions.at_query():
            position = cursor.advance().position
            inner = self.query()
            cursor.expect(")", "subquery")
            nested = QueryNode(position, body=_select_all(inner)) if inner.order or inner.limit is not None else inner
            return self._ordered(nested) if self._at_order() else nested
        if source is None and cursor.at("FROM"):
            source = self.sources.from_clause()
        if source is None and cursor.at("VALUES"):
            position = cursor.position
            return QueryNode(position, body=read_values(cursor, self.expressions))
        return self._ordered(QueryNode(cursor.position, body=self._select(source)))

    def _at_order(self) -> bool:
        return any(self.cursor.at(word, "BY") for word in ("ORDER", "SORT", "CLUSTER", "DISTRIBUTE")) or self.cursor.at(
            "LIMIT"
        )

    def _row(self) -> tuple[Node, ...]:
        self.cursor.expect("(", "values clause")
        row = self.expressions.expressions()
        self.cursor.expect(")", "values clause")
        return row

    def _select(self, source: SourceNode | None) -> SelectNode:
        cursor = self.cursor
        position = cursor.position
        if cursor.at("MAP") or cursor.at("REDUCE"):
            raise cursor.unsupported("MAP and REDUCE scripts are not supported: write the query with functions")
        cursor.expect("SELECT")
        cursor.take_hint()
        distinct = cursor.take("DISTINCT")
        if not distinct:
            cursor.take("ALL")
        items = self._items()
        if source is None and cursor.at("FROM"):
            source = self.sources.from_clause()
        elif source is not None:
            source = self.sources.lateral_views(source)
        where = self.expressions.expression() if cursor.take("WHERE") else None
        group, sets = self._group()
        having = self.expressions.expression() if cursor.take("HAVING") else None
        return SelectNode(
            position,
            items=items,
            distinct=distinct,
            source=source,
            where=where,
            group=group,
            grouping_sets=sets,
            having=having,
            windows=self._windows(),
        )

    def _items(self) -> tuple[SelectItem, ...]:
        items = [self._item()]
        while self.cursor.at(","):
            comma = self.cursor.place
            self.cursor.advance()
            if not self.expressions.at_expression():
                self.cursor.place = comma
                self.cursor.end()
            items.append(self._item())
        return tuple(items)

    def _item(self) -> SelectItem:
        cursor = self.cursor
        position = cursor.position
        star = self.expressions.star()
        if star is not None:
            return SelectItem(position, star)
        if cursor.at("TRANSFORM", "("):
            raise cursor.unsupported("TRANSFORM scripts are not supported: write the query with functions")
        expression = self.expressions.expression()
        return SelectItem(position, expression, self._aliases())

    def _aliases(self) -> tuple[str, ...]:
        cursor = self.cursor
        if cursor.take("AS"):
            if cursor.take("("):
                names = [cursor.identifier("select clause")]
                while cursor.take(","):
                    names.append(cursor.identifier("select clause"))
                cursor.expect(")", "select clause")
                return tuple(names)
            return (cursor.identifier("select clause"),)
        if at_alias(cursor, RESERVED):
            return (cursor.identifier("select clause"),)
        return ()

    def _group(self) -> tuple[tuple[Node, ...], tuple[tuple[Node, ...], ...] | None]:
        cursor = self.cursor
        if not cursor.clause("GROUP", "BY", context="group by clause"):
            return (), None
        if cursor.take("(", ")"):
            return (), ((),)
        for word in ("ROLLUP", "CUBE"):
            if cursor.take(word):
                keys = self._row()
                return keys, _sets(word, keys)
        keys = self.expressions.expressions()
        return keys, self._sets_of(keys)

    def _sets_of(self, keys: tuple[Node, ...]) -> tuple[tuple[Node, ...], ...] | None:
        cursor = self.cursor
        if cursor.clause("GROUPING", "SETS", context="grouping set expression"):
            return self._grouping_sets()
        for word in ("ROLLUP", "CUBE"):
            if cursor.take("WITH", word):
                return _sets(word, keys)
        return None

    def _grouping_sets(self) -> tuple[tuple[Node, ...], ...]:
        self.cursor.expect("(", "grouping sets")
        sets = [self._grouping_set()]
        while self.cursor.take(","):
            sets.append(self._grouping_set())
        self.cursor.expect(")", "grouping sets")
        return tuple(sets)

    def _grouping_set(self) -> tuple[Node, ...]:
        if not self.cursor.take("("):
            return (self.expressions.expression(),)
        keys = () if self.cursor.at(")") else self.expressions.expressions()
        self.cursor.expect(")", "grouping sets")
        return keys

    def _windows(self) -> tuple[tuple[str, WindowNode], ...]:
        cursor = self.cursor
        found: list[tuple[str, WindowNode]] = []
        if not cursor.take("WINDOW"):
            return ()
        while True:
            name = cursor.identifier("window clause")
            cursor.expect("AS", "window clause")
            found.append((name, read_window(cursor, self.expressions)))
            if not cursor.take(","):
                return tuple(found)

    def _ordered(self, query: QueryNode) -> QueryNode:
        cursor = self.cursor
        order = self._order()
        if not cursor.take("LIMIT"):
            return replace(query, order=order)
        count, offset = self._number(), 0
        if cursor.take(","):
            offset, count = count, self._number()
        elif cursor.take("OFFSET"):
            offset = self._number()
        return replace(query, order=order, limit=count, offset=offset)

    def _number(self) -> int:
        position = self.cursor.position
        found = self.cursor.integer("limit clause")
        if found > _LARGEST:
            raise HiveSemanticError(f'For input string: "{found}"', line=position.line, column=position.column)
        return found

    def _order(self) -> tuple[OrderNode, ...]:
        cursor = self.cursor
        order: tuple[OrderNode, ...] = ()
        if cursor.clause("ORDER", "BY", context="order by clause"):
            order = read_order(cursor, self.expressions)
        clustered = self._clustered()
        spread = self._spread() if cursor.clause("DISTRIBUTE", "BY", context="distribute by clause") else ()
        sorted_ = self._sorted() if cursor.clause("SORT", "BY", context="sort by clause") else ()
        for clause, keys in (("DISTRIBUTE", spread), ("SORT", sorted_)):
            if clustered and keys:
                raise _clash(clause, keys[-1].position)
        if order:
            return (*order, *(replace(key, spreads=True) for key in (*clustered, *spread, *sorted_)))
        return (*clustered, *spread, *sorted_)

    def _clustered(self) -> tuple[OrderNode, ...]:
        if not self.cursor.clause("CLUSTER", "BY", context="cluster by clause"):
            return ()
        return tuple(OrderNode(node.position, node, selected=True) for node in self.expressions.expressions())

    def _spread(self) -> tuple[OrderNode, ...]:
        nodes = self.expressions.expressions()
        return tuple(OrderNode(node.position, node, selected=True, spreads=True) for node in nodes)

    def _sorted(self) -> tuple[OrderNode, ...]:
        return tuple(replace(key, selected=True) for key in read_order(self.cursor, self.expressions))


def _clash(clause: str, position: Position) -> HiveSemanticError:
    message = f"Cannot have both CLUSTER BY and {clause} BY clauses."
    return HiveSemanticError(message, line=position.line, column=position.column)


def _select_all(query: QueryNode) -> SelectNode:
    """``SELECT * FROM (query)``: what brackets around an ordered query mean."""
    from airflow_ddb_hive.hiveql.grammar.syntax import SubquerySource

    position = query.position
    source = SubquerySource(position, query, "__brackets")
    return SelectNode(position, items=(SelectItem(position, StarNode(position)),), source=source)


def _sets(kind: str, keys: tuple[Node, ...]) -> tuple[tuple[Node, ...], ...]:
    if kind == "ROLLUP":
        return tuple(keys[:count] for count in range(len(keys), -1, -1))
    masks = range(2 ** len(keys) - 1, -1, -1)
    last = len(keys) - 1
    return tuple(tuple(key for i, key in enumerate(keys) if mask >> (last - i) & 1) for mask in masks)
