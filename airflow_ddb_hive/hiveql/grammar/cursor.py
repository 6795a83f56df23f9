"""A place among a statement's words, with the questions that a grammar asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSyntaxError, UnsupportedSqlError

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.lexer import Word, Words
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["FUNCTION_WORDS", "RESERVED", "Cursor"]

# fmt: off
RESERVED = frozenset({
    "ALL", "ALTER", "AND", "ARRAY", "AS", "AUTHORIZATION", "BETWEEN", "BIGINT", "BINARY", "BOOLEAN", "BOTH", "BY",
    "CASE", "CAST", "CHAR", "COLUMN", "CONF", "CREATE", "CROSS", "CUBE", "CURRENT", "CURRENT_DATE",
    "CURRENT_TIMESTAMP", "CURSOR", "DATABASE", "DATE", "DECIMAL", "DELETE", "DESCRIBE", "DISTINCT", "DOUBLE",
    "DROP", "ELSE", "END", "EXCHANGE", "EXISTS", "EXTENDED", "EXTERNAL", "EXTRACT", "FALSE", "FETCH", "FLOAT",
    "FLOOR", "FOLLOWING", "FOR", "FOREIGN", "FROM", "FULL", "FUNCTION", "GRANT", "GROUP", "GROUPING", "HAVING",
    "IF", "IMPORT", "IN", "INNER", "INSERT", "INT", "INTEGER", "INTERSECT", "INTERVAL", "INTO", "IS", "JOIN",
    "LATERAL", "LEFT", "LESS", "LIKE", "LOCAL", "MACRO", "MAP", "MORE", "NONE", "NOT", "NULL", "NUMERIC", "OF",
    "ON", "ONLY", "OR", "ORDER", "OUT", "OUTER", "OVER", "PARTIALSCAN", "PARTITION", "PERCENT", "PRECEDING",
    "PRECISION", "PRESERVE", "PRIMARY", "PROCEDURE", "RANGE", "READS", "REDUCE", "REFERENCES", "REGEXP", "REVOKE",
    "RIGHT", "RLIKE", "ROLLBACK", "ROLLUP", "ROW", "ROWS", "SELECT", "SET", "SMALLINT", "START", "SYNC", "TABLE",
    "TABLESAMPLE", "THEN", "TIME", "TIMESTAMP", "TO", "TRANSFORM", "TRIGGER", "TRUE", "TRUNCATE", "UNBOUNDED",
    "UNION", "UNIQUEJOIN", "UPDATE", "USER", "USING", "VALUES", "VARCHAR", "VIEWS", "WHEN", "WHERE", "WINDOW",
    "WITH", "COMMIT", "CONSTRAINT", "CACHE", "DAYOFWEEK", "EXCEPT", "DIV",
})
# fmt: on
"""The words that name nothing unless they stand in backticks."""

# fmt: off
FUNCTION_WORDS = frozenset({
    "IF", "MAP", "ARRAY", "DATE", "FLOOR", "DAYOFWEEK", "TIMESTAMP", "BINARY", "BOOLEAN", "INT", "BIGINT",
    "SMALLINT", "FLOAT", "DOUBLE", "GROUPING",
})
# fmt: on
"""The reserved words that are functions before a bracket."""


class Cursor:
    """Walks over the words of one statement."""

    def __init__(self, words: Words, text: str = "") -> None:
        self.words = words
        self.text = text
        self.place = 0

    @property
    def word(self) -> Word:
        """The next word."""
        return self.words[self.place]

    @property
    def position(self) -> Position:
        """Where the next word stands."""
        return self.word.position

    def peek(self, distance: int = 1) -> Word:
        """The word after the next, or further on."""
        return self.words[min(self.place + distance, len(self.words) - 1)]

    def advance(self) -> Word:
        """Take the next word."""
        word = self.word
        if word.kind != "end":
            self.place += 1
        return word

    def at(self, *values: str) -> bool:
        """Whether the next words are these keywords or signs."""
        for distance, value in enumerate(values):
            word = self.peek(distance)
            if word.kind not in ("word", "sign") or word.value != value:
                return False
        return True

    def at_any(self, values: frozenset[str]) -> bool:
        """Whether the next word is one of these keywords or signs."""
        return self.word.kind in ("word", "sign") and self.word.value in values

    def take(self, *values: str) -> bool:
        """Take these keywords or signs if they are next."""
        if not self.at(*values):
            return False
        self.place += len(values)
        return True

    def clause(self, first: str, *rest: str, context: str = "statement") -> bool:
        """Take a clause's opening words if its first one is next: it commits to the others."""
        if not self.at(first):
            return False
        self.place += 1
        for word in rest:
            self.expect(word, context)
        return True

    def take_hint(self) -> None:
        """Pass over a hint: it says how to run a query on MapReduce, never what the query means."""
        if self.word.kind == "hint":
            self.place += 1

    def expect(self, value: str, context: str = "statement") -> Word:
        """Take a keyword or sign that must be next."""
        if not self.at(value):
            raise self.error(context)
        return self.advance()

    def error(self, context: str = "statement") -> HiveSyntaxError:
        """The error for a word that does not fit, in Hive's wording."""
        near = " ".join(f"'{self.peek(distance).text}'" for distance in range(3))
        position = self.position
        return HiveSyntaxError(
            f"cannot recognize input near {near} in {context}", line=position.line, column=position.column
        )

    def end(self) -> None:
        """Require that the statement ends here."""
        if self.word.kind == "end":
            return
        near = self.words[max(self.place - 1, 0)].text
        position = self.position
        raise HiveSyntaxError(
            f"missing EOF at '{self.word.text}' near '{near}'", line=position.line, column=position.column
        )

    def unsupported(self, what: str, position: Position | None = None) -> UnsupportedSqlError:
        """The error for HiveQL that is valid and not supported."""
        place = position or self.position
        return UnsupportedSqlError(what, line=place.line, column=place.column)

    def at_identifier(self, *, reserved: frozenset[str] = RESERVED) -> bool:
        """Whether the next word may be a name."""
        word = self.word
        return word.kind == "quoted" or (word.kind == "word" and word.value not in reserved)

    def identifier(self, context: str = "identifier") -> str:
        """Take a name, in lower case."""
        if not self.at_identifier():
            raise self.error(context)
        word = self.advance()
        return (word.value if word.kind == "quoted" else word.text).lower()

    def string(self, context: str = "constant") -> str:
        """Take a string literal; adjacent ones are one."""
        if self.word.kind != "string":
            raise self.error(context)
        parts = [self.advance().value]
        while self.word.kind == "string":
            parts.append(self.advance().value)
        return "".join(parts)

    def integer(self, context: str = "constant") -> int:
        """Take a whole number."""
        if self.word.kind != "number" or not self.word.text.isdigit():
            raise self.error(context)
        return int(self.advance().text)
