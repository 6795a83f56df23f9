"""What was written: the syntax of queries, before any name is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.tree import LiteralValue, Position
    from airflow_ddb_hive.model.types import HiveType

__all__ = [
    "CaseNode",
    "CastNode",
    "ExistsNode",
    "FrameNode",
    "FunctionNode",
    "InQueryNode",
    "JoinNode",
    "LateralNode",
    "LiteralNode",
    "MemberNode",
    "NameNode",
    "Node",
    "OrderNode",
    "QueryNode",
    "SampleNode",
    "SelectItem",
    "SelectNode",
    "SetNode",
    "SourceNode",
    "StarNode",
    "SubqueryNode",
    "SubquerySource",
    "TableSource",
    "UniqueJoinNode",
    "UniqueJoinPart",
    "ValuesNode",
    "WindowNode",
]


@dataclass(frozen=True, slots=True)
class Node:
    """Base: anything with a place."""

    position: Position = field(compare=False)


@dataclass(frozen=True, slots=True)
class LiteralNode(Node):
    """A constant with its Hive type."""

    value: LiteralValue
    type: HiveType
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NameNode(Node):
    """An identifier, in lower case."""

    name: str


@dataclass(frozen=True, slots=True)
class MemberNode(Node):
    """``operand.name``: a qualified column or a field of a struct."""

    operand: Node
    name: str


@dataclass(frozen=True, slots=True)
class StarNode(Node):
    """``*`` or ``alias.*``."""

    qualifier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderNode(Node):
    """One key of an ORDER BY.

    The keys of SORT, CLUSTER and DISTRIBUTE BY see what is ``selected`` alone; DISTRIBUTE BY only ``spreads`` the rows.
    """

    expression: Node
    descending: bool = False
    nulls_first: bool | None = None
    selected: bool = False
    spreads: bool = False


@dataclass(frozen=True, slots=True)
class FrameNode(Node):
    """``ROWS | RANGE BETWEEN``: signed offsets, ``None`` = unbounded; ``misplaced`` says which bound is so wrongly."""

    unit: str
    start: int | None
    end: int | None
    misplaced: str | None = None


@dataclass(frozen=True, slots=True)
class WindowNode(Node):
    """``OVER (…)``; ``name`` refers to a WINDOW clause."""

    partition: tuple[Node, ...] = ()
    order: tuple[OrderNode, ...] = ()
    frame: FrameNode | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionNode(Node):
    """A function or operator with its arguments; ``star`` is ``count(*)``."""

    name: str
    arguments: tuple[Node, ...]
    distinct: bool = False
    star: bool = False
    window: WindowNode | None = None


@dataclass(frozen=True, slots=True)
class CaseNode(Node):
    """CASE in both forms."""

    operand: Node | None
    branches: tuple[tuple[Node, Node], ...]
    default: Node | None


@dataclass(frozen=True, slots=True)
class CastNode(Node):
    """CAST(operand AS type)."""

    operand: Node
    type: HiveType


@dataclass(frozen=True, slots=True)
class SubqueryNode(Node):
    """A scalar subquery."""

    query: QueryNode


@dataclass(frozen=True, slots=True)
class ExistsNode(Node):
    """EXISTS (query)."""

    query: QueryNode


@dataclass(frozen=True, slots=True)
class InQueryNode(Node):
    """``operand IN (query)``."""

    operand: Node
    query: QueryNode


@dataclass(frozen=True, slots=True)
class SourceNode(Node):
    """Base of what FROM names."""


@dataclass(frozen=True, slots=True)
class SampleNode(Node):
    """TABLESAMPLE: ``kind`` is ``rows``, ``percent``, ``bytes`` or ``bucket``.

    ``count`` is rows, percent, bytes, or the bucket's number of ``of`` buckets by ``expressions``.
    """

    kind: str
    count: float
    of: int = 1
    expressions: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSource(SourceNode):
    """A table or CTE."""

    database: str | None
    name: str
    alias: str | None = None
    sample: SampleNode | None = None
    alias_position: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SubquerySource(SourceNode):
    """``(query) alias``, or rows of VALUES with column names."""

    query: QueryNode
    alias: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinNode(SourceNode):
    """A join; ``kind`` is inner, left, right, full, semi or cross; ``using`` names columns of both sides."""

    kind: str
    left: SourceNode
    right: SourceNode
    condition: Node | None = None
    using: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LateralNode(SourceNode):
    """LATERAL VIEW [OUTER] call alias AS columns."""

    input: SourceNode
    call: FunctionNode
    alias: str
    columns: tuple[str, ...]
    outer: bool = False


@dataclass(frozen=True, slots=True)
class UniqueJoinPart(Node):
    """One table of a UNIQUEJOIN with its keys; a ``preserved`` one keeps the rows that the others lack."""

    source: TableSource
    keys: tuple[Node, ...]
    preserved: bool = False


@dataclass(frozen=True, slots=True)
class UniqueJoinNode(SourceNode):
    """``UNIQUEJOIN [PRESERVE] table (key, …), …``: tables joined by the same keys, at once."""

    parts: tuple[UniqueJoinPart, ...]


@dataclass(frozen=True, slots=True)
class SelectItem(Node):
    """One item of a select list; several aliases name the columns of a table-generating function."""

    expression: Node
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectNode(Node):
    """SELECT … FROM … WHERE … GROUP BY … HAVING …, without what orders and limits it."""

    items: tuple[SelectItem, ...]
    distinct: bool = False
    source: SourceNode | None = None
    where: Node | None = None
    group: tuple[Node, ...] = ()
    grouping_sets: tuple[tuple[Node, ...], ...] | None = None
    having: Node | None = None
    windows: tuple[tuple[str, WindowNode], ...] = ()


@dataclass(frozen=True, slots=True)
class ValuesNode(Node):
    """VALUES (…), (…)."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class SetNode(Node):
    """``operator`` is ``union all``, ``union``, ``intersect``, ``except`` …."""

    operator: str
    left: QueryNode
    right: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryNode(Node):
    """A query: common table expressions, a body, an order and a limit."""

    body: SelectNode | ValuesNode | SetNode
    ctes: tuple[tuple[str, QueryNode], ...] = ()
    order: tuple[OrderNode, ...] = ()
    limit: int | None = None
    offset: int = 0
