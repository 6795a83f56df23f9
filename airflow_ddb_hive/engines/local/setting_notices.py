"""Says, once a session, what settings and table properties do that somebody would not expect: nothing, mostly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.table_settings import flag_notice
from airflow_ddb_hive.model.settings import setting_notice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SettingNotices"]


class SettingNotices:
    """Passes each notice on once.

    Example:
        >>> notices = SettingNotices(print)
        >>> notices.check({"dynamodb.version": "2", "hive.exec.parallel": "true"})
        dynamodb.version has no effect, on EMR either: nothing depends on it
        >>> notices.check({"dynamodb.version": "3"})

    Args:
        notice: Takes a line.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._said: set[str] = set()

    def check(self, values: Mapping[str, str] | tuple[()], *, in_table: bool = False) -> None:
        """Look at what was set, in a table's properties or for the session."""
        for name, value in dict(values).items():
            line = setting_notice(name, in_table=in_table) or flag_notice(name, value)
            if line is not None:
                self.say(line)

    def say(self, line: str) -> None:
        """Pass a line on, unless it was before."""
        if line not in self._said:
            self._said.add(line)
            self._notice(line)
