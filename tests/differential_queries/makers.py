"""All makers, and how often each is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.differential_queries import groups, joins, nested, simple, windows, wrong
from tests.differential_queries.pieces import Case, Chance

__all__ = ["cases"]

_SHARES: tuple[tuple[Callable[[Chance], Case], int], ...] = (
    (joins.join, 16),
    (joins.join_grouped, 4),
    (joins.semi_join, 5),
    (windows.window, 14),
    (windows.window_over_groups, 3),
    (windows.window_over_join, 4),
    (groups.group, 8),
    (groups.global_aggregate, 3),
    (groups.grouping_sets, 7),
    (groups.distinct, 2),
    (nested.in_subquery, 5),
    (nested.correlated, 4),
    (nested.scalar_subquery, 5),
    (nested.common_table, 3),
    (nested.set_operation, 8),
    (simple.lateral, 12),
    (simple.table_function, 4),
    (simple.projected, 5),
    (simple.ordered, 6),
    (simple.sample, 3),
    (simple.multi_insert, 2),
    (wrong.wrong, 8),
)


def cases(seed: int) -> Iterator[Case]:
    """Different queries without an end, the same for the same seed.

    Example:
        >>> stream = cases(1)
        >>> next(stream).statements != next(stream).statements
        True
    """
    chance = Chance(seed)
    makers = [maker for maker, share in _SHARES for _ in range(share)]
    seen: set[tuple[str, ...]] = set()
    while True:
        case = chance.choice(makers)(chance)
        if case.statements not in seen:
            seen.add(case.statements)
            yield case
