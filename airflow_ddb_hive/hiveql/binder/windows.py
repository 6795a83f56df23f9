"""What stands after OVER, and which frames Hive takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.tree import SortKey, Window
from airflow_ddb_hive.model.types import MapType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from airflow_ddb_hive.hiveql.grammar.syntax import FrameNode, Node, OrderNode, WindowNode
    from airflow_ddb_hive.hiveql.tree import Expression

__all__ = ["bind_window", "sort_key"]

_WHOLE = frozenset({"cume_dist", "dense_rank", "lag", "lead", "ntile", "percent_rank", "rank", "row_number"})
"""Functions of the whole partition: Hive takes no narrower frame for them."""
_BROKEN = (
    "Failed to breakup Windowing invocations into Groups. At least 1 group must only depend on input columns. Also "
    "check for circular dependencies. Underlying error: "
)


def bind_window(
    bind: Callable[[Node], Expression], node: WindowNode, named: Mapping[str, WindowNode], function: str
) -> Window:
    """Bind the window of a function, with what a WINDOW clause says of it.

    Raises:
        HiveSemanticError: There is no such window, or its frame does not fit.
    """
    node = _resolved(node, named)
    frame = None if node.frame is None else _frame(node.frame, node, function)
    keys = tuple(sort_key(bind(key.expression), key) for key in node.order)
    partition = tuple(bind(part) for part in node.partition)
    for key, written in zip(keys, node.order, strict=True):
        if isinstance(key.expression.type, MapType):
            message = "Partition Expression is not a comparable expression"
            raise semantic_error(None, _BROKEN + message, written.position)
    return Window(partition, keys, frame)


def _resolved(node: WindowNode, named: Mapping[str, WindowNode]) -> WindowNode:
    seen: set[str] = set()
    while node.name is not None:
        base = named.get(node.name)
        if base is None or node.name in seen:
            message = f"Window Spec=[Name='{node.name}'] refers to an unknown source"
            raise semantic_error(None, message, node.position)
        seen.add(node.name)
        node = replace(
            base,
            partition=node.partition or base.partition,
            order=node.order or base.order,
            frame=node.frame or base.frame,
        )
    return node


def _frame(frame: FrameNode, node: WindowNode, function: str) -> tuple[str, int | None, int | None]:
    """Check a frame's bounds: ``None`` is unbounded, and a start that is unbounded FOLLOWING is marked in the node."""
    if frame.misplaced:
        raise semantic_error(None, frame.misplaced, frame.position)
    start, end = frame.start, frame.end
    if start is not None and end is not None and start > end:
        message = "Window range invalid, start boundary is greater than end boundary"
        raise semantic_error(None, _BROKEN + message, frame.position)
    if function in _WHOLE and (start is not None or end is not None):
        side = "left" if start is not None else "right"
        message = f"Expecting {side} window frame boundary for function {function} to be unbounded"
        raise semantic_error(None, _BROKEN + message, frame.position)
    valued = any(bound not in (None, 0) for bound in (start, end))
    if frame.unit == "range" and valued and len(node.order) > 1:
        raise semantic_error(None, "Range value based Window Frame can have only 1 Sort Key", frame.position)
    return frame.unit, start, end


def sort_key(expression: Expression, node: OrderNode) -> SortKey:
    """A sort key with Hive's default place for NULL."""
    nulls_first = not node.descending if node.nulls_first is None else node.nulls_first
    return SortKey(expression, node.descending, nulls_first)
