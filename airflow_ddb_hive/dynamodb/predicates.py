"""Making predicates: AND and OR that know their neutral and absorbing parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.model.dynamodb import AllOf, AnyOf, Condition, Predicate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ALWAYS", "NEVER", "all_of", "any_of", "conditions_of", "weakened"]

ALWAYS: Predicate = AllOf(())
"""True of every item."""

NEVER: Predicate = AnyOf(())
"""True of no item."""


def all_of(parts: Iterable[Predicate]) -> Predicate:
    """Return what is true where all parts are, in its shortest form.

    Example:
        >>> one = Condition("a", "exists")
        >>> all_of([one, ALWAYS, one]) == one, all_of([one, NEVER]) == NEVER, all_of([]) == ALWAYS
        (True, True, True)
    """
    return _joined(AllOf, parts, absorbing=NEVER)


def any_of(parts: Iterable[Predicate]) -> Predicate:
    """Return what is true where at least one part is, in its shortest form.

    Example:
        >>> one = Condition("a", "exists")
        >>> any_of([one, NEVER]) == one, any_of([one, ALWAYS]) == ALWAYS, any_of([]) == NEVER
        (True, True, True)
    """
    return _joined(AnyOf, parts, absorbing=ALWAYS)


def _joined(kind: type[AllOf | AnyOf], parts: Iterable[Predicate], *, absorbing: Predicate) -> Predicate:
    kept: list[Predicate] = []
    for part in parts:
        kept.extend(part.parts if isinstance(part, kind) else (part,))
        if part == absorbing:
            return absorbing
    # Conditions hold mappings, which have no hash: few are equal, and few they are.
    unique = [part for place, part in enumerate(kept) if part not in kept[:place]] if len(kept) < _FEW else kept
    return unique[0] if len(unique) == 1 else kind(tuple(unique))


_FEW = 64


def conditions_of(predicate: Predicate) -> Iterable[Condition]:
    """Yield the conditions that a predicate is made of.

    Example:
        >>> [one.attribute for one in conditions_of(all_of([Condition("a", "exists"), Condition("b", "exists")]))]
        ['a', 'b']
    """
    if isinstance(predicate, Condition):
        yield predicate
        return
    for part in predicate.parts:
        yield from conditions_of(part)


def weakened(predicate: Predicate, keep: Callable[[Condition], bool]) -> Predicate:
    """Return what still follows from a predicate when some of its conditions may not be asked.

    Example:
        >>> a, b = Condition("a", "exists"), Condition("b", "exists")
        >>> weakened(all_of([a, b]), lambda one: one == a) == a
        True
        >>> weakened(any_of([a, b]), lambda one: one == a) == ALWAYS
        True
    """
    if isinstance(predicate, Condition):
        return predicate if keep(predicate) else ALWAYS
    parts = (weakened(part, keep) for part in predicate.parts)
    return all_of(parts) if isinstance(predicate, AllOf) else any_of(parts)
