"""Random joins: every kind, equal, null-safe and other conditions, several in one FROM."""

from __future__ import annotations

from tests.differential_queries.pieces import Case, Chance, Scope, base, condition, scalar, source

__all__ = ["join", "join_grouped", "semi_join"]

_KINDS = ("JOIN", "INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN", "FULL OUTER JOIN", "FULL JOIN")


def joined(chance: Chance, most: int = 4) -> tuple[str, Scope]:
    """A FROM of two to ``most`` tables."""
    text, scope = source(chance, "x", name=chance.choice(["t", "u", "z"]))
    for alias in "yro"[: chance.choice([1, 1, 1, 2, 2, 3]) if most > 2 else 1]:
        right, added = source(chance, alias, name=base(chance))
        if chance.maybe(0.08):
            text, scope = f"{text} CROSS JOIN {right}", scope + added
            continue
        on = on_condition(chance, scope, added)
        text, scope = f"{text} {chance.choice(_KINDS)} {right} ON {on}", scope + added
    return text, scope


def on_condition(chance: Chance, left: Scope, right: Scope) -> str:
    """A condition between two sides: mostly an equality, sometimes more, sometimes none."""
    if chance.maybe(0.08):
        return _unequal(chance, left, right)
    parts = [_equal(chance, left, right)]
    if chance.maybe(0.2):
        parts.append(_equal(chance, left, right))
    if chance.maybe(0.2):
        parts.append(_unequal(chance, left, right))
    if chance.maybe(0.2):
        parts.append(condition(chance, chance.choice([left, right]), depth=2))
    return chance.choice([" AND ", " AND ", " AND ", " OR "]).join(parts)


def _equal(chance: Chance, left: Scope, right: Scope) -> str:
    operator = chance.choice(["=", "=", "=", "<=>"])
    kind = chance.choice(["number", "number", "text"])
    ours, theirs = left.of(chance, kind) or "1", right.of(chance, kind) or "1"
    if kind == "number" and chance.maybe(0.15):
        ours = f"{ours} + 1"
    return f"{ours} {operator} {theirs}" if chance.maybe(0.8) else f"{theirs} {operator} {ours}"


def _unequal(chance: Chance, left: Scope, right: Scope) -> str:
    kind = chance.choice(["number", "number", "text"])
    ours, theirs = left.of(chance, kind) or "1", right.of(chance, kind) or "1"
    if kind == "number" and chance.maybe(0.2):
        return f"{ours} BETWEEN {theirs} AND {theirs} + 2"
    return f"{ours} {chance.choice(['<', '>', '<=', '>=', '<>'])} {theirs}"


def join(chance: Chance) -> Case:
    """Columns and expressions of a join."""
    text, scope = joined(chance)
    picked = chance.some(scope.plain(), 2, 6)
    if chance.maybe(0.3):
        picked.append(scalar(chance, scope))
    listed = ", ".join(f"{one} AS c{i}" for i, one in enumerate(picked))
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.4) else ""
    query = f"SELECT {listed} FROM {text}{where}"
    if chance.maybe(0.25):
        order = ", ".join(f"c{i}{chance.choice(['', ' DESC'])}" for i in range(len(picked)))
        limit = f" LIMIT {chance.randint(1, 12)}" if chance.maybe() else ""
        return Case("join, ordered", (f"{query} ORDER BY {order}{limit}",), ordered=True)
    return Case("join", (query,))


def join_grouped(chance: Chance) -> Case:
    """Aggregates over a join."""
    text, scope = joined(chance, most=3)
    keys = chance.some(scope.plain(), 1, 2)
    value = scope.of(chance, "number") or "1"
    tail = f" HAVING count(*) > {chance.randint(0, 2)}" if chance.maybe(0.3) else ""
    calls = f"count(*), count({value}), min({value}), max({scope.of(chance, 'text') or value})"
    return Case("join, grouped", (f"SELECT {', '.join(keys)}, {calls} FROM {text} GROUP BY {', '.join(keys)}{tail}",))


def semi_join(chance: Chance) -> Case:
    """LEFT SEMI JOIN, and joins in a comma list."""
    left, ours = source(chance, "x", name=chance.choice(["t", "u", "z"]))
    right, theirs = source(chance, "y")
    picked = ", ".join(chance.some(ours.plain(), 1, 4))
    where = f" WHERE {condition(chance, ours)}" if chance.maybe(0.4) else ""
    if chance.maybe(0.3):
        both = _equal(chance, ours, theirs)
        extra = f" AND {condition(chance, ours + theirs)}" if chance.maybe() else ""
        other = theirs.of(chance, "text") or "1"
        return Case("comma join", (f"SELECT {picked}, {other} FROM {left}, {right} WHERE {both}{extra}",))
    on = on_condition(chance, ours, theirs)
    return Case("semi join", (f"SELECT {picked} FROM {left} LEFT SEMI JOIN {right} ON {on}{where}",))
