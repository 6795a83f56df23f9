"""The shape of a function's answer: from a bound call and the SQL of its arguments to SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["Emitter", "call", "form"]

Emitter = Callable[[Call, Sequence[str]], str]


def call(name: str) -> Emitter:
    """Make an emitter for a function that DuckDB has under ``name`` with Hive's meaning.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Position
        >>> from airflow_ddb_hive.model.types import STRING
        >>> call("upper")(Call(STRING, Position(), "upper", ()), ["x"])
        'upper(x)'
    """
    return lambda _call, arguments: f"{name}({', '.join(arguments)})"


def form(template: str) -> Emitter:
    """Make an emitter from a template whose ``{0}``, ``{1}`` are the arguments; each should stand once.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Position
        >>> from airflow_ddb_hive.model.types import BOOLEAN
        >>> form("({0} IS NULL)")(Call(BOOLEAN, Position(), "isnull", ()), ["x"])
        '(x IS NULL)'
    """
    return lambda _call, arguments: template.format(*arguments)
