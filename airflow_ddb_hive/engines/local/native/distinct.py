"""Work done once for each distinct value of a column: texts repeat, patterns and paths nearly always do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["by_distinct_rows"]


def by_distinct_rows(columns: list[Any], result: pa.DataType, function: Callable[..., Any]) -> Any:
    """Return the function's value of each row; rows that are alike are asked once, and a NULL among them gives NULL.

    Example:
        >>> pair = [pa.array(["a", "a", None]), pa.array(["b", "b", "b"])]
        >>> by_distinct_rows(pair, pa.string(), lambda x, y: x + y).to_pylist()
        ['ab', 'ab', None]
    """
    encoded = [_encoded(column) for column in columns]
    code = pa.scalar(0, pa.int64())
    for indices, values in encoded:
        code = pc.add(pc.multiply(code, pa.scalar(len(values), pa.int64())), pc.cast(indices, pa.int64()))
    rows = pc.dictionary_encode(code)
    answers = [_answer(one, encoded, function) for one in rows.dictionary.to_pylist()]
    return pc.take(pa.array(answers, result), rows.indices)


def _encoded(column: Any) -> tuple[Any, list[Any]]:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    encoded = pc.dictionary_encode(column, null_encoding="encode")
    return encoded.indices, encoded.dictionary.to_pylist()


def _answer(code: int, encoded: list[tuple[Any, list[Any]]], function: Callable[..., Any]) -> Any:
    values = []
    for _, distinct in reversed(encoded):
        code, place = divmod(code, len(distinct))
        values.append(distinct[place])
    return None if None in values else function(*reversed(values))
