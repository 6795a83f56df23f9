"""The session's settings: what SET changes, and the few that the local engine reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping

from airflow_ddb_hive.errors import InputError

__all__ = ["DEFAULTS", "Settings"]

DEFAULTS: Mapping[str, str] = {
    "ddb_hive.memory.limit": "512MB",
    "ddb_hive.retry.duration": "600",
    "ddb_hive.workers": "2",
    "dynamodb.throughput.read.percent": "0.5",
    "dynamodb.throughput.write.percent": "0.5",
    "hive.cli.print.header": "false",
    "hive.exec.compress.output": "false",
    "hive.exec.dynamic.partition.mode": "strict",
    "hive.exec.drop.ignorenonexistent": "true",
    "hive.exec.max.dynamic.partitions": "1000",
}
"""Settings that mean something here, and what they are when nobody sets them."""


class Settings(MutableMapping[str, str]):
    """Hive configuration of one session; defaults show through until they are set.

    Example:
        >>> settings = Settings({"dynamodb.scan.segments": "8"})
        >>> settings.integer("dynamodb.scan.segments"), settings["dynamodb.throughput.read.percent"]
        (8, '0.5')
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(DEFAULTS)
        self._values.update(values or {})

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __setitem__(self, key: str, value: str) -> None:
        self._values[key] = value

    def __delitem__(self, key: str) -> None:
        del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

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
