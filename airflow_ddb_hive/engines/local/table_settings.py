"""Settings of a DynamoDB table: a table property wins over the session's setting of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_flags", "first_setting", "flag_notice", "flag_setting", "is_off", "number_setting"]

_OWN_FLAGS = frozenset(
    {
        "ddb_hive.allow.full.scan",
        "ddb_hive.consistent.read",
        "ddb_hive.emr.notice",
        "ddb_hive.s3.requester.pays",
        "ddb_hive.strict.emr",
    }
)
_CONNECTOR_FLAGS = frozenset(
    {"dynamodb.deletion.mode", "dynamodb.filter.pushdown", "dynamodb.null.serialization"},
)


def first_setting(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> str | None:
    """The value of a key, ``None`` where neither the table nor the session has one."""
    return properties.get(key) or settings.get(key) or None


def flag_setting(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    """Whether what is off by default is set to ``true``, in any case.

    Of the connector's flags anything else is false, as on EMR.

    Raises:
        InputError: A flag of this package is neither ``true`` nor ``false``.
    """
    return _flag(key, properties, settings, default=False)


def is_off(key: str, properties: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    """Whether what is on by default is set to ``false`` or, of the connector's flags, to anything but ``true``.

    Raises:
        InputError: A flag of this package is neither ``true`` nor ``false``.
    """
    return not _flag(key, properties, settings, default=True)


def check_flags(values: Mapping[str, str]) -> None:
    """Refuse flags of this package that are neither on nor off: a guard must not stand open for a typing error.

    Example:
        >>> check_flags({"ddb_hive.allow.full.scan": " FALSE", "dynamodb.deletion.mode": "yes"})

    Raises:
        InputError: One is neither ``true`` nor ``false``.
    """
    for key in _OWN_FLAGS & values.keys():
        _read(key, values[key])


def flag_notice(key: str, value: str) -> str | None:
    """What to say of a connector's flag that is neither ``true`` nor ``false``, which the connector takes for false.

    Example:
        >>> flag_notice("dynamodb.deletion.mode", "yes")
        "dynamodb.deletion.mode='yes' is neither true nor false: it counts as false, as on EMR"
    """
    if key not in _CONNECTOR_FLAGS or value.strip().lower() in {"true", "false", ""}:
        return None
    return f"{key}={value!r} is neither true nor false: it counts as false, as on EMR"


def _flag(key: str, properties: Mapping[str, str], settings: Mapping[str, str], *, default: bool) -> bool:
    # An empty value of ours is no value of a flag; one of the connector's counts as not set.
    text = properties.get(key, settings.get(key)) if key in _OWN_FLAGS else first_setting(key, properties, settings)
    return default if text is None else _read(key, text)


def _read(key: str, text: str) -> bool:
    word = text.strip().lower()
    if key in _OWN_FLAGS and word not in {"true", "false"}:
        raise InputError(f"{key}={text!r} is neither true nor false: give one of them")
    return word == "true"


def number_setting(key: str, text: str) -> float:
    """The number that a setting's text is.

    Raises:
        InputError: It is none.
    """
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f'For input string: "{text}": {key} must be a number') from error
