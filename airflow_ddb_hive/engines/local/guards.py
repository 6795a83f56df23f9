"""Guards: what a statement may not read, said before it reads anything.

``ddb_hive.max.read.units`` bounds the read units of a statement, or, as a table property, those of one table;
``ddb_hive.allow.full.scan=false`` forbids to read the whole of a table or an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb import projected
from airflow_ddb_hive.engines.local.explain_text import bounds_text
from airflow_ddb_hive.engines.local.inputs import planned_inputs
from airflow_ddb_hive.engines.local.plan import scans_of
from airflow_ddb_hive.engines.local.read_limit import MAX_READ_UNITS, ReadLimit
from airflow_ddb_hive.engines.local.table_settings import is_off, number_setting
from airflow_ddb_hive.engines.local.whole import together
from airflow_ddb_hive.errors import InputError, ReadRefusedError
from airflow_ddb_hive.hiveql.statements import CreateTableAs, InsertStatement, MultiInsert, QueryStatement
from airflow_ddb_hive.model.estimate import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.inputs import PlannedInput, PlannedRead
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Relation, Scan

__all__ = ["FULL_SCAN", "check_guards", "refusals"]

FULL_SCAN = "ddb_hive.allow.full.scan"


def check_guards(statement: Statement, context: StatementContext) -> None:
    """Refuse a statement that reads more than its guards allow; nothing is read for that.

    Raises:
        ReadRefusedError: It would read too many units, or a whole table.
        InputError: A guard's setting is no number, or neither true nor false.
    """
    relation = _relation(statement, context)
    if relation is None or not any(_is_guarded(scan, context.settings) for scan in scans_of(relation)):
        return
    inputs = planned_inputs(relation, context)
    for error in refusals(inputs, context):
        raise error
    context.read_limits.extend(_limits(inputs, context))


def _relation(statement: Statement, context: StatementContext) -> Relation | None:
    """The query of a statement that will be run."""
    if isinstance(statement, QueryStatement | InsertStatement):
        return statement.relation
    if isinstance(statement, MultiInsert):
        return together([branch.relation for branch in statement.branches])
    if isinstance(statement, CreateTableAs):
        table = statement.table
        return statement.relation if context.catalog.find_table(table.database, table.name) is None else None
    return None


def _is_guarded(scan: Scan, settings: Mapping[str, str]) -> bool:
    properties = scan.table.properties
    limited = bool(properties.get(MAX_READ_UNITS) or settings.get(MAX_READ_UNITS))
    return scan.table.is_dynamodb and (is_off(FULL_SCAN, properties, settings) or limited)


def refusals(inputs: Sequence[PlannedInput], context: StatementContext) -> Iterator[ReadRefusedError]:
    """Yield what the guards have against reading these tables."""
    reads = [(one.scan, one.read) for one in inputs if one.read is not None]
    for scan, read in reads:
        if read.access.path.kind == "scan" and is_off(FULL_SCAN, scan.table.properties, context.settings):
            yield _full_scan(scan, read)
    for limit in _limits(inputs, context):
        counted = [(scan, read) for scan, read in reads if limit.table in (None, read.table_name)]
        if sum(_judged(read) for _, read in counted) > limit.units:
            yield _too_many(counted, limit)


def _limits(inputs: Sequence[PlannedInput], context: StatementContext) -> Iterator[ReadLimit]:
    """The limits of single tables, then that of the statement."""
    for one in inputs:
        text = one.scan.table.properties.get(MAX_READ_UNITS)
        if one.read is not None and text:
            yield ReadLimit(_limit(text), one.read.table_name)
    text = context.settings.get(MAX_READ_UNITS)
    if text:
        yield ReadLimit(_limit(text))


def _limit(text: str) -> float:
    units = number_setting(MAX_READ_UNITS, text)
    if not units > 0:
        raise InputError(f"{MAX_READ_UNITS}={text} allows nothing: give the most read units, such as 1000")
    return units


def _judged(read: PlannedRead) -> float:
    """The units that count: a scan's at most; of a range, which nobody can know, what is certain."""
    units = read.estimate.units
    whole = read.access.path.kind == "scan" and read.most_items is None
    return units.high if whole and units.high is not None else units.low


def _too_many(counted: Sequence[tuple[Scan, PlannedRead]], limit: ReadLimit) -> ReadRefusedError:
    scan, read = max(counted, key=lambda one: _judged(one[1]))
    units = bounds_text(Bounds.exactly(sum(_judged(read) for _, read in counted)))
    share = "" if len(counted) == 1 else f", {bounds_text(Bounds.exactly(_judged(read)))} of them of this one"
    allowed = bounds_text(Bounds.exactly(limit.units))
    return _refused(
        f"table {read.table_name} was not read: the statement would take {units} read units{share}, and "
        f"{MAX_READ_UNITS} allows {allowed}; {_remedy(read)}, or raise the limit",
        scan,
        read,
    )


def _full_scan(scan: Scan, read: PlannedRead) -> ReadRefusedError:
    index = read.access.path.index_name
    whole = f"table {read.table_name}" if index is None else f"index {index} of table {read.table_name}"
    return _refused(
        f"{whole} was not read: the statement would read the whole of it, and {FULL_SCAN} is false; {_remedy(read)}, "
        f"or allow it with SET {FULL_SCAN}=true",
        scan,
        read,
    )


def _refused(message: str, scan: Scan, read: PlannedRead) -> ReadRefusedError:
    place = scan.position
    return ReadRefusedError(message, table=read.table_name, line=place.line, column=place.column)


def _remedy(read: PlannedRead) -> str:
    """The conditions that would make a query of a read."""
    if read.access.path.kind != "scan":
        return "give narrower conditions on its key"
    description = read.mapped.description
    columns = {column.attribute: column.column for column in read.mapped.columns}
    conditions = [f"{columns[key]} = value ({what})" for what, key in _keys(read) if key in columns]
    if not conditions:
        return f"map its partition key {description.hash_key} to a column, and give a condition such as column = value"
    return f"give a condition such as {' or '.join(conditions)}"


def _keys(read: PlannedRead) -> Iterator[tuple[str, str]]:
    """The partition keys of the table and of those indexes that hold all that is read."""
    description = read.mapped.description
    yield f"partition key {description.hash_key} of the table", description.hash_key
    wanted = {column.attribute for column in read.request.columns}
    for index in description.indexes:
        held = projected(index, description)
        if held is None or wanted <= held:
            yield f"partition key {index.hash_key} of index {index.name}", index.hash_key
