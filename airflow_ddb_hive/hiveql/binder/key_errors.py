"""Errors about columns that are no keys of a GROUP BY, put where Hive puts them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.places import key_place
from airflow_ddb_hive.hiveql.tree import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.hiveql.binder.scope import Scope
    from airflow_ddb_hive.hiveql.grammar.syntax import Node

__all__ = ["as_unknown", "at_keys"]

_NOT_A_KEY = 10025
_UNKNOWN_NAME = 10004


@contextmanager
def at_keys(root: Node) -> Iterator[None]:
    """Put an error about a column that is no key where Hive puts it."""
    try:
        yield
    except HiveSemanticError as error:
        if error.code != _NOT_A_KEY or error.line is None:
            raise
        place, word = key_place(root, Position(error.line, error.column or 0))
        raise semantic_error(_NOT_A_KEY, f"Expression not in GROUP BY key '{word}'", place) from error


@contextmanager
def as_unknown(scope: Scope) -> Iterator[None]:
    """ORDER BY sees no more than the select list: a column that is no key is unknown to it."""
    try:
        yield
    except HiveSemanticError as error:
        if error.code != _NOT_A_KEY or error.line is None:
            raise
        name = error.message.rpartition(" ")[2]
        message = f"Invalid table alias or column reference {name}: (possible column names are: {scope.names()})"
        raise semantic_error(_UNKNOWN_NAME, message, Position(error.line, error.column or 0)) from error
