"""Random subqueries, common table expressions and set operations."""

from __future__ import annotations

from tests.differential_queries.groups import aggregate_call
from tests.differential_queries.pieces import Case, Chance, Scope, base, condition, scalar, source, table

__all__ = ["common_table", "correlated", "in_subquery", "scalar_subquery", "set_operation"]


def _outer(chance: Chance) -> tuple[str, Scope, str]:
    name = chance.choice(["t", "u", "z"])
    scope = table(name, "x")
    return f"{name} x", scope, ", ".join(chance.some(scope.plain(), 1, 3))


def _and(chance: Chance, scope: Scope) -> str:
    return f" {chance.choice(['AND', 'AND', 'OR'])} {condition(chance, scope)}" if chance.maybe(0.25) else ""


def in_subquery(chance: Chance) -> Case:
    """IN and NOT IN, with and without a correlation."""
    outer, scope, picked = _outer(chance)
    inner = base(chance)
    theirs = table(inner, "y")
    kind = chance.choice(["number", "text"])
    left, right = scope.of(chance, kind) or "1", theirs.of(chance, kind) or "1"
    conditions = []
    if chance.maybe(0.3):
        conditions.append(f"{right} IS NOT NULL")
    if chance.maybe(0.3):
        conditions.append(condition(chance, theirs))
    if chance.maybe(0.25):
        conditions.append(f"y.{chance.choice(['k', 'g'])} = x.{chance.choice(['k', 'g'])}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    operator = chance.choice(["IN", "IN", "NOT IN"])
    value = right if chance.maybe(0.85) else f"max({right})"
    clause = f"{left} {operator} (SELECT {value} FROM {inner} y{where})"
    return Case(f"{operator} subquery", (f"SELECT {picked} FROM {outer} WHERE {clause}{_and(chance, scope)}",))


def correlated(chance: Chance) -> Case:
    """EXISTS and NOT EXISTS."""
    outer, scope, picked = _outer(chance)
    inner = base(chance)
    theirs = table(inner, "y")
    kind = chance.choice(["number", "text"])
    operator = chance.choice(["=", "=", "=", "<>", "<", "<=>"])
    link = f"{theirs.of(chance, kind) or '1'} {operator} {scope.of(chance, kind) or '1'}"
    more = f" AND {condition(chance, theirs)}" if chance.maybe() else ""
    negated = chance.choice(["", "NOT "])
    clause = f"{negated}EXISTS (SELECT {chance.choice(['1', '*', 'y.k'])} FROM {inner} y WHERE {link}{more})"
    return Case(f"{negated}EXISTS", (f"SELECT {picked} FROM {outer} WHERE {clause}{_and(chance, scope)}",))


def scalar_subquery(chance: Chance) -> Case:
    """A subquery as a value, in WHERE, in SELECT or in HAVING."""
    outer, scope, picked = _outer(chance)
    inner = base(chance)
    theirs = table(inner, "y")
    value = theirs.of(chance, "number") or "1"
    call = chance.choice(
        [f"max({value})", f"min({value})", "count(*)", f"sum({value})", f"avg({value})", f"count({value})"]
    )
    conditions = []
    if chance.maybe(0.4):
        conditions.append(f"y.{(key := chance.choice(['k', 'g']))} = x.{key}")
    if chance.maybe(0.4):
        conditions.append(condition(chance, theirs))
    query = f"(SELECT {call} FROM {inner} y{' WHERE ' if conditions else ''}{' AND '.join(conditions)})"
    place = chance.choice(["where", "where", "select", "having"])
    if place == "select":
        return Case("scalar subquery in select", (f"SELECT {picked}, {query} AS q FROM {outer}",))
    ours = scope.of(chance, "number") or "1"
    operator = chance.choice([">", "<", "=", "<=", "<>"])
    if place == "having":
        key = chance.choice(["x.k", "x.g"])
        text = f"SELECT {key}, sum({ours}) FROM {outer} GROUP BY {key} HAVING sum({ours}) {operator} {query}"
        return Case("scalar subquery in having", (text,))
    return Case(
        "scalar subquery", (f"SELECT {picked} FROM {outer} WHERE {ours} {operator} {query}{_and(chance, scope)}",)
    )


def common_table(chance: Chance) -> Case:
    """One or two common table expressions, used once or twice."""
    text, scope = source(chance, "x", name=chance.choice(["t", "u", "z"]))
    key = chance.choice([one for one in scope.plain() if not one.endswith(".id")])
    first = f"c AS (SELECT {key} AS a, {aggregate_call(chance, scope)} AS b, count(*) AS n FROM {text} GROUP BY {key})"
    second = f"f AS (SELECT a, n FROM c WHERE n {chance.choice(['>', '<', '='])} {chance.randint(1, 3)})"
    return Case(
        "common table",
        (
            chance.choice(
                [
                    f"WITH {first} SELECT * FROM c",
                    f"WITH {first} SELECT l.a, l.n, r.n FROM c l JOIN c r ON l.n = r.n",
                    f"WITH {first}, {second} SELECT c.a, c.n, f.n FROM c LEFT JOIN f ON c.a = f.a",
                    f"WITH {first} SELECT a, n FROM c UNION ALL SELECT a, n + 1 FROM c",
                    f"WITH {first}, {second} SELECT count(*), sum(n) FROM f",
                    f"WITH {first} SELECT q.a FROM (SELECT a, max(n) AS t FROM c GROUP BY a) q WHERE q.t > 1",
                ]
            ),
        ),
    )


def set_operation(chance: Chance) -> Case:
    """UNION, INTERSECT, EXCEPT and MINUS of two or three queries, of types that need not be the same."""
    width = chance.randint(1, 3)
    kinds = [chance.choice(["number", "number", "text", "moment"]) for _ in range(width)]
    parts = [_part(chance, kinds) for _ in range(chance.choice([2, 2, 2, 3]))]
    words = ["UNION ALL", "UNION ALL", "UNION", "UNION DISTINCT", "INTERSECT", "EXCEPT", "MINUS"]
    words += ["INTERSECT ALL", "EXCEPT ALL", "INTERSECT DISTINCT"]
    text, used = parts[0], set()
    for part in parts[1:]:
        word = chance.choice(words)
        used.add(word)
        text = f"{text} {word} {part}"
    if chance.maybe(0.25):
        return Case("set operation in subquery", (f"SELECT q.o0, count(*) FROM ({text}) q GROUP BY q.o0",))
    if chance.maybe(0.2):
        order = ", ".join(f"o{i}{chance.choice(['', ' DESC'])}" for i in range(width))
        return Case("set operation, ordered", (f"{text} ORDER BY {order} LIMIT {chance.randint(1, 9)}",), ordered=True)
    return Case("set operation" if len(used) > 1 else used.pop(), (text,))


def _part(chance: Chance, kinds: list[str]) -> str:
    text, scope = source(chance, "x")
    columns = [scope.of(chance, kind) or scalar(chance, scope) for kind in kinds]
    if chance.maybe(0.08):
        columns[0] = "NULL"
    listed = ", ".join(f"{one} AS o{i}" for i, one in enumerate(columns))
    return f"SELECT {listed} FROM {text}{f' WHERE {condition(chance, scope)}' if chance.maybe(0.4) else ''}"
