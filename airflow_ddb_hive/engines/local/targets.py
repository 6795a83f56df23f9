"""Where the rows of an INSERT go: files of a directory, a table or its partitions, or the items of a DynamoDB table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from airflow_ddb_hive.engines.local.partition_target import PartitionedTarget
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.engines.local.shapes import Shape
from airflow_ddb_hive.engines.local.sinks import FileTarget, ItemTarget, PartSink
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.engines.local.table_writer import writer
from airflow_ddb_hive.hiveql.statements import InsertStatement, TableSink
from airflow_ddb_hive.model.table import Column
from airflow_ddb_hive.storage import OutputCommit

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext

__all__ = ["OpenTarget", "Target", "open_target"]


class Target(Protocol):
    """Takes the rows of a query in parts; all of them are there at the end, or none."""

    @property
    def shape(self) -> Shape:
        """The form in which it takes rows."""
        ...

    def open_part(self) -> PartSink:
        """Takes one unit of work's rows."""
        ...

    def finish(self) -> None:
        """Make what was written visible."""
        ...

    def abort(self) -> None:
        """Drop what was written."""
        ...


@dataclass(frozen=True, slots=True)
class OpenTarget:
    """A target, and the form in which a query's columns go there."""

    sink: Target
    shape: Shape


def open_target(statement: InsertStatement, context: StatementContext) -> OpenTarget | None:
    """Open what an INSERT writes to; ``None`` if the partition is there and IF NOT EXISTS was said."""
    sink = statement.sink
    if not isinstance(sink, TableSink):
        location = local_url(sink.path)
        commit = OutputCommit(context.stores.at(location), location, overwrite=True)
        columns = [Column(f"_col{place}", column.type) for place, column in enumerate(statement.relation.columns)]
        files = FileTarget(columns, sink.storage, {}, commit, context)
        return OpenTarget(files, files.shape)
    target = _table_target(sink, context)
    return None if target is None else OpenTarget(target, _filling(sink, target.shape))


def _table_target(sink: TableSink, context: StatementContext) -> Target | None:
    table = sink.table
    if table.is_dynamodb:
        items = writer(context.mapped(table), range(len(table.columns)), context)
        return ItemTarget(items, table.columns)
    if table.partition_columns:
        values = tuple(value for value in sink.partition if value is not None)
        if sink.if_not_exists and context.catalog.partition(table, values) is not None:
            return None
        return PartitionedTarget(sink, context)
    location = table.location or ""
    commit = OutputCommit(context.stores.at(location), location, overwrite=sink.overwrite)
    return FileTarget(table.columns, table.storage, dict(table.properties), commit, context)


def _filling(sink: TableSink, shape: Shape) -> Shape:
    """SQL that puts the query's columns where the table has them, and NULL into those that it leaves out."""
    table = sink.table
    width = len(table.columns)
    dynamic = [width + index for index, value in enumerate(sink.partition) if value is None]
    wanted = [*range(width), *dynamic]
    if list(sink.columns) == wanted:
        return shape
    columns = (*table.columns, *table.partition_columns)
    place_of = {place: index for index, place in enumerate(sink.columns)}
    cells = ", ".join(
        f"c{place_of[place]} AS c{number}"
        if place in place_of
        else f"CAST(NULL AS {duckdb_type(columns[place].type)}) AS c{number}"
        for number, place in enumerate(wanted)
    )
    return Shape(sql=lambda query: shape.sql(f"SELECT {cells} FROM ({query})"))
