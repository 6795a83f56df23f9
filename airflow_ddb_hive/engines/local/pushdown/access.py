"""How a query's use of a DynamoDB table becomes one access path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.access_path import PathQuestion, choose_path
from airflow_ddb_hive.dynamodb.predicates import all_of, any_of
from airflow_ddb_hive.engines.local.pushdown.comparison import is_checked
from airflow_ddb_hive.engines.local.pushdown.constants import Constants
from airflow_ddb_hive.engines.local.pushdown.translate import Translated, Translator
from airflow_ddb_hive.engines.local.pushdown.uses import ScanUse, conjuncts_of, uses_of
from airflow_ddb_hive.engines.local.read_rules import read_rules
from airflow_ddb_hive.engines.local.table_reader import read_request
from airflow_ddb_hive.engines.local.table_settings import first_setting
from airflow_ddb_hive.hiveql.binder.walk import column_refs
from airflow_ddb_hive.model.dynamodb import AccessPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.tables import MappedTable
    from airflow_ddb_hive.hiveql.tree import Expression, Relation, Scan
    from airflow_ddb_hive.model.dynamodb import AttributeColumn
    from airflow_ddb_hive.model.table import Table

__all__ = ["PlannedAccess", "access_of"]

_SWITCH = "dynamodb.filter.pushdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAccess:
    """How a table is read for a query.

    ``pushed`` are the conjuncts that narrow what is read, ``residual`` those that DynamoDB does not apply completely;
    the query itself applies all of them again. ``complete`` says that there is one use of the table, no residual, and
    no column among the conditions whose values could fail. ``reason`` is one line.
    """

    path: AccessPath
    pushed: tuple[Expression, ...] = ()
    residual: tuple[Expression, ...] = ()
    complete: bool = False
    reason: str


def access_of(scan: Scan, relation: Relation, context: StatementContext) -> PlannedAccess:
    """Return the one path that covers every use that a query makes of a scan's DynamoDB table.

    Raises:
        MappingError: The DynamoDB table is not there or does not fit.
        InputError: A setting has no such value.
    """
    mapped = context.mapped(scan.table)
    uses = [_split(use) for use in uses_of(relation) if use.scan.table.qualified_name == scan.table.qualified_name]
    everything = tuple(conjunct for use in uses for conjunct in use.conditions)
    if not _is_on(scan.table, context):
        path = AccessPath(index_name=mapped.table.properties.get("ddb_hive.index.name") or None)
        return PlannedAccess(path=path, residual=everything, reason=f"{_SWITCH} is false")
    needed = frozenset[int]().union(*(use.scan.needed for use in uses), scan.needed)
    translated = _translated(uses, mapped, context)
    if len(uses) == 1:
        return _single(uses[0], translated[0], _question(mapped, needed, context), mapped)
    return _several(everything, translated, _question(mapped, needed, context), mapped)


def _split(use: ScanUse) -> ScanUse:
    """The use with its conditions as conjuncts, each once; subqueries in them have no hash."""
    kept: list[Expression] = []
    for condition in use.conditions:
        kept.extend(one for one in conjuncts_of(condition) if one not in kept)
    return replace(use, conditions=tuple(kept))


def _is_on(table: Table, context: StatementContext) -> bool:
    return (first_setting(_SWITCH, table.properties, context.settings) or "true").strip().lower() == "true"


def _translated(uses: Sequence[ScanUse], mapped: MappedTable, context: StatementContext) -> list[list[Translated]]:
    conditions = [condition for use in uses for condition in use.conditions]
    translator = Translator(
        columns=mapped.columns,
        constants=Constants(conditions, context),
        key_types=mapped.description.attribute_types,
        table_keys=mapped.description.key_attributes,
        null_bad_values=read_rules(mapped.table.properties, context.settings).null_bad_values,
    )
    return [[translator.translate(condition) for condition in use.conditions] for use in uses]


def _question(mapped: MappedTable, needed: frozenset[int], context: StatementContext) -> PathQuestion:
    columns = [mapped.columns[place] for place in needed]
    properties = mapped.table.properties
    null_bad_values = read_rules(properties, context.settings).null_bad_values
    return PathQuestion(
        needed=None if any(column.attribute is None for column in columns) else _attributes(columns),
        # A filter would hide values that are to fail: its column is read for every item, as in Hive.
        unfiltered=frozenset() if null_bad_values else _attributes(filter(is_checked, mapped.columns)),
        consistent=read_request(mapped, (), context, path=AccessPath()).consistent,
        index_name=properties.get("ddb_hive.index.name") or None,
    )


def _attributes(columns: Iterable[AttributeColumn]) -> frozenset[str]:
    return frozenset(column.attribute for column in columns if column.attribute is not None)


def _single(
    use: ScanUse, translated: Sequence[Translated], question: PathQuestion, mapped: MappedTable
) -> PlannedAccess:
    """One use: each of its conjuncts has its own fate."""
    predicates = tuple(one.predicate for one in translated)
    chosen = choose_path(mapped.description, replace(question, conjuncts=predicates))
    exact = [done and one.exact for done, one in zip(chosen.complete, translated, strict=True)]
    residual = tuple(one for one, done in zip(use.conditions, exact, strict=True) if not done)
    used = {reference.index for condition in use.conditions for reference in column_refs(condition)}
    return PlannedAccess(
        path=chosen.path,
        pushed=tuple(one for one, is_in in zip(use.conditions, chosen.pushed, strict=True) if is_in),
        residual=residual,
        complete=not residual and not any(is_checked(mapped.columns[place]) for place in used),
        reason=chosen.reason,
    )


def _several(
    conditions: tuple[Expression, ...],
    translated: Sequence[Sequence[Translated]],
    question: PathQuestion,
    mapped: MappedTable,
) -> PlannedAccess:
    """Several uses, one read: what any of them needs."""
    predicate = any_of(all_of(one.predicate for one in use) for use in translated)
    chosen = choose_path(mapped.description, replace(question, conjuncts=(predicate,)))
    return PlannedAccess(
        path=chosen.path,
        pushed=conditions if chosen.pushed[0] else (),
        residual=conditions,
        reason=f"{len(translated)} uses are read at once: {chosen.reason}",
    )
