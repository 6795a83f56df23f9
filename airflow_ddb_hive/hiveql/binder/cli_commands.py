"""What the Hive CLI runs itself: SOURCE, ADD, LIST, DELETE, RESET, ``dfs`` and ``!``; their arguments are no SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql.binder.context import unsupported
from airflow_ddb_hive.hiveql.session_statements import NoEffect, ResetSettings, Resources, SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["bind_command"]

_WORD = re.compile(r"(!|\w+)")
_KINDS = {"FILE": "FILE", "FILES": "FILE", "JAR": "JAR", "JARS": "JAR", "ARCHIVE": "ARCHIVE", "ARCHIVES": "ARCHIVE"}


def bind_command(text: str, position: Position) -> Statement | None:
    """Bind a command of the CLI; ``None`` if the text is none.

    Raises:
        UnsupportedSqlError: The command would leave the engine.
        InputError: The command's arguments are wrong.
    """
    match = _WORD.match(text)
    reader = None if match is None else _READERS.get(match[1].upper())
    if match is None or reader is None:
        return None
    return reader(text[match.end() :].strip(), position)


def _source(rest: str, position: Position) -> Statement:
    if not rest:
        raise InputError("SOURCE needs the path of a script", line=position.line, column=position.column)
    return SourceFile(path=_unquoted(rest), position=position)


def _add(rest: str, position: Position) -> Statement | None:
    return _resources("add", rest, position)


def _list(rest: str, position: Position) -> Statement | None:
    return _resources("list", rest, position)


def _delete(rest: str, position: Position) -> Statement | None:
    """DELETE FROM is SQL; DELETE FILE is not."""
    if rest.split(maxsplit=1)[:1] and rest.split(maxsplit=1)[0].upper() not in _KINDS:
        return None
    return _resources("delete", rest, position)


def _resources(action: str, rest: str, position: Position) -> Statement:
    words = rest.split()
    kind = _KINDS.get(words[0].upper()) if words else None
    if kind is None or (action == "add" and len(words) == 1):
        message = f"Usage: {action} [FILE|JAR|ARCHIVE] <value> [<value>]*"
        raise InputError(message, line=position.line, column=position.column)
    paths = tuple(_unquoted(word) for word in words[1:])
    return Resources(action=action, kind=kind, paths=paths, position=position)


def _reset(rest: str, position: Position) -> Statement:
    return ResetSettings(keys=tuple(rest.removeprefix("-d").split()), position=position)


def _reload(rest: str, position: Position) -> Statement | None:
    """RELOAD FUNCTION: functions are built in."""
    return NoEffect(position=position) if rest.upper() in ("FUNCTION", "FUNCTIONS") else None


def _dfs(_rest: str, position: Position) -> Statement:
    raise unsupported("dfs is not supported: scripts here move no files but by LOAD DATA and INSERT", position)


def _shell(_rest: str, position: Position) -> Statement:
    raise unsupported("!command is not supported: scripts here start no programs", position)


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


_READERS: dict[str, Callable[[str, Position], Statement | None]] = {
    "!": _shell,
    "ADD": _add,
    "DELETE": _delete,
    "DFS": _dfs,
    "LIST": _list,
    "RELOAD": _reload,
    "RESET": _reset,
    "SOURCE": _source,
}
