"""What a statement will take, as far as that can be known before it reads anything: bounds, never a guess."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["READ_PRICE", "WRITE_PRICE", "Bounds", "CapacityEstimate"]

READ_PRICE = 0.125
"""US dollars for a million on-demand read request units: the list price of us-east-1 since November 2024.

https://aws.amazon.com/dynamodb/pricing/on-demand/
"""

WRITE_PRICE = 0.625
"""US dollars for a million on-demand write request units."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number is at least and at most; ``high`` is ``None`` where nothing bounds it.

    Example:
        >>> Bounds(2.0, 5.0) + Bounds(1.0)
        Bounds(low=3.0, high=None)
    """

    low: float
    high: float | None = None

    @classmethod
    def exactly(cls, number: float) -> Bounds:
        """Both bounds are the number."""
        return cls(number, number)

    def __add__(self, other: Bounds) -> Bounds:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Bounds(self.low + other.low, high)

    def times(self, factor: float) -> Bounds:
        """Both bounds multiplied.

        Example:
            >>> Bounds(2.0, 5.0).times(0.5)
            Bounds(low=1.0, high=2.5)
        """
        return Bounds(self.low * factor, None if self.high is None else self.high * factor)

    def at_most(self, most: float) -> Bounds:
        """Both bounds, lowered where they exceed ``most``.

        Example:
            >>> Bounds(2.0).at_most(1.0)
            Bounds(low=1.0, high=1.0)
        """
        return Bounds(min(self.low, most), most if self.high is None else min(self.high, most))

    def to_dict(self) -> dict[str, float | None]:
        """Return both bounds under their names."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityEstimate:
    """What one table is asked for: items, capacity units, the time that takes at the budget, and US dollars.

    ``items`` are those that DynamoDB evaluates or writes, before any filter. ``dollars`` are at on-demand list prices.

    Example:
        >>> estimate = CapacityEstimate.of(Bounds.exactly(100), Bounds(10, 20), units_per_second=5, price_per_million=1)
        >>> estimate.seconds
        Bounds(low=2.0, high=4.0)
    """

    items: Bounds
    units: Bounds
    seconds: Bounds
    dollars: Bounds

    @classmethod
    def of(cls, items: Bounds, units: Bounds, *, units_per_second: float, price_per_million: float) -> CapacityEstimate:
        """Return the estimate, with time and cost from the units."""
        return cls(
            items=items,
            units=units,
            seconds=units.times(1 / units_per_second),
            dollars=units.times(price_per_million / 1e6),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts and numbers."""
        return asdict(self)
