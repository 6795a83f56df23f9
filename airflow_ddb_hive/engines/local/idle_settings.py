"""Settings of Hive and Hadoop that mean nothing here: accepted, and listed once a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.settings import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.statements import SetStatement

__all__ = ["IdleSettings"]

_OURS = ("dynamodb.", "ddb_hive.")
"""Settings that have notices of their own."""
_NO_SETTINGS = ("hivevar:", "env:", "system:")

_READ = frozenset(
    {
        "hive.groupby.orderby.position.alias",
        "hive.groupby.position.alias",
        "hive.int.timestamp.conversion.in.seconds",
        "hive.metastore.glue.catalogid",
        "hive.orderby.position.alias",
        "mapred.output.compression.codec",
        "mapreduce.output.fileoutputformat.compress.codec",
        "orc.compress",
        "parquet.compression",
    }
    | set(DEFAULTS)
)


class IdleSettings:
    """Collects what a script sets in vain, and tells it in one line before the next statement that is no SET.

    Example:
        >>> from airflow_ddb_hive.hiveql.statements import SetStatement
        >>> idle = IdleSettings(print)
        >>> idle.note(SetStatement(key="hive.exec.parallel", value="true"))
        >>> idle.note(SetStatement(key="tez.queue.name", value="etl"))
        >>> idle.tell()
        these settings have no effect in this engine: hive.exec.parallel, tez.queue.name
        >>> idle.tell()

    Args:
        notice: Takes a line.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        self._notice = notice
        self._told: set[str] = set()
        self._waiting: dict[str, None] = {}

    def note(self, statement: SetStatement) -> None:
        """Look at a SET."""
        if statement.key is None or statement.value is None or statement.key.startswith(_NO_SETTINGS):
            return
        name = statement.key.removeprefix("hiveconf:")
        if name not in _READ and name not in self._told and "." in name and not name.lower().startswith(_OURS):
            self._waiting[name] = None

    def tell(self) -> None:
        """List what was noted and not told yet."""
        if self._waiting:
            self._notice(f"these settings have no effect in this engine: {', '.join(self._waiting)}")
            self._told |= set(self._waiting)
            self._waiting.clear()
