"""What every part of the binder shares: the catalog, the settings, and the next relation's number."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError, UnsupportedSqlError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.hiveql.catalog import Catalog
    from airflow_ddb_hive.hiveql.session_statements import Macro
    from airflow_ddb_hive.hiveql.tree import Position
    from airflow_ddb_hive.model.table import Table

__all__ = ["Context", "semantic_error", "unsupported"]


@dataclass(slots=True, kw_only=True)
class Context:
    """One statement's surroundings; ``views`` are those whose queries are being bound, ``macros`` the session's."""

    catalog: Catalog
    database: str
    settings: Mapping[str, str]
    views: tuple[str, ...] = ()
    macros: Mapping[str, Macro] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def number(self) -> int:
        """The next relation's number."""
        return next(self._numbers)

    def enabled(self, setting: str, default: bool) -> bool:
        """A boolean setting."""
        return self.settings.get(setting, str(default)).strip().lower() == "true"

    @property
    def whole_seconds(self) -> bool:
        """Whether CAST to a timestamp takes whole numbers as seconds rather than milliseconds."""
        return self.enabled("hive.int.timestamp.conversion.in.seconds", default=False)

    def table(self, database: str | None, name: str, position: Position) -> Table:
        """A table that must be there."""
        found = self.catalog.find_table(database or self.database, name)
        if found is None:
            shown = name if database is None else f"{database}.{name}"
            raise semantic_error(10001, f"Table not found '{shown}'", position, table=shown)
        return found

    def need_database(self, name: str, position: Position | None = None) -> str:
        """A database that must be there."""
        if not self.catalog.has_database(name):
            raise semantic_error(10072, f"Database does not exist: {name}", position)
        return name


def semantic_error(
    code: int | None, message: str, position: Position | None = None, *, table: str | None = None
) -> HiveSemanticError:
    """Make Hive's error of a code, at a place."""
    line, column = (None, None) if position is None else (position.line, position.column)
    return HiveSemanticError(message, code=code, line=line, column=column, table=table)


def unsupported(message: str, position: Position) -> UnsupportedSqlError:
    """Make the error for valid HiveQL that is not supported."""
    return UnsupportedSqlError(message, line=position.line, column=position.column)
