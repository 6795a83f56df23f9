"""The words of a statement, cut as HiveLexer.g of Hive 3.1 cuts them.

Keywords are words here: which of them may be names is the grammar's business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from airflow_ddb_hive.errors import HiveSyntaxError
from airflow_ddb_hive.hiveql.tree import Position

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Word", "Words", "read_words", "unescape"]


class Word(NamedTuple):
    """One token.

    ``kind`` is ``word``, ``quoted``, ``string``, ``number``, ``sign``, ``hint``, ``charset`` (``_utf8``, ``0x1F``) or
    ``end``. ``text`` is the token as written; ``value`` is a string's content, a quoted name, what a hint says, or the
    text in upper case, where the other spellings of ``=`` and ``NOT`` are these. ``start`` and ``end`` are its span.
    """

    kind: str
    text: str
    value: str
    position: Position
    start: int
    end: int


Words = tuple[Word, ...]

_SAME = {"==": "=", "!": "NOT"}
_FOLDED = {0x131: "I", 0x17F: "S"}
"""The letters outside ASCII whose upper case is within: Hive looks at upper case alone."""
_EXACT = r"\d++ (?: \.\d*+ (?:E[+-]?\d++)?+ | E[+-]\d++ )"
_TOKEN = re.compile(
    rf"""
    [ \t\r\n]*+ (?: --[^\r\n]*+ [ \t\r\n]*+ )*+
    (?:
        (?P<exponent> \d++ (?: \.\d*+ E[+-]?+ | E[+-] ) (?!\d) )
      | (?P<suffix> {_EXACT} B (?!D) )
      | (?P<number> {_EXACT} (?:BD|D)?+ | \d++ (?: BD | [LSYDBKMG] | E\d++(?:BD|D)?+ )?+ (?![A-Z0-9_]) )
      | (?P<charset> 0X[0-9A-F]++ (?![A-Z0-9_]) | _[A-Z0-9_.:-]++ )
      | (?P<word> [A-Z0-9][A-Z0-9_]*+ )
      | (?P<string> (?: '[^'\\]*+(?:\\.[^'\\]*+)*+' | "[^"\\]*+(?:\\.[^"\\]*+)*+" )++ )
      | (?P<quoted> `(?:[^`]|``)++` )
      | (?P<comment> /\* )
      | (?P<sign> <=> | <= | <> | >= | != | == | \|\| | [.:,;()\[\]{{}}=<>/+\-*%~&|^?$!] )
      | (?P<end> \Z )
      | (?P<open> ['"`] )
      | (?P<underscore> _ )
      | (?P<other> . )
    )
    """,
    re.ASCII | re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_BRACKET = re.compile(r"/\*|\*/")
_PIECE = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\"""", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|[0-1][0-7]{2}|.)", re.DOTALL)
_ESCAPED = {"0": "\0", "'": "'", '"': '"', "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "\\": "\\"}
_ESCAPED |= {"%": "\\%", "_": "\\_"}


def unescape(literal: str) -> str:
    r"""Return the text that a literal stands for, by Hive's ``unescapeSQLString``; quotes side by side are one text.

    Example:
        >>> unescape(r"'it\'s\t\001 \u00e9 \d'")
        "it's\t\x01 é d"
        >>> unescape("'a''b'")
        'ab'
    """
    text = "".join(piece[1:-1] for piece in _PIECE.findall(literal))
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if text.isascii():
        return text
    # Two escapes may be the halves of one character; half a character alone is Java's question mark.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    return joined.encode("utf-8", "replace").decode("utf-8")


def _unescaped(match: re.Match[str]) -> str:
    found = match.group(1)
    if found[0] == "u" and found != "u":
        return chr(int(found[1:], 16))
    if found.isdigit() and len(found) > 1:
        return chr(int(found, 8))
    return _ESCAPED.get(found, found)


def read_words(text: str, origin: Position, dropped: list[HiveSyntaxError] | None = None) -> Words:
    """Cut a statement that begins at ``origin`` into words; the last one has kind ``end``.

    With a list for what is ``dropped``, a quote that does not end is passed over, as Hive's lexer does: Hive shows the
    error only where its parser takes the rest.

    Example:
        >>> [(word.kind, word.value) for word in read_words("select 2019_t -- old", Position(1, 0))]
        [('word', 'SELECT'), ('word', '2019_T'), ('end', '<EOF>')]

    Raises:
        HiveSyntaxError: A character that stands for nothing, or a quote, comment or number that does not end.
    """
    folded = text if text.isascii() else text.translate(_FOLDED)
    words: list[Word] = []
    line, line_start, place = origin.line, -origin.column, 0
    next_line = text.find("\n")
    while True:
        match = _TOKEN.match(folded, place)
        kind = match.lastgroup if match is not None else None
        if match is None or kind is None:
            raise AssertionError("every text begins with a token or ends")
        start, place = match.span(kind)
        while 0 <= next_line < start:
            line, line_start = line + 1, next_line + 1
            next_line = text.find("\n", line_start)
        if kind == "comment":
            place, kind = _comment_end(text, start, origin)
        if kind:
            read = _READERS.get(kind)
            if read is None:
                _drop(_error(kind, text, start, place, origin), dropped if kind == "open" else None)
                continue
            written = text[start:place]
            words.append(
                Word(kind, written or "<EOF>", read(written), Position(line, start - line_start), start, place)
            )
        if kind == "end":
            return tuple(words)


def _drop(error: HiveSyntaxError, dropped: list[HiveSyntaxError] | None) -> None:
    if dropped is None:
        raise error
    dropped.append(error)


def _comment_end(text: str, start: int, origin: Position) -> tuple[int, str]:
    """Where a comment ends, comments within it included, and its kind: only a hint without any is a word."""
    depth = 0
    nested = False
    for match in _BRACKET.finditer(text, start):
        if match.group() == "/*":
            depth += 1
            nested = depth > 1
        elif match.start() > start + 1:
            depth -= 1
        if depth == 0:
            return match.end(), "hint" if text.startswith("/*+", start) and not nested else ""
    raise _error("comment", text, start, len(text), origin)


def _quoted(written: str) -> str:
    return written[1:-1].replace("``", "`")


_READERS: dict[str, Callable[[str], str]] = {
    "charset": str.upper,
    "end": lambda _: "<EOF>",
    "hint": lambda written: written[3:-2],
    "number": str.upper,
    "quoted": _quoted,
    "sign": lambda written: _SAME.get(written, written),
    "string": unescape,
    "word": str.upper,
}
"""What each kind of word means; what begins with none of them is an error."""


def _error(kind: str, text: str, start: int, end: int, origin: Position) -> HiveSyntaxError:
    """The error for what is no word, in Hive's wording and at Hive's place: where the lexer cannot go on."""
    place = {"other": start, "open": len(text)}.get(kind, end)
    near = text[place : place + 1] or "<EOF>"
    near = near.upper() if len(near.upper()) == 1 else near
    message = {
        "comment": f"mismatched character '{near}' expecting '*': a comment does not end",
        "exponent": f"character '{near}' not supported here: an exponent needs digits",
        "open": f"character '{near}' not supported here: a quote does not end",
        "suffix": f"mismatched character '{near}' expecting 'D'",
        "underscore": f"required (...)+ loop did not match anything at character '{near}': no name begins with _",
    }.get(kind, f"character '{near}' not supported here")
    line = text.count("\n", 0, place)
    column = place - (text.rfind("\n", 0, place) + 1) + (0 if line else origin.column)
    return HiveSyntaxError(message, line=origin.line + line, column=column)
