"""From a relation of the typed tree to one SELECT."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.expressions import emit_expression, emit_sort_key
from airflow_ddb_hive.engines.local.emit.functions import REFUSED_FUNCTIONS, TABLE_GENERATORS
from airflow_ddb_hive.engines.local.emit.functions.sketched import is_fed, ordered_input
from airflow_ddb_hive.engines.local.emit.present import present_columns
from airflow_ddb_hive.engines.local.physical import duckdb_type
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.conversion import is_text
from airflow_ddb_hive.hiveql.tree import (
    Aggregate,
    Call,
    ColumnRef,
    Distinct,
    Expression,
    Filter,
    Join,
    LateralView,
    Limit,
    Project,
    Relation,
    Scan,
    SetOperation,
    Sort,
    Union,
    Values,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["emit_relation"]

_JOIN_WORDS = {
    "inner": "INNER JOIN",
    "left": "LEFT JOIN",
    "right": "RIGHT JOIN",
    "full": "FULL JOIN",
    "cross": "CROSS JOIN",
    "semi": "SEMI JOIN",
    "anti": "ANTI JOIN",
}


def emit_relation(relation: Relation, sources: Mapping[int, str]) -> str:
    """Return a SELECT whose columns are ``c0`` to ``cn``.

    Columns of a scan that the statement does not need are left out all the way up.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import OutputColumn
        >>> from airflow_ddb_hive.model.table import Table
        >>> from airflow_ddb_hive.model.types import INT
        >>> table = Table(database="default", name="t", columns=())
        >>> scan = Scan(1, (OutputColumn("a", INT),), table, frozenset({0}))
        >>> emit_relation(Limit(2, scan.columns, scan, 5), {1: "s1"})
        'SELECT t1.c0 FROM (SELECT c0 FROM s1) AS t1 LIMIT 5'

    Raises:
        UnsupportedSqlError: Something in the relation has no faithful SQL.
    """
    return _Emission(sources).select(relation)


class _Emission:
    """The walk over one statement's relations."""

    def __init__(self, sources: Mapping[int, str]) -> None:
        self._sources = sources

    def select(self, relation: Relation) -> str:
        return _SELECTS[type(relation)](self, relation)

    def expression(self, expression: Expression) -> str:
        return emit_expression(expression, self.select)

    def _from(self, relation: Relation) -> str:
        return f"({self.select(relation)}) AS t{relation.id}"

    def scan(self, scan: Scan) -> str:
        return f"SELECT {_names(scan) or 'c_'} FROM {self._sources[scan.id]}"

    def values(self, values: Values) -> str:
        if not values.columns:
            return f"SELECT 0 AS c_ FROM range({len(values.rows)})"
        if not values.rows:
            empty = ", ".join(f"CAST(NULL AS {duckdb_type(c.type)}) AS c{i}" for i, c in enumerate(values.columns))
            return f"SELECT {empty} WHERE FALSE"
        rows = [
            "SELECT " + ", ".join(f"{self.expression(value)} AS c{i}" for i, value in enumerate(row))
            for row in values.rows
        ]
        return " UNION ALL ".join(rows)

    def project(self, project: Project) -> str:
        columns = ", ".join(f"{self.expression(e)} AS c{i}" for i, e in enumerate(project.expressions))
        return f"SELECT {columns} FROM {self._from(project.input)}"

    def filter(self, filter_: Filter) -> str:
        return f"{_same(filter_.input)} FROM {self._from(filter_.input)} WHERE {self.expression(filter_.condition)}"

    def join(self, join: Join) -> str:
        word = _JOIN_WORDS[join.kind]
        columns = [f"t{join.left.id}.c{i} AS c{i}" for i in present_columns(join.left)]
        if join.kind not in ("semi", "anti"):
            offset = len(join.left.columns)
            columns += [f"t{join.right.id}.c{i} AS c{i + offset}" for i in present_columns(join.right)]
        condition = "TRUE" if join.condition is None else self.expression(join.condition)
        if join.kind == "cross" and join.condition is not None:
            word = "INNER JOIN"
        on = "" if word == "CROSS JOIN" else f" ON {condition}"
        listed = ", ".join(columns) or "0 AS c_"
        return f"SELECT {listed} FROM {self._from(join.left)} {word} {self._from(join.right)}{on}"

    def lateral(self, view: LateralView) -> str:
        emitter = TABLE_GENERATORS.get(view.call.function)
        if emitter is None:
            position = view.call.position
            name = view.call.function
            reason = REFUSED_FUNCTIONS.get(name, "this engine does not have it yet")
            message = f"table function {name} is not supported: {reason}"
            raise UnsupportedSqlError(message, line=position.line, column=position.column)
        lists = emitter(view.call, [self.expression(argument) for argument in view.call.arguments])
        if view.outer:
            lists = [f"CASE WHEN len({one}) > 0 THEN {one} ELSE [NULL] END" for one in lists]
        source = view.input
        columns = [f"t{source.id}.c{i} AS c{i}" for i in present_columns(source)]
        columns += [f"unnest({one}) AS c{i}" for i, one in enumerate(lists, len(source.columns))]
        return f"SELECT {', '.join(columns)} FROM {self._from(source)}"

    def aggregate(self, aggregate: Aggregate) -> str:
        fed = any(is_fed(call) for call in aggregate.aggregates)
        if aggregate.grouping_sets is not None:
            return self._sets_apart(aggregate) if fed else self._grouping_sets(aggregate)
        keys = [self.expression(key) for key in aggregate.keys]
        source, prepared = (self._from(aggregate.input), aggregate.aggregates) if fed else self._prepared(aggregate)
        calls = [self.expression(call) for call in prepared]
        columns = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate([*keys, *calls])) or "0 AS c_"
        places = ", ".join(str(i + 1) for i in range(len(keys)))
        group = f" GROUP BY {places}" if keys else ""
        if fed:
            source = ordered_input(source, f"t{aggregate.input.id}", keys)
        return f"SELECT {columns} FROM {source}{group}"

    def _prepared(self, aggregate: Aggregate) -> tuple[str, tuple[Call, ...]]:
        """The input and the calls over it; arguments with lambdas, which DuckDB plans in no aggregate, are columns.

        So is computed text: the aggregate reads it as a number, with a lambda.
        """
        source = aggregate.input
        name = f"t{source.id}"
        added: list[str] = []
        calls = []
        for call in aggregate.aggregates:
            arguments = list(call.arguments)
            for number, argument in enumerate(arguments):
                sql = self.expression(argument)
                if " lambda " in f" {sql}" or (is_text(argument.type) and not isinstance(argument, ColumnRef)):
                    place = len(source.columns) + len(added)
                    added.append(f"{sql} AS c{place}")
                    arguments[number] = ColumnRef(argument.type, argument.position, source.id, place)
            calls.append(replace(call, arguments=tuple(arguments)))
        if not added:
            return self._from(source), aggregate.aggregates
        return f"(SELECT {name}.*, {', '.join(added)} FROM {self._from(source)}) AS {name}", tuple(calls)

    def _sets_apart(self, aggregate: Aggregate) -> str:
        """A histogram has to know its group: each set is a query of its own over an input that is computed once."""
        name = f"t{aggregate.input.id}"
        keys = [self.expression(key) for key in aggregate.keys]
        parts = []
        for chosen in aggregate.grouping_sets or ():
            shown = [
                key if i in chosen else f"CAST(NULL AS {duckdb_type(aggregate.keys[i].type)})"
                for i, key in enumerate(keys)
            ]
            identity = sum(1 << (len(keys) - 1 - i) for i in range(len(keys)) if i not in chosen)
            calls = [self.expression(call) for call in aggregate.aggregates]
            cells = enumerate([*shown, f"{identity}::BIGINT", *calls])
            source = ordered_input(f"i{name} AS {name}", name, [keys[place] for place in chosen])
            group = f" GROUP BY {', '.join(keys[place] for place in chosen)}" if chosen else ""
            parts.append(f"SELECT {', '.join(f'{sql} AS c{i}' for i, sql in cells)} FROM {source}{group}")
        return f"WITH i{name} AS MATERIALIZED ({self.select(aggregate.input)}) {' UNION ALL '.join(parts)}"

    def _grouping_sets(self, aggregate: Aggregate) -> str:
        """Keys are named first: only so may one stand in some sets and be NULL in the others."""
        sets = aggregate.grouping_sets or ()
        name = f"t{aggregate.input.id}"
        named = "".join(f", {self.expression(key)} AS k{i}" for i, key in enumerate(aggregate.keys))
        source, prepared = self._prepared(aggregate)
        inner = f"(SELECT {name}.*{named} FROM {source}) AS {name}"
        keys = [f"{name}.k{i}" for i in range(len(aggregate.keys))]
        calls = [self.expression(call) for call in prepared]
        used = {place for chosen in sets for place in chosen}
        bits = [
            f"{1 << (len(keys) - 1 - i)} * {f'GROUPING({key})' if i in used else '1'}" for i, key in enumerate(keys)
        ]
        identity = f"CAST({' + '.join(bits) or '0'} AS BIGINT)"
        shown = [
            key if i in used else f"CAST(NULL AS {duckdb_type(aggregate.keys[i].type)})" for i, key in enumerate(keys)
        ]
        columns = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate([*shown, identity, *calls]))
        listed = ", ".join(f"({', '.join(keys[place] for place in chosen)})" for chosen in sets)
        return f"SELECT {columns} FROM {inner} GROUP BY GROUPING SETS ({listed})"

    def distinct(self, distinct: Distinct) -> str:
        return f"{_same(distinct.input, 'SELECT DISTINCT')} FROM {self._from(distinct.input)}"

    def sort(self, sort: Sort) -> str:
        keys = ", ".join(emit_sort_key(key, self.select) for key in sort.keys)
        return f"{_same(sort.input)} FROM {self._from(sort.input)} ORDER BY {keys}"

    def limit(self, limit: Limit) -> str:
        # Directly under the sort, LIMIT makes DuckDB keep only the first rows instead of sorting all.
        inner = limit.input
        query = self.sort(inner) if isinstance(inner, Sort) else f"{_same(inner)} FROM {self._from(inner)}"
        return f"{query} LIMIT {limit.count}" + (f" OFFSET {limit.offset}" if limit.offset else "")

    def set_operation(self, operation: SetOperation) -> str:
        word = f"{operation.kind.upper()}{' ALL' if operation.all else ''}"
        sides = [f"{_same(side)} FROM {self._from(side)}" for side in (operation.left, operation.right)]
        return f" {word} ".join(f"({side})" for side in sides)

    def union(self, union: Union) -> str:
        places = present_columns(union)
        parts = []
        for one in union.inputs:
            names = ", ".join(f"t{one.id}.c{i} AS c{i}" for i in places) or "0 AS c_"
            parts.append(f"SELECT {names} FROM {self._from(one)}")
        return " UNION ALL ".join(parts)


def _names(relation: Relation) -> str:
    return ", ".join(f"c{i}" for i in present_columns(relation))


def _same(relation: Relation, select: str = "SELECT") -> str:
    names = ", ".join(f"t{relation.id}.c{i}" for i in present_columns(relation))
    return f"{select} {names or f't{relation.id}.c_'}"


_SELECTS: dict[type[Relation], Callable[..., str]] = {
    Scan: _Emission.scan,
    SetOperation: _Emission.set_operation,
    Values: _Emission.values,
    Project: _Emission.project,
    Filter: _Emission.filter,
    Join: _Emission.join,
    LateralView: _Emission.lateral,
    Aggregate: _Emission.aggregate,
    Distinct: _Emission.distinct,
    Sort: _Emission.sort,
    Limit: _Emission.limit,
    Union: _Emission.union,
}
