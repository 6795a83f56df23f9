"""CREATE and DROP of tables and databases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.columns import read_columns
from airflow_ddb_hive.hiveql.binder.constraints import ConstraintReader
from airflow_ddb_hive.hiveql.binder.context import Context, semantic_error, unsupported
from airflow_ddb_hive.hiveql.binder.enforce import check_expressions
from airflow_ddb_hive.hiveql.binder.macros import (
    bind_create_function,
    bind_create_macro,
    bind_drop_function,
    bind_drop_macro,
    expanded,
)
from airflow_ddb_hive.hiveql.binder.names import table_name
from airflow_ddb_hive.hiveql.binder.prune import pruned
from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
from airflow_ddb_hive.hiveql.binder.storage import StorageReader, read_properties
from airflow_ddb_hive.hiveql.binder.views import bind_create_view
from airflow_ddb_hive.hiveql.functions.conversion import is_primitive
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.statements import (
    CreateDatabase,
    CreateTable,
    CreateTableAs,
    DropDatabase,
    DropTable,
    Statement,
)
from airflow_ddb_hive.model.table import Column, StorageDescriptor, Table
from airflow_ddb_hive.model.types import VOID

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position, Relation

__all__ = ["bind_create", "bind_drop"]

_CLAUSES = ("COMMENT", "PARTITIONED", "CLUSTERED", "SKEWED", "ROW", "STORED", "LOCATION", "TBLPROPERTIES")
"""The words that begin the clauses behind the columns of CREATE TABLE, in the order of Hive's grammar."""

_NOT_CREATED = {
    "MATERIALIZED": "INSERT OVERWRITE a table with the view's query",
    "RESOURCE": "there are no resource plans here",
    "ROLE": "there are no users or roles here",
}


def _if(cursor: Cursor, *words: str) -> bool:
    return cursor.take("IF", *words)


def bind_create(cursor: Cursor, context: Context) -> Statement:
    """Bind a statement that begins with CREATE."""
    start = cursor.expect("CREATE").position
    if cursor.take("DATABASE") or cursor.take("SCHEMA"):
        return _create_database(cursor, start)
    if cursor.at("VIEW") or cursor.at("OR", "REPLACE", "VIEW"):
        return bind_create_view(cursor, context, start)
    temporary = cursor.take("TEMPORARY")
    external = cursor.take("EXTERNAL")
    if cursor.at("FUNCTION"):
        return bind_create_function(cursor, start)
    if temporary and cursor.at("MACRO"):
        return bind_create_macro(cursor, context, start)
    for word, reason in _NOT_CREATED.items():
        if cursor.at(word):
            raise unsupported(f"CREATE {word} is not supported: {reason}", start)
    cursor.expect("TABLE", "ddl statement")
    exists = _if(cursor, "NOT", "EXISTS")
    reader = _TableReader(cursor, context, start, temporary=temporary, external=external)
    return reader.read(exists)


def _create_database(cursor: Cursor, start: Position) -> Statement:
    exists = _if(cursor, "NOT", "EXISTS")
    name = cursor.identifier("create database statement")
    comment = cursor.string() if cursor.take("COMMENT") else None
    location = cursor.string() if cursor.take("LOCATION") else None
    properties = read_properties(cursor) if cursor.take("WITH", "DBPROPERTIES") else {}
    return CreateDatabase(
        name=name, if_not_exists=exists, location=location, comment=comment, properties=properties, position=start
    )


