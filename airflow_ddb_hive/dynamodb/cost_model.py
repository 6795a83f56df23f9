"""Guesses what a request will cost from what the ones before it did."""

from __future__ import annotations

__all__ = ["CostModel"]

_DECAY = 0.7
_ROUNDING_UNITS = 0.5
"""A read is rounded up to half a unit, so a small page says little of its items."""

_JUMP = 1.5
_PEAK_DECAY = 0.9
_INDEX_DECAY = 0.9


class CostModel:
    """Units an item, units a request, and each index's units for one of the table.

    Items that become dearer are believed at once, cheaper ones by and by: a page asked for by an old guess would
    overrun the budget.

    Example:
        >>> model = CostModel(1.0)
        >>> model.learn(25.0, 50)
        >>> model.units_per_item
        0.5

    Args:
        unit_items: A first guess at units an item, until answers tell.
    """

    def __init__(self, unit_items: float) -> None:
        self._units = unit_items
        self._items = 1.0
        self._measured = False
        self._peak = 0.0
        self._index_units: dict[str, float] = {}
        self._table_units = 0.0

    @property
    def units_per_item(self) -> float:
        """What an item probably costs."""
        return self._units / self._items

    def request_units(self, limit: int, largest: float) -> float:
        """What a request for up to ``limit`` items probably costs, ``largest`` at most."""
        expected = min(largest, limit * self.units_per_item)
        return max(0.5, min(expected, self._peak) if self._peak else expected)

    def index_ratio(self, index: str) -> float:
        """An index's units for one unit of the table; one until answers tell."""
        return self._index_units.get(index, 0.0) / self._table_units if self._table_units else 1.0

    def learn(self, units: float, items: int) -> None:
        """Take an answer into account; one that evaluated nothing tells only what a request costs."""
        if units <= 0:
            return
        self._peak = max(units, _PEAK_DECAY * self._peak + (1 - _PEAK_DECAY) * units)
        if items <= 0:
            return
        surely = max(0.0, units - _ROUNDING_UNITS) / items
        kept = 0.0 if not self._measured or surely > _JUMP * self.units_per_item else _DECAY
        self._units = kept * self._units + units
        self._items = kept * self._items + items
        self._measured = True

    def learn_indexes(self, table_units: float, index_units: dict[str, float]) -> None:
        """Take into account what a write cost in each index."""
        if table_units <= 0:
            return
        names = self._index_units.keys() | index_units.keys()
        self._index_units = {
            name: _INDEX_DECAY * self._index_units.get(name, 0.0) + index_units.get(name, 0.0) for name in names
        }
        self._table_units = _INDEX_DECAY * self._table_units + table_units
