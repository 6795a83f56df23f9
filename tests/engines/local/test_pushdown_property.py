"""Whatever a WHERE says and whatever a table holds: rows with pushdown are the rows without."""

from __future__ import annotations

import base64
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.hiveql.parameters import bind_parameters
from tests.engines.local.conftest import ddl

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

pytestmark = pytest.mark.integration

STRINGS = [
    "a",
    "ab",
    "abc",
    "b",
    "B",
    "é",
    "z\U0001f600",
    "\uffee",
    "\U0001f600",
    "a%b",
    "a_b",
    "a\\b",
    "10",
    "4",
    " a",
]
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "4.5",
    "-1",
    "-4.5",
    "10",
    "9007199254740992",
    "9007199254740993",
    "9007199254740994",
]
NUMBERS += [
    "0.1",
    "0.10000000000000000001",
    "0.1000000000000000055511151231257827021",
    "1E+30",
    "5.00000000000000000001",
]
NUMBERS += ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "12345678901234567890.5", "1E-100"]
BYTES = [b"a", b"ab", b"\xff", b"\x00", b"\x80\x00", b"b"]
TYPES: dict[str, list[Any]] = {"S": STRINGS, "N": NUMBERS, "B": BYTES}

COLUMNS = (
    "h string, r bigint, s string, n bigint, d double, c decimal(20,3), b binary, t boolean, "
    "hd double, hb binary, i int, rd double, f float"
)
MAPPING = "h:h,r:r,s:s,n:n,d:d,c:n,b:b,t:t,hd:h,hb:h,i:n,rd:r,f:d"
"""Some attributes stand behind several columns: of another type than the key, or of a narrower one."""


@dataclass(frozen=True)
class Layout:
    """A table's keys and indexes, each a name and a type, and which columns it is read through."""

    name: str
    keys: tuple[tuple[str, str], ...]
    local: tuple[tuple[str, str], ...] = ()
    globals: tuple[tuple[tuple[tuple[str, str], ...], str], ...] = ()
    columns: str = COLUMNS
    mapping: str = MAPPING


LAYOUTS = [
    Layout("hash", (("h", "S"),)),
    Layout("hash and range", (("h", "S"), ("r", "N"))),
    Layout("range of strings", (("h", "S"), ("s", "S"))),
    Layout("numeric hash", (("n", "N"), ("s", "S"))),
    Layout("binary hash", (("b", "B"), ("r", "N"))),
    Layout("local index", (("h", "S"), ("r", "N")), local=(("n", "N"), ("s", "S"))),
    Layout("global index", (("h", "S"),), globals=(((("s", "S"), ("n", "N")), "ALL"), ((("n", "N"),), "KEYS_ONLY"))),
    Layout("global index of strings", (("h", "S"), ("r", "N")), globals=(((("s", "S"),), "INCLUDE"),)),
]


def any_value(random_: random.Random) -> dict[str, Any]:
    """An attribute value of any type."""
    made: list[Callable[[], dict[str, Any]]] = [
        lambda: {"S": random_.choice([*STRINGS, ""])},
        lambda: {"N": random_.choice(NUMBERS)},
        lambda: {"B": random_.choice([*BYTES, b""])},
        lambda: {"BOOL": random_.random() < 0.5},
        lambda: {"NULL": True},
        lambda: {"SS": random_.sample(STRINGS, 2)},
        lambda: {"L": [{"S": "x"}]},
        lambda: {"M": {"a": {"N": "1"}}},
    ]
    return random_.choice(made)()


def item_of(layout: Layout, random_: random.Random) -> dict[str, Any]:
    """A random item: attributes of the column's type mostly, missing or of another type at times."""
    own = {"h": "S", "r": "N", "s": "S", "n": "N", "d": "N", "b": "B"}
    keyed = dict(layout.keys)
    indexed = dict(layout.local) | {name: tag for keys, _ in layout.globals for name, tag in keys}
    item: dict[str, Any] = {}
    for name, tag in own.items():
        chance = random_.random()
        if name in keyed or (name in indexed and chance < 0.75):
            item[name] = {tag: random_.choice(TYPES[tag])}
        elif name not in indexed and chance < 0.65:
            item[name] = {tag: random_.choice([*TYPES[tag], *([""] if tag == "S" else [])])}
        elif name not in indexed and chance < 0.85:
            item[name] = any_value(random_)
    if random_.random() < 0.7:
        item["t"] = {"BOOL": random_.random() < 0.5} if random_.random() < 0.8 else any_value(random_)
    return item


