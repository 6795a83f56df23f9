"""DESCRIBE FUNCTION: what kind of function a name is, and the other names that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.hiveql.session_statements import Macro

__all__ = ["function_lines"]

_KINDS = {
    "aggregate": "an aggregate function: one value of many rows",
    "scalar": "a function of each row's own values",
    "udtf": "a table-generating function, for SELECT or LATERAL VIEW",
    "window": "a window function, for OVER (…)",
}


def function_lines(name: str, macros: Mapping[str, Macro], *, extended: bool) -> list[str]:
    """Return the lines that describe a function.

    Example:
        >>> function_lines("ucase", {}, extended=True)[1:]
        ['Synonyms: upper', 'Function type:BUILTIN']
        >>> function_lines("nope", {}, extended=False)
        ["Function 'nope' does not exist."]
    """
    if name in macros:
        parameters = ", ".join(f"{one} {type_}" for one, type_ in macros[name].parameters)
        lines = [f"{name}({parameters}) is a macro of this session"]
        return [*lines, "Function type:TEMPORARY"] if extended else lines
    spec = FUNCTIONS.get(name)
    if spec is None:
        return [f"Function '{name}' does not exist."]
    lines = [f"{name} is {_KINDS[spec.kind]}"]
    if not extended:
        return lines
    others = sorted(one for one, other in FUNCTIONS.items() if other.canonical == spec.canonical and one != name)
    if others:
        lines.append(f"Synonyms: {', '.join(others)}")
    return [*lines, "Function type:BUILTIN"]
