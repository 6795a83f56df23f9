"""EXPLAIN: what a statement would read and write, how, and what that would take; nothing is read but descriptions.

DescribeTable is asked for the DynamoDB tables, and files are listed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.explain_text import json_line, plan_lines
from airflow_ddb_hive.engines.local.guards import refusals
from airflow_ddb_hive.engines.local.inputs import input_plan, planned_inputs
from airflow_ddb_hive.engines.local.outputs import load_plan, output_plan
from airflow_ddb_hive.engines.local.result import StatementResult, TextResult
from airflow_ddb_hive.hiveql.relation_text import relation_lines
from airflow_ddb_hive.hiveql.statements import CreateTableAs, InsertStatement, LoadData, MultiInsert, QueryStatement
from airflow_ddb_hive.model.plan import StatementPlan

if TYPE_CHECKING:
    from collections.abc import Collection

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.inputs import PlannedInput
    from airflow_ddb_hive.hiveql.statements import Explain, Statement

__all__ = ["Explained", "explain_lines", "plan_of", "run_explain"]

Explained = QueryStatement | InsertStatement | MultiInsert | CreateTableAs | LoadData
"""The statements that read or write rows."""

_KINDS: dict[type[Statement], str] = {
    QueryStatement: "query",
    InsertStatement: "insert",
    CreateTableAs: "create table as select",
    LoadData: "load data",
}


def run_explain(statement: Explain, context: StatementContext) -> StatementResult:
    """Print a statement's plan: one column, as Hive has it.

    Raises:
        DdbHiveError: A table of the statement is not there, or does not fit.
    """
    lines = explain_lines(statement.statement, statement.style, context)
    context.finish()
    return TextResult(context, ["Explain"], [[line] for line in lines])


def explain_lines(
    statement: Explained, style: str, context: StatementContext, *, written: Collection[str] = ()
) -> list[str]:
    """Return the lines of EXPLAIN; ``written`` are the Hive tables that earlier statements change."""
    if isinstance(statement, MultiInsert):
        return [
            line
            for number, branch in enumerate(statement.branches, start=1)
            for line in (
                f"-- target {number} of {len(statement.branches)}; the source is read once",
                *explain_lines(branch, style, context, written=written),
            )
        ]
    plan = plan_of(statement, context, written=written)
    if style == "formatted":
        return [json_line(plan)]
    if style == "extended" and not isinstance(statement, LoadData):
        plan = replace(plan, tree=tuple(relation_lines(statement.relation)))
    return list(plan_lines(plan))


def plan_of(
    statement: QueryStatement | InsertStatement | CreateTableAs | LoadData,
    context: StatementContext,
    *,
    written: Collection[str] = (),
) -> StatementPlan:
    """Return a statement's plan.

    Raises:
        DdbHiveError: A table of the statement is not there, or does not fit.
    """
    if isinstance(statement, LoadData):
        return load_plan(statement, context)
    inputs = planned_inputs(statement.relation, context)
    return StatementPlan(
        kind=_KINDS[type(statement)],
        inputs=tuple(input_plan(one, context, written=written) for one in inputs),
        output=output_plan(statement, inputs, context, written=written),
        shape=_shape(inputs),
        refusals=tuple(error.placed_message() for error in refusals(inputs, context)),
    )


def _shape(inputs: tuple[PlannedInput, ...]) -> str:
    if not inputs:
        return ""
    return "map" if inputs[0].reading == "batch by batch" else "whole"
