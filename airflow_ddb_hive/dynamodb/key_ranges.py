"""Which ranges of keys hold all items that a predicate is true of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.key_values import (
    HASH_BYTES,
    SORT_BYTES,
    Span,
    comparable,
    key_bytes,
    merged_spans,
    prefix_end,
)
from airflow_ddb_hive.model.dynamodb import AllOf, Condition, KeyRange, Predicate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflow_ddb_hive.model.dynamodb import AttributeValue

__all__ = ["KeyRanges", "key_ranges"]

_MOST_BOXES = 20_000
"""Of the ranges that are considered at a time; a predicate that makes more is taken for less than it says."""


@dataclass(frozen=True, slots=True)
class KeyRanges:
    """Ranges without a key in two of them; ``exact`` if no key in them contradicts the conditions on keys."""

    ranges: tuple[KeyRange, ...]
    exact: bool

    @property
    def all_sorted(self) -> bool:
        """Whether every range has a condition on the sort key."""
        return all(one.sort is not None for one in self.ranges)

    @property
    def all_points(self) -> bool:
        """Whether every range is one sort key."""
        return all(one.sort is not None and one.sort.operator == "=" for one in self.ranges)


def key_ranges(
    predicate: Predicate, hash_key: str, range_key: str | None, *, every_item: bool = True
) -> KeyRanges | None:
    """Return the ranges that hold all items for which a predicate is true; ``None`` if it fixes no partition keys.

    Args:
        predicate: The conditions; those on key attributes have values of the keys' types.
        hash_key: The partition key.
        range_key: The sort key, if there is one.
        every_item: Whether every item has these keys: an index lacks items whose keys are empty or too long.

    Example:
        >>> from airflow_ddb_hive.dynamodb.predicates import all_of
        >>> asked = all_of(
        ...     [Condition("id", "in", ({"S": "a"}, {"S": "b"}, {"S": "a"})), Condition("ts", ">", ({"N": "3"},))]
        ... )
        >>> [one.partition["S"] for one in key_ranges(asked, "id", "ts").ranges]
        ['a', 'b']
        >>> key_ranges(Condition("ts", ">", ({"N": "3"},)), "id", "ts") is None
        True
    """
    cover = _Cover(hash_key, range_key, every_item=every_item)
    boxes = cover.boxes(predicate)
    if any(box.partition is None for box in boxes):
        return None
    spans: dict[object, tuple[AttributeValue, list[Span]]] = {}
    for box in boxes:
        assert box.partition is not None  # noqa: S101 (no box is without)
        spans.setdefault(comparable(box.partition), (box.partition, []))[1].append(box.span)
    ranges: list[KeyRange] = []
    exact = not cover.loose
    for partition, ones in spans.values():
        exact = exact and all(span.closed() == span or span.is_point for span in ones)
        ranges.extend(KeyRange(partition, span.condition(range_key or "")) for span in merged_spans(ones))
    return KeyRanges(tuple(ranges), exact)


@dataclass(frozen=True, slots=True)
class _Box:
    """Keys of one partition, or (``None``) of any, whose sort keys lie in a span."""

    partition: AttributeValue | None
    span: Span


_EVERYTHING = _Box(None, Span())


class _Cover:
    """Turns a predicate into boxes that hold all keys for which it is true."""

    def __init__(self, hash_key: str, range_key: str | None, *, every_item: bool) -> None:
        self._hash_key = hash_key
        self._range_key = range_key
        self._every_item = every_item
        self.loose = False

    def boxes(self, predicate: Predicate) -> list[_Box]:
        if isinstance(predicate, Condition):
            return self._condition(predicate)
        if isinstance(predicate, AllOf):
            return self._all(predicate.parts)
        found = [box for part in predicate.parts for box in self.boxes(part)]
        return self._some(found)

    def _all(self, parts: Iterable[Predicate]) -> list[_Box]:
        kept = [_EVERYTHING]
        for boxes in sorted((self.boxes(part) for part in parts), key=len):
            if len(kept) * len(boxes) > _MOST_BOXES and boxes != [_EVERYTHING]:
                self.loose = True
            else:
                kept = [met for one in kept for other in boxes if (met := _met(one, other)) is not None]
        return kept

    def _some(self, boxes: list[_Box]) -> list[_Box]:
        if len(boxes) <= _MOST_BOXES:
            return boxes
        self.loose = True
        return [_EVERYTHING]

    def _condition(self, condition: Condition) -> list[_Box]:
        if condition.attribute == self._hash_key and condition.operator in ("=", "in"):
            return self._some([box for value in condition.values for box in self._partition(value)])
        if condition.attribute == self._range_key:
            return self._some([_Box(None, span) for span in self._spans(condition)])
        return [_EVERYTHING]

    def _partition(self, value: AttributeValue) -> list[_Box]:
        if 0 < key_bytes(value) <= HASH_BYTES:
            return [_Box(value, Span())]
        if self._every_item:
            return []
        self.loose = True
        return [_EVERYTHING]

    def _spans(self, condition: Condition) -> list[Span]:
        lengths = [key_bytes(value) for value in condition.values]
        if all(0 < length <= SORT_BYTES for length in lengths):
            return _spans(condition)
        if condition.operator in ("=", "in") and self._every_item:
            fitting = [
                value for value, length in zip(condition.values, lengths, strict=True) if 0 < length <= SORT_BYTES
            ]
            return [Span(value, True, value, True) for value in fitting]
        self.loose = True
        return [Span()]


def _met(one: _Box, other: _Box) -> _Box | None:
    both = one.partition is not None and other.partition is not None
    if both and comparable(one.partition or {}) != comparable(other.partition or {}):
        return None
    span = one.span.meet(other.span)
    return None if span.is_empty else _Box(one.partition or other.partition, span)


def _spans(condition: Condition) -> list[Span]:
    """The intervals of sort keys for which a condition is true; all where no interval says it."""
    values = condition.values
    match condition.operator:
        case "=" | "in":
            return [Span(value, True, value, True) for value in values]
        case "<" | "<=":
            return [Span(None, True, values[0], condition.operator == "<=")]
        case ">" | ">=":
            return [Span(values[0], condition.operator == ">=")]
        case "between":
            span = Span(values[0], True, values[1], True)
            return [] if span.is_empty else [span]
        case "begins_with" if "S" in values[0]:
            end = prefix_end(values[0]["S"])
            return [Span(values[0], True, None if end is None else {"S": end}, False)]
    return [Span()]
