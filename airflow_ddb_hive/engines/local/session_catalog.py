"""A session's view of its catalog: temporary tables are its own, and hide others of the same name."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.scratch import Scratch
from airflow_ddb_hive.errors import HiveSemanticError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from airflow_ddb_hive.engines.local.catalogs import Catalog
    from airflow_ddb_hive.model.table import Database, Partition, Table

__all__ = ["SessionCatalog"]


class SessionCatalog:
    """Another catalog, and this session's temporary tables before it.

    Example:
        >>> from airflow_ddb_hive.engines.local.catalog import WarehouseCatalog
        >>> from airflow_ddb_hive.engines.local.catalog_file import MemoryFile
        >>> from airflow_ddb_hive.model.table import Table
        >>> shared = WarehouseCatalog("/warehouse", MemoryFile())
        >>> catalog = SessionCatalog(shared)
        >>> catalog.add_table(Table(database="default", name="t", columns=(), temporary=True))
        True
        >>> catalog.table_names("default"), shared.table_names("default")
        (['t'], [])
        >>> catalog.close()

    Args:
        shared: The other catalog.
        on_folder: Is told of the folder that the files of temporary tables get.
    """

    def __init__(self, shared: Catalog, *, on_folder: Callable[[Path], None] | None = None) -> None:
        self._shared = shared
        self._on_folder = on_folder or (lambda _folder: None)
        self._own: dict[str, Table] = {}
        self._scratch: Scratch | None = None

    def close(self) -> None:
        """Forget the temporary tables and remove their files."""
        self._own.clear()
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def has_database(self, name: str) -> bool:
        """Whether the database exists."""
        return self._shared.has_database(name)

    def find_table(self, database: str, name: str) -> Table | None:
        """The table or view, or ``None``."""
        return self._own.get(f"{database}.{name}") or self._shared.find_table(database, name)

    def database_names(self) -> list[str]:
        """All databases, sorted."""
        return self._shared.database_names()

    def table_names(self, database: str) -> list[str]:
        """A database's tables and views, sorted; a hidden one counts once."""
        own = [table.name for table in self._own.values() if table.database == database]
        return sorted({*own, *self._shared.table_names(database)})

    def table_folder(self, database: str, name: str) -> str:
        """Where a managed table's files are."""
        return self._shared.table_folder(database, name)

    def add_table(self, table: Table, *, if_not_exists: bool = False) -> bool:
        """Add a table or view; ``False`` if it was there and that is allowed.

        Raises:
            HiveSemanticError: A table of that name exists.
        """
        if not table.temporary:
            return self._shared.add_table(table, if_not_exists=if_not_exists)
        if table.qualified_name in self._own:
            if if_not_exists:
                return False
            message = f"Temporary table {table.qualified_name} already exists"
            raise HiveSemanticError(message, table=table.qualified_name)
        if table.location is None and table.storage.handler is None:
            table = replace(table, location=self._new_folder())
        self._own[table.qualified_name] = table
        return True

    def _new_folder(self) -> str:
        if self._scratch is None:
            self._scratch = Scratch("temporary")
            self._on_folder(self._scratch.folder)
        return str(self._scratch.folder / uuid.uuid4().hex)

    def remove_table(self, table: Table) -> None:
        """Forget a table; its files are the caller's to remove."""
        if table.temporary:
            self._own.pop(table.qualified_name, None)
        else:
            self._shared.remove_table(table)

    def change_table(self, old: Table, new: Table) -> None:
        """Put one table's description in the place of another's, under another name perhaps; partitions stay."""
        if not old.temporary:
            self._shared.change_table(old, new)
            return
        if new.qualified_name != old.qualified_name and new.qualified_name in self._own:
            raise HiveSemanticError(f"new table {new.qualified_name} already exists", table=new.qualified_name)
        self._own.pop(old.qualified_name, None)
        self._own[new.qualified_name] = new

    def partitions(self, table: Table, spec: Mapping[str, str] | None = None) -> tuple[Partition, ...]:
        """A table's partitions with their locations; a temporary table has none."""
        return () if table.temporary else self._shared.partitions(table, spec)

    def partition(self, table: Table, values: tuple[str, ...]) -> Partition | None:
        """The partition with these values, or ``None``."""
        return None if table.temporary else self._shared.partition(table, values)

    def add_partitions(self, table: Table, partitions: Sequence[Partition], *, if_not_exists: bool = False) -> None:
        """Add partitions to a table, all or none."""
        self._shared.add_partitions(table, partitions, if_not_exists=if_not_exists)

    def change_partition(self, table: Table, old: Partition, new: Partition) -> None:
        """Put one partition's description in the place of another's."""
        self._shared.change_partition(table, old, new)

    def remove_partitions(self, table: Table, partitions: Sequence[Partition]) -> None:
        """Forget partitions; their files are the caller's to remove."""
        self._shared.remove_partitions(table, partitions)

    def add_database(self, name: str, *, location: str | None = None, if_not_exists: bool = False) -> None:
        """Add a database."""
        self._shared.add_database(name, location=location, if_not_exists=if_not_exists)

    def find_database(self, name: str) -> Database | None:
        """The database, or ``None``."""
        return self._shared.find_database(name)

    def change_database(self, database: Database) -> None:
        """Put a database's description in the place of the one that is there."""
        self._shared.change_database(database)

    def remove_database(self, name: str) -> None:
        """Forget a database and the tables in it."""
        self._own = {key: table for key, table in self._own.items() if table.database != name}
        self._shared.remove_database(name)
