"""Random queries over one table: lateral views, table functions, sorting, samples, several INSERTs from one FROM."""

from __future__ import annotations

from tests.differential_queries.pieces import Case, Chance, Scope, condition, scalar, source, table

__all__ = ["lateral", "multi_insert", "ordered", "projected", "sample", "table_function"]

_GENERATORS: dict[str, tuple[tuple[str, str], ...]] = {
    "explode(x.a)": (("e", "int"),),
    "explode(array(x.v, x.k, 7))": (("e", "int"),),
    "posexplode(x.a)": (("o", "int"), ("e", "int")),
    "explode(x.p)": (("i", "string"), ("e", "int")),
    "inline(x.s)": (("e", "int"), ("i", "string")),
    "inline(array(struct(x.id, x.g), struct(x.v, 'z')))": (("e", "int"), ("i", "string")),
    "stack(2, x.v, x.g, x.id, 'q')": (("e", "int"), ("i", "string")),
    "stack(2, x.v, x.k, x.id)": (("e", "int"), ("f", "int")),
    "json_tuple(x.j, 'a', 'b')": (("i", "string"), ("l", "string")),
    "json_tuple(x.j, 'a')": (("i", "string"),),
    "posexplode(split(x.g, ''))": (("o", "int"), ("i", "string")),
    "explode(map_keys(x.p))": (("i", "string"),),
    "explode(if(x.k > 1, x.a, array(0)))": (("e", "int"),),
}


def _view(chance: Chance, alias: str) -> tuple[str, Scope]:
    call, columns = chance.choice(list(_GENERATORS.items()))
    outer = "OUTER " if chance.maybe(0.4) else ""
    names = [(f"{alias}{name}", type_) for name, type_ in columns]
    text = f" LATERAL VIEW {outer}{call} {alias} AS {', '.join(name for name, _ in names)}"
    return text, Scope(tuple((f"{alias}.{name}", type_) for name, type_ in names))


def lateral(chance: Chance) -> Case:
    """One to three lateral views, filtered, grouped or joined."""
    scope, text, shown = table("t", "x"), "t x", ["x.id"]
    for alias in ["l1", "l2", "l3"][: chance.choice([1, 1, 2, 2, 3])]:
        view, added = _view(chance, alias)
        text, scope = text + view, scope + added
        shown += [name for name, _ in added.columns]
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.4) else ""
    if chance.maybe(0.15):
        return Case(
            "lateral view, grouped", (f"SELECT {shown[1]}, count(*), sum(x.v) FROM {text}{where} GROUP BY {shown[1]}",)
        )
    if chance.maybe(0.1):
        listed = ", ".join(shown)
        return Case("lateral view, joined", (f"SELECT {listed}, y.g FROM {text} JOIN u y ON x.k = y.k{where}",))
    if chance.maybe(0.3):
        shown.append(scalar(chance, scope))
    return Case("lateral view", (f"SELECT {', '.join(shown)} FROM {text}{where}",))


def table_function(chance: Chance) -> Case:
    """A table function in SELECT."""
    call, columns = chance.choice(list(_GENERATORS.items()))
    names = ", ".join(name for name, _ in columns)
    alias = f" AS {names}" if len(columns) == 1 else f" AS ({names})"
    where = f" WHERE {condition(chance, table('t', 'x'))}" if chance.maybe(0.4) else ""
    if chance.maybe(0.1):
        return Case("table function", (f"SELECT x.id, {call}{alias} FROM t x{where}",))
    if chance.maybe(0.3):
        return Case("table function", (f"SELECT q.* FROM (SELECT {call}{alias} FROM t x{where}) q",))
    return Case("table function", (f"SELECT {call}{alias} FROM t x{where}",))


def projected(chance: Chance) -> Case:
    """Expressions over one table or subquery, filtered."""
    text, scope = source(chance, "x")
    listed = ", ".join(scalar(chance, scope) for _ in range(chance.randint(1, 4)))
    return Case("filter and project", (f"SELECT {listed} FROM {text} WHERE {condition(chance, scope)}",))


def ordered(chance: Chance) -> Case:
    """ORDER BY with its null orders, LIMIT and OFFSET; the last key leaves no choice."""
    text, scope = source(chance, "x", name=chance.choice(["t", "u"]))
    ways = [
        "",
        " ASC",
        " DESC",
        " NULLS FIRST",
        " NULLS LAST",
        " DESC NULLS LAST",
        " DESC NULLS FIRST",
        " ASC NULLS LAST",
    ]
    keys = [f"{one}{chance.choice(ways)}" for one in chance.some(scope.plain(), 1, 2)]
    if chance.maybe(0.2):
        keys[0] = f"{scope.of(chance, 'number') or 'x.id'} * -1{chance.choice(ways)}"
    limit = chance.choice(
        ["", f" LIMIT {chance.randint(0, 9)}", f" LIMIT {chance.randint(0, 4)}, {chance.randint(1, 5)}"]
    )
    limit = f" LIMIT {chance.randint(1, 4)} OFFSET {chance.randint(0, 5)}" if chance.maybe(0.1) else limit
    where = f" WHERE {condition(chance, scope)}" if chance.maybe(0.3) else ""
    picked = ", ".join(["x.id", *(one for one in chance.some(scope.plain(), 1, 3) if one != "x.id")])
    return Case(
        "order by", (f"SELECT {picked} FROM {text}{where} ORDER BY {', '.join(keys)}, x.id{limit}",), ordered=True
    )


def sample(chance: Chance) -> Case:
    """TABLESAMPLE of buckets, by the table's own and by any expression."""
    name = chance.choice(["h", "t", "u", "z"])
    buckets = chance.choice([2, 3, 4, 8])
    column = chance.choice(["k", "g", "id", "k, g"] if name != "z" else ["k", "g", "q"])
    on = "" if name == "h" and chance.maybe() else f" ON {column}"
    which = chance.randint(1, buckets + (1 if chance.maybe(0.05) else 0))
    picked = "s.k, s.g" if name == "z" else "s.id, s.k, s.g"
    where = f" WHERE s.k {chance.choice(['> 1', 'IS NULL', '< 4'])}" if chance.maybe(0.2) else ""
    return Case(
        "table sample", (f"SELECT {picked} FROM {name} TABLESAMPLE (BUCKET {which} OUT OF {buckets}{on}) s{where}",)
    )


def multi_insert(chance: Chance) -> Case:
    """Several INSERTs from one FROM, then what they wrote."""
    text, scope = source(chance, "x", name=chance.choice(["t", "u"]))
    ways = ["OVERWRITE", "OVERWRITE", "INTO"]
    first = f" WHERE {condition(chance, scope)}" if chance.maybe(0.7) else ""
    second = f" WHERE {condition(chance, scope)}" if chance.maybe(0.4) else ""
    tail = " GROUP BY x.g" if chance.maybe() else ""
    picked = "count(*), x.g" if tail else "x.id, x.g"
    one = f"INSERT {chance.choice(ways)} TABLE r1 SELECT x.k, x.g, x.id{first}"
    two = f"INSERT {chance.choice(ways)} TABLE r2 SELECT {picked}{second}{tail}"
    return Case("multi-insert", (f"FROM {text} {one} {two}", "SELECT * FROM r1", "SELECT * FROM r2"))
