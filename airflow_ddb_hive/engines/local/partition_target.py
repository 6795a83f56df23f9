"""Where the rows of an INSERT into a partitioned table go: files in a folder for each partition."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from airflow_ddb_hive.engines.local.emit import emit_file_cells, emit_partition_text
from airflow_ddb_hive.engines.local.shapes import Shape
from airflow_ddb_hive.engines.local.sinks import FileTarget, PartSink
from airflow_ddb_hive.errors import HiveSemanticError
from airflow_ddb_hive.formats import file_format
from airflow_ddb_hive.model.partition_path import partition_folder
from airflow_ddb_hive.model.table import Partition
from airflow_ddb_hive.storage import OutputCommit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.statements import TableSink

__all__ = ["PartitionedTarget"]

_MOST_PARTITIONS = "hive.exec.max.dynamic.partitions"

_Values = tuple[str, ...]


@dataclass(slots=True)
class _Output:
    """One partition that rows go to."""

    partition: Partition
    target: FileTarget
    commit: OutputCommit


@dataclass(slots=True)
class PartitionedTarget:
    """The partitions that one INSERT writes; nobody sees their files before all are written.

    Raises:
        HiveSemanticError: The rows have more partitions than ``hive.exec.max.dynamic.partitions`` allows.
    """

    sink: TableSink
    context: StatementContext
    _outputs: dict[_Values, _Output] = field(default_factory=dict)
    _known: tuple[Partition, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """A partition that the statement names is made even if no row goes there."""
        self._known = self.context.catalog.partitions(self.sink.table)
        if self.dynamic == 0:
            self.output(())

    @property
    def dynamic(self) -> int:
        """How many of the partition's values come from the rows."""
        return sum(value is None for value in self.sink.partition)

    @property
    def shape(self) -> Shape:
        """The columns as the files take them, then the text of each dynamic partition value."""
        table = self.sink.table
        width = len(table.columns)
        dynamic = [
            column for column, value in zip(table.partition_columns, self.sink.partition, strict=True) if value is None
        ]
        texts = {place: emit_partition_text(f"r.c{place}", column.type) for place, column in enumerate(dynamic, width)}
        if file_format(table.storage, table.columns, table.properties).cells != "typed":
            return Shape(sql=lambda query: emit_file_cells(query, table.columns, table.storage, texts))
        data = "".join(f"r.c{place} AS c{place}, " for place in range(width))
        names = ", ".join(f"{sql} AS c{place}" for place, sql in texts.items())
        whole = f"{data}{names}".removesuffix(", ")
        return Shape(sql=lambda query: f"SELECT {whole} FROM ({query}) AS r")

    def open_part(self) -> PartSink:
        """Takes one unit's rows."""
        return _Part(self)

    def output(self, dynamic: _Values) -> FileTarget:
        """The files of the partition with these values in its dynamic columns."""
        with self._lock:
            if dynamic not in self._outputs:
                self._outputs[dynamic] = self._opened(dynamic)
            return self._outputs[dynamic].target

    def finish(self) -> None:
        """Publish all partitions and enter them in the catalog."""
        for output in self._outputs.values():
            output.target.finish()
        partitions = [output.partition for output in self._outputs.values()]
        self.context.catalog.add_partitions(self.sink.table, partitions, if_not_exists=True)

    def abort(self) -> None:
        """Discard what was written."""
        for output in self._outputs.values():
            output.commit.abort()

    def _opened(self, dynamic: _Values) -> _Output:
        table, rest = self.sink.table, iter(dynamic)
        most = self.context.settings.integer(_MOST_PARTITIONS) or 0
        if self.dynamic and len(self._outputs) >= most:
            raise HiveSemanticError(
                f"Number of dynamic partitions created is more than {most}, the limit of {_MOST_PARTITIONS}: set it to "
                "what the rows have",
                table=table.qualified_name,
            )
        values = tuple(value if value is not None else next(rest) for value in self.sink.partition)
        folder = partition_folder(table.partition_columns, values)
        known = {one.values: one for one in self._known}
        partition = known.get(values) or Partition(values=values)
        location = partition.location or f"{(table.location or '').rstrip('/')}/{folder}"
        commit = OutputCommit(self.context.stores.at(location), location, overwrite=self.sink.overwrite)
        target = FileTarget(
            table.columns, partition.storage or table.storage, dict(table.properties), commit, self.context
        )
        return _Output(Partition(values=values) if values not in known else partition, target, commit)


class _Part:
    """One unit's rows: a file in each partition that they go to."""

    def __init__(self, target: PartitionedTarget) -> None:
        self._target = target
        self._parts: dict[_Values, PartSink] = {}

    def write(self, batch: pa.RecordBatch, /) -> None:
        width = batch.num_columns - self._target.dynamic
        data = pa.RecordBatch.from_arrays(batch.columns[:width], names=[f"c{i}" for i in range(width)])
        for values, rows in _grouped(batch.columns[width:]):
            if values not in self._parts:
                self._parts[values] = self._target.output(values).open_part()
            self._parts[values].write(data if rows is None else data.take(rows))

    def close(self) -> None:
        for part in self._parts.values():
            part.close()


def _grouped(columns: list[pa.Array]) -> Iterator[tuple[_Values, pa.Array | None]]:
    """The combinations of values that rows have, each with its rows' places; ``None`` is all rows."""
    if not columns:
        yield (), None
        return
    encoded = [column.dictionary_encode() for column in columns]
    names = [one.dictionary.to_pylist() for one in encoded]
    if all(len(one) == 1 for one in names):
        yield tuple(one[0] for one in names), None
        return
    codes = np.zeros(len(columns[0]), np.int64)
    for one in encoded:
        codes = codes * len(one.dictionary) + one.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    for start, end in zip(starts, (*starts[1:], len(order)), strict=True):
        code = int(codes[order[start]])
        values = []
        for one in reversed(names):
            code, place = divmod(code, len(one))
            values.append(one[place])
        yield tuple(reversed(values)), pa.array(order[start:end], pa.int64())
