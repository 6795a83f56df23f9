"""Arrow to pandas without losing anything: no integer becomes a float, no NULL a NaN, no Decimal a double."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["to_frame"]

_NULLABLE = {
    "int8": "Int8Dtype",
    "int16": "Int16Dtype",
    "int32": "Int32Dtype",
    "int64": "Int64Dtype",
    "bool": "BooleanDtype",
}
"""pandas' own types that know NULL, by Arrow type; its Float64 is none of them: it takes NaN for NULL."""

_FLOATS = frozenset({"float", "double"})


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return the rows as a data frame.

    Integers and booleans have pandas' nullable types, floats Arrow's (which tell NaN from NULL), timestamps are
    ``datetime64[us]``; everything else is the Python value that a cursor fetches, in a column of objects. Names may
    repeat, as Hive's may.

    Example:
        >>> import pyarrow as pa
        >>> to_frame(pa.table({"n": pa.array([1, None], pa.int64())})).n.dtype
        Int64Dtype()
    """
    import pandas as pd

    series = [_series(table.column(place)) for place in range(table.num_columns)]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=range(table.num_rows))
    frame.columns = pd.Index(table.column_names)
    return frame


def _series(column: pa.ChunkedArray) -> pd.Series[Any]:
    import pandas as pd

    nullable = _NULLABLE.get(str(column.type))
    if nullable is not None:
        dtype: Any = getattr(pd, nullable)()
        return pd.Series(dtype.__from_arrow__(column))
    if str(column.type) in _FLOATS:
        return pd.Series(pd.arrays.ArrowExtensionArray(column))
    if str(column.type).startswith("timestamp"):
        series: pd.Series[Any] = column.to_pandas()
        return series
    return pd.Series(column.to_pylist(maps_as_pydicts="strict"), dtype=object)
