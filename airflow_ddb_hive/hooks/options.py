"""What a ``dynamodb_hive`` connection can say, read by name: nothing else is passed on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.storage.local_folders import LOCAL_PATHS, check_narrower

__all__ = ["ConnectionOptions", "check_local_paths", "setting_text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """The extras of a connection.

    Example:
        >>> options = ConnectionOptions.from_extra(
        ...     {"region_name": "eu-west-1", "hiveconfs": '{"a": "1"}', "engine": ""}
        ... )
        >>> options.region_name, options.hiveconfs, options.engine
        ('eu-west-1', {'a': '1'}, None)
    """

    aws_conn_id: str | None = None
    region_name: str | None = None
    dynamodb_endpoint_url: str | None = None
    s3_endpoint_url: str | None = None
    engine: str | None = None
    warehouse: str | None = None
    catalog: str | None = None
    hiveconfs: Mapping[str, str] = field(default_factory=dict)
    init_hql: str | None = None

    @classmethod
    def from_extra(cls, extra: Mapping[str, Any]) -> ConnectionOptions:
        """Read the extras of a connection; what a form left empty counts as not given.

        Raises:
            InputError: There is an extra that is not ours, or one has a value of the wrong kind.
        """
        known = [f.name for f in fields(cls)]
        unknown = sorted(set(extra) - set(known))
        if unknown:
            raise InputError(
                f"the dynamodb_hive connection has unknown extras: {', '.join(unknown)}; known are {', '.join(known)}"
            )
        given = {name: value for name, value in extra.items() if value not in (None, "")}
        texts = {name: _text(name, value) for name, value in given.items() if name != "hiveconfs"}
        return cls(**texts, hiveconfs=_settings(given.get("hiveconfs", {})))


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"extra {name!r} of the dynamodb_hive connection must be text, not {type(value).__name__}")
    return value


def _settings(value: object) -> dict[str, str]:
    """The settings, given as an object or, from a form field, as the JSON of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise InputError("extra 'hiveconfs' of the dynamodb_hive connection is no JSON object") from error
    if not isinstance(value, Mapping):
        raise InputError("extra 'hiveconfs' of the dynamodb_hive connection must be an object of setting to value")
    return {str(key): setting_text(setting) for key, setting in value.items()}


def setting_text(value: object) -> str:
    """Return a setting as Hive writes it: booleans in lower case.

    Example:
        >>> setting_text(True), setting_text(0.5)
        ('true', '0.5')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_local_paths(connection: Mapping[str, str], job: Mapping[str, str]) -> None:
    """Refuse a job whose scripts could use local folders that its connection keeps from them.

    Example:
        >>> check_local_paths({"ddb_hive.local.paths": "/data"}, {"ddb_hive.local.paths": "/data/in"})

    Raises:
        InputError: They could.
    """
    if LOCAL_PATHS in job:
        check_narrower(connection.get(LOCAL_PATHS), job[LOCAL_PATHS])
