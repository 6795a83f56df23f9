"""What a table's properties and the session's settings make of attributes that do not fit their column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.table_settings import first_setting, flag_setting
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.dynamodb import ReadRules

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_rules"]

_ON_BAD_VALUE = "ddb_hive.on.bad.value"
_STRICT_EMR = "ddb_hive.strict.emr"
_IS_NULL = {"fail": False, "null": True}


def read_rules(properties: Mapping[str, str], settings: Mapping[str, str]) -> ReadRules:
    """Return the rules for a table; its properties win.

    Example:
        >>> read_rules({"ddb_hive.on.bad.value": "null"}, {}).null_bad_values
        True

    Raises:
        InputError: ``ddb_hive.on.bad.value`` is neither ``fail`` nor ``null``.
    """
    word = first_setting(_ON_BAD_VALUE, properties, settings) or "fail"
    null_bad_values = _IS_NULL.get(word.strip().lower())
    if null_bad_values is None:
        raise InputError(f"{_ON_BAD_VALUE}={word!r} is neither fail nor null: give one of them")
    return ReadRules(null_bad_values=null_bad_values, strict_emr=flag_setting(_STRICT_EMR, properties, settings))
