"""What stands after FROM: tables, subqueries, joins and lateral views, in the order they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.grammar.cursor import FUNCTION_WORDS, RESERVED, Cursor
from airflow_ddb_hive.hiveql.grammar.samples import read_sample
from airflow_ddb_hive.hiveql.grammar.syntax import (
    FunctionNode,
    JoinNode,
    LateralNode,
    Node,
    QueryNode,
    SourceNode,
    SubquerySource,
    TableSource,
    UniqueJoinNode,
    UniqueJoinPart,
    ValuesNode,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader

__all__ = ["SourceReader", "at_alias", "read_values"]

_NO_ALIAS = RESERVED | frozenset(["SEMI", "MINUS"])
_JOINS = (
    (("LEFT", "SEMI", "JOIN"), "semi"),
    (("LEFT", "OUTER", "JOIN"), "left"),
    (("LEFT", "JOIN"), "left"),
    (("RIGHT", "OUTER", "JOIN"), "right"),
    (("RIGHT", "JOIN"), "right"),
    (("FULL", "OUTER", "JOIN"), "full"),
    (("FULL", "JOIN"), "full"),
    (("INNER", "JOIN"), "inner"),
    (("CROSS", "JOIN"), "cross"),
    (("JOIN",), "inner"),
)
_JOIN_WORDS = frozenset({"LEFT", "RIGHT", "FULL", "INNER", "CROSS"})
_CLAUSES = frozenset({"SORT", "CLUSTER", "DISTRIBUTE"})


class SourceReader:
    """Reads FROM clauses at a cursor."""

    def __init__(self, cursor: Cursor, expressions: ExpressionReader, read_query: Callable[[], QueryNode]) -> None:
        self.cursor = cursor
        self._expressions = expressions
        self._read_query = read_query

    def from_clause(self) -> SourceNode:
        """Take FROM and all that it names."""
        self.cursor.expect("FROM")
        if self.cursor.at("UNIQUEJOIN"):
            return self._unique_join()
        source = self._joined()
        while self.cursor.at(","):
            position = self.cursor.advance().position
            if self.cursor.at("LATERAL", "TABLE", "("):
                source = self._lateral_values(source)
                continue
            right = self._primary()
            source = self._joins(JoinNode(position, "inner", source, right))
        return source

    def _unique_join(self) -> SourceNode:
        position = self.cursor.advance().position
        parts = [self._unique_part()]
        self.cursor.expect(",", "join source")
        parts.append(self._unique_part())
        while self.cursor.take(","):
            parts.append(self._unique_part())
        return UniqueJoinNode(position, tuple(parts))

    def _unique_part(self) -> UniqueJoinPart:
        cursor = self.cursor
        position = cursor.position
        preserved = cursor.take("PRESERVE")
        source_place = cursor.position
        database, name = None, cursor.identifier("table name")
        if cursor.take("."):
            database, name = name, cursor.identifier("table name")
        alias_place = cursor.position
        alias = self._alias()
        cursor.expect("(", "unique join expression list")
        keys = self._expressions.expressions()
        cursor.expect(")", "unique join expression list")
        source = TableSource(source_place, database, name, alias, None, alias_place if alias else None)
        return UniqueJoinPart(position, source, keys, preserved)

    def _joined(self) -> SourceNode:
        return self._joins(self._primary())

    def _joins(self, source: SourceNode) -> SourceNode:
        while True:
            if self.cursor.at("LATERAL", "VIEW"):
                source = self._lateral(source)
                continue
            position = self.cursor.position
            kind = self._join_kind()
            if kind is None:
                return source
            right = self._primary()
            condition = self._expressions.expression() if self.cursor.take("ON") else None
            using = self._using() if condition is None else ()
            source = JoinNode(position, kind, source, right, condition, using)

    def _join_kind(self) -> str | None:
        for words, kind in _JOINS:
            if self.cursor.take(*words):
                return kind
        if self.cursor.at_any(_JOIN_WORDS):
            self.cursor.advance()
            raise self.cursor.error("join type specifier")
        return None

    def _using(self) -> tuple[str, ...]:
        cursor = self.cursor
        if not cursor.take("USING"):
            return ()
        cursor.expect("(", "join source")
        names = [cursor.identifier("join source")]
        while cursor.take(","):
            names.append(cursor.identifier("join source"))
        cursor.expect(")", "join source")
        return tuple(names)

    def _primary(self) -> SourceNode:
        cursor = self.cursor
        if cursor.at("("):
            return self._bracketed()
        position = cursor.position
        if cursor.at("TABLE"):
            return self._values()
        database: str | None = None
        name = cursor.identifier("from source")
        if cursor.at("("):
            cursor.advance()
            raise cursor.error("joinSource")
        if cursor.take("."):
            database, name = name, cursor.identifier("from source")
        sample = read_sample(cursor, self._expressions) if cursor.at("TABLESAMPLE") else None
        if cursor.at_identifier(reserved=_NO_ALIAS) and cursor.peek().text == "(":
            cursor.end()
        alias_position = cursor.peek().position if cursor.at("AS") else cursor.position
        alias = self._alias()
        if cursor.at("TABLESAMPLE"):
            raise cursor.error("table source")
        return TableSource(position, database, name, alias, sample, alias_position if alias else None)

    def _lateral_values(self, source: SourceNode) -> SourceNode:
        """``LATERAL TABLE(VALUES (…), …) AS alias(columns)``: rows made of the columns of what stands before."""
        cursor = self.cursor
        position = cursor.position
        cursor.place += 3
        rows = read_values(cursor, self._expressions).rows
        cursor.expect(")", "from source")
        alias = self._alias()
        if alias is None:
            raise cursor.error("from source")
        structs = tuple(FunctionNode(position, "struct", row) for row in rows)
        call = FunctionNode(position, "inline", (FunctionNode(position, "array", structs),))
        return LateralNode(position, source, call, alias, self._column_names())

    def _values(self) -> SourceNode:
        """``TABLE(VALUES (…), …) AS alias(columns)``."""
        cursor = self.cursor
        position = cursor.position
        cursor.advance()
        cursor.expect("(", "virtual table source")
        rows = read_values(cursor, self._expressions)
        cursor.expect(")", "from source")
        alias = self._alias()
        if alias is None:
            raise cursor.error("from source")
        return SubquerySource(position, QueryNode(position, body=rows), alias, self._column_names())

    def _bracketed(self) -> SourceNode:
        cursor = self.cursor
        position = cursor.position
        if not self._expressions.at_query():
            cursor.advance()
            source = self._joined()
            cursor.expect(")", "from source")
            return source
        cursor.advance()
        query = self._read_query()
        cursor.expect(")", "subquery source")
        if not (cursor.at("AS") or at_alias(cursor, _NO_ALIAS)):
            raise cursor.error("subquery source")
        alias = self._alias() or ""
        return SubquerySource(position, query, alias, self._column_names())

    def _column_names(self) -> tuple[str, ...]:
        cursor = self.cursor
        if not cursor.take("("):
            return ()
        names = [cursor.identifier("from source")]
        while cursor.take(","):
            names.append(cursor.identifier("from source"))
        cursor.expect(")", "from source")
        return tuple(names)

    def _alias(self) -> str | None:
        cursor = self.cursor
        if cursor.take("AS"):
            return cursor.identifier("from source")
        return cursor.identifier() if at_alias(cursor, _NO_ALIAS) else None

    def lateral_views(self, source: SourceNode) -> SourceNode:
        """Take the lateral views that follow a select list whose FROM stands before it."""
        while self.cursor.at("LATERAL", "VIEW"):
            source = self._lateral(source)
        return source

    def _lateral(self, source: SourceNode) -> SourceNode:
        cursor = self.cursor
        position = cursor.position
        cursor.place += 2
        outer = cursor.take("OUTER")
        named = cursor.at_identifier() or cursor.at_any(FUNCTION_WORDS)
        if not named or cursor.peek().text not in ("(", "."):
            if named:
                cursor.advance()
            raise cursor.error("lateral view")
        call = self._expressions.expression()
        if not isinstance(call, FunctionNode):
            raise cursor.error("lateral view")
        alias = cursor.identifier("lateral view")
        columns: list[str] = []
        if cursor.take("AS"):
            columns.append(cursor.identifier("lateral view"))
            while cursor.at(",") and self._more_columns():
                cursor.advance()
                columns.append(cursor.identifier("lateral view"))
        return LateralNode(position, source, call, alias, tuple(columns), outer)

    def _more_columns(self) -> bool:
        """Whether a comma goes on with column names rather than with another table."""
        word = self.cursor.peek()
        return word.kind == "quoted" or (word.kind == "word" and word.value not in RESERVED)


def at_alias(cursor: Cursor, reserved: frozenset[str]) -> bool:
    """Whether a name follows; words that begin a clause are names where the clause does not go on."""
    if not cursor.at_identifier(reserved=reserved):
        return False
    after = cursor.peek()
    if cursor.at("LIMIT"):
        return after.kind != "number"
    return not (cursor.at_any(_CLAUSES) and after.value == "BY")


def read_values(cursor: Cursor, expressions: ExpressionReader) -> ValuesNode:
    """Take VALUES (…), (…)."""
    position = cursor.expect("VALUES", "values clause").position
    rows = [_row(cursor, expressions)]
    while cursor.take(","):
        rows.append(_row(cursor, expressions))
    return ValuesNode(position, tuple(rows))


def _row(cursor: Cursor, expressions: ExpressionReader) -> tuple[Node, ...]:
    cursor.expect("(", "values clause")
    row = expressions.expressions()
    cursor.expect(")", "values clause")
    return row
