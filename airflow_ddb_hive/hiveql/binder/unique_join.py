"""UNIQUEJOIN: tables joined by the same keys, at once.

A key's rows are all combinations of the tables' rows of that key; a table without one gives NULL. A key that a table
lacks has rows only where a preserved table has it. NULL is a key of its own in each table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.coercion import coerced
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.expressions import ExpressionBinder
from airflow_ddb_hive.hiveql.binder.scope import Scope
from airflow_ddb_hive.hiveql.functions.conversion import common_type
from airflow_ddb_hive.hiveql.tree import (
    Call,
    ColumnRef,
    Expression,
    Filter,
    Join,
    Literal,
    OutputColumn,
    Position,
    Project,
    Relation,
)
from airflow_ddb_hive.model.types import BOOLEAN, HiveType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.hiveql.binder.queries import QueryBinder
    from airflow_ddb_hive.hiveql.grammar.syntax import UniqueJoinNode, UniqueJoinPart

__all__ = ["unique_join"]

_Side = tuple[Relation, Scope]
_WRONG_KEYS = "Tables with different or invalid number of keys in UNIQUEJOIN"


def unique_join(queries: QueryBinder, source: UniqueJoinNode, tables: Sequence[_Side]) -> _Side:
    """Join tables by their keys.

    Raises:
        HiveSemanticError: The tables have different numbers of keys, or their types have nothing in common.
    """
    keys = [_keys(queries, part, side) for part, side in zip(source.parts, tables, strict=True)]
    if len({len(one) for one in keys}) != 1:
        raise semantic_error(None, _WRONG_KEYS, source.position)
    types = [_key_type([one[place] for one in keys], source.position) for place in range(len(keys[0]))]
    marked = [
        _marked(queries, relation, tuple(coerced(key, type_) for key, type_ in zip(own, types, strict=True)))
        for (relation, _), own in zip(tables, keys, strict=True)
    ]
    joined = marked[0]
    for side in marked[1:]:
        joined = _full(queries, joined, side, len(types))
    return _kept(queries, source, joined, tables)


def _keys(queries: QueryBinder, part: UniqueJoinPart, side: _Side) -> list[Expression]:
    binder = ExpressionBinder(scope=side[1], bind_query=queries.within(side[1]).bind, outer=queries.outer)
    return [binder.bind(key) for key in part.keys]


def _key_type(keys: list[Expression], position: Position) -> HiveType:
    common: HiveType = keys[0].type
    for key in keys[1:]:
        found = common_type(common, key.type)
        if found is None:
            raise semantic_error(None, f"{_WRONG_KEYS}: {common} and {key.type}", position)
        common = found
    return common


def _references(relation: Relation, first: int, last: int) -> tuple[Expression, ...]:
    columns = enumerate(relation.columns[first:last], first)
    return tuple(ColumnRef(column.type, Position(), relation.id, index) for index, column in columns)


def _marked(queries: QueryBinder, relation: Relation, keys: tuple[Expression, ...]) -> Relation:
    """Keys, a mark that the table has the row, and the table's columns."""
    mark = Literal(BOOLEAN, Position(), True)
    columns = (
        *(OutputColumn(f"_k{i}", key.type) for i, key in enumerate(keys)),
        OutputColumn("_m", BOOLEAN),
        *relation.columns,
    )
    return Project(
        queries.context.number(), columns, relation, (*keys, mark, *_references(relation, 0, len(relation.columns)))
    )


def _full(queries: QueryBinder, left: Relation, right: Relation, width: int) -> Relation:
    """Join fully by the first ``width`` columns of both; the keys are those of the side that has them."""
    place = Position()
    pairs = zip(_references(left, 0, width), _references(right, 0, width), strict=True)
    condition = _chain("and", [Call(BOOLEAN, place, "=", pair) for pair in pairs])
    join = Join(queries.context.number(), (*left.columns, *right.columns), "full", left, right, condition)
    size = len(left.columns)
    keys = [
        Call(one.type, place, "coalesce", (one, other))
        for one, other in zip(_references(join, 0, width), _references(join, size, size + width), strict=True)
    ]
    columns = (*left.columns, *right.columns[width:])
    rest = (*_references(join, width, size), *_references(join, size + width, len(join.columns)))
    return Project(queries.context.number(), columns, join, (*keys, *rest))


def _chain(name: str, conditions: Sequence[Expression]) -> Expression:
    whole = conditions[0]
    for condition in conditions[1:]:
        whole = Call(BOOLEAN, Position(), name, (whole, condition))
    return whole


def _kept(queries: QueryBinder, source: UniqueJoinNode, joined: Relation, tables: Sequence[_Side]) -> _Side:
    """The rows of keys that all tables have, or a preserved one; and the tables' own columns."""
    place = Position()
    first = len(source.parts[0].keys)
    marks: list[Expression] = []
    own: list[Expression] = []
    for relation, _ in tables:
        last = first + 1 + len(relation.columns)
        marks.append(Call(BOOLEAN, place, "isnotnull", _references(joined, first, first + 1)))
        own += _references(joined, first + 1, last)
        first = last
    preserved = [mark for mark, part in zip(marks, source.parts, strict=True) if part.preserved]
    condition = _chain("or", [_chain("and", marks), *preserved])
    filtered = Filter(queries.context.number(), joined.columns, joined, condition)
    scope = tables[0][1]
    for _, other in tables[1:]:
        scope = scope.joined(other)
    kept = tuple(ColumnRef(e.type, place, filtered.id, e.index) for e in own if isinstance(e, ColumnRef))
    project = Project(queries.context.number(), scope.outputs(), filtered, kept)
    return project, scope.rebased(project)
