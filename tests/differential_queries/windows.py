"""Random window functions: every frame, several windows in one query, over groups and joins too."""

from __future__ import annotations

from tests.differential_queries.joins import joined
from tests.differential_queries.pieces import Case, Chance, Scope, condition, source

__all__ = ["window", "window_over_groups", "window_over_join"]

_STARTS = ("UNBOUNDED PRECEDING", "3 PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW", "1 FOLLOWING")
_ENDS = ("1 PRECEDING", "CURRENT ROW", "1 FOLLOWING", "2 FOLLOWING", "UNBOUNDED FOLLOWING")
_ORDERS = ("", " DESC", " ASC", " NULLS LAST", " DESC NULLS FIRST")


def _partition(chance: Chance, scope: Scope) -> str:
    keys = chance.some([one for one in scope.plain() if not one.endswith("id")], 0, 2)
    return f"PARTITION BY {', '.join(keys)} " if keys else ""


def _frame(chance: Chance) -> str:
    start, end = chance.choice(_STARTS), chance.choice(_ENDS)
    return f" {start.replace('1 FOLLOWING', 'CURRENT ROW')}" if chance.maybe(0.15) else f" BETWEEN {start} AND {end}"


def _total(chance: Chance, scope: Scope, unique: list[str]) -> str:
    """A window whose order leaves no choice."""
    first = chance.choice(scope.plain())
    last = ", ".join(f"{one}{chance.choice(['', ' DESC'])}" for one in unique)
    return f"{_partition(chance, scope)}ORDER BY {first}{chance.choice(_ORDERS)}, {last}"


def _tied(chance: Chance, scope: Scope) -> str:
    key = scope.of(chance, "number") or "1"
    return f"{_partition(chance, scope)}ORDER BY {key}{chance.choice(_ORDERS)}"


def _moving(chance: Chance, scope: Scope) -> str:
    value = scope.of(chance, "number") or "1"
    other = chance.choice(scope.plain())
    calls = (f"sum({value})", f"avg({value})", "count(*)", f"count({other})", f"min({value})", f"max({other})")
    return chance.choice(calls)


def _valued(chance: Chance, scope: Scope) -> str:
    value = chance.choice(scope.plain())
    skip = chance.choice(["", "", ", true", ", false"])
    return chance.choice([f"first_value({value}{skip})", f"last_value({value}{skip})"])


def _placed(chance: Chance, scope: Scope) -> str:
    value, number = chance.choice(scope.plain()), scope.of(chance, "number") or "1"
    step = chance.choice(["", ", 1", ", 2", ", 0", ", 100"])
    filled = f"{chance.choice(['lag', 'lead'])}({number}, 1, {number})"
    ranks = ["row_number()", f"ntile({chance.randint(1, 4)})", f"lag({value}{step})", f"lead({value}{step})", filled]
    return chance.choice(ranks)


def call(chance: Chance, scope: Scope, unique: list[str]) -> str:
    """One window function with its window."""
    roll = chance.random()
    if roll < 0.3:
        frame = f" ROWS{_frame(chance)}" if chance.maybe(0.85) else ""
        function = _moving(chance, scope) if chance.maybe(0.7) else _valued(chance, scope)
        return f"{function} OVER ({_total(chance, scope, unique)}{frame})"
    if roll < 0.5:
        frame = f" RANGE{_frame(chance)}" if chance.maybe(0.85) else ""
        return f"{_moving(chance, scope)} OVER ({_tied(chance, scope)}{frame})"
    if roll < 0.6:
        return f"{_moving(chance, scope)} OVER ({_partition(chance, scope)})"
    if roll < 0.75:
        rank = chance.choice(["rank()", "dense_rank()", "percent_rank()", "cume_dist()"])
        return f"{rank} OVER ({_tied(chance, scope)})"
    return f"{_placed(chance, scope)} OVER ({_total(chance, scope, unique)})"


def window(chance: Chance) -> Case:
    """One to four window functions over a table with a key."""
    text, scope = source(chance, "x", name=chance.choice(["t", "t", "u"]))
    calls = [call(chance, scope, ["x.id"]) for _ in range(chance.choice([1, 2, 2, 3, 4]))]
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.3) else ""
    tail = ""
    if chance.maybe(0.1):
        calls.append(f"{_moving(chance, scope)} OVER named")
        tail = f" WINDOW named AS ({_total(chance, scope, ['x.id'])})"
    if chance.maybe(0.15):
        calls[0] = chance.choice([f"coalesce({calls[0]}, NULL)", f"CASE WHEN x.id > 2 THEN {calls[0]} END"])
    return Case("window", (f"SELECT x.id, {', '.join(calls)} FROM {text}{where}{tail}",))


def window_over_groups(chance: Chance) -> Case:
    """Windows over what GROUP BY gives."""
    text, scope = source(chance, "x", name=chance.choice(["t", "u", "z"]))
    key = chance.choice([one for one in scope.plain() if not one.endswith(".id")])
    value = scope.of(chance, "number") or "1"
    inner = chance.choice([f"sum({value})", "count(*)", f"max({value})", f"min({value})", f"avg({value})"])
    outer = chance.choice(
        [
            f"rank() OVER (ORDER BY {inner}{chance.choice(_ORDERS)})",
            f"sum({inner}) OVER (ORDER BY {key})",
            f"row_number() OVER (ORDER BY {inner}, {key})",
            f"max({inner}) OVER ()",
            f"lag({inner}) OVER (ORDER BY {key} DESC)",
            f"count(*) OVER (PARTITION BY {inner})",
        ]
    )
    return Case("window over groups", (f"SELECT {key}, {inner}, {outer} FROM {text} GROUP BY {key}",))


def window_over_join(chance: Chance) -> Case:
    """Windows over a join or in a subquery that is filtered."""
    if chance.maybe():
        text, scope = source(chance, "x", name=chance.choice(["t", "u"]))
        ranked = f"SELECT x.id, {chance.choice(scope.plain())} AS o, {call(chance, scope, ['x.id'])} AS r FROM {text}"
        where = chance.choice(["q.r IS NOT NULL", "q.id > 2", "q.r IS NULL OR q.id < 5"])
        return Case("window in subquery", (f"SELECT q.o, q.r FROM ({ranked}) q WHERE {where}",))
    text, scope = joined(chance, most=2)
    tied = f"rank() OVER ({_tied(chance, scope)})"
    whole = f"{_moving(chance, scope)} OVER ({_partition(chance, scope)})"
    picked = ", ".join(chance.some(scope.plain(), 1, 3))
    return Case("window over join", (f"SELECT {picked}, {tied}, {whole} FROM {text}",))
