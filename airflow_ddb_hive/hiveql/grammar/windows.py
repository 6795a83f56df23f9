"""What stands after OVER and in a WINDOW clause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from airflow_ddb_hive.hiveql.grammar.syntax import FrameNode, Node, OrderNode, WindowNode

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor

__all__ = ["read_order", "read_window"]


class _Expressions(Protocol):
    def expression(self) -> Node: ...

    def expressions(self) -> tuple[Node, ...]: ...


def read_order(cursor: Cursor, reader: _Expressions) -> tuple[OrderNode, ...]:
    """Take the keys after ORDER BY or SORT BY."""
    keys = [_order_key(cursor, reader)]
    while cursor.take(","):
        keys.append(_order_key(cursor, reader))
    return tuple(keys)


def _order_key(cursor: Cursor, reader: _Expressions) -> OrderNode:
    position = cursor.position
    expression = reader.expression()
    descending = cursor.take("DESC")
    if not descending:
        cursor.take("ASC")
    nulls_first: bool | None = None
    if cursor.take("NULLS"):
        nulls_first = cursor.take("FIRST")
        if not nulls_first:
            cursor.expect("LAST", "order by clause")
    return OrderNode(position, expression, descending, nulls_first)


def read_window(cursor: Cursor, reader: _Expressions) -> WindowNode:
    """Take a window: a name, or a specification in brackets."""
    position = cursor.position
    if not cursor.at("("):
        return WindowNode(position, name=cursor.identifier("window specification"))
    cursor.advance()
    name = cursor.identifier() if cursor.at_identifier() and not _at_clause(cursor) else None
    partition, order = _partition_and_order(cursor, reader)
    frame = _frame(cursor) if cursor.at("ROWS") or cursor.at("RANGE") else None
    cursor.expect(")", "window specification")
    return WindowNode(position, partition, order, frame, name)


def _at_clause(cursor: Cursor) -> bool:
    return any(cursor.at(word, "BY") for word in ("PARTITION", "ORDER", "DISTRIBUTE", "SORT", "CLUSTER"))


def _partition_and_order(cursor: Cursor, reader: _Expressions) -> tuple[tuple[Node, ...], tuple[OrderNode, ...]]:
    partition: tuple[Node, ...] = ()
    order: tuple[OrderNode, ...] = ()
    if cursor.clause("CLUSTER", "BY", context="cluster by clause"):
        partition = reader.expressions()
        return partition, tuple(OrderNode(node.position, node) for node in partition)
    if cursor.clause("PARTITION", "BY") or cursor.clause("DISTRIBUTE", "BY"):
        partition = reader.expressions()
    if cursor.clause("ORDER", "BY", context="order by clause") or cursor.clause("SORT", "BY"):
        order = read_order(cursor, reader)
    return partition, order


def _frame(cursor: Cursor) -> FrameNode:
    position = cursor.position
    unit = cursor.advance().value.lower()
    if not cursor.take("BETWEEN"):
        return FrameNode(position, unit, _start(cursor), 0)
    start, misplaced = _bound(cursor, "FOLLOWING", "Start")
    cursor.expect("AND", "window frame")
    end, misplaced_end = _bound(cursor, "PRECEDING", "End")
    return FrameNode(position, unit, start, end, misplaced or misplaced_end)


def _start(cursor: Cursor) -> int | None:
    """The start of a frame that ends at the current row."""
    context = "windowframestartboundary"
    if cursor.take("CURRENT"):
        cursor.expect("ROW", context)
        return 0
    distance = None if cursor.take("UNBOUNDED") else -cursor.integer(context)
    cursor.expect("PRECEDING", context)
    return distance


def _bound(cursor: Cursor, wrong: str, side: str) -> tuple[int | None, str | None]:
    """A signed offset, and what is wrong with an UNBOUNDED that goes the way that it cannot at this end."""
    if cursor.take("UNBOUNDED"):
        if cursor.take(wrong):
            return None, f"{side} of a WindowFrame cannot be UNBOUNDED {wrong}"
        cursor.expect("PRECEDING" if wrong == "FOLLOWING" else "FOLLOWING", "window frame")
        return None, None
    if cursor.take("CURRENT"):
        cursor.expect("ROW", "window frame")
        return 0, None
    distance = cursor.integer("window frame")
    if cursor.take("PRECEDING"):
        return -distance, None
    cursor.expect("FOLLOWING", "window frame")
    return distance, None
