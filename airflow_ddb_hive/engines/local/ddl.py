"""CREATE and DROP: changes of the catalog, and of the folders of managed tables."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.insert import into_table
from airflow_ddb_hive.engines.local.result import StatementResult
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.engines.local.table_settings import check_flags, is_off
from airflow_ddb_hive.errors import HiveSemanticError, MappingError
from airflow_ddb_hive.formats import STAND_IN, file_format, has_stand_in
from airflow_ddb_hive.model.emr import emr_notice
from airflow_ddb_hive.model.settings import is_secret
from airflow_ddb_hive.model.table import Database

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.statements import (
        CreateDatabase,
        CreateTable,
        CreateTableAs,
        CreateView,
        DropDatabase,
        DropTable,
    )
    from airflow_ddb_hive.model.table import Table

__all__ = [
    "create_database",
    "create_table",
    "create_table_as",
    "create_view",
    "declare_table_as",
    "drop_database",
    "drop_table",
    "with_stand_in",
]

_MANAGED = "MANAGED_TABLE"


def create_table(statement: CreateTable, context: StatementContext) -> StatementResult:
    """Add a table once it is known that it can be read.

    Raises:
        MappingError: A DynamoDB table is not EXTERNAL, is not there, or its mapping does not fit.
        UnsupportedSqlError: The format or handler is not supported.
    """
    table = _marked(_placed(statement.table))
    if not _is_taken(table, context):
        _check(table, context)
        _note_oddities(statement.table, context)
    elif not statement.if_not_exists:
        message = f"Table hive.{table.qualified_name} already exists: drop it, or say IF NOT EXISTS"
        raise HiveSemanticError(message, code=10035, table=table.qualified_name)
    if context.catalog.add_table(table, if_not_exists=statement.if_not_exists):
        _make_folder(table, context)
    return _done(context)


def create_table_as(statement: CreateTableAs, context: StatementContext) -> StatementResult:
    """Make a table of a query's rows; if the query fails there is no table.

    Raises:
        MappingError: The target is a DynamoDB table.
    """
    if not declare_table_as(statement, context):
        return _done(context)
    table = _placed(statement.table)
    try:
        made = context.catalog.find_table(table.database, table.name) or table
        return into_table(made, statement.relation, context)
    except BaseException:
        context.catalog.remove_table(table)
        raise


def declare_table_as(statement: CreateTableAs, context: StatementContext) -> bool:
    """Add the table of a CREATE TABLE AS, without its rows; ``False`` if it is there already and may be.

    Raises:
        MappingError: The target is a DynamoDB table.
    """
    if statement.table.storage.handler is not None:
        raise MappingError("Only EXTERNAL tables are supported for DynamoDB.", table=statement.table.name)
    table = _marked(_placed(statement.table))
    _check(table, context)
    return context.catalog.add_table(table, if_not_exists=statement.if_not_exists)


def create_view(statement: CreateView, context: StatementContext) -> StatementResult:
    """Add a view, or put it in the place of another.

    Raises:
        HiveSemanticError: There is a table or view of that name, and it may not be replaced.
    """
    view = _marked(statement.table)
    known = context.catalog.find_table(view.database, view.name)
    if known is not None and statement.or_replace:
        if known.view_text is None:
            message = f"Existing table is not a view: {view.qualified_name}"
            raise HiveSemanticError(message, code=10218, table=view.qualified_name)
        context.catalog.change_table(known, view)
    else:
        # Hive 3.1.3 looks at IF NOT EXISTS no more: a view that is there is an error all the same.
        context.catalog.add_table(view)
    return _done(context)


def drop_table(statement: DropTable, context: StatementContext) -> StatementResult:
    """Forget a table; a managed one's files go with it, an external one's stay.

    Raises:
        HiveSemanticError: There is no such table, and neither IF EXISTS nor ``hive.exec.drop.ignorenonexistent``, which
            is on by default, lets that pass.
    """
    table = context.catalog.find_table(statement.database, statement.name)
    if table is None:
        if statement.if_exists or context.settings.flag("hive.exec.drop.ignorenonexistent"):
            return _done(context)
        raise HiveSemanticError(f"Table not found {statement.name}", code=10001, table=statement.name)
    if (table.view_text is not None) != statement.view:
        wrong = "Cannot drop a base table with DROP VIEW" if statement.view else "Cannot drop a view with DROP TABLE"
        raise HiveSemanticError(wrong, table=table.qualified_name)
    _drop(table, context)
    return _done(context)


def create_database(statement: CreateDatabase, context: StatementContext) -> StatementResult:
    """Add a database."""
    name = statement.name
    location = None if statement.location is None else local_url(statement.location)
    if location is not None:
        context.stores.at(location)
    is_new = not context.catalog.has_database(name)
    context.catalog.add_database(name, location=location, if_not_exists=statement.if_not_exists)
    if is_new and (statement.comment is not None or statement.properties):
        made = Database(name=name, location=location, comment=statement.comment, properties=statement.properties)
        context.catalog.change_database(made)
    return _done(context)


def drop_database(statement: DropDatabase, context: StatementContext) -> StatementResult:
    """Forget a database; one that holds tables only with CASCADE.

    Raises:
        HiveSemanticError: It is not there, or not empty.
    """
    name = statement.name
    if not context.catalog.has_database(name):
        if statement.if_exists:
            return _done(context)
        raise HiveSemanticError(f"Database does not exist: {name}", code=10072)
    if name == "default":
        raise HiveSemanticError("Can not drop default database in catalog hive")
    tables = context.catalog.table_names(name)
    if tables and not statement.cascade:
        message = f"Database {name} is not empty. One or more tables exist: DROP DATABASE {name} CASCADE drops them too"
        raise HiveSemanticError(message)
    for table_name in tables:
        table = context.catalog.find_table(name, table_name)
        if table is not None:
            _drop(table, context)
    context.catalog.remove_database(name)
    return _done(context)


def _is_taken(table: Table, context: StatementContext) -> bool:
    """Whether a table has the name; a temporary one only minds other temporary ones."""
    known = context.catalog.find_table(table.database, table.name)
    return known is not None and (known.temporary or not table.temporary)


def _marked(table: Table) -> Table:
    """The table with the marks that Hive gives every new one: version of the bucketing, and when it was made."""
    if table.temporary:
        return replace(table, properties={"bucketing_version": "2", **table.properties})
    marks = {"bucketing_version": "2", "transient_lastDdlTime": str(int(time.time()))}
    return replace(table, properties={**marks, **table.properties})


def _placed(table: Table) -> Table:
    if table.is_dynamodb:
        # The connector's SerDe gives the columns: what the script says about them is not kept. Nor are secrets, which
        # count for nothing in a table.
        return replace(
            table,
            columns=tuple(replace(column, comment=None) for column in table.columns),
            properties={name: value for name, value in table.properties.items() if not is_secret(name)},
        )
    table = with_stand_in(table)
    return table if table.location is None else replace(table, location=local_url(table.location))


def with_stand_in(table: Table) -> Table:
    """Say in a property that a managed table's files are Parquet where nothing here writes its own format."""
    properties = {key: value for key, value in table.properties.items() if key != STAND_IN}
    if table.kind == _MANAGED and has_stand_in(table.storage):
        properties[STAND_IN] = "PARQUET"
    return table if properties == table.properties else replace(table, properties=properties)


