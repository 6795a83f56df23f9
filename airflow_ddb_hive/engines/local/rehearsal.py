"""A script rehearsed: each statement that reads or writes rows is explained, the catalog's changes are imagined."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local.catalog import WarehouseCatalog
from airflow_ddb_hive.engines.local.ddl import declare_table_as
from airflow_ddb_hive.engines.local.dispatch import run_statement
from airflow_ddb_hive.engines.local.explain import explain_lines
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.hiveql.statements import (
    CreateTableAs,
    Describe,
    DropTable,
    InsertStatement,
    LoadData,
    MultiInsert,
    QueryStatement,
    ShowCreateTable,
    ShowDatabases,
    ShowTables,
    TableSink,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.explain import Explained
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.model.table import Table

__all__ = ["RehearsedCatalog", "rehearse"]

_LONGEST_HEADING = 100


class RehearsedCatalog(WarehouseCatalog):
    """A warehouse's catalog as it was when this was made, with changes that nobody else sees.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> catalog = WarehouseCatalog(Path(tempfile.mkdtemp()))
        >>> rehearsed = RehearsedCatalog(catalog)
        >>> rehearsed.add_database("lake")
        >>> rehearsed.has_database("lake"), catalog.has_database("lake")
        (True, False)
    """

    def __init__(self, original: WarehouseCatalog) -> None:
        self.folder = original.folder
        self._data = original._read()  # noqa: SLF001 - a copy of its own kind

    def _read(self) -> Any:
        return self._data

    @contextmanager
    def _change(self) -> Iterator[Any]:
        data = json.loads(json.dumps(self._data))
        yield data
        self._data = data


def rehearse(statement: Statement, context: StatementContext, written: set[str]) -> StatementResult:
    """Explain a statement with rows, carry a change of the catalog out in the catalog alone, leave the others out.

    Args:
        statement: The bound statement.
        context: Its surroundings, with a :class:`RehearsedCatalog`.
        written: Hive tables that the script's statements write; grows.

    Raises:
        DdbHiveError: The statement would be refused.
    """
    if isinstance(statement, QueryStatement | InsertStatement | MultiInsert | CreateTableAs | LoadData):
        return _explained(statement, context, written)
    if isinstance(statement, Describe | ShowCreateTable | ShowDatabases | ShowTables):
        context.finish()
        return StatementResult(context)
    if isinstance(statement, DropTable):
        written.discard(f"{statement.database}.{statement.name}")
    return run_statement(statement, context)


def _explained(statement: Explained, context: StatementContext, written: set[str]) -> StatementResult:
    lines = [_heading(statement, context.statement), *explain_lines(statement, "", context, written=written), ""]
    if isinstance(statement, CreateTableAs):
        declare_table_as(statement, context)
    written.update(table.qualified_name for table in _targets(statement))
    context.finish()
    return TextResult(context, ["Explain"], [[line] for line in lines])


def _heading(statement: Explained, text: str) -> str:
    words = " ".join(text.split())
    shown = words if len(words) <= _LONGEST_HEADING else words[: _LONGEST_HEADING - 1] + "…"
    return f"-- line {statement.position.line}: {shown}"


def _targets(statement: Explained) -> list[Table]:
    """The tables that a statement writes."""
    if isinstance(statement, MultiInsert):
        return [table for branch in statement.branches for table in _targets(branch)]
    if isinstance(statement, InsertStatement):
        return [statement.sink.table] if isinstance(statement.sink, TableSink) else []
    return [] if isinstance(statement, QueryStatement) else [statement.table]
