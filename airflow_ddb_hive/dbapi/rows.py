"""The rows of one result, in the form that is asked for: tuples, Arrow, or the Hive CLI's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.dbapi.exceptions import NotSupportedError, translated_errors
from airflow_ddb_hive.model.arrow import arrow_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from airflow_ddb_hive.dbapi.session import Result
    from airflow_ddb_hive.hiveql.tree import OutputColumn

__all__ = ["Row", "Rows"]

Row = tuple[Any, ...]
_TUPLES_AT_ONCE = 1024


class Rows:
    """Reads a result from front to back; one batch of it is held at a time.

    Args:
        result: The statement's result.
        columns: Its columns.
    """

    def __init__(self, result: Result, columns: tuple[OutputColumn, ...]) -> None:
        self._result = result
        self._columns = columns
        self._batches: Iterator[pa.RecordBatch] | None = None
        self._batch: pa.RecordBatch | None = None
        self._offset = 0
        self._tuples: list[Row] = []
        self._lines: Iterator[str] | None = None
        self.exhausted = False

    def take(self, count: int) -> list[Row]:
        """Return the next rows, at most ``count``."""
        taken: list[Row] = []
        while len(taken) < count and self._fill():
            missing = count - len(taken)
            taken += reversed(self._tuples[-missing:])
            del self._tuples[-missing:]
        return taken

    def arrow(self) -> pa.Table:
        """Return the rest of the rows as one table."""
        import pyarrow as pa

        self._check_form()
        schema = pa.schema([pa.field(column.name, arrow_type(column.type)) for column in self._columns])
        batches = list(self._rest())
        self.exhausted = True
        return pa.Table.from_batches(batches, schema=schema)

    def lines(self) -> Iterator[str]:
        """Yield the rest of the rows as lines."""
        if self._lines is None:
            with translated_errors():
                self._lines = self._result.lines() if self._batches is None else self._result.lines_of(self._rest())
        while True:
            with translated_errors():
                line = next(self._lines, None)
            if line is None:
                self.exhausted = True
                return
            yield line

    def _fill(self) -> bool:
        """Have tuples at hand, the next one last; False at the end."""
        self._check_form()
        if self._tuples:
            return True
        if self._batch is None or self._offset >= self._batch.num_rows:
            self._batch, self._offset = self._pull(), 0
        if self._batch is None:
            self.exhausted = True
            return False
        part = self._batch.slice(self._offset, _TUPLES_AT_ONCE)
        self._offset += part.num_rows
        self._tuples = _tuples(part)[::-1]
        return True

    def _rest(self) -> Iterator[pa.RecordBatch]:
        """What was not fetched: of the batch at hand, and of the result."""
        if self._batch is not None:
            yield self._batch.slice(self._offset - len(self._tuples))
        self._batch, self._tuples = None, []
        while (batch := self._pull()) is not None:
            yield batch

    def _check_form(self) -> None:
        if self._lines is not None and not self.exhausted:
            raise NotSupportedError("lines of this result were already read: fetch rows first, or execute again")

    def _pull(self) -> pa.RecordBatch | None:
        """The next batch that has rows."""
        if self.exhausted:
            return None
        with translated_errors():
            if self._batches is None:
                self._batches = self._result.batches()
            return next((batch for batch in self._batches if batch.num_rows), None)


def _tuples(batch: pa.RecordBatch) -> list[Row]:
    columns = [column.to_pylist(maps_as_pydicts="strict") for column in batch.columns]
    return list(zip(*columns, strict=True))
