"""What the binder asks of a catalog: nothing but look-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from airflow_ddb_hive.model.table import Table

__all__ = ["Catalog"]


class Catalog(Protocol):
    """Databases and tables by lower-case name."""

    def has_database(self, name: str) -> bool:
        """Whether the database exists."""
        ...

    def find_table(self, database: str, name: str) -> Table | None:
        """The table, or ``None``."""
        ...
