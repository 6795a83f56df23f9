"""The typed tree: what a query means once every name is resolved and every expression has a Hive type.

The binder makes it, rewrites take and return it, an engine emits its own SQL from it. Nothing in it is text from the
script except literals and output names, so nothing in a script can become other SQL. Relations are numbered; a
:class:`ColumnRef` is a relation's number and a column's place in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_ddb_hive.model.table import Table
    from airflow_ddb_hive.model.types import HiveType

__all__ = [
    "Aggregate",
    "Call",
    "Case",
    "Cast",
    "ColumnRef",
    "Distinct",
    "Expression",
    "Filter",
    "Join",
    "LateralView",
    "Limit",
    "Literal",
    "LiteralValue",
    "OutputColumn",
    "Position",
    "Project",
    "Relation",
    "Sample",
    "ScalarSubquery",
    "Scan",
    "SetOperation",
    "Sort",
    "SortKey",
    "Union",
    "Values",
    "Window",
]

LiteralValue = None | bool | int | float | Decimal | str | bytes | date | datetime


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the script: line from 1, column from 0, as Hive counts."""

    line: int = 1
    column: int = 0


@dataclass(frozen=True, slots=True)
class Expression:
    """Base of all expressions: a Hive type and, for messages, a position."""

    type: HiveType
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A constant; ``value`` is ``None`` for NULL."""

    value: LiteralValue


@dataclass(frozen=True, slots=True)
class ColumnRef(Expression):
    """Column ``index`` of relation number ``relation``."""

    relation: int
    index: int


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function or operator under Hive's own name (``concat``, ``+``, ``like``, ``and``, ``count``, ``row_number``).

    The arguments already have the types that the function takes: conversions are explicit :class:`Cast` nodes.
    ``distinct`` and ``window`` only occur with aggregate and window functions; an aggregate Call stands directly in
    an :class:`Aggregate`, or carries a window in a :class:`Project`.
    """

    function: str
    arguments: tuple[Expression, ...]
    distinct: bool = False
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """A conversion to ``type``, explicit in the script or made so by the binder; NULL where Hive gives NULL."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """CASE WHEN; the operand form is already rewritten to conditions."""

    branches: tuple[tuple[Expression, Expression], ...]
    default: Expression | None


@dataclass(frozen=True, slots=True)
class ScalarSubquery(Expression):
    """A query in an expression's place: ``kind`` is ``scalar``, ``exists`` or ``in`` (then ``operand`` is set)."""

    relation: Relation
    kind: str = "scalar"
    operand: Expression | None = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an ORDER BY; Hive's default puts NULL first going up and last going down."""

    expression: Expression
    descending: bool = False
    nulls_first: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """OVER (…): ``frame`` is (``rows`` | ``range``, start, end), bounds as signed offsets, ``None`` = unbounded."""

    partition: tuple[Expression, ...] = ()
    order: tuple[SortKey, ...] = ()
    frame: tuple[str, int | None, int | None] | None = None


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """Name and type of a relation's column, as a result set shows them.

    ``constant`` is a column of one value that is known before the query runs: Hive prints such a decimal without
    the zeros at its end.
    """

    name: str
    type: HiveType
    constant: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Relation:
    """Base of all relations: its number, unique in the statement, and its columns."""

    id: int
    columns: tuple[OutputColumn, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A part of a table's rows: ``rows`` of each split (file or segment), or a ``percent`` or ``bytes`` of its files.

    A sample by size ends with the first row that begins behind it.
    """

    kind: str
    amount: float


@dataclass(frozen=True, slots=True)
class Scan(Relation):
    """A table; ``columns`` are all of the table's, partition columns last.

    ``needed`` names the places of the columns that the statement uses: only they are read. ``sample`` is what a
    TABLESAMPLE takes of the rows.
    """

    table: Table
    needed: frozenset[int]
    position: Position = field(default_factory=Position, compare=False, repr=False)
    sample: Sample | None = None


@dataclass(frozen=True, slots=True)
class Values(Relation):
    """Literal rows; one row without columns is what a SELECT without FROM reads."""

    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True)
class Project(Relation):
    """One expression per column."""

    input: Relation
    expressions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Filter(Relation):
    """The rows for which ``condition`` is true; same columns as ``input``, under its own number."""

    input: Relation
    condition: Expression


@dataclass(frozen=True, slots=True)
class Join(Relation):
    """``kind``: inner, left, right, full, cross, semi, anti.

    Columns are left's then right's (left's alone for semi and anti); ``condition`` refers to the two inputs.
    """

    kind: str
    left: Relation
    right: Relation
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class LateralView(Relation):
    """Each input row with the rows that a table-generating ``call`` makes of it; ``outer`` keeps rows with none.

    Columns are the input's, then the generated ones.
    """

    input: Relation
    call: Call
    outer: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate(Relation):
    """GROUP BY: columns are the keys, then, with ``grouping_sets``, GROUPING__ID, then the aggregates.

    ``grouping_sets`` lists, for each set, the places of the keys that it keeps. GROUPING__ID has a bit for each key,
    the last key's the lowest: 1 where the set leaves the key out.
    """

    input: Relation
    keys: tuple[Expression, ...]
    aggregates: tuple[Call, ...]
    grouping_sets: tuple[tuple[int, ...], ...] | None = None


@dataclass(frozen=True, slots=True)
class Distinct(Relation):
    """The input's rows, each once."""

    input: Relation


@dataclass(frozen=True, slots=True)
class Sort(Relation):
    """The input's rows in order; keys refer to ``input``."""

    input: Relation
    keys: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Limit(Relation):
    """At most ``count`` rows, after leaving out ``offset``."""

    input: Relation
    count: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Union(Relation):
    """UNION ALL of inputs whose columns already have the same types."""

    inputs: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class SetOperation(Relation):
    """``intersect`` or ``except`` of rows whose columns already have the same types; NULL equals NULL.

    With ``all`` a row occurs as often as in both (intersect), or as it is left over (except); without, once.
    """

    kind: str
    left: Relation
    right: Relation
    all: bool = False