def _check(table: Table, context: StatementContext) -> None:
    if table.storage.handler is None:
        file_format(table.storage, table.columns, table.properties)
        if table.location is not None:
            context.stores.at(table.location)
    elif table.is_dynamodb:
        context.tables.open(table, context.settings, creating=True, stop=context.cancellation.event)
    else:
        message = f"no storage handler {table.storage.handler}: this engine has DynamoDBStorageHandler"
        raise HiveSemanticError(message, table=table.name)


def _note_oddities(table: Table, context: StatementContext) -> None:
    """Say what of a DynamoDB table's properties does nothing, and what of it does not run on EMR."""
    if not table.is_dynamodb:
        return
    check_flags(table.properties)
    context.setting_notices.check(table.properties, in_table=True)
    notice = emr_notice(table)
    if notice is not None and not is_off("ddb_hive.emr.notice", table.properties, context.settings):
        context.setting_notices.say(notice)


def _make_folder(table: Table, context: StatementContext) -> None:
    made = context.catalog.find_table(table.database, table.name)
    if made is not None and made.location is not None and not context.rehearsal:
        context.stores.at(made.location).make_folder(made.location)


def _drop(table: Table, context: StatementContext) -> None:
    elsewhere = [one.location for one in context.catalog.partitions(table)]
    context.catalog.remove_table(table)
    if table.kind == _MANAGED and table.location is not None and not context.rehearsal:
        for location in elsewhere:
            if location is not None and not location.startswith(f"{table.location.rstrip('/')}/"):
                context.stores.at(location).remove_folder(location)
        context.stores.at(table.location).remove_folder(table.location)


def _done(context: StatementContext) -> StatementResult:
    context.finish()
    return StatementResult(context)
