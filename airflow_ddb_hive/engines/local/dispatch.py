"""Which function runs which kind of statement: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local import ddl, show
from airflow_ddb_hive.engines.local.explain import run_explain
from airflow_ddb_hive.engines.local.guards import check_guards
from airflow_ddb_hive.engines.local.insert import run_insert
from airflow_ddb_hive.engines.local.load import run_load
from airflow_ddb_hive.engines.local.pages import map_batches
from airflow_ddb_hive.engines.local.plan import map_plan
from airflow_ddb_hive.engines.local.result import QueryResult, StatementResult
from airflow_ddb_hive.engines.local.sources import open_source
from airflow_ddb_hive.engines.local.whole import WholeQuery
from airflow_ddb_hive.hiveql import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.engines.local.context import StatementContext

__all__ = ["run_statement"]


def run_statement(statement: statements.Statement, context: StatementContext) -> StatementResult:
    """Run a bound statement; a query's rows are computed when its result is read."""
    check_guards(statement, context)
    return _RUNNERS[type(statement)](statement, context)


def _run_query(statement: statements.QueryStatement, context: StatementContext) -> StatementResult:
    """Open what the query reads, so that a missing table or endpoint is known at once."""
    relation = statement.relation
    plan = map_plan(relation)
    if plan is None:
        return QueryResult(context, relation.columns, WholeQuery(relation, context).batches)
    source = open_source(plan.scan, context, relation)
    return QueryResult(context, relation.columns, lambda shape: map_batches(plan, source, shape, context))


def _run_use(statement: statements.UseDatabase, context: StatementContext) -> StatementResult:  # noqa: ARG001 - the session has changed its database
    context.finish()
    return StatementResult(context)


_RUNNERS: dict[type[statements.Statement], Callable[[Any, StatementContext], StatementResult]] = {
    statements.CreateDatabase: ddl.create_database,
    statements.CreateTable: ddl.create_table,
    statements.CreateTableAs: ddl.create_table_as,
    statements.CreateView: ddl.create_view,
    statements.Describe: show.describe,
    statements.DropDatabase: ddl.drop_database,
    statements.DropTable: ddl.drop_table,
    statements.Explain: run_explain,
    statements.InsertStatement: run_insert,
    statements.LoadData: run_load,
    statements.MultiInsert: run_insert,
    statements.QueryStatement: _run_query,
    statements.ShowCreateTable: show.show_create_table,
    statements.ShowDatabases: show.show_databases,
    statements.ShowTables: show.show_tables,
    statements.UseDatabase: _run_use,
}
