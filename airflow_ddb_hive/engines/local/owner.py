"""Who runs this process: the owner that Hive writes into tables."""

from __future__ import annotations

import getpass
import grp
import os

__all__ = ["group_names", "user_name"]


def user_name() -> str:
    """The name of the process's user; ``unknown`` where the system has none for its number.

    Example:
        >>> bool(user_name())
        True
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def group_names() -> list[str]:
    """The names of the process's groups, its own first; a group without a name has its number.

    Example:
        >>> bool(group_names())
        True
    """
    return [_group_name(number) for number in dict.fromkeys((os.getgid(), *os.getgroups()))]


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
