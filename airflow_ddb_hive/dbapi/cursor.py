"""A cursor runs statements and reads their rows while they are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from airflow_ddb_hive.dbapi.exceptions import InterfaceError, ProgrammingError, translated_errors
from airflow_ddb_hive.dbapi.rows import Row, Rows
from airflow_ddb_hive.model.types import DecimalType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import TracebackType

    import pandas as pd
    import pyarrow as pa

    from airflow_ddb_hive.dbapi.session import Result, Session
    from airflow_ddb_hive.hiveql.tree import OutputColumn

__all__ = ["Cursor", "Description"]

Description = tuple[str, str, None, None, int | None, int | None, bool]


class Cursor:
    """Runs statements; rows are read once, from front to back.

    Values are Python's: int, Decimal, float, str, bytes, bool, date, datetime, list for ARRAY, dict for MAP and
    STRUCT, ``None`` for NULL.

    Args:
        session: Where the statements run.
        before_statement: Called before a statement runs: ends what other cursors still read.
    """

    def __init__(self, session: Session, before_statement: Callable[[], None] = lambda: None) -> None:
        self.arraysize = 1
        self._session: Session | None = session
        self._before_statement = before_statement
        self._result: Result | None = None
        self._rows: Rows | None = None

    @property
    def description(self) -> list[Description] | None:
        """Per column: name, Hive type, two unused, precision and scale of a decimal, whether NULL is possible."""
        columns = None if self._result is None else self._result.columns
        return None if columns is None else [_describe(column) for column in columns]

    @property
    def rowcount(self) -> int:
        """Rows that the last statement wrote, or gave once all are read; -1 before that."""
        if self._result is None or (self._rows is not None and not self._rows.exhausted):
            return -1
        return self._result.report.rows

    def execute(self, statement: str, parameters: Mapping[str, object] | None = None) -> Self:
        """Run one statement; ``%(name)s`` is the parameter ``name``, bound as a literal of its type.

        Raises:
            Error: The statement is refused or fails.
        """
        session = self._ready()
        with translated_errors():
            self._keep(session.execute(statement, parameters))
        return self

    def executemany(self, statement: str, parameters: Iterable[Mapping[str, object]]) -> Self:
        """Run one statement for each of the parameter sets; rows that it may give are not kept.

        Raises:
            Error: The statement is refused or fails; the sets before it have been run.
        """
        for each in parameters:
            self.execute(statement, each)
            self.end_result()
        return self

    def executescript(self, text: str) -> Self:
        """Run every statement of a script; the rows of the last one can be fetched.

        Raises:
            Error: A statement is refused or fails; those before it have been run.
        """
        from airflow_ddb_hive.hiveql import split_script

        session = self._ready()
        with translated_errors():
            # The session ends a result when the next one is asked for: so ask for as many as there are and no more.
            results = session.run_script(text)
            for _ in split_script(text):
                self._keep(next(results))
        return self

    def fetchone(self) -> Row | None:
        """Return the next row, ``None`` after the last."""
        rows = self._readable().take(1)
        return rows[0] if rows else None

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows, at most ``size`` or else ``arraysize``."""
        return self._readable().take(self.arraysize if size is None else size)

    def fetchall(self) -> list[Row]:
        """Return the rest of the rows."""
        rows: list[Row] = []
        while some := self._readable().take(65_536):
            rows += some
        return rows

    def fetch_arrow_table(self) -> pa.Table:
        """Return the rest of the rows as an Arrow table."""
        return self._readable().arrow()

    def fetch_df(self) -> pd.DataFrame:
        """Return the rest of the rows as a data frame, exactly: Decimal stays Decimal, NULL is never NaN."""
        from airflow_ddb_hive.dbapi.frames import to_frame

        return to_frame(self.fetch_arrow_table())

    def lines(self) -> Iterator[str]:
        """Return the rest of the rows as the Hive CLI prints them."""
        return self._readable().lines()

    def cancel(self) -> None:
        """End the running statement; may be called from any thread."""
        if self._session is not None:
            self._session.cancel()

    def setinputsizes(self, sizes: object) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def end_result(self) -> None:
        """End the statement whose rows are still being read; what it did stays known."""
        if self._rows is None:
            return
        result, self._result, self._rows = self._result, None, None
        if result is not None:
            with translated_errors():
                result.close()

    def close(self) -> None:
        """End the statement; the cursor cannot be used any more. A second call does nothing."""
        self.end_result()
        self._session = None

    def __iter__(self) -> Iterator[Row]:
        """Yield the rest of the rows."""
        return self

    def __next__(self) -> Row:
        """Return the next row."""
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def __enter__(self) -> Self:
        """Return the cursor."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the cursor."""
        self.close()

    def _ready(self) -> Session:
        """The session, with every former result ended."""
        if self._session is None:
            raise InterfaceError("the cursor is closed: ask the connection for another one")
        self.end_result()
        self._before_statement()
        self._result = None
        return self._session

    def _keep(self, result: Result) -> None:
        self._result = result
        self._rows = None if result.columns is None else Rows(result, result.columns)

    def _readable(self) -> Rows:
        if self._session is None:
            raise InterfaceError("the cursor is closed: ask the connection for another one")
        if self._rows is None:
            raise ProgrammingError("there are no rows to fetch: the last statement gave none, or another one has begun")
        return self._rows


def _describe(column: OutputColumn) -> Description:
    decimal = column.type if isinstance(column.type, DecimalType) else None
    precision, scale = (None, None) if decimal is None else (decimal.precision, decimal.scale)
    return (column.name, str(column.type), None, None, precision, scale, True)
