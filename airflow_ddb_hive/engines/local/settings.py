"""The session's settings: what SET changes, and the few that the local engine reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping

from airflow_ddb_hive.engines.local.table_settings import check_flags
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.storage.local_folders import LOCAL_PATHS, check_narrower

__all__ = ["DEFAULTS", "Settings", "retry_seconds"]

DEFAULTS: Mapping[str, str] = {
    "ddb_hive.consistent.read": "false",
    "ddb_hive.memory.limit": "512MB",
    "ddb_hive.on.bad.value": "fail",
    "ddb_hive.retry.duration": "600",
    "ddb_hive.strict.emr": "false",
    "ddb_hive.workers": "2",
    "dynamodb.throughput.read.percent": "0.5",
    "dynamodb.throughput.write.percent": "0.5",
    "hive.cli.print.header": "false",
    "hive.exec.compress.output": "false",
    "hive.exec.dynamic.partition.mode": "strict",
    "hive.exec.drop.ignorenonexistent": "true",
    "hive.exec.max.dynamic.partitions": "1000",
    "hive.metastore.disallow.incompatible.col.type.changes": "true",
    "hive.msck.path.validation": "throw",
    "hive.local.time.zone": "UTC",
}
"""Settings that mean something here, and what they are when nobody sets them."""


class Settings(MutableMapping[str, str]):
    """Hive configuration of one session; defaults show through until they are set.

    Example:
        >>> settings = Settings({"dynamodb.scan.segments": "8"})
        >>> settings.integer("dynamodb.scan.segments"), settings["dynamodb.throughput.read.percent"]
        (8, '0.5')

    Raises:
        InputError: A flag of this package is, or is set to, neither ``true`` nor ``false``; or the local folders that
            scripts may use would become more.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        check_flags(values or {})
        check_narrower(None, (values or {}).get(LOCAL_PATHS))
        self._values = dict(DEFAULTS)
        self._values.update(values or {})
        self._given = set(values or ())

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __setitem__(self, key: str, value: str) -> None:
        check_flags({key: value})
        if key == LOCAL_PATHS:
            check_narrower(self._values.get(key), value)
        self._values[key] = value
        self._given.add(key)

    def __delitem__(self, key: str) -> None:
        if key == LOCAL_PATHS:
            check_narrower(self._values.get(key), None)
        del self._values[key]
        self._given.discard(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def is_given(self, key: str) -> bool:
        """Whether somebody has set the key, to its default or not."""
        return key in self._given

    def integer(self, key: str) -> int | None:
        """A whole number, ``None`` if not set.

        Raises:
            InputError: The value is no whole number.
        """
        text = self._values.get(key)
        return None if text is None else _number(key, text, int)

    def flag(self, key: str) -> bool:
        """Whether the value is ``true``, as Hive reads it; anything else is false."""
        return self._values.get(key, "false").strip().lower() == "true"


def _number(key: str, text: str, kind: type[int]) -> int:
    try:
        return kind(text.strip())
    except ValueError as error:
        raise InputError(f"{key}={text!r} is no whole number: give one, such as SET {key}=4") from error


_RETRY, _RETRY_OF_EMR = "ddb_hive.retry.duration", "dynamodb.retry.duration"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.ASCII)
_UNIT_SECONDS = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
}


def retry_seconds(settings: Mapping[str, str]) -> float:
    """How long a job may be throttled without progress: ``ddb_hive.retry.duration``, or ``dynamodb.retry.duration``.

    Example:
        >>> retry_seconds(Settings({"ddb_hive.retry.duration": "2 minutes"}))
        120.0
        >>> retry_seconds(Settings({"dynamodb.retry.duration": "2"}))
        120.0

    Raises:
        InputError: The value is no duration.
    """
    ours = settings.is_given(_RETRY) if isinstance(settings, Settings) else _RETRY in settings
    key = _RETRY if ours or _RETRY_OF_EMR not in settings else _RETRY_OF_EMR
    text = settings.get(key, DEFAULTS[_RETRY])
    match = _DURATION.fullmatch(text.strip().lower())
    # AWS's guide gives its own setting in minutes, as a bare number.
    bare_unit = "s" if key == _RETRY else "min"
    seconds = None if match is None else _seconds(match[1], match[2] or bare_unit)
    if seconds is None:
        raise InputError(f"{key}={text!r} is no duration: give seconds, or a number with a unit such as 10m or 2 hours")
    return seconds


def _seconds(number: str, unit: str) -> float | None:
    factor = _UNIT_SECONDS.get(unit) or _UNIT_SECONDS.get(unit.removesuffix("s"))
    return None if factor is None else float(number) * factor
