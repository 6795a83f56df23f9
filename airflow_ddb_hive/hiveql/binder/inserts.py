"""INSERT and LOAD DATA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.coercion import coerced_relation
from airflow_ddb_hive.hiveql.binder.context import Context, semantic_error, unsupported
from airflow_ddb_hive.hiveql.binder.prune import pruned
from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
from airflow_ddb_hive.hiveql.binder.storage import StorageReader
from airflow_ddb_hive.hiveql.functions.conversion import is_primitive
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.grammar.syntax import QueryNode, SourceNode
from airflow_ddb_hive.hiveql.statements import (
    DirectorySink,
    InsertStatement,
    LoadData,
    QueryStatement,
    Sink,
    Statement,
    TableSink,
)
from airflow_ddb_hive.hiveql.tree import OutputColumn, Position, Relation

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["bind_load", "bind_query_statement"]


def bind_query_statement(cursor: Cursor, context: Context) -> Statement:
    """Bind SELECT, WITH, FROM, VALUES and INSERT."""
    reader = QueryReader(cursor)
    start = cursor.position
    ctes = reader.common_tables()
    source = reader.sources.from_clause() if cursor.at("FROM") else None
    if not cursor.at("INSERT"):
        query = reader.body(source)
        cursor.end()
        query = _with(query, start, ctes)
        relation = QueryBinder(context).bind(query)
        return QueryStatement(relation=pruned(relation), position=start)
    return _InsertReader(cursor, context, reader).read(start, ctes, source)


def _with(query: QueryNode, start: Position, ctes: tuple[tuple[str, QueryNode], ...]) -> QueryNode:
    return QueryNode(
        start, body=query.body, ctes=(*ctes, *query.ctes), order=query.order, limit=query.limit, offset=query.offset
    )


class _InsertReader:
    """Reads and binds one INSERT."""

    def __init__(self, cursor: Cursor, context: Context, queries: QueryReader) -> None:
        self._cursor = cursor
        self._context = context
        self._queries = queries

    def read(
        self, start: Position, ctes: tuple[tuple[str, QueryNode], ...], source: SourceNode | None
    ) -> InsertStatement:
        """Take the rest of the statement."""
        cursor = self._cursor
        sink, place = self._sink()
        query = self._queries.body(source) if source is not None else self._queries.query()
        if cursor.at("INSERT") and source is not None:
            raise unsupported(
                "an INSERT with several targets is not supported: write one INSERT … SELECT statement for each",
                cursor.position,
            )
        cursor.end()
        relation = QueryBinder(self._context).bind(_with(query, start, ctes))
        if isinstance(sink, TableSink):
            relation = self._converted(relation, sink, place)
        return InsertStatement(relation=pruned(relation), sink=sink, position=start)

    def _sink(self) -> tuple[Sink, Position]:
        cursor = self._cursor
        cursor.expect("INSERT")
        overwrite = cursor.take("OVERWRITE")
        if overwrite and (cursor.at("LOCAL") or cursor.at("DIRECTORY")):
            return self._directory(), cursor.position
        if not overwrite:
            cursor.expect("INTO", "insert statement")
        named = cursor.take("TABLE")
        if overwrite and not named:
            raise cursor.error("destination specification")
        return self._table(overwrite)

    def _directory(self) -> DirectorySink:
        cursor = self._cursor
        local = cursor.take("LOCAL")
        cursor.expect("DIRECTORY", "destination specification")
        path = cursor.string("destination specification")
        storage = StorageReader()
        while storage.take(cursor):
            pass
        return DirectorySink(path=path, local=local, storage=storage.descriptor())

    def _table(self, overwrite: bool) -> tuple[TableSink, Position]:
        cursor = self._cursor
        position = cursor.position
        name = cursor.identifier("destination specification")
        database: str | None = None
        if cursor.take("."):
            database, name = name, cursor.identifier("destination specification")
        table = self._context.table(database, name, position)
        if cursor.at("PARTITION"):
            raise cursor.unsupported("INSERT … PARTITION is not supported yet: insert into a table without partitions")
        if cursor.take("IF"):
            raise cursor.error("destination specification")
        places = tuple(range(len(table.columns) + len(table.partition_columns)))
        if cursor.at("(") and not self._queries.expressions.at_query():
            places = self._column_list(table)
        return TableSink(table=table, overwrite=overwrite, columns=places), position

    def _column_list(self, table: Table) -> tuple[int, ...]:
        cursor = self._cursor
        cursor.expect("(")
        names = [column.name for column in table.columns]
        places: list[int] = []
        while True:
            position = cursor.position
            name = cursor.identifier("column list")
            if name not in names:
                raise semantic_error(
                    10337,
                    f"'{name}' in insert schema specification is not found among regular columns of "
                    f"{table.qualified_name} nor dynamic partition columns.",
                    position,
                )
            places.append(names.index(name))
            if not cursor.take(","):
                cursor.expect(")", "column list")
                return tuple(places)

    def _converted(self, relation: Relation, sink: TableSink, position: Position) -> Relation:
        columns = (*sink.table.columns, *sink.table.partition_columns)
        targets = [columns[place] for place in sink.columns]
        shown = sink.table.name
        if len(targets) != len(relation.columns):
            raise semantic_error(
                10044,
                f"Cannot insert into target table because column number/types are different '{shown}': "
                f"Table insclause-0 has {len(targets)} columns, but query has {len(relation.columns)} columns.",
                position,
                table=sink.table.qualified_name,
            )
        for index, (have, want) in enumerate(zip(relation.columns, targets, strict=True)):
            if not _insertable(have.type, want.type):
                raise semantic_error(
                    10044,
                    f"Cannot insert into target table because column number/types are different '{shown}': "
                    f"Cannot convert column {index} from {have.type} to {want.type}.",
                    position,
                    table=sink.table.qualified_name,
                )
        wanted = tuple(OutputColumn(have.name, want.type) for have, want in zip(relation.columns, targets, strict=True))
        return coerced_relation(relation, wanted, self._context.number())


def _insertable(have: HiveType, want: HiveType) -> bool:
    """Primitives convert; a collection must have the very type."""
    if have == want:
        return True
    return is_primitive(have) and is_primitive(want)


def bind_load(cursor: Cursor, context: Context) -> Statement:
    """Bind LOAD DATA."""
    start = cursor.expect("LOAD").position
    cursor.expect("DATA", "load statement")
    local = cursor.take("LOCAL")
    cursor.expect("INPATH", "load statement")
    path = cursor.string("load statement")
    overwrite = cursor.take("OVERWRITE")
    cursor.expect("INTO", "load statement")
    cursor.expect("TABLE", "load statement")
    position = cursor.position
    name = cursor.identifier("load statement")
    database: str | None = None
    if cursor.take("."):
        database, name = name, cursor.identifier("load statement")
    table = context.table(database, name, position)
    if cursor.at("PARTITION"):
        raise cursor.unsupported("LOAD DATA … PARTITION is not supported yet: load into a table without partitions")
    return LoadData(path=path, local=local, overwrite=overwrite, table=table, position=start)
