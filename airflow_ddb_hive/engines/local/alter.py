"""ALTER: changes of tables, partitions and databases in the catalog, and the moves of files that go with them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.ddl import with_stand_in
from airflow_ddb_hive.engines.local.folders import move_folder
from airflow_ddb_hive.engines.local.owner import user_name
from airflow_ddb_hive.engines.local.result import StatementResult
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.formats import file_format
from airflow_ddb_hive.hiveql.alterations import (
    AddColumns,
    ChangeColumn,
    ReplaceColumns,
    SetFormat,
    SetLocation,
    SetSerde,
    Touch,
    altered_partition,
    altered_table,
)
from airflow_ddb_hive.model.table import Database

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.alterations import Alteration
    from airflow_ddb_hive.hiveql.table_statements import (
        AddConstraint,
        AlterDatabase,
        AlterTable,
        DropConstraint,
        RenameTable,
    )
    from airflow_ddb_hive.model.table import Partition, Table

__all__ = [
    "add_constraint",
    "alter_database",
    "alter_table",
    "changed_table",
    "drop_constraint",
    "rename_table",
]

_STRICT_TYPES = "hive.metastore.disallow.incompatible.col.type.changes"


def alter_table(statement: AlterTable, context: StatementContext) -> StatementResult:
    """Change a table, some of its partitions, or both (CASCADE).

    Raises:
        HiveSemanticError: The change does not fit, or no partition is meant.
    """
    table = statement.table
    change = _located(statement.change)
    if statement.partition is not None:
        _alter_partitions(statement, change, context)
        return _done(context)
    if isinstance(change, Touch):
        return _done(context)
    any_type = not context.settings.flag(_STRICT_TYPES)
    new = altered_table(table, change, any_type=any_type)
    if isinstance(change, SetFormat | SetSerde):
        new = with_stand_in(new)
    _check(new, change, context)
    context.catalog.change_table(table, changed_table(table, new, context))
    if statement.cascade and isinstance(change, AddColumns | ReplaceColumns | ChangeColumn):
        for partition in context.catalog.partitions(table):
            context.catalog.change_partition(table, partition, replace(partition, columns=new.columns))
    return _done(context)


def _located(change: Alteration) -> Alteration:
    return replace(change, location=local_url(change.location)) if isinstance(change, SetLocation) else change


def _check(table: Table, change: Alteration, context: StatementContext) -> None:
    """Refuse a format or place that cannot be read, before anything is changed."""
    if table.storage.handler is None and isinstance(change, SetFormat | SetSerde):
        file_format(table.storage, table.columns, table.properties)
    if isinstance(change, SetLocation):
        context.stores.at(change.location)


def changed_table(old: Table, new: Table, context: StatementContext) -> Table:
    """Return the new description, marked with who changed it when; a managed table keeps no place of its own."""
    now = str(int(time.time()))
    marks = {"last_modified_by": user_name(), "last_modified_time": now, "transient_lastDdlTime": now}
    usual = context.catalog.table_folder(old.database, old.name)
    placed = new.temporary or new.kind != "MANAGED_TABLE" or new.location != usual
    return replace(new, properties={**new.properties, **marks}, location=new.location if placed else None)


def _alter_partitions(statement: AlterTable, change: Alteration, context: StatementContext) -> None:
    table = statement.table
    found = [
        one
        for one in context.catalog.partitions(table)
        if all(condition.holds(one.values) for condition in statement.partition or ())
    ]
    if not found:
        raise HiveSemanticError(f"Partition not found {statement.shown}", code=10006, table=table.qualified_name)
    if isinstance(change, Touch):
        return
    for partition in found:
        # Hive looks at the types of a table's columns only.
        new = altered_partition(table, partition, change, any_type=True)
        _check_partition(table, new, change, context)
        context.catalog.change_partition(table, partition, new)


def _check_partition(table: Table, partition: Partition, change: Alteration, context: StatementContext) -> None:
    storage = partition.storage or table.storage
    _check(replace(table, storage=storage, columns=partition.columns or table.columns), change, context)


def rename_table(statement: RenameTable, context: StatementContext) -> StatementResult:
    """Give a table another name; the folder of a managed one goes with it.

    Raises:
        HiveSemanticError: There is a table of the new name.
    """
    old = statement.table
    catalog = context.catalog
    known = catalog.find_table(statement.database, statement.name)
    if known is not None and (known.temporary or not old.temporary):
        message = f"Unable to alter table. new table {known.qualified_name} already exists"
        raise HiveSemanticError(message, table=old.qualified_name)
    usual = catalog.table_folder(old.database, old.name)
    moves = old.kind == "MANAGED_TABLE" and not old.temporary and old.location == usual
    place = catalog.table_folder(statement.database, statement.name) if moves else old.location
    new = replace(changed_table(old, old, context), database=statement.database, name=statement.name)
    if moves and old.location is not None and place is not None:
        move_folder(context, old.location, place)
        new = replace(new, location=None)
    catalog.change_table(old, new)
    if moves and old.location is not None and place is not None:
        _move_partitions(new, old.location, place, context)
    return _done(context)


def _move_partitions(table: Table, old: str, new: str, context: StatementContext) -> None:
    """Partitions that a catalog gives places of their own follow their table's folder."""
    for partition in context.catalog.partitions(replace(table, location=new)):
        if partition.location is not None and partition.location.startswith(f"{old.rstrip('/')}/"):
            place = f"{new.rstrip('/')}{partition.location.removeprefix(old.rstrip('/'))}"
            context.catalog.change_partition(table, partition, replace(partition, location=place))


def add_constraint(statement: AddConstraint, context: StatementContext) -> StatementResult:
    """Add a constraint to a table."""
    table = statement.table
    new = replace(table, constraints=(*table.constraints, statement.constraint))
    context.catalog.change_table(table, changed_table(table, new, context))
    return _done(context)


def drop_constraint(statement: DropConstraint, context: StatementContext) -> StatementResult:
    """Remove a constraint from a table.

    Raises:
        HiveSemanticError: There is none of that name.
    """
    table = statement.table
    kept = tuple(one for one in table.constraints if one.name != statement.name)
    if len(kept) == len(table.constraints):
        message = f"The constraint: {statement.name} does not exist for the associated table: {table.qualified_name}"
        raise HiveSemanticError(f"InvalidObjectException(message:{message})", table=table.qualified_name)
    context.catalog.change_table(table, changed_table(table, replace(table, constraints=kept), context))
    return _done(context)


def alter_database(statement: AlterDatabase, context: StatementContext) -> StatementResult:
    """Change a database; tables that are there stay where they are."""
    known = context.catalog.find_database(statement.name) or Database(name=statement.name)
    location = known.location if statement.location is None else local_url(statement.location)
    properties = {**known.properties, **statement.properties}
    if location != known.location or properties != known.properties:
        if location is not None and location != known.location:
            context.stores.at(location)
        if location != known.location:
            _pin_tables(statement.name, context)
        context.catalog.change_database(replace(known, location=location, properties=properties))
    return _done(context)


def _pin_tables(database: str, context: StatementContext) -> None:
    """Write down where a database's managed tables lie, before new ones begin to lie elsewhere."""
    for name in context.catalog.table_names(database):
        table = context.catalog.find_table(database, name)
        if table is not None and not table.temporary and table.kind == "MANAGED_TABLE":
            context.catalog.change_table(table, table)


def _done(context: StatementContext) -> StatementResult:
    context.finish()
    return StatementResult(context)
