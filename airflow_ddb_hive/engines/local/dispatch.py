"""Which function runs which kind of statement: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.engines.local import alter, ddl, partition_commands, session_commands, show
from airflow_ddb_hive.engines.local.describe import describe, describe_column, describe_partition
from airflow_ddb_hive.engines.local.explain import run_explain
from airflow_ddb_hive.engines.local.guards import check_guards
from airflow_ddb_hive.engines.local.insert import run_insert
from airflow_ddb_hive.engines.local.load import run_load
from airflow_ddb_hive.engines.local.pages import map_batches
from airflow_ddb_hive.engines.local.plan import map_plan
from airflow_ddb_hive.engines.local.result import QueryResult, StatementResult
from airflow_ddb_hive.engines.local.show_create import show_create_table
from airflow_ddb_hive.engines.local.sources import open_source
from airflow_ddb_hive.engines.local.whole import WholeQuery
from airflow_ddb_hive.hiveql import session_statements, statements, table_statements

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
    source = open_source(plan.scan, context, relation, most_items=plan.most_rows)
    return QueryResult(context, relation.columns, lambda shape: map_batches(plan, source, shape, context))


def _run_nothing(statement: statements.Statement, context: StatementContext) -> StatementResult:  # noqa: ARG001 - USE has changed the session; ANALYZE has nothing to do
    context.finish()
    return StatementResult(context)


_RUNNERS: dict[type[statements.Statement], Callable[[Any, StatementContext], StatementResult]] = {
    session_statements.DescribeColumn: describe_column,
    session_statements.DescribeDatabase: session_commands.describe_database,
    session_statements.DescribeFunction: session_commands.describe_function,
    session_statements.DescribePartition: describe_partition,
    session_statements.ShowColumns: show.show_columns,
    session_statements.ShowFunctions: show.show_functions,
    session_statements.ShowPartitions: partition_commands.show_partitions,
    session_statements.ShowProperties: show.show_properties,
    session_statements.ShowTableExtended: show.show_table_extended,
    session_statements.ShowViews: show.show_views,
    table_statements.AddConstraint: alter.add_constraint,
    table_statements.AddPartitions: partition_commands.add_partitions,
    table_statements.AlterDatabase: alter.alter_database,
    table_statements.AlterTable: alter.alter_table,
    table_statements.AnalyzeTable: _run_nothing,
    table_statements.DropConstraint: alter.drop_constraint,
    table_statements.DropPartitions: partition_commands.drop_partitions,
    table_statements.ExchangePartition: partition_commands.exchange_partition,
    table_statements.RenamePartition: partition_commands.rename_partition,
    table_statements.RenameTable: alter.rename_table,
    table_statements.RepairTable: partition_commands.repair_table,
    table_statements.TruncateTable: partition_commands.truncate_table,
    statements.CreateDatabase: ddl.create_database,
    statements.CreateTable: ddl.create_table,
    statements.CreateTableAs: ddl.create_table_as,
    statements.CreateView: ddl.create_view,
    statements.Describe: describe,
    statements.DropDatabase: ddl.drop_database,
    statements.DropTable: ddl.drop_table,
    statements.Explain: run_explain,
    statements.InsertStatement: run_insert,
    statements.LoadData: run_load,
    statements.MultiInsert: run_insert,
    statements.QueryStatement: _run_query,
    statements.ShowCreateTable: show_create_table,
    statements.ShowDatabases: show.show_databases,
    statements.ShowTables: show.show_tables,
    statements.UseDatabase: _run_nothing,
}
