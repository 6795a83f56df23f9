"""Conditionals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, call, form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.tree import Call

__all__ = ["CONDITIONALS"]


def _extreme(name: str) -> Emitter:
    """Hive's greatest and least are NULL when any argument is."""

    def emit(_call: Call, arguments: Sequence[str]) -> str:
        known = " AND ".join(f"{argument} IS NOT NULL" for argument in arguments)
        return f"CASE WHEN {known} THEN {name}({', '.join(arguments)}) END"

    return emit


CONDITIONALS: dict[str, Emitter] = {
    "assert_true": form("CASE WHEN {0} THEN NULL ELSE CAST(error('ASSERT_TRUE(): assertion failed.') AS INTEGER) END"),
    "coalesce": call("coalesce"),
    "enforce_constraint": form(
        "CASE WHEN {0} THEN TRUE ELSE CAST(error('Either CHECK or NOT NULL constraint violated!') AS BOOLEAN) END"
    ),
    "greatest": _extreme("greatest"),
    "if": form("CASE WHEN {0} THEN {1} ELSE {2} END"),
    "least": _extreme("least"),
    "nullif": call("nullif"),
    "nvl": call("coalesce"),
}
"""Conditional functions by the names that bound calls carry."""
