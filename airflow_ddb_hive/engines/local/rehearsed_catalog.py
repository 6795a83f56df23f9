"""A catalog as it is, with changes that nobody else sees: for a script that is explained and not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.catalog import WarehouseCatalog
from airflow_ddb_hive.engines.local.catalog_file import MemoryFile
from airflow_ddb_hive.errors import HiveSemanticError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_ddb_hive.engines.local.catalogs import Catalog
    from airflow_ddb_hive.model.table import Database, Partition, Table

__all__ = ["RehearsedCatalog"]


class RehearsedCatalog:
    """Reads another catalog, and keeps what is added, changed and removed to itself.

    Example:
        >>> catalog = WarehouseCatalog("/warehouse", MemoryFile())
        >>> rehearsed = RehearsedCatalog(catalog)
        >>> rehearsed.add_database("lake")
        >>> rehearsed.has_database("lake"), catalog.has_database("lake")
        (True, False)
    """

    def __init__(self, original: Catalog) -> None:
        self._original = original
        self._made = WarehouseCatalog("/rehearsal", MemoryFile())
        self._removed: set[str] = set()
        self._changed: set[str] = set()
        self._gone_partitions: set[tuple[str, tuple[str, ...]]] = set()

    def has_database(self, name: str) -> bool:
        """Whether the database exists."""
        return name not in self._removed and (self._made.has_database(name) or self._original.has_database(name))

    def find_table(self, database: str, name: str) -> Table | None:
        """The table or view, or ``None``."""
        made = self._made.find_table(database, name)
        if made is not None or {database, f"{database}.{name}"} & self._removed:
            return made
        return self._original.find_table(database, name)

    def database_names(self) -> list[str]:
        """All databases, sorted."""
        names = {*self._made.database_names(), *self._original.database_names()}
        return sorted(name for name in names if name not in self._removed)

    def table_names(self, database: str) -> list[str]:
        """A database's tables and views, sorted."""
        known = self._original.table_names(database) if self._original.has_database(database) else []
        names = {*self._made.table_names(database), *known}
        return sorted(name for name in names if self.find_table(database, name) is not None)

    def table_folder(self, database: str, name: str) -> str:
        """Where a managed table's files would be."""
        owner = self._original if self._original.has_database(database) else self._made
        return owner.table_folder(database, name)

    def add_table(self, table: Table, *, if_not_exists: bool = False) -> bool:
        """Add a table or view; ``False`` if it was there and that is allowed.

        Raises:
            HiveSemanticError: A table of that name exists.
        """
        if self.find_table(table.database, table.name) is not None:
            if if_not_exists:
                return False
            message = f"Table already exists: {table.qualified_name}"
            raise HiveSemanticError(message, code=10035, table=table.qualified_name)
        return self._made.add_table(table)

    def remove_table(self, table: Table) -> None:
        """Forget a table."""
        self._made.remove_table(table)
        self._removed.add(table.qualified_name)

    def change_table(self, old: Table, new: Table) -> None:
        """Put one table's description in the place of another's."""
        partitions = self.partitions(old)
        self.remove_table(old)
        self._made.add_table(new)
        self._made.add_partitions(new, partitions)

    def partitions(self, table: Table, spec: Mapping[str, str] | None = None) -> tuple[Partition, ...]:
        """A table's partitions with their locations."""
        known = () if table.qualified_name in self._removed else self._original.partitions(table, spec)
        kept = tuple(one for one in known if (table.qualified_name, one.values) not in self._gone_partitions)
        return (*kept, *self._made.partitions(table, spec))

    def partition(self, table: Table, values: tuple[str, ...]) -> Partition | None:
        """The partition with these values, or ``None``."""
        return next((one for one in self.partitions(table) if one.values == values), None)

    def add_partitions(self, table: Table, partitions: Sequence[Partition], *, if_not_exists: bool = False) -> None:
        """Add partitions to a table.

        Raises:
            HiveSemanticError: One is there already, and that is not allowed.
        """
        known = {one.values for one in self.partitions(table)}
        new = [one for one in partitions if one.values not in known]
        if len(new) < len(partitions) and not if_not_exists:
            raise HiveSemanticError(f"Partition already exists: {table.qualified_name}", table=table.qualified_name)
        self._made.add_partitions(table, new)

    def change_partition(self, table: Table, old: Partition, new: Partition) -> None:
        """Put one partition's description in the place of another's."""
        self.remove_partitions(table, [old])
        self.add_partitions(table, [new])

    def remove_partitions(self, table: Table, partitions: Sequence[Partition]) -> None:
        """Forget partitions."""
        self._made.remove_partitions(table, partitions)
        self._gone_partitions.update((table.qualified_name, one.values) for one in partitions)

    def add_database(self, name: str, *, location: str | None = None, if_not_exists: bool = False) -> None:
        """Add a database.

        Raises:
            HiveSemanticError: It exists.
        """
        if self.has_database(name) and not if_not_exists:
            raise HiveSemanticError(f"Database {name} already exists", code=10242)
        if not self.has_database(name):
            self._changed.add(name)
        self._made.add_database(name, location=location, if_not_exists=True)
        self._removed.discard(name)

    def find_database(self, name: str) -> Database | None:
        """The database, or ``None``."""
        if name in self._removed:
            return None
        return self._made.find_database(name) if name in self._changed else self._original.find_database(name)

    def change_database(self, database: Database) -> None:
        """Put a database's description in the place of the one that is there."""
        self._made.change_database(database)
        self._changed.add(database.name)

    def remove_database(self, name: str) -> None:
        """Forget a database and the tables in it."""
        self._made.remove_database(name)
        self._removed.add(name)