@dataclass(slots=True)
class _TableReader:
    """Reads one CREATE TABLE."""

    cursor: Cursor
    context: Context
    start: Position
    temporary: bool
    external: bool
    storage: StorageReader = field(default_factory=StorageReader)
    columns: tuple[Column, ...] = ()
    partition_columns: tuple[Column, ...] = ()
    comment: str | None = None
    location: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    name: str = ""

    def read(self, if_not_exists: bool) -> Statement:
        """Take the rest of the statement."""
        cursor = self.cursor
        database, name, position = table_name(cursor, self.context)
        self.name = name
        self.context.need_database(database, position)
        if cursor.take("LIKE"):
            return self._like(database, name, if_not_exists)
        constraints = ConstraintReader(cursor, name)
        if cursor.at("("):
            self.columns = read_columns(cursor, constraints)
        self._clauses()
        relation = self._query()
        names = {column.name for column in self.columns}
        constraints.check(names, external=self._kind() == "EXTERNAL_TABLE")
        check_expressions(tuple(constraints.found), self.columns, self.context, position)
        table = replace(self._table(database, name), constraints=tuple(constraints.found))
        if relation is None:
            if not table.columns and table.storage.serde is None and table.storage.handler is None:
                raise semantic_error(
                    10043, "Either list of columns or a custom serializer should be specified", position
                )
            return CreateTable(table=table, if_not_exists=if_not_exists, position=self.start)
        return self._table_as(table, relation, if_not_exists)

    def _clauses(self) -> None:
        """Take the clauses: each may stand once, in this order."""
        for word in _CLAUSES:
            if self.cursor.at(word):
                self._clause()

    def _clause(self) -> bool:
        cursor = self.cursor
        if cursor.take("PARTITIONED", "BY"):
            if self.temporary:
                raise semantic_error(
                    None, "Partition columns are not supported on temporary tables", cursor.position, table=self.name
                )
            self.partition_columns = read_columns(cursor)
        elif cursor.take("COMMENT"):
            self.comment = cursor.string("table comment")
        elif cursor.take("LOCATION"):
            self.location = cursor.string("table location")
        elif cursor.take("TBLPROPERTIES"):
            self.properties.update(read_properties(cursor))
        else:
            return self.storage.take(cursor)
        return True

    def _query(self) -> Relation | None:
        if not self.cursor.take("AS"):
            if not self.columns and self.cursor.at("SELECT") and self.storage == StorageReader():
                raise self.cursor.error("create table statement")
            self.cursor.end()
            return None
        node = QueryReader(self.cursor).query()
        self.cursor.end()
        return pruned(QueryBinder(self.context).bind(expanded(node, self.context)))

    def _kind(self) -> str:
        external = self.external or self.properties.get("EXTERNAL", "").upper() == "TRUE"
        return "EXTERNAL_TABLE" if external else "MANAGED_TABLE"

    def _table(self, database: str, name: str) -> Table:
        names = {column.name for column in self.columns}
        self.storage.check(names)
        for column in self.partition_columns:
            if column.name in names:
                raise semantic_error(10035, "Column repeated in partitioning columns")
            if not is_primitive(column.type):
                message = f"Partition column must be of primitive type. Found {column.name} of type: {column.type}"
                raise semantic_error(10126, message)
        return Table(
            database=database,
            name=name,
            columns=self.storage.typed(self.columns),
            partition_columns=self.partition_columns,
            kind=self._kind(),
            storage=self.storage.descriptor(),
            location=self.location,
            properties=dict(self.properties),
            comment=self.comment,
            temporary=self.temporary,
        )

    def _table_as(self, table: Table, relation: Relation, if_not_exists: bool) -> Statement:
        if table.columns:
            raise semantic_error(
                10065, "CREATE TABLE AS SELECT command cannot specify the list of columns for the target table"
            )
        if table.partition_columns:
            message = "CREATE-TABLE-AS-SELECT does not support partitioning in the target table"
            raise semantic_error(10068, message)
        if table.kind == "EXTERNAL_TABLE":
            raise semantic_error(10070, "CREATE-TABLE-AS-SELECT cannot create external table")
        names = [column.name for column in relation.columns]
        for column in relation.columns:
            if names.count(column.name) > 1:
                raise semantic_error(10036, f"Duplicate column name: {column.name}")
            if column.type == VOID:
                raise semantic_error(
                    10305,
                    f"CREATE-TABLE-AS-SELECT creates a VOID type, please use CAST to specify the type, "
                    f"near field:  {column.name}",
                )
        columns = tuple(Column(column.name, column.type) for column in relation.columns)
        table = replace(table, columns=columns)
        return CreateTableAs(table=table, relation=relation, if_not_exists=if_not_exists, position=self.start)

    def _like(self, database: str, name: str, if_not_exists: bool) -> Statement:
        other, other_name, place = table_name(self.cursor, self.context)
        model = self.context.table(other, other_name, place)
        if self.temporary and model.partition_columns:
            message = "Partition columns are not supported on temporary tables and source table in CREATE TABLE LIKE is"
            raise semantic_error(None, f"{message} partitioned.", place, table=model.qualified_name)
        self._clauses()
        changed = self.storage != StorageReader()
        storage = model.storage if model.view_text is None else StorageDescriptor()
        if changed:
            properties = {**storage.serde_properties, **self.storage.properties}
            storage = replace(self.storage.descriptor(), serde_properties=properties)
        table = Table(
            database=database,
            name=name,
            columns=model.columns,
            partition_columns=model.partition_columns,
            kind=self._kind(),
            storage=storage,
            location=self.location,
            # Of a DynamoDB table Hive takes what the handler was told along, unless the new one is EXTERNAL.
            properties={**(model.properties if model.is_dynamodb and not self.external else {}), **self.properties},
            temporary=self.temporary,
        )
        return CreateTable(table=table, if_not_exists=if_not_exists, position=self.start)


def _drop_database(cursor: Cursor, context: Context, start: Position) -> Statement:
    exists = _if(cursor, "EXISTS")
    name = cursor.identifier("drop database statement")
    cascade = cursor.take("CASCADE")
    if not cascade:
        cursor.take("RESTRICT")
    if not exists:
        context.need_database(name)
    return DropDatabase(name=name, if_exists=exists, cascade=cascade, position=start)


def bind_drop(cursor: Cursor, context: Context) -> Statement:
    """Bind a statement that begins with DROP."""
    start = cursor.expect("DROP").position
    if cursor.take("DATABASE") or cursor.take("SCHEMA"):
        return _drop_database(cursor, context, start)
    if cursor.at("TEMPORARY", "MACRO"):
        cursor.advance()
        return bind_drop_macro(cursor, context, start)
    if cursor.at("FUNCTION") or cursor.take("TEMPORARY"):
        return bind_drop_function(cursor, context, start)
    for word, reason in _NOT_CREATED.items():
        if cursor.at(word):
            raise unsupported(f"DROP {word} is not supported: {reason}", start)
    view = cursor.take("VIEW")
    if not view:
        cursor.expect("TABLE", "ddl statement")
    exists = _if(cursor, "EXISTS")
    database, name, _ = table_name(cursor, context)
    cursor.take("PURGE")
    return DropTable(database=database, name=name, if_exists=exists, view=view, position=start)
