"""Key values as DynamoDB orders them: numbers by value, strings and bytes by their unsigned bytes."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from airflow_ddb_hive.model.dynamodb import Condition, Operator

if TYPE_CHECKING:
    from airflow_ddb_hive.model.dynamodb import AttributeValue

__all__ = ["HASH_BYTES", "SORT_BYTES", "Span", "comparable", "key_bytes", "merged_spans", "prefix_end"]

HASH_BYTES = 2048
"""The longest partition key; see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html."""

SORT_BYTES = 1024
"""The longest sort key."""

Comparable = Decimal | bytes


def comparable(value: AttributeValue) -> Comparable:
    r"""Return what Python orders as DynamoDB orders the value.

    Example:
        >>> comparable({"N": "1.0"}) == comparable({"N": "1"}), comparable({"S": "é"})
        (True, b'\xc3\xa9')
    """
    ((tag, content),) = value.items()
    if tag == "N":
        return Decimal(content)
    return base64.b64decode(content) if tag == "B" else str(content).encode()


def key_bytes(value: AttributeValue) -> int:
    """Return how long a string or binary key is; a number is never too long.

    Example:
        >>> key_bytes({"S": "é"}), key_bytes({"N": "12345"})
        (2, 1)
    """
    found = comparable(value)
    return len(found) if isinstance(found, bytes) else 1


_LAST, _SURROGATES, _BEHIND_SURROGATES = "\U0010ffff", "\ud800", "\ue000"


def prefix_end(prefix: str) -> str | None:
    r"""Return the first string behind all that begin with a prefix; ``None`` if nothing is behind them.

    Example:
        >>> prefix_end("ab"), prefix_end("a\U0010ffff"), prefix_end("\U0010ffff")
        ('ac', 'b', None)
    """
    kept = prefix.rstrip(_LAST)
    if not kept:
        return None
    following = chr(ord(kept[-1]) + 1)
    return kept[:-1] + (_BEHIND_SURROGATES if following == _SURROGATES else following)


@dataclass(frozen=True, slots=True)
class Span:
    """An interval of sort keys; an end that is ``None`` is open to all.

    Example:
        >>> Span({"N": "1"}, True, {"N": "3"}, False).meet(Span({"N": "2"}, True)).condition("ts").operator
        'between'
    """

    low: AttributeValue | None = None
    low_in: bool = True
    high: AttributeValue | None = None
    high_in: bool = True

    @property
    def is_full(self) -> bool:
        """Whether every key lies in it."""
        return self.low is None and self.high is None

    @property
    def is_empty(self) -> bool:
        """Whether no key lies in it."""
        if self.low is None or self.high is None:
            return False
        low, high = comparable(self.low), comparable(self.high)
        return low > high or (low == high and not (self.low_in and self.high_in))  # type: ignore[operator] # one key has one type

    @property
    def is_point(self) -> bool:
        """Whether it holds one key."""
        return self.low is not None and self.high is not None and comparable(self.low) == comparable(self.high)

    @property
    def prefix(self) -> str | None:
        """The prefix whose strings are just this interval."""
        if self.low is None or not self.low_in or "S" not in self.low or not self.low["S"]:
            return None
        end = prefix_end(self.low["S"])
        high = None if self.high is None else self.high.get("S")
        return self.low["S"] if high is not None and not self.high_in and high == end else None

    def meet(self, other: Span) -> Span:
        """Return what both hold."""
        low, low_in = _inner(self.low, self.low_in, other.low, other.low_in, 1)
        high, high_in = _inner(self.high, self.high_in, other.high, other.high_in, -1)
        return Span(low, low_in, high, high_in)

    def closed(self) -> Span:
        """Return the least interval around it that a key condition can say: of two ends, both belong to it."""
        if self.low is None or self.high is None or self.prefix is not None:
            return self
        return Span(self.low, True, self.high, True)

    def condition(self, attribute: str) -> Condition | None:
        """Return the interval, closed, as a condition; ``None`` where it is none."""
        if self.low is None and self.high is None:
            return None
        if self.low is None or self.high is None:
            value = self.high if self.low is None else self.low
            assert value is not None  # noqa: S101 (one of them is there)
            return Condition(
                attribute, _HALF_OPEN[self.low is None, self.high_in if self.low is None else self.low_in], (value,)
            )
        if self.is_point:
            return Condition(attribute, "=", (self.low,))
        if self.prefix is not None:
            return Condition(attribute, "begins_with", (self.low,))
        return Condition(attribute, "between", (self.low, self.high))


_HALF_OPEN: dict[tuple[bool, bool], Operator] = {
    (True, True): "<=",
    (True, False): "<",
    (False, True): ">=",
    (False, False): ">",
}


def _inner(
    one: AttributeValue | None, one_in: bool, other: AttributeValue | None, other_in: bool, sign: int
) -> tuple[AttributeValue | None, bool]:
    """The narrower of two ends: the greater low one (sign 1), the lesser high one (sign -1)."""
    if one is None:
        return other, other_in
    if other is None:
        return one, one_in
    a, b = comparable(one), comparable(other)
    if a == b:
        return one, one_in and other_in
    return (one, one_in) if (a > b) == (sign > 0) else (other, other_in)  # type: ignore[operator] # one key has one type


def merged_spans(spans: list[Span]) -> list[Span]:
    """Return intervals that hold the same keys, closed, none of them twice.

    Example:
        >>> one, two = Span({"N": "1"}, True, {"N": "3"}, False), Span({"N": "3"}, True, {"N": "5"}, True)
        >>> [span.condition("ts").values for span in merged_spans([two, one])]
        [({'N': '1'}, {'N': '5'})]
    """
    while True:
        closed = [span.closed() for span in spans if not span.is_empty]
        joined: list[Span] = []
        for span in _by_low(closed):
            if joined and _touch(joined[-1], span):
                joined[-1] = _hull(joined[-1], span)
            else:
                joined.append(span)
        if joined == spans:
            return joined
        spans = joined


def _by_low(spans: list[Span]) -> list[Span]:
    open_ones = [span for span in spans if span.low is None]
    others = [span for span in spans if span.low is not None]
    others.sort(key=lambda span: (comparable(span.low or {}), not span.low_in))
    return open_ones + others


def _touch(first: Span, second: Span) -> bool:
    """Whether two intervals, the first of which begins no later, share a key."""
    return not first.meet(second).is_empty


def _hull(first: Span, second: Span) -> Span:
    """The interval from the beginning of the first to the later end of two that share a key."""
    if first.high is None or second.high is None:
        return Span(first.low, first.low_in)
    a, b = comparable(first.high), comparable(second.high)
    if a == b:
        return Span(first.low, first.low_in, first.high, first.high_in or second.high_in)
    later = first if a > b else second  # type: ignore[operator] # one key has one type
    return Span(first.low, first.low_in, later.high, later.high_in)
