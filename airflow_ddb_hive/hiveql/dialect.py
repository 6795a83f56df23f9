"""The words of HiveQL: a Hive dialect of sqlglot whose keyword and function tables are empty.

sqlglot's own Hive parser accepts much that Hive refuses, binds operators in another order, merges functions and loses
the order of joins and lateral views, so only its tokenizer is used: every word stays a word, with its place, and
:mod:`airflow_ddb_hive.hiveql.grammar` reads them by Hive's own rules. Follows HiveLexer.g of Hive 3.1.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar

from sqlglot.dialects.hive import Hive
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from airflow_ddb_hive.errors import HiveSyntaxError
from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["HiveWords", "Word", "Words", "unescape"]


class HiveWords(Hive):
    """Hive without a single keyword or function: what a statement's tokens are, not what they mean."""

    class Tokenizer(Hive.Tokenizer):
        """Only the signs of more than one character are known."""

        KEYWORDS: ClassVar[dict[str, TokenType]] = {
            "<=>": TokenType.NULLSAFE_EQ,
            "||": TokenType.DPIPE,
            "<=": TokenType.LTE,
            ">=": TokenType.GTE,
            "<>": TokenType.NEQ,
            "!=": TokenType.NEQ,
            "==": TokenType.EQ,
        }
        COMMENTS: ClassVar[list[str | tuple[str, str]]] = ["--", ("/*", "*/")]
        NUMERIC_LITERALS: ClassVar[dict[str, str]] = {}
        STRING_ESCAPES: ClassVar[list[str]] = ["\\"]


@dataclass(frozen=True, slots=True)
class Word:
    """One token: ``kind`` is ``word``, ``quoted``, ``string``, ``number``, ``sign`` or ``end``.

    ``text`` is the token as written; ``value`` is a string's content, a quoted name, or a word in upper case.
    """

    kind: str
    text: str
    value: str
    position: Position
    start: int
    end: int


Words = tuple[Word, ...]

_KINDS = {TokenType.STRING: "string", TokenType.IDENTIFIER: "quoted", TokenType.NUMBER: "number"}
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?(BD|[LSYDGKMF]|B)?$", re.IGNORECASE)
_WORD = re.compile(r"\w+$")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|[0-1][0-7]{2}|.)", re.DOTALL)
_ESCAPED = {"0": "\0", "'": "'", '"': '"', "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "\\": "\\"}
_ESCAPED |= {"%": "\\%", "_": "\\_"}


def unescape(literal: str) -> str:
    r"""Return the text that a quoted literal stands for, by the rules of Hive's ``unescapeSQLString``.

    Example:
        >>> unescape(r"'it\'s\t\001 \u00e9 \d'")
        "it's\t\x01 é d"
    """

    def replace(match: re.Match[str]) -> str:
        found = match.group(1)
        if found[0] == "u" and found != "u":
            return chr(int(found[1:], 16))
        if found.isdigit() and found != "0" and len(found) > 1:
            return chr(int(found, 8))
        return _ESCAPED.get(found, found)

    text = _ESCAPE.sub(replace, literal[1:-1])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_words(text: str, origin: Position) -> Words:
    """Cut a statement into words; the last one has kind ``end``.

    Raises:
        HiveSyntaxError: A string or quoted name does not end.
    """
    lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(offset: int) -> Position:
        line = bisect_right(lines, offset) - 1
        column = offset - lines[line]
        return Position(origin.line + line, column + (origin.column if line == 0 else 0))

    try:
        found = HiveWords().tokenize(text)
    except TokenError as error:
        raise HiveSyntaxError(
            "character '<EOF>' not supported here: a quote or comment does not end",
            line=place(len(text)).line,
            column=place(len(text)).column,
        ) from error
    words = [_word(text, token, place(token.start)) for token in found]
    end = len(text)
    return (*words, Word("end", "<EOF>", "<EOF>", place(end), end, end))


def _word(text: str, token: Token, position: Position) -> Word:
    written = text[token.start : token.end + 1]
    kind = _KINDS.get(token.token_type)
    if kind == "string":
        return Word(kind, written, unescape(written), position, token.start, token.end + 1)
    if kind == "quoted":
        return Word(kind, written, written[1:-1].replace("``", "`"), position, token.start, token.end + 1)
    if kind is None:
        kind = "word" if _WORD.match(written) else "sign"
        if written[:1].isdigit() and _NUMBER.match(written):
            kind = "number"
    return Word(kind, written, written.upper(), position, token.start, token.end + 1)
