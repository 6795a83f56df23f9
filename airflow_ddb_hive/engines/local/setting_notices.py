"""Says, once a session, what settings and table properties do that somebody would not expect: nothing, mostly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.model.settings import setting_notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["SettingNotices"]


class SettingNotices:
    """Passes each notice on once.

    Example:
        >>> notices = SettingNotices(print)
        >>> notices.check(["dynamodb.version", "hive.exec.parallel"])
        dynamodb.version has no effect, on EMR either: nothing depends on it
        >>> notices.check(["dynamodb.version"])

    Args:
        notice: Takes a line.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._said: set[str] = set()

    def check(self, names: Iterable[str], *, in_table: bool = False) -> None:
        """Look at names that were set, in a table's properties or for the session."""
        for name in names:
            line = setting_notice(name, in_table=in_table)
            if line is not None:
                self.say(line)

    def say(self, line: str) -> None:
        """Pass a line on, unless it was before."""
        if line not in self._said:
            self._said.add(line)
            self._notice(line)
