"""A session that gives what it was told to, for tests of the face alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from airflow_ddb_hive.hiveql.tree import OutputColumn
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.job import StatementReport
from airflow_ddb_hive.model.types import parse_type


class FakeResult:
    """Rows by column: ``{"n int": [1, 2]}``; ``batch_rows`` cuts them into batches."""

    def __init__(
        self,
        columns: Mapping[str, list[object]] | None = None,
        *,
        rows: int = 0,
        batch_rows: int = 2,
        fails: Exception | None = None,
    ) -> None:
        self.columns = None if columns is None else tuple(_column(text) for text in columns)
        self.report = StatementReport(statement="", rows=rows)
        self.closed = False
        self.pulled = 0
        self._values = list((columns or {}).values())
        self._batch_rows = batch_rows
        self._fails = fails

    def batches(self) -> Iterator[pa.RecordBatch]:
        columns = self.columns or ()
        schema = pa.schema([pa.field(column.name, arrow_type(column.type)) for column in columns])
        arrays = [pa.array(values, field.type) for values, field in zip(self._values, schema, strict=True)]
        whole = pa.RecordBatch.from_arrays(arrays, schema=schema)
        for offset in range(0, whole.num_rows, self._batch_rows):
            self.pulled += 1
            yield whole.slice(offset, self._batch_rows)
            yield whole.slice(0, 0)
        if self._fails is not None:
            raise self._fails

    def lines(self) -> Iterator[str]:
        yield from ("\t".join(map(str, row)) for row in zip(*self._values, strict=True))
        if self._fails is not None:
            raise self._fails

    def lines_of(self, batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
        for batch in batches:
            yield from ("\t".join(map(str, row.values())) for row in batch.to_pylist())

    def close(self) -> None:
        self.closed = True


class FakeSession:
    def __init__(self, results: Iterable[FakeResult | Exception] = ()) -> None:
        self.results = list(results)
        self.asked: list[tuple[str, Mapping[str, object] | None]] = []
        self.current: FakeResult | None = None
        self.cancelled = 0
        self.closed = 0

    def execute(self, statement: str, parameters: Mapping[str, object] | None = None) -> FakeResult:
        if self.current is not None:
            self.current.close()
        self.asked.append((statement, parameters))
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        self.current = result
        return result

    def run_script(self, text: str, parameters: Mapping[str, object] | None = None) -> Iterator[FakeResult]:
        for statement in filter(str.strip, text.split(";")):
            yield self.execute(statement.strip(), parameters)

    def cancel(self) -> None:
        self.cancelled += 1

    def close(self) -> None:
        self.closed += 1


def _column(text: str) -> OutputColumn:
    name, _, type_ = text.partition(" ")
    return OutputColumn(name, parse_type(type_))
