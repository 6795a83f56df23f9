"""INSERT and LOAD DATA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.coercion import coerced_relation
from airflow_ddb_hive.hiveql.binder.context import Context, semantic_error
from airflow_ddb_hive.hiveql.binder.enforce import enforced, with_defaults
from airflow_ddb_hive.hiveql.binder.macros import expanded
from airflow_ddb_hive.hiveql.binder.partitions import PartitionSpec, read_partition_spec, whole_values
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
    MultiInsert,
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
        relation = QueryBinder(context).bind(expanded(query, context))
        return QueryStatement(relation=pruned(relation), position=start)
    return _InsertReader(cursor, context, reader).read(start, ctes, source)


def _with(query: QueryNode, start: Position, ctes: tuple[tuple[str, QueryNode], ...]) -> QueryNode:
    return QueryNode(
        start, body=query.body, ctes=(*ctes, *query.ctes), order=query.order, limit=query.limit, offset=query.offset
    )


_FOLLOWERS = frozenset({"PARTITION", "IF", "(", "SELECT", "FROM", "WITH", "VALUES", "MAP", "REDUCE"})
_Tables = tuple[tuple[str, QueryNode], ...]
_Written = tuple[Sink, Position, QueryNode]


def _check_targets(branches: list[InsertStatement]) -> None:
    """Refuse two branches with one target."""
    seen: set[object] = set()
    for branch in branches:
        sink = branch.sink
        target = (sink.table.qualified_name, sink.partition) if isinstance(sink, TableSink) else sink.path
        if target in seen and not (isinstance(sink, TableSink) and None in sink.partition):
            shown = sink.table.name if isinstance(sink, TableSink) else sink.path
            raise semantic_error(10087, f"The same output cannot be present multiple times:  {shown}", branch.position)
        seen.add(target)


class _InsertReader:
    """Reads and binds one INSERT."""

    def __init__(self, cursor: Cursor, context: Context, queries: QueryReader) -> None:
        self._cursor = cursor
        self._context = context
        self._queries = queries

    def read(self, start: Position, ctes: _Tables, source: SourceNode | None) -> Statement:
        """Take the rest of the statement."""
        cursor = self._cursor
        written = [self._written(source)]
        while source is not None and cursor.at("INSERT"):
            written.append(self._written(source))
        cursor.end()
        branches = [self._branch(start, ctes, one) for one in written]
        if len(branches) == 1:
            return branches[0]
        _check_targets(branches)
        return MultiInsert(branches=tuple(branches), position=start)

    def _written(self, source: SourceNode | None) -> _Written:
        """Take one branch: nothing of it is bound before all of the statement is read."""
        sink, place = self._sink()
        return sink, place, self._queries.body(source) if source is not None else self._queries.query()

    def _branch(self, start: Position, ctes: _Tables, written: _Written) -> InsertStatement:
        sink, place, query = written
        if isinstance(sink, TableSink):
            query = with_defaults(query, sink)
        relation = QueryBinder(self._context).bind(expanded(_with(query, start, ctes), self._context))
        if isinstance(sink, TableSink):
            relation, sink = enforced(self._converted(relation, sink, place), sink, self._context)
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
        self._check_follower()
        table = self._context.table(database, name, position)
        if table.view_text is not None:
            raise semantic_error(10090, "A view cannot be used as target table for LOAD or INSERT", position)
        spec = read_partition_spec(cursor, table) if cursor.at("PARTITION") else None
        unless_there = overwrite and cursor.take("IF", "NOT", "EXISTS")
        values = self._partition(table, spec, unless_there=unless_there)
        width = len(table.columns)
        places = [*range(width), *(width + i for i, value in enumerate(values) if value is None)]
        if cursor.at("(") and not self._queries.expressions.at_query():
            places = self._column_list(table, spec, values)
        sink = TableSink(
            table=table, overwrite=overwrite, columns=tuple(places), partition=values, if_not_exists=unless_there
        )
        return sink, position

    def _check_follower(self) -> None:
        """Refuse what cannot follow a target's name before the name is looked up."""
        cursor = self._cursor
        if cursor.at("(") and not self._queries.expressions.at_query() and cursor.peek().kind not in ("word", "quoted"):
            cursor.advance()
            raise cursor.error()
        if not cursor.at_any(_FOLLOWERS):
            raise cursor.error()

    def _partition(self, table: Table, spec: PartitionSpec | None, *, unless_there: bool) -> tuple[str | None, ...]:
        """The static value of each partition column; ``None`` for a dynamic one."""
        if spec is None:
            return (None,) * len(table.partition_columns)
        names = [column.name for column in table.partition_columns]
        if len(spec.values) != len(names):
            shown = ", ".join(f"'{value}'" if value is not None else name for name, value in spec.values.items())
            raise semantic_error(10006, f"Partition not found '{shown}'", spec.last)
        values = tuple(spec.values[name] for name in names)
        dynamic = [value is None for value in values]
        if unless_there and any(dynamic):
            raise semantic_error(10127, "Dynamic partitions do not support IF NOT EXISTS.", spec.position)
        if dynamic != sorted(dynamic):
            late = next(value for i, value in enumerate(values) if value is not None and any(dynamic[:i]))
            message = f"Dynamic partition cannot be the parent of a static partition '{late}'"
            raise semantic_error(10094, message, spec.position)
        mode = self._context.settings.get("hive.exec.dynamic.partition.mode", "strict")
        if all(dynamic) and mode.strip().lower() == "strict":
            raise semantic_error(
                10096,
                "Dynamic partition strict mode requires at least one static partition column. To turn this off set "
                "hive.exec.dynamic.partition.mode=nonstrict",
                spec.position,
            )
        return values

    def _column_list(self, table: Table, spec: PartitionSpec | None, values: tuple[str | None, ...]) -> list[int]:
        """The columns that are named; dynamic partition columns that PARTITION names follow them."""
        cursor = self._cursor
        cursor.expect("(")
        names = [column.name for column in table.columns]
        dynamic = [len(names) + i for i, value in enumerate(values) if value is None] if spec is not None else []
        if spec is None:
            names += [column.name for column in table.partition_columns]
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
            if names.index(name) in places:
                message = f"Duplicate column name detected in {table.qualified_name} table schema specification"
                raise semantic_error(None, message, position)
            places.append(names.index(name))
            if not cursor.take(","):
                cursor.expect(")", "column list")
                return [*places, *dynamic]

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
    if table.view_text is not None:
        raise semantic_error(10090, "A view cannot be used as target table for LOAD or INSERT", position)
    values: tuple[str, ...] = ()
    if cursor.at("PARTITION"):
        values = whole_values(read_partition_spec(cursor, table), table)
    elif table.partition_columns:
        message = "Need to specify partition columns because the destination table is partitioned"
        raise semantic_error(10056, message, position, table=table.qualified_name)
    return LoadData(path=path, local=local, overwrite=overwrite, table=table, partition=values, position=start)
