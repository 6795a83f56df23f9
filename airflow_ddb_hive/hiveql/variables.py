"""``${hivevar:x}`` and its like, put in as text before anything is parsed.

Follows VariableSubstitution and SystemVariables of Hive 3.1: the innermost ``${…}`` without braces or dollar signs is
replaced first, again and again, at most 40 times; names that are not known stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Variables", "substitute"]

_VARIABLE = re.compile(r"\$\{([^}$\u0020]+)\}")
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The values of each namespace; a bare name is looked for in ``hivevar``.

    Example:
        >>> Variables(hivevar={"table": "t"}).find("table")
        't'
    """

    hivevar: Mapping[str, str] = field(default_factory=dict)
    hiveconf: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    system: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        """The value of ``namespace:name`` or of a bare name; ``None`` if there is none."""
        namespace, colon, key = name.partition(":")
        if colon:
            values = {"hivevar": self.hivevar, "hiveconf": self.hiveconf, "env": self.env, "system": self.system}
            return values[namespace].get(key) if namespace in values else self.hivevar.get(name)
        return self.hivevar.get(name)


def substitute(text: str, variables: Variables) -> str:
    """Put in the values of all variables that are known.

    Example:
        >>> substitute("select * from ${hivevar:t} limit ${n}", Variables(hivevar={"t": "x"}))
        'select * from x limit ${n}'

    Raises:
        InputError: Values refer to each other more than 40 deep.
    """
    for _ in range(_MAX_DEPTH):
        place = 0
        while (match := _VARIABLE.search(text, place)) is not None:
            value = variables.find(match.group(1))
            if value is not None:
                break
            place = match.end()
        else:
            return text
        text = text[: match.start()] + value + text[match.end() :]
    raise InputError(f"Variable substitution depth is deeper than {_MAX_DEPTH}: a variable refers to itself")
