"""Puts the streamed table on the left of every join, where DuckDB probes instead of building a hash table.

DuckDB takes a stream for one row and would build its hash table from it; the tables on the other side are spooled and
small. With the optimizer's own choice of sides off (see ``whole.py``), the left input is the one that flows through.
"""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.present import present_columns
from airflow_ddb_hive.hiveql.tree import ColumnRef, Join, Literal, Position, Project, Relation, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["stream_left"]

_NOWHERE = Position()
_MIRRORED = {"inner": "inner", "cross": "cross", "left": "right", "right": "left", "full": "full"}


def stream_left(relation: Relation, stream: int) -> Relation:
    """Return the query with relation number ``stream`` never on the right of a join that can be mirrored."""
    highest = max(node.id for node in _relations(relation))
    return _rewritten(relation, stream, itertools.count(highest + 1))


def _rewritten(relation: Relation, stream: int, numbers: Iterator[int]) -> Relation:
    changes: dict[str, object] = {}
    for name, child in _children(relation):
        changes[name] = (
            _rewritten(child, stream, numbers)
            if isinstance(child, Relation)
            else tuple(_rewritten(part, stream, numbers) for part in child)
        )
    rebuilt = replace(relation, **changes) if changes else relation  # type: ignore[arg-type] # names are its own fields
    if isinstance(rebuilt, Join) and rebuilt.kind in _MIRRORED and _holds(rebuilt.right, stream):
        return _mirrored(rebuilt, next(numbers))
    return rebuilt


def _mirrored(join: Join, number: int) -> Project:
    """The join with its sides exchanged, below a projection that restores number and order of the columns."""
    left, right = len(join.left.columns), len(join.right.columns)
    columns = (*join.right.columns, *join.left.columns)
    mirrored = Join(number, columns, _MIRRORED[join.kind], join.right, join.left, join.condition)
    places = [*range(right, right + left), *range(right)]
    position = join.condition.position if join.condition is not None else _NOWHERE
    present = set(present_columns(mirrored))
    references = tuple(
        # A column that nobody needs was not read: its place is kept by a NULL that nobody looks at.
        ColumnRef(columns[place].type, position, number, place)
        if place in present
        else Literal(columns[place].type, position, None)
        for place in places
    )
    return Project(join.id, join.columns, mirrored, references)


def _holds(relation: Relation, number: int) -> bool:
    return any(node.id == number for node in _relations(relation))


def _relations(relation: Relation) -> Iterator[Relation]:
    yield relation
    for _, child in _children(relation):
        for part in (child,) if isinstance(child, Relation) else child:
            yield from _relations(part)


def _children(relation: Relation) -> Iterator[tuple[str, Relation | tuple[Relation, ...]]]:
    for part in fields(relation):
        value = getattr(relation, part.name)
        if isinstance(value, Relation) or (isinstance(relation, Union) and part.name == "inputs"):
            yield part.name, value
