"""Says at the end of a statement which columns were NULL although the items have something there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.engines.local.progress import TableMeter

__all__ = ["misfit_lines"]


def misfit_lines(meters: Sequence[TableMeter]) -> Iterator[str]:
    """Yield one line for each column and cause.

    Example:
        >>> from airflow_ddb_hive.dynamodb import Meter
        >>> from airflow_ddb_hive.engines.local.progress import TableMeter
        >>> meter = Meter("Music", "read")
        >>> meter.mismatched("price", 12)
        >>> list(misfit_lines([TableMeter(meter, tags={"price": "N"})]))
        ['column price of table Music: 12 attributes of another type than N were NULL']
    """
    for metered in meters:
        usage = metered.meter.snapshot()
        for column, count in usage.mismatched.items():
            yield (
                f"column {column} of table {usage.table}: {_values('attribute', count)} of another type than "
                f"{metered.tags.get(column, 'the column')} {_were(count)} NULL"
            )
        for column, count in usage.bad_values.items():
            misfits = f"{_values('value', count)} that did not fit"
            yield f"column {column} of table {usage.table}: {misfits} {_were(count)} NULL"


def _values(noun: str, count: int) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
