"""Engines by name, each loaded when it is first asked for: they are heavy."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.base import Engine

__all__ = ["ENGINE_NAMES", "get_engine"]

_ENGINES = {"local": ("airflow_ddb_hive.engines.local.engine", "LocalEngine")}

ENGINE_NAMES = tuple(sorted(_ENGINES))
"""The names that :func:`get_engine` takes."""


@functools.cache
def get_engine(name: str) -> Engine:
    """Return the engine of that name; one instance serves the whole process.

    Example:
        >>> get_engine("spark")
        Traceback (most recent call last):
            ...
        airflow_ddb_hive.errors.InputError: no engine 'spark': this version has local

    Raises:
        InputError: There is no engine of that name.
    """
    if name not in _ENGINES:
        raise InputError(f"no engine {name!r}: this version has {', '.join(ENGINE_NAMES)}")
    module, class_name = _ENGINES[name]
    engine: Engine = getattr(importlib.import_module(module), class_name)()
    return engine
