"""Random groups: aggregates, DISTINCT in them, HAVING, grouping sets."""

from __future__ import annotations

from tests.differential_queries.pieces import Case, Chance, Scope, condition, scalar, source

__all__ = ["aggregate_call", "distinct", "global_aggregate", "group", "grouping_sets"]


def aggregate_call(chance: Chance, scope: Scope) -> str:
    """An aggregate whose answer no order of rows changes."""
    value = scope.of(chance, "number") or "1"
    other = scope.of(chance, "text") or "'n'"
    moment = scope.of(chance, "moment") or value
    return chance.choice(
        [
            "count(*)",
            f"count({value})",
            f"count(DISTINCT {other})",
            f"count(DISTINCT {value}, {other})",
            f"sum({value})",
            f"sum(DISTINCT {value})",
            f"avg({value})",
            f"min({other})",
            f"max({value})",
            f"min({moment})",
            f"max({moment})",
            f"sort_array(collect_set({other}))",
            f"sort_array(collect_list({value}))",
            f"sum(if({condition(chance, scope, 2)}, 1, 0))",
            f"max(length({other}))",
            f"sum({value}) / count(*)",
            f"count({value}) + 1",
        ]
    )


def _calls(chance: Chance, scope: Scope) -> list[str]:
    return list(dict.fromkeys(aggregate_call(chance, scope) for _ in range(chance.randint(1, 4))))


def _having(chance: Chance, scope: Scope) -> str:
    if chance.maybe(0.7):
        return ""
    value = scope.of(chance, "number") or "1"
    texts = ["count(*) > 1", f"sum({value}) > 2", f"max({value}) IS NOT NULL", f"count(DISTINCT {value}) <= 2"]
    return f" HAVING {chance.choice(texts)}"


def group(chance: Chance) -> Case:
    """GROUP BY columns and expressions."""
    text, scope = source(chance, "x", name=chance.choice(["t", "t", "u", "z"]))
    keys = list(dict.fromkeys(scalar(chance, scope) for _ in range(chance.randint(1, 3))))
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.4) else ""
    shown = [*keys, *_calls(chance, scope)]
    listed = ", ".join(f"{one} AS c{i}" for i, one in enumerate(shown))
    query = f"SELECT {listed} FROM {text}{where} GROUP BY {', '.join(keys)}{_having(chance, scope)}"
    if chance.maybe(0.2):
        order = ", ".join(f"c{i}{chance.choice(['', ' DESC', ' NULLS LAST'])}" for i in range(len(keys)))
        return Case("group by, ordered", (f"{query} ORDER BY {order} LIMIT {chance.randint(1, 6)}",), ordered=True)
    return Case("group by", (query,))


def global_aggregate(chance: Chance) -> Case:
    """Aggregates without GROUP BY, over no rows too."""
    text, scope = source(chance, "x")
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.6) else ""
    calls = _calls(chance, scope) + _calls(chance, scope)
    return Case("global aggregate", (f"SELECT {', '.join(calls)} FROM {text}{where}",))


def grouping_sets(chance: Chance) -> Case:
    """GROUPING SETS, CUBE, ROLLUP, with GROUPING__ID and grouping()."""
    text, scope = source(chance, "x", name=chance.choice(["t", "u", "z"]))
    keys = chance.some([one for one in scope.plain() if not one.endswith(".id")], 2, 3)
    if chance.maybe(0.15):
        keys[0] = f"{scope.of(chance, 'number') or keys[0]} + 1"
    way = chance.choice(["sets", "sets", "WITH CUBE", "WITH ROLLUP", "CUBE", "ROLLUP"])
    if way == "sets":
        sets = {f"({', '.join(chance.some(keys, 0, len(keys)))})" for _ in range(chance.randint(1, 4))}
        tail = f" GROUP BY {', '.join(keys)} GROUPING SETS ({', '.join(sorted(sets))})"
    elif way.startswith("WITH"):
        tail = f" GROUP BY {', '.join(keys)} {way}"
    else:
        tail = f" GROUP BY {way}({', '.join(keys)})"
    # Hive refuses aggregates over the keys of grouping sets; a few stay in, to be refused here too.
    others = Scope(tuple(pair for pair in scope.columns if pair[0] not in " ".join(keys) or chance.maybe(0.03)))
    shown = [*keys, *_calls(chance, others)]
    if chance.maybe():
        shown.append("grouping__id")
    if chance.maybe(0.4):
        shown.append(f"grouping({chance.choice(keys)})")
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.3) else ""
    return Case("grouping sets", (f"SELECT {', '.join(shown)} FROM {text}{where}{tail}{_having(chance, others)}",))


def distinct(chance: Chance) -> Case:
    """SELECT DISTINCT."""
    text, scope = source(chance, "x")
    listed = ", ".join(scalar(chance, scope) for _ in range(chance.randint(1, 3)))
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.3) else ""
    return Case("distinct", (f"SELECT DISTINCT {listed} FROM {text}{where}",))
