"""Conditionals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, call, form
from airflow_ddb_hive.engines.local.emit.sql import let

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["CONDITIONALS"]


def _extreme(sign: str) -> Emitter:
    """NULL when any argument is; of equal values the first. What does not convert counts only behind a value."""

    def emit(call: Call, arguments: Sequence[str]) -> str:
        known = " AND ".join(f"{argument} IS NOT NULL" for argument in arguments)
        types = [argument.type for argument in call.arguments]
        first, *others = (
            emit_cast(sql, type_, call.type, wide=True) for sql, type_ in zip(arguments, types, strict=True)
        )
        for other in others:
            first = _further(first, other, sign)
        return f"CASE WHEN {known} THEN {first} END"

    return emit


def _further(one: str, other: str, sign: str) -> str:
    def chosen(a: str, b: str) -> str:
        return f"CASE WHEN {a} IS NULL OR {b} IS NULL OR {b} {sign} {a} THEN {b} ELSE {a} END"

    return let(one, lambda a: let(other, lambda b: chosen(a, b)))


CONDITIONALS: dict[str, Emitter] = {
    "assert_true": form("CASE WHEN {0} THEN NULL ELSE CAST(error('ASSERT_TRUE(): assertion failed.') AS INTEGER) END"),
    "coalesce": call("coalesce"),
    "enforce_constraint": form(
        "CASE WHEN {0} THEN TRUE ELSE CAST(error('Either CHECK or NOT NULL constraint violated!') AS BOOLEAN) END"
    ),
    "greatest": _extreme(">"),
    "if": form("CASE WHEN {0} THEN {1} ELSE {2} END"),
    "least": _extreme("<"),
    "nullif": call("nullif"),
    "nvl": call("coalesce"),
}
"""Conditional functions by the names that bound calls carry."""