def make_table_of(client: DynamoDBClient, layout: Layout) -> str:
    """A table with its indexes; returns its name."""
    name = f"P{uuid.uuid4().hex}"
    types = dict(layout.keys) | dict(layout.local) | {n: t for keys, _ in layout.globals for n, t in keys}
    request: dict[str, Any] = {
        "TableName": name,
        "KeySchema": schema(tuple(key for key, _ in layout.keys)),
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in types.items()],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if layout.local:
        request["LocalSecondaryIndexes"] = [
            {
                "IndexName": f"by_{n}",
                "KeySchema": schema((layout.keys[0][0], n)),
                "Projection": {"ProjectionType": "ALL" if n == "n" else "KEYS_ONLY"},
            }
            for n, _ in layout.local
        ]
    if layout.globals:
        request["GlobalSecondaryIndexes"] = [
            {
                "IndexName": f"global_{place}",
                "KeySchema": schema(tuple(n for n, _ in keys)),
                "Projection": {"ProjectionType": kind} | ({"NonKeyAttributes": ["d"]} if kind == "INCLUDE" else {}),
            }
            for place, (keys, kind) in enumerate(layout.globals)
        ]
    client.create_table(**request)
    return name


def make_layout(client: DynamoDBClient, layout: Layout, random_: random.Random, count: int) -> str:
    """A table with its indexes and items; returns its name."""
    name = make_table_of(client, layout)
    items = [item_of(layout, random_) for _ in range(count)]
    by_key = {str([item[key] for key, _ in layout.keys]): item for item in items}
    requests: list[Any] = [{"PutRequest": {"Item": item}} for item in by_key.values()]
    for start in range(0, len(requests), 25):
        client.batch_write_item(RequestItems={name: requests[start : start + 25]})
    return name


def schema(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"AttributeName": n, "KeyType": kind} for n, kind in zip(names, ("HASH", "RANGE"), strict=False)]


STRING_COLUMNS, NUMBER_COLUMNS, BINARY_COLUMNS = ["h", "s"], ["r", "n", "d", "c", "hd", "i", "rd", "f"], ["b", "hb"]
OPERATORS = ["=", "=", "=", "<", "<=", ">", ">=", "<>", "<=>"]


def text(value: str) -> str:
    return bind_parameters("%(v)s", {"v": value})


def binary(value: bytes) -> str:
    return f"unbase64('{base64.b64encode(value).decode()}')"


def number(value: str, random_: random.Random) -> str:
    plain = value if "E" not in value else f"{float(value)!r}"
    digits = sum(character.isdigit() for character in plain)
    forms = [f"cast('{value}' as double)", f"'{value}'"]
    if "E" not in value and digits <= 18:
        forms += [plain, plain, plain, f"cast('{value}' as decimal(30,10))"]
    if value.lstrip("-").isdigit() and digits < 18:
        forms += [f"{value} + 0", f"cast({value} as bigint)"]
    return random_.choice(forms)


def constant(column: str, random_: random.Random) -> str:
    if random_.random() < 0.03:
        return "NULL"
    if column in STRING_COLUMNS:
        return (
            text(random_.choice([*STRINGS, ""])) if random_.random() < 0.9 else random_.choice(["4", "concat('a','b')"])
        )
    if column in BINARY_COLUMNS:
        return binary(random_.choice(BYTES))
    return number(random_.choice(NUMBERS), random_)


PATTERNS = ["a%", "%", "ab%%", "a_%", "a", r"a\%%", r"a\_b", r"a\\b%", "é%", "\U0001f600%", "%b", "", "a%b%"]


def leaf(random_: random.Random, columns: list[str]) -> str:
    column = random_.choice(columns)
    chance = random_.random()
    if column == "t":
        return random_.choice(["t", "t = true", "t <> true", "not t", "t is true", "t is not true", "t is null"])
    if chance < 0.1:
        return f"{column} is {random_.choice(['', 'not '])}null"
    if chance < 0.25:
        values = ", ".join(constant(column, random_) for _ in range(random_.randint(1, 5)))
        return f"{column} {random_.choice(['', '', 'not '])}in ({values})"
    if chance < 0.35:
        low, high = constant(column, random_), constant(column, random_)
        return f"{column} {random_.choice(['', '', 'not '])}between {low} and {high}"
    if column in STRING_COLUMNS and chance < 0.55:
        return f"{column} {random_.choice(['', '', 'not '])}like {text(random_.choice(PATTERNS))}"
    sides = [column, constant(column, random_)]
    if random_.random() < 0.1:
        sides.reverse()
    return f"{sides[0]} {random_.choice(OPERATORS)} {sides[1]}"


