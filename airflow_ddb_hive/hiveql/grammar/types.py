"""Types as they stand in casts and column lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSyntaxError, InputError
from airflow_ddb_hive.model.types import HiveType, parse_type

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor

__all__ = ["read_type"]

_CLOSERS = {"(": ")", "<": ">"}


def read_type(cursor: Cursor) -> HiveType:
    """Take a type.

    Raises:
        HiveSyntaxError: The next words are no type.
    """
    first = cursor.word
    if first.kind != "word":
        raise cursor.error("type specification")
    cursor.advance()
    if first.value == "DOUBLE":
        cursor.take("PRECISION")
    _nested(cursor)
    text = " ".join(word.text for word in cursor.words[cursor.words.index(first) : cursor.place])
    try:
        return parse_type(text.replace("> >", ">>").replace(" ", "") if "<" in text else text)
    except InputError as error:
        if "precision" in error.message or "scale" in error.message or "out of allowed" in error.message:
            raise InputError(error.message, line=first.position.line, column=first.position.column) from error
        raise HiveSyntaxError(
            f"cannot recognize input near '{first.text}' in type specification",
            line=first.position.line,
            column=first.position.column,
        ) from error


def _nested(cursor: Cursor) -> None:
    """Take what stands in brackets after a type's name."""
    if not cursor.at("(") and not cursor.at("<"):
        return
    depth = 0
    while cursor.word.kind != "end":
        word = cursor.advance()
        depth += word.text in ("(", "<")
        depth -= word.text in (")", ">")
        if depth == 0:
            return
    raise cursor.error("type specification")
