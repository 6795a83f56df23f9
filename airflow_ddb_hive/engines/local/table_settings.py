"""Settings of a DynamoDB table: a table property wins over the session's setting of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["first_setting", "flag_setting", "is_off", "number_setting"]


def first_setting(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
    """The value of a key, ``None`` where neither the table nor the session has one."""
    return properties.get(key) or settings.get(key) or None


def flag_setting(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    """Whether the value is ``true``; anything else is false, as for the connector."""
    return (first_setting(key, properties, settings) or "false").strip().lower() == "true"


def is_off(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    """Whether what is on by default is set to ``false``."""
    return (first_setting(key, properties, settings) or "true").strip().lower() == "false"


def number_setting(key: str, text: str) -> float:
    """The number that a setting's text is.

    Raises:
        InputError: It is none.
    """
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f'For input string: "{text}": {key} must be a number') from error
