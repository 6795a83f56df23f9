"""A script rehearsed: each statement that reads or writes rows is explained, the catalog's changes are imagined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.ddl import declare_table_as
from airflow_ddb_hive.engines.local.dispatch import run_statement
from airflow_ddb_hive.engines.local.explain import explain_lines
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.hiveql.session_statements import (
    DescribeColumn,
    DescribeDatabase,
    DescribeFunction,
    DescribePartition,
    ShowColumns,
    ShowFunctions,
    ShowPartitions,
    ShowProperties,
    ShowTableExtended,
    ShowViews,
)
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
from airflow_ddb_hive.hiveql.table_statements import (
    AddPartitions,
    DropPartitions,
    ExchangePartition,
    RenamePartition,
    RenameTable,
    RepairTable,
    TruncateTable,
)

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.explain import Explained
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.model.table import Table

__all__ = ["rehearse"]

_LONGEST_HEADING = 100
_SHOWN = (
    DescribeColumn
    | DescribeDatabase
    | DescribeFunction
    | DescribePartition
    | ShowColumns
    | ShowFunctions
    | ShowPartitions
    | ShowProperties
    | ShowTableExtended
    | ShowViews
)
"""What only shows something."""

_FILES_CHANGE = (
    AddPartitions | DropPartitions | ExchangePartition | RenamePartition | RenameTable | RepairTable | TruncateTable
)
"""What also makes, moves or removes files: nothing of it is carried out."""


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
    if isinstance(statement, Describe | ShowCreateTable | ShowDatabases | ShowTables | _SHOWN | _FILES_CHANGE):
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
    context.explained = True
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
