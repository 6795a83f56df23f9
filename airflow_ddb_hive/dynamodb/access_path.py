"""Chooses how items are reached: by whole keys, by ranges of keys of the table or an index, or by reading all.

Pure: what DescribeTable said and conditions in, an :class:`~airflow_ddb_hive.model.dynamodb.AccessPath` out. The
conditions may say less than the query does, never more: whoever reads applies the query's own again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.dynamodb.expressions import fits
from airflow_ddb_hive.dynamodb.key_ranges import KeyRanges, key_ranges
from airflow_ddb_hive.dynamodb.key_values import SORT_BYTES, key_bytes
from airflow_ddb_hive.dynamodb.predicates import ALWAYS, NEVER, all_of, conditions_of, weakened
from airflow_ddb_hive.dynamodb.requests import projected
from airflow_ddb_hive.model.dynamodb import AccessPath, AllOf, Condition, IndexDescription, Predicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow_ddb_hive.model.dynamodb import AttributeValue, TableDescription

__all__ = ["ChosenPath", "PathQuestion", "choose_path"]

_MANY_RANGES = 1000
"""So many requests are made for ranges of keys, whatever the table's size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathQuestion:
    """What is to be read.

    ``conjuncts`` all hold for every item that is wanted; a condition on an attribute that is a key of the table or of
    an index has values of the key's type. ``needed`` are the attributes that are read (``None``: whole items),
    ``unfiltered`` those that may not stand in a filter. ``index_name`` is the index that must be read.
    """

    conjuncts: tuple[Predicate, ...] = ()
    needed: frozenset[str] | None = frozenset()
    unfiltered: frozenset[str] = frozenset()
    consistent: bool = False
    index_name: str | None = None

    @property
    def predicate(self) -> Predicate:
        """All conjuncts in one."""
        return all_of(self.conjuncts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPath:
    """The path, and for each conjunct whether it narrows what is read, and whether nothing is left of it to apply."""

    path: AccessPath
    pushed: tuple[bool, ...]
    complete: tuple[bool, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Target:
    """The table, or an index, with the ranges of its keys that hold what is wanted."""

    hash_key: str
    range_key: str | None
    found: KeyRanges | None
    index: IndexDescription | None = None


def choose_path(description: TableDescription, question: PathQuestion) -> ChosenPath:
    """Return the cheapest way that leaves no wanted item out.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> music = TableDescription(name="Music", hash_key="Artist", range_key="Song")
        >>> asked = (Condition("Artist", "=", ({"S": "Akon"},)), Condition("Year", ">", ({"N": "1990"},)))
        >>> chosen = choose_path(music, PathQuestion(conjuncts=asked))
        >>> chosen.path.kind, chosen.path.filter.attribute, chosen.reason
        ('query', 'Year', "partition key 'Artist' is fixed")
    """
    predicate = question.predicate
    targets = [_table(description, predicate), *_indexes(description, question)]
    if predicate == NEVER or any(target.found is not None and not target.found.ranges for target in targets):
        return _nothing(question)
    if question.index_name is not None:
        return _forced(description, question)
    for target in _preferred(targets, description):
        return _query(description, question, target, _key_reason(target))
    return _scan(description, question, _why_scanned(question))


def _table(description: TableDescription, predicate: Predicate) -> _Target:
    hash_key, range_key = description.hash_key, description.range_key
    return _Target(hash_key, range_key, key_ranges(predicate, hash_key, range_key))


def _of_index(index: IndexDescription, predicate: Predicate) -> _Target:
    hash_key, range_key = index.hash_key, index.range_key
    return _Target(hash_key, range_key, key_ranges(predicate, hash_key, range_key, every_item=False), index)


def _indexes(description: TableDescription, question: PathQuestion) -> Iterator[_Target]:
    """The indexes that hold all that is wanted: every attribute, and no item less."""
    predicate = question.predicate
    for index in description.indexes:
        if index.kind == "global" and question.consistent:
            continue
        if not _holds(index, description, question):
            continue
        if index.range_key is not None and not _requires(predicate, index.range_key):
            continue
        yield _of_index(index, predicate)


def _holds(index: IndexDescription, description: TableDescription, question: PathQuestion) -> bool:
    held = projected(index, description)
    if held is None:
        return True
    asked = {condition.attribute for condition in conditions_of(question.predicate)}
    return question.needed is not None and held >= question.needed | asked


def _requires(predicate: Predicate, attribute: str) -> bool:
    """Whether a predicate is true only of items that have an attribute, with the type of the condition's value."""
    if isinstance(predicate, Condition):
        return predicate.attribute == attribute and predicate.operator != "not_exists"
    parts = (_requires(part, attribute) for part in predicate.parts)
    return any(parts) if isinstance(predicate, AllOf) else all(parts)


def _preferred(targets: Sequence[_Target], description: TableDescription) -> Iterator[_Target]:
    """What can be queried, the best first: the table by all its keys, a local index, the table, a global index."""
    usable = [target for target in targets if _bounded(target, description)]
    table = [target for target in usable if target.index is None]
    local = [target for target in usable if target.index is not None and target.index.kind == "local"]
    others = [target for target in usable if target.index is not None and target.index.kind == "global"]
    yield from (target for target in table if _narrow(target))
    yield from (target for target in local if _narrow(target))
    yield from table
    yield from sorted(others, key=lambda target: not _narrow(target))


def _bounded(target: _Target, description: TableDescription) -> bool:
    return target.found is not None and len(target.found.ranges) <= max(_MANY_RANGES, description.item_count)


def _narrow(target: _Target) -> bool:
    """Whether the sort key is bound too, where there is one."""
    return target.found is not None and (target.range_key is None or target.found.all_sorted)


def _key_reason(target: _Target) -> str:
    ranges = target.found.ranges if target.found is not None else ()
    count = "is fixed" if len(ranges) == 1 else f"is bound to {len(ranges)} ranges"
    said = f"partition key {target.hash_key!r} {count}"
    if target.range_key is not None and _narrow(target):
        said += f", sort key {target.range_key!r} is bound"
    return said if target.index is None else f"index {target.index.name}: {said}"


def _why_scanned(question: PathQuestion) -> str:
    if not question.conjuncts or question.predicate == ALWAYS:
        return "no condition that DynamoDB could apply"
    return "no condition fixes the partition key of the table, or of an index that holds all that is needed"


def _forced(description: TableDescription, question: PathQuestion) -> ChosenPath:
    """The index that a property names, whatever it holds: by its keys where they are bound, else all of it."""
    reason = f"ddb_hive.index.name is {question.index_name!r}"
    for index in description.indexes:
        if index.name == question.index_name:
            target = _of_index(index, question.predicate)
            if _bounded(target, description):
                return _query(description, question, target, reason)
    return _scan(description, question, reason)


def _nothing(question: PathQuestion) -> ChosenPath:
    every = tuple(True for _ in question.conjuncts)
    reason = "no item can fulfil the conditions"
    return ChosenPath(path=AccessPath(kind="nothing"), pushed=every, complete=every, reason=reason)


def _query(description: TableDescription, question: PathQuestion, target: _Target, reason: str) -> ChosenPath:
    assert target.found is not None  # noqa: S101 (only bounded targets are queried)
    found = target.found
    keys = frozenset(key for key in (target.hash_key, target.range_key) if key is not None)
    name = None if target.index is None else target.index.name
    if name is None and (target.range_key is None or found.all_points):
        path = AccessPath(kind="get", ranges=found.ranges)
        filters: tuple[Predicate, ...] = tuple(ALWAYS for _ in question.conjuncts)
    else:
        filters = _filters(description, question, keys)
        path = AccessPath(kind="query", index_name=name, ranges=found.ranges, filter=_filter(filters))
    by_key = [_of_keys(one, target) for one in question.conjuncts]
    pushed = tuple(
        part != ALWAYS or any(condition.attribute in keys for condition in conditions_of(one))
        for part, one in zip(filters, question.conjuncts, strict=True)
    )
    complete = tuple(
        one in (ALWAYS, part) or (of_keys and found.exact)
        for part, one, of_keys in zip(filters, question.conjuncts, by_key, strict=True)
    )
    if path.kind == "query":
        reason += _withheld(question, keys)
    return ChosenPath(path=path, pushed=pushed, complete=complete, reason=reason)


def _scan(description: TableDescription, question: PathQuestion, reason: str) -> ChosenPath:
    filters = _filters(description, question, frozenset())
    path = AccessPath(index_name=question.index_name, filter=_filter(filters))
    pushed = tuple(part != ALWAYS for part in filters)
    complete = tuple(part == one for part, one in zip(filters, question.conjuncts, strict=True))
    return ChosenPath(path=path, pushed=pushed, complete=complete, reason=reason + _withheld(question, frozenset()))


def _withheld(question: PathQuestion, keys: frozenset[str]) -> str:
    """What is said of conditions that DynamoDB could apply and is not asked to."""
    asked = {condition.attribute for condition in conditions_of(question.predicate)}
    names = sorted((asked & question.unfiltered) - keys)
    if not names:
        return ""
    return f"; {', '.join(names)} not filtered, so that a value that does not fit its column is noticed"


_KEY_OPERATORS = frozenset({"=", "<", "<=", ">", ">=", "between", "in", "begins_with"})


def _of_keys(predicate: Predicate, target: _Target) -> bool:
    """Whether a predicate is of the path's keys alone, in what ranges of keys say exactly."""
    for condition in conditions_of(predicate):
        on_hash = condition.attribute == target.hash_key and condition.operator in ("=", "in")
        on_sort = condition.attribute == target.range_key and condition.operator in _KEY_OPERATORS
        if not on_hash and not on_sort:
            return False
    return True


def _filters(description: TableDescription, question: PathQuestion, keys: frozenset[str]) -> tuple[Predicate, ...]:
    """What of each conjunct goes into the filter: as many of them as DynamoDB takes."""
    banned = keys | question.unfiltered

    def allowed(condition: Condition) -> bool:
        if condition.attribute in description.attribute_types and not all(map(_may_be_key, condition.values)):
            return False
        return condition.attribute not in banned

    kept: list[Predicate] = []
    for conjunct in question.conjuncts:
        part = weakened(conjunct, allowed)
        taken = part != ALWAYS and fits(all_of([*kept, part]))
        kept.append(part if taken else ALWAYS)
    return tuple(kept)


def _may_be_key(value: AttributeValue) -> bool:
    return 0 < key_bytes(value) <= SORT_BYTES


def _filter(parts: Sequence[Predicate]) -> Predicate | None:
    joined = all_of(parts)
    return None if joined == ALWAYS else joined