def predicate(random_: random.Random, columns: list[str], depth: int = 2) -> str:
    chance = random_.random()
    if depth and chance < 0.55:
        word = random_.choice([" and ", " and ", " or "])
        return "(" + word.join(predicate(random_, columns, depth - 1) for _ in range(random_.randint(2, 3))) + ")"
    if depth and chance < 0.62:
        return f"not {predicate(random_, columns, depth - 1)}"
    return leaf(random_, columns)


def keyed(layout: Layout, random_: random.Random) -> str:
    """A condition that binds the keys of the table, or of one of its indexes."""
    sets = [layout.keys, *(((layout.keys[0], one)) for one in layout.local), *(keys for keys, _ in layout.globals)]
    names = [name for name, _ in random_.choice(sets)]
    parts = [f"{names[0]} {random_.choice(['=', 'in'])} ({constant(names[0], random_)})".replace("= (", "= (")]
    parts += [leaf(random_, [name]) for name in names[1:] if random_.random() < 0.8]
    return " and ".join(parts)


def rows(session: LocalSession, statement: str) -> Counter[str]:
    return Counter(session.execute(statement).lines())


def condition_of(layout: Layout, random_: random.Random) -> str:
    columns = [*STRING_COLUMNS, *NUMBER_COLUMNS, *BINARY_COLUMNS, "t"]
    chance = random_.random()
    if chance < 0.4:
        return keyed(layout, random_)
    if chance < 0.6:
        return f"{keyed(layout, random_)} and {predicate(random_, columns)}"
    if chance < 0.7:
        return f"({keyed(layout, random_)}) or ({keyed(layout, random_)})"
    return predicate(random_, columns)


QUERIES = [
    "select {c} from t where {w}",
    "select {c} from t where {w}",
    "select count(*) from t where {w}",
    "select {k} from (select * from t) x where {w}",
    "select a.{k} from t a join t b on a.{k} = b.{k} where {w:a}",
    "select {k} from t where {w} union all select {k} from t where {v}",
    "select {k}, count(*) from t where {w} group by {k}",
]


def query_of(layout: Layout, random_: random.Random) -> str:
    """A query around random conditions."""
    chosen = random_.choice(QUERIES)
    columns = random_.choice(["h, r, s, n, d, hex(b), t", "s, d", "s, n", "h", "h, r, n"])
    first, second = condition_of(layout, random_), condition_of(layout, random_)
    text_ = chosen.replace("{c}", columns).replace("{k}", layout.keys[0][0] if layout.keys[0][1] != "B" else "r")
    if "{w:a}" in text_:
        text_ = text_.replace("from t a", "from (select * from t) a").replace("where {w:a}", "where a.s is not null")
        return text_.replace("(select * from t) a", f"(select * from t where {first}) a")
    return text_.replace("{w}", first).replace("{v}", second)


def compared(client: DynamoDBClient, session: LocalSession, layout: Layout, seed: int, counts: tuple[int, int]) -> None:
    random_ = random.Random(f"{layout.name} {seed}")  # noqa: S311 - repeatable, nothing secret
    items, queries = counts
    name = make_layout(client, layout, random_, items)
    try:
        session.execute("DROP TABLE IF EXISTS t").close()
        session.execute(ddl("t", name, layout.columns, layout.mapping)).close()
        session.execute("SET ddb_hive.on.bad.value=null").close()
        session.execute("SET ddb_hive.workers=1").close()
        for _ in range(queries):
            query = query_of(layout, random_)
            session.execute("SET dynamodb.filter.pushdown=true").close()
            pushed = rows(session, query)
            session.execute("SET dynamodb.filter.pushdown=false").close()
            assert pushed == rows(session, query), query
    finally:
        client.delete_table(TableName=name)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_pushdown_changes_no_result(client: DynamoDBClient, session: LocalSession, layout: Layout) -> None:
    compared(client, session, layout, seed=1, counts=(40, 14))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_pushdown_changes_no_result_of_many(
    client: DynamoDBClient, session: LocalSession, layout: Layout, seed: int
) -> None:
    compared(client, session, layout, seed, counts=(120, 120))
