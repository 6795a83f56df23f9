"""SET: changes settings and variables, or shows them in the Hive CLI's form."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.hive_settings import setting_problem
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.settings import shown_value

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.statements import SetStatement

__all__ = ["run_set"]


def run_set(statement: SetStatement, context: StatementContext, hivevars: MutableMapping[str, str]) -> StatementResult:
    """Set or show; names may begin with ``hivevar:``, ``hiveconf:``, ``env:`` or ``system:``.

    Raises:
        InputError: The name belongs to the environment, which a script cannot change, it is no setting of Hive's, or
            the value has another type.
    """
    context.finish()
    if statement.key is None:
        return _answer(context, sorted(context.settings.items()))
    prefix, _, name = statement.key.rpartition(":")
    if prefix not in {"", "hiveconf", "hivevar", "env", "system"}:
        prefix, name = "", statement.key
    values = _namespace(prefix, context, hivevars)
    if statement.value is None:
        return _show(context, statement.key, name, values)
    if not isinstance(values, MutableMapping) or values is os.environ:
        raise InputError(f"{statement.key} cannot be set: {prefix} variables are read only")
    if values is context.settings:
        _check_known(name, statement, context.settings)
    values[name] = statement.value
    if values is context.settings:
        context.setting_notices.check({name: statement.value})
    return StatementResult(context)


def _check_known(name: str, statement: SetStatement, settings: Mapping[str, str]) -> None:
    """Refuse what Hive refuses to set, unless hive.conf.validation is off."""
    if settings.get("hive.conf.validation", "true").strip().lower() == "false":
        return
    problem = setting_problem(name, statement.value or "")
    if problem is not None:
        place = statement.position
        message = f"{problem} Hive stops a script here: take the line out, or set hive.conf.validation=false before it"
        raise InputError(message, line=place.line, column=place.column)


def _namespace(prefix: str, context: StatementContext, hivevars: Mapping[str, str]) -> Mapping[str, str]:
    spaces: Mapping[str, Mapping[str, str]] = {"hivevar": hivevars, "env": os.environ, "system": _READ_ONLY}
    return spaces.get(prefix, context.settings)


_READ_ONLY: Mapping[str, str] = MappingProxyType({})
"""Java's system properties: there is no JVM here."""


def _show(context: StatementContext, key: str, name: str, values: Mapping[str, str]) -> StatementResult:
    if name not in values:
        return TextResult(context, ["set"], [[f"{key} is undefined"]])
    return _answer(context, [(key, values[name])])


def _answer(context: StatementContext, pairs: list[tuple[str, str]]) -> StatementResult:
    return TextResult(context, ["set"], [[f"{key}={shown_value(key, value)}"] for key, value in pairs])
