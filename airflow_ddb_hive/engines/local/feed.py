"""A stream of record batches in the form that DuckDB scans without materialising it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from airflow_ddb_hive.errors import DdbHiveError, JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Feed"]


class Feed:
    """Batches that are pulled once, by one scan; keeps the exception that ended them.

    DuckDB opens an object that has ``__arrow_c_schema__`` beside ``__arrow_c_stream__`` just once, and reports an
    exception in it as text only.

    Example:
        >>> batch = pa.record_batch({"c0": [1, 2]})
        >>> feed = Feed(iter([batch]), batch.schema)
        >>> pa.RecordBatchReader.from_stream(feed).read_all().num_rows
        2
    """

    def __init__(self, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        self.schema = schema
        self.error: DdbHiveError | None = None
        self._batches = batches
        self._closed = False

    def __arrow_c_schema__(self) -> Any:
        return self.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        reader = pa.RecordBatchReader.from_batches(self.schema, self._pull())
        return reader.__arrow_c_stream__(requested_schema)

    def _pull(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                if self._closed:
                    raise JobCancelledError("cancelled")
                yield batch
        except DdbHiveError as error:
            self.error = error
            raise

    def close(self) -> None:
        """Let the scan end at its next batch."""
        self._closed = True
