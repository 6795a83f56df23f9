"""The catalogs that a session can have, behind one protocol: ``memory``, ``warehouse`` and ``glue``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from airflow_ddb_hive.engines.local.catalog import WarehouseCatalog
from airflow_ddb_hive.engines.local.catalog_file import FolderFile, MemoryFile, S3File
from airflow_ddb_hive.engines.local.scratch import Scratch
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hiveql.catalog import Catalog as ReadableCatalog
from airflow_ddb_hive.model.job import CATALOGS
from airflow_ddb_hive.storage import StoreOptions, open_store
from airflow_ddb_hive.storage.paths import local_path, scheme_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from airflow_ddb_hive.model.access import AwsAccess
    from airflow_ddb_hive.model.table import Database, Partition, Table

__all__ = ["Catalog", "open_catalog", "private_folder"]

_CATALOG_ID = "hive.metastore.glue.catalogid"
"""EMR's setting for the account whose Glue catalog it is."""
_S3_FOLDER = ".ddb_hive_catalog"


class Catalog(ReadableCatalog, Protocol):
    """Databases, tables and partitions by lower-case name; every method sees and leaves a whole state."""

    def database_names(self) -> list[str]:
        """All databases, sorted."""
        ...

    def table_names(self, database: str) -> list[str]:
        """A database's tables and views, sorted."""
        ...

    def table_folder(self, database: str, name: str) -> str:
        """Where a managed table's files are."""
        ...

    def add_table(self, table: Table, *, if_not_exists: bool = False) -> bool:
        """Add a table or view; ``False`` if it was there and that is allowed."""
        ...

    def remove_table(self, table: Table) -> None:
        """Forget a table; its files are the caller's to remove."""
        ...

    def change_table(self, old: Table, new: Table) -> None:
        """Put one table's description in the place of another's, under another name perhaps; partitions stay."""
        ...

    def partitions(self, table: Table, spec: Mapping[str, str] | None = None) -> tuple[Partition, ...]:
        """A table's partitions with their locations, sorted; ``spec`` gives values that some columns must have."""
        ...

    def partition(self, table: Table, values: tuple[str, ...]) -> Partition | None:
        """The partition with these values, or ``None``."""
        ...

    def add_partitions(self, table: Table, partitions: Sequence[Partition], *, if_not_exists: bool = False) -> None:
        """Add partitions to a table, all or none."""
        ...

    def change_partition(self, table: Table, old: Partition, new: Partition) -> None:
        """Put one partition's description in the place of another's."""
        ...

    def remove_partitions(self, table: Table, partitions: Sequence[Partition]) -> None:
        """Forget partitions; their files are the caller's to remove."""
        ...

    def add_database(self, name: str, *, location: str | None = None, if_not_exists: bool = False) -> None:
        """Add a database."""
        ...

    def find_database(self, name: str) -> Database | None:
        """The database, or ``None``."""
        ...

    def change_database(self, database: Database) -> None:
        """Put a database's description in the place of the one that is there."""
        ...

    def remove_database(self, name: str) -> None:
        """Forget a database and the tables in it."""
        ...


def private_folder(kind: str | None, warehouse: str | None) -> Scratch | None:
    """Make the folder of a session whose tables are its own; ``None`` for a session that shares them.

    Raises:
        InputError: The catalog is none of ours, or does not fit the warehouse.
    """
    if kind is not None and kind not in CATALOGS:
        raise InputError(f"catalog {kind!r} is not there: this version has {', '.join(CATALOGS)}")
    if kind == "memory" and warehouse is not None:
        raise InputError(f"catalog 'memory' keeps nothing in {warehouse}: say catalog 'warehouse', or no warehouse")
    if kind == "warehouse" and warehouse is None:
        raise InputError("catalog 'warehouse' needs a warehouse: give its folder or its S3 prefix")
    if kind == "glue" or warehouse is not None:
        return None
    return Scratch("warehouse")


def open_catalog(
    kind: str | None,
    warehouse: str | None,
    access: AwsAccess,
    settings: Mapping[str, str],
    *,
    private: str | None = None,
    check: Callable[[str], None] = lambda _place: None,
) -> Catalog:
    """Open a session's catalog; without a kind it is a warehouse where one is named, and otherwise in memory.

    Args:
        kind: One of :data:`~airflow_ddb_hive.model.job.CATALOGS`.
        warehouse: Folder or S3 prefix of managed tables.
        access: Where the AWS services are.
        settings: The session's settings.
        private: The folder of what :func:`private_folder` returned.
        check: Raises where a warehouse may not be.

    Raises:
        InputError: The warehouse cannot be used.
        AccessError: S3 or Glue refuses the caller.
    """
    if private is not None:
        return WarehouseCatalog(private, MemoryFile())
    if warehouse is not None:
        check(_absolute(warehouse))
    if kind == "glue":
        from airflow_ddb_hive.engines.local.glue_catalog import GlueCatalog
        from airflow_ddb_hive.storage.glue import Glue

        place = None if warehouse is None else _absolute(warehouse)
        return GlueCatalog(Glue.connect(access, settings.get(_CATALOG_ID) or None), place)
    root = _absolute(warehouse or "")
    if scheme_of(root) == "file":
        folder = local_path(root)
        return WarehouseCatalog(folder, FolderFile(Path(folder)))
    if scheme_of(root) == "hdfs":
        from airflow_ddb_hive.storage.store_versions import StoreVersions

        store = open_store(root, access, options=StoreOptions.from_settings(settings))
        return WarehouseCatalog(root, S3File(StoreVersions(store, f"{root}/{_S3_FOLDER}")))
    from airflow_ddb_hive.storage.s3_versions import open_versions

    return WarehouseCatalog(root, S3File(open_versions(f"{root}/{_S3_FOLDER}", access)))


def _absolute(warehouse: str) -> str:
    if ":/" in warehouse:
        return warehouse.rstrip("/")
    return str(Path(warehouse).expanduser().absolute())
