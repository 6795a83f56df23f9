"""Who runs this process: the owner that Hive writes into tables."""

from __future__ import annotations

import getpass

__all__ = ["user_name"]


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
