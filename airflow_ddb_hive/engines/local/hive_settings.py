"""The ``hive.*`` settings that Hive 3.1.3 knows, with the type of each: SET takes no others.

``hive_settings.txt`` has their names without ``hive.``, by type, as Hive 3.1.3 answered SET for each of them.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["setting_problem"]

_PREFIX = "hive."
_OF_EMR = ("hive.emr.", "hive.metastore.glue.", "hive.s3.")
"""Settings that Hive on EMR may have beside these; nobody measured which."""

_FLOAT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?|[+-]?(NaN|Infinity)")


def setting_problem(name: str, value: str) -> str | None:
    """Say why Hive refuses to SET this, in its words; ``None`` where it takes it.

    Example:
        >>> setting_problem("hive.exec.paralel", "true")
        'hive configuration hive.exec.paralel does not exists.'
        >>> setting_problem("hive.exec.reducers.max", "many")
        "'SET hive.exec.reducers.max=many' FAILED because hive.exec.reducers.max expects INT type value."
        >>> setting_problem("hive.exec.parallel", "true") is None
        True
    """
    if not name.startswith(_PREFIX) or name.startswith(_OF_EMR):
        return None
    type_ = _types().get(name.removeprefix(_PREFIX))
    if type_ is None:
        return f"hive configuration {name} does not exists."
    if type_ in _CHECKS and not _CHECKS[type_](value.strip()):
        return f"'SET {name}={value}' FAILED because {name} expects {type_.upper()} type value."
    return None


@cache
def _types() -> Mapping[str, str]:
    """The type of each setting by its name without ``hive.``."""
    found: dict[str, str] = {}
    type_ = ""
    for line in (files(__package__) / "hive_settings.txt").read_text(encoding="utf-8").splitlines():
        if line.endswith(":"):
            type_ = line[:-1]
        else:
            found.update(dict.fromkeys(line.split(), type_))
    return found


def _is_whole(value: str, bits: int) -> bool:
    if re.fullmatch(r"[+-]?[0-9]+", value) is None:
        return False
    largest: int = 2 ** (bits - 1)
    return -largest <= int(value) < largest


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "int": lambda value: _is_whole(value, 32),
    "long": lambda value: _is_whole(value, 64),
    "float": lambda value: _FLOAT.fullmatch(value) is not None,
}
