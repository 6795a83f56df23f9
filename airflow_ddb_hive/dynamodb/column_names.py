"""Hive column names for DynamoDB attributes: lower case, unique, and none that the connector takes for another key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["column_names", "unused_name"]

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_FOREIGN = re.compile(r"[^a-z0-9_]+", re.ASCII)
_LONGEST = 100


def column_names(attributes: Iterable[str], key_types: Mapping[str, str]) -> dict[str, str]:
    """Return a column name for each attribute; who comes first gets the plainest.

    The connector compares the type of a column with that of the key whose name it has, whatever the column is mapped
    to, so an attribute that is no key never gets the name of one.

    Example:
        >>> column_names(["Id", "id", "Feature Name", "2nd"], {"Id": "N"})
        {'Id': 'id', 'id': 'id_2', 'Feature Name': 'feature_name', '2nd': 'c_2nd'}

    Args:
        attributes: The attributes, in order of their rank.
        key_types: The attributes of the table's and its indexes' keys, with their types.
    """
    names: dict[str, str] = {}
    keys: dict[str, set[str]] = {}
    for key in key_types:
        keys.setdefault(key.lower(), set()).add(key)
    for attribute in attributes:
        taken = {name for name, owners in keys.items() if owners != {attribute}} | set(names.values())
        names[attribute] = unused_name(_plain(attribute), taken)
    return names


def unused_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name that nobody has: the one wanted, or with a number behind it.

    Example:
        >>> unused_name("item", {"item", "item_2"})
        'item_3'
    """
    used = set(taken)
    name, number = wanted, 1
    while name in used:
        number += 1
        name = f"{wanted}_{number}"
    return name


def _plain(attribute: str) -> str:
    lower = attribute.lower()
    if _IDENTIFIER.fullmatch(lower) and len(lower) <= _LONGEST:
        return lower
    name = _FOREIGN.sub("_", lower)[:_LONGEST].strip("_")
    return name if _IDENTIFIER.fullmatch(name) else f"c_{name}".rstrip("_")
