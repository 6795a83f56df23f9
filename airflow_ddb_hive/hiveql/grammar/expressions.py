"""Expressions, by the precedence of Hive 3.1's IdentifiersParser.g."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.grammar.cursor import FUNCTION_WORDS
from airflow_ddb_hive.hiveql.grammar.literals import charset_literal, number_literal
from airflow_ddb_hive.hiveql.grammar.moments import (
    extract_unit,
    floor_unit,
    read_interval,
    read_typed_literal,
    with_unit,
)
from airflow_ddb_hive.hiveql.grammar.predicates import MATCHES, read_predicate
from airflow_ddb_hive.hiveql.grammar.syntax import (
    CaseNode,
    CastNode,
    ExistsNode,
    FunctionNode,
    LiteralNode,
    MemberNode,
    NameNode,
    Node,
    QueryNode,
    StarNode,
    SubqueryNode,
)
from airflow_ddb_hive.hiveql.grammar.types import read_primitive_type
from airflow_ddb_hive.hiveql.grammar.windows import read_window
from airflow_ddb_hive.model.types import BOOLEAN, STRING, VOID

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["ExpressionReader"]

_STRENGTHS = {"|": 1, "&": 2, "||": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "DIV": 5, "^": 6}
"""How strongly each operator between two operands binds."""
_EQUALITIES = {"=": "=", "==": "=", "<=>": "<=>", "<>": "!=", "!=": "!="}
_COMPARISONS = frozenset({"<", "<=", ">", ">="})
_NEGATED = frozenset({*MATCHES, "IN", "BETWEEN"})


class ExpressionReader:
    """Reads expressions at a cursor; ``read_query`` reads the queries within them."""

    def __init__(self, cursor: Cursor, read_query: Callable[[], QueryNode]) -> None:
        self.cursor = cursor
        self._read_query = read_query

    def expression(self) -> Node:
        """Take an expression."""
        return self._chain("OR", self._and)

    def _chain(self, word: str, operand: Callable[[], Node]) -> Node:
        """Take operands between words: a long row of them is one call, not a call in a call."""
        first = operand()
        if not self.cursor.at(word):
            return first
        found = [first]
        position = self.cursor.position
        while self.cursor.take(word):
            found.append(operand())
        return FunctionNode(position, word.lower(), tuple(found))

    def expressions(self) -> tuple[Node, ...]:
        """Take expressions between commas."""
        found = [self.expression()]
        while self.cursor.take(","):
            found.append(self.expression())
        return tuple(found)

    def _and(self) -> Node:
        return self._chain("AND", self._not)

    def _not(self) -> Node:
        if self.cursor.at("NOT"):
            position = self.cursor.advance().position
            return FunctionNode(position, "not", (self._not(),))
        return self._equality()

    def _equality(self) -> Node:
        left = self._comparison()
        while True:
            if self._at_distinct():
                left = self._distinct(left)
            elif self.cursor.word.kind == "sign" and self.cursor.word.text in _EQUALITIES:
                word = self.cursor.advance()
                left = FunctionNode(word.position, _EQUALITIES[word.text], (left, self._comparison()))
            else:
                return left

    def _at_distinct(self) -> bool:
        """Whether ``IS [NOT] DISTINCT`` follows, which binds as ``=`` does, unlike ``IS NULL``."""
        return self.cursor.at("IS", "DISTINCT") or self.cursor.at("IS", "NOT", "DISTINCT")

    def _distinct(self, left: Node) -> Node:
        cursor = self.cursor
        position = cursor.advance().position
        negated = cursor.take("NOT")
        cursor.expect("DISTINCT")
        cursor.expect("FROM", "expression specification")
        same = FunctionNode(position, "<=>", (left, self._comparison()))
        return same if negated else FunctionNode(position, "not", (same,))

    def _comparison(self) -> Node:
        left = self.operand()
        while True:
            found = self._comparison_tail(left)
            if found is None:
                return left
            left = found

    def _comparison_tail(self, left: Node) -> Node | None:
        cursor = self.cursor
        position = cursor.position
        if cursor.at_any(_COMPARISONS):
            return FunctionNode(position, cursor.advance().value, (left, self.operand()))
        negated = cursor.take("NOT")
        if negated and cursor.word.value not in _NEGATED:
            raise cursor.error("expression specification")
        found = read_predicate(self, self._read_query, left, position)
        if found is None:
            return None
        return FunctionNode(position, "not", (found,)) if negated else found

    def at_expression(self) -> bool:
        """Whether the next word can begin an expression."""
        word = self.cursor.word
        if word.kind == "sign":
            return word.text in _OPENERS
        if word.kind == "word":
            return self.cursor.at_identifier() or word.value in _KEYWORDS or word.value in _OPENING_WORDS
        return word.kind in ("string", "number", "quoted") or (word.kind == "charset" and word.text.startswith("_"))

    def at_query(self) -> bool:
        """Whether a query begins here, perhaps after more brackets."""
        distance = 0
        while self.cursor.peek(distance).text == "(":
            distance += 1
        word = self.cursor.peek(distance)
        return word.kind == "word" and word.value in ("SELECT", "WITH", "FROM")

    def operand(self, least: int = 1) -> Node:
        """Take what may stand beside a comparison; equally strong operators bind from the left."""
        left = self._suffixed()
        while True:
            word = self.cursor.word
            strength = _STRENGTHS.get(word.value, 0) if word.kind in ("word", "sign") else 0
            if strength < least:
                return left
            self.cursor.advance()
            name = "concat" if word.text == "||" else word.value.lower()
            left = FunctionNode(word.position, name, (left, self.operand(strength + 1)))

    def _suffixed(self) -> Node:
        operand = self._prefixed()
        cursor = self.cursor
        while cursor.at("IS") and not self._at_distinct():
            position = cursor.advance().position
            negated = cursor.take("NOT")
            operand = self._is(operand, position, negated=negated)
        return operand

    def _is(self, operand: Node, position: Position, *, negated: bool) -> Node:
        cursor = self.cursor
        if cursor.take("NULL"):
            return FunctionNode(position, "isnotnull" if negated else "isnull", (operand,))
        for word in ("TRUE", "FALSE"):
            if cursor.take(word):
                name = ("isnot" if negated else "is") + word.lower()
                return FunctionNode(position, name, (operand,))
        raise cursor.error("expression specification")

    def _prefixed(self) -> Node:
        if self.cursor.word.kind == "sign" and self.cursor.word.text in ("-", "+", "~"):
            word = self.cursor.advance()
            operand = self._prefixed()
            if word.text == "+":
                return FunctionNode(word.position, "positive", (operand,))
            return FunctionNode(word.position, "negative" if word.text == "-" else "~", (operand,))
        return self._accessed()

    def _accessed(self) -> Node:
        operand = self._atom()
        cursor = self.cursor
        while True:
            position = cursor.position
            if cursor.take("["):
                index = self.expression()
                cursor.expect("]", "expression specification")
                operand = FunctionNode(position, "index", (operand, index))
            elif cursor.at("."):
                position = cursor.peek().position
                cursor.advance()
                operand = MemberNode(position, operand, self._member_name())
            else:
                return operand

    def _member_name(self) -> str:
        return self.cursor.identifier("expression specification")

    def _atom(self) -> Node:
        cursor = self.cursor
        word = cursor.word
        if word.kind == "string":
            return with_unit(cursor, LiteralNode(word.position, cursor.string(), STRING, word.text))
        if word.kind == "number":
            return with_unit(cursor, number_literal(cursor, cursor.advance().text.upper(), word.position))
        if word.kind == "sign":
            return self._bracketed()
        if word.kind == "charset" and word.text.startswith("_"):
            return charset_literal(cursor)
        if word.kind == "word":
            return self._keyword() or self._name()
        if word.kind == "quoted":
            return self._name()
        raise cursor.error("expression specification")

    def _bracketed(self) -> Node:
        cursor = self.cursor
        if not cursor.at("("):
            raise cursor.error("expression specification")
        position = cursor.position
        if self.at_query():
            cursor.advance()
            query = self._read_query()
            cursor.expect(")", "subquery")
            return SubqueryNode(position, query)
        cursor.advance()
        found = self.expression()
        if cursor.at(","):
            values = [found]
            while cursor.take(","):
                values.append(self.expression())
            found = FunctionNode(position, "struct", tuple(values))
        cursor.expect(")", "expression specification")
        return with_unit(cursor, found) if isinstance(found, LiteralNode) else found

    def _keyword(self) -> Node | None:
        word = self.cursor.word
        reader = _KEYWORDS.get(word.value)
        found: Node | None = None if reader is None else getattr(self, reader)()
        return found

    def _constant(self) -> Node:
        word = self.cursor.advance()
        value, type_ = {"NULL": (None, VOID), "TRUE": (True, BOOLEAN), "FALSE": (False, BOOLEAN)}[word.value]
        return LiteralNode(word.position, value, type_, word.text)

    def _case(self) -> Node:
        cursor = self.cursor
        position = cursor.advance().position
        operand = None if cursor.at("WHEN") else self.expression()
        branches = []
        while cursor.take("WHEN"):
            condition = self.expression()
            cursor.expect("THEN", "case expression")
            branches.append((condition, self.expression()))
        if not branches:
            raise cursor.error("case expression")
        default = self.expression() if cursor.take("ELSE") else None
        cursor.expect("END", "case expression")
        return CaseNode(position, operand, tuple(branches), default)

    def _cast(self) -> Node:
        cursor = self.cursor
        position = cursor.advance().position
        cursor.expect("(", "cast expression")
        operand = self.expression()
        cursor.expect("AS", "cast expression")
        type_ = read_primitive_type(cursor)
        cursor.expect(")", "cast expression")
        return CastNode(position, operand, type_)

    def _exists(self) -> Node:
        position = self.cursor.advance().position
        self.cursor.expect("(", "subquery")
        query = self._read_query()
        self.cursor.expect(")", "subquery")
        return ExistsNode(position, query)

    def _current(self) -> Node:
        word = self.cursor.advance()
        if self.cursor.take("("):
            self.cursor.expect(")", "function specification")
        return FunctionNode(word.position, word.value.lower(), ())

    def _typed(self) -> Node | None:
        """``DATE '…'`` and ``TIMESTAMP '…'``; the words alone may also be functions."""
        return read_typed_literal(self.cursor)

    def _interval(self) -> Node | None:
        return read_interval(self.cursor, self.expression)

    def _extract(self) -> Node:
        cursor = self.cursor
        position = cursor.advance().position
        cursor.expect("(", "extract expression")
        unit = extract_unit(cursor)
        cursor.expect("FROM", "extract expression")
        operand = self.expression()
        cursor.expect(")", "extract expression")
        return FunctionNode(position, unit, (operand,))

    def _name(self) -> Node:
        cursor = self.cursor
        word = cursor.word
        callable_ = cursor.peek().text == "("
        if word.kind == "word" and callable_ and (word.value in FUNCTION_WORDS or cursor.at_identifier()):
            return self._function()
        if word.kind == "quoted" and callable_:
            return self._function()
        if cursor.peek().text == "." and cursor.peek(3).text == "(" and cursor.peek(2).kind in ("word", "quoted"):
            return self._function()
        if cursor.at("DATE") or cursor.at("TIMESTAMP"):
            cursor.advance()
            raise cursor.error("expression specification")
        return NameNode(word.position, cursor.identifier("expression specification"))

    def _function(self) -> Node:
        cursor = self.cursor
        word = cursor.advance()
        name = (word.value if word.kind == "quoted" else word.text).lower()
        if cursor.take("."):
            name = f"{name}.{cursor.identifier('function specification')}"
        cursor.expect("(")
        if cursor.at("SELECT"):
            cursor.place -= 2
            raise cursor.error("expression specification")
        distinct = cursor.take("DISTINCT")
        if not distinct:
            cursor.take("ALL")
        star = name == "count" and not distinct and cursor.take("*")
        arguments: tuple[Node, ...] = ()
        if not star and not cursor.at(")"):
            arguments = self.select_expressions()
        if name == "floor" and len(arguments) == 1:
            name = floor_unit(cursor) or name
        cursor.expect(")", "function specification")
        window = read_window(cursor, self) if cursor.take("OVER") else None
        return FunctionNode(word.position, name, arguments, distinct, star, window)

    def select_expressions(self) -> tuple[Node, ...]:
        """Take expressions between commas; stars are among them as far as the grammar is concerned."""
        if self.cursor.at("*"):
            return (StarNode(self.cursor.advance().position),)
        found = [self._select_expression()]
        while self.cursor.take(","):
            found.append(self._select_expression())
        return tuple(found)

    def _select_expression(self) -> Node:
        return self.star() or self.expression()

    def star(self) -> StarNode | None:
        """Take ``*``, ``alias.*`` or ``database.table.*`` if one is next."""
        cursor = self.cursor
        position = cursor.position
        if cursor.take("*"):
            return StarNode(position)
        if cursor.peek().text != "." or not cursor.at_identifier():
            return None
        if cursor.peek(2).text == "*":
            name = cursor.identifier()
            cursor.place += 2
            return StarNode(position, (name,))
        if [cursor.peek(i).text for i in (3, 4)] == [".", "*"]:
            names = (cursor.identifier(), cursor.words[cursor.place + 1].text.lower())
            cursor.place += 4
            return StarNode(position, names)
        return None


_OPENERS = frozenset("(*+-~!")
_OPENING_WORDS = FUNCTION_WORDS | frozenset(["NOT"])

_KEYWORDS = {
    "NULL": "_constant",
    "TRUE": "_constant",
    "FALSE": "_constant",
    "CASE": "_case",
    "CAST": "_cast",
    "EXISTS": "_exists",
    "CURRENT_DATE": "_current",
    "CURRENT_TIMESTAMP": "_current",
    "DATE": "_typed",
    "TIMESTAMP": "_typed",
    "TIMESTAMPLOCALTZ": "_typed",
    "INTERVAL": "_interval",
    "EXTRACT": "_extract",
}
"""The method that reads what each keyword begins; ``None`` from it means that the word is a name after all."""
