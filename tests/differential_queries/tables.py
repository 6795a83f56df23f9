"""Random small tables, full of NULLs and duplicates, as text or ORC."""

from __future__ import annotations

from tests.differential_queries.pieces import TABLES, Chance

__all__ = ["setup"]

_VALUES: dict[str, list[str]] = {
    "int": ["0", "1", "2", "2", "3", "4", "7", "-1"],
    "bigint": ["0L", "1L", "2L", "3L", "3L", "5L", "10L", "9223372036854775807L"],
    "smallint": ["0S", "1S", "2S", "3S", "3S"],
    "double": ["0.0D", "1.5D", "1.5D", "-2.25D", "4.0D", "100.0D"],
    "decimal(8,2)": ["1.50BD", "1.5BD", "0.00BD", "-3.25BD", "12.34BD", "999999.99BD"],
    "decimal(6,1)": ["1.5BD", "2.0BD", "0.0BD", "-3.2BD"],
    "string": ["'a'", "'a'", "'b'", "'c'", "'ab'", "''", "'B'"],
    "varchar(6)": ["'a'", "'b'", "'b'", "'zz'", "''"],
    "boolean": ["true", "false"],
    "date": ["DATE '2020-02-29'", "DATE '2020-02-29'", "DATE '1999-12-31'", "DATE '2021-01-01'"],
    "timestamp": [
        "TIMESTAMP '2020-02-29 00:00:00'",
        "TIMESTAMP '2020-02-29 12:30:00.5'",
        "TIMESTAMP '1999-12-31 23:59:59'",
    ],
    "array<int>": ["array(1, 2)", "array(3)", "array(2, 2, 5)", "array(cast(NULL AS int), 1)"],
    "map<string,int>": ["map('a', 1)", "map('a', 2, 'b', 3)", "map('c', cast(NULL AS int))"],
    "array<struct<x:int,y:string>>": [
        "array(named_struct('x', 1, 'y', 'a'))",
        "array(named_struct('x', 2, 'y', 'b'), named_struct('x', cast(NULL AS int), 'y', 'c'))",
    ],
}  # fmt: skip
_JSON = ['\'{"a":1,"b":"x"}\'', "'{\"a\":null}'", '\'{"b":{"c":2}}\'', "'[1]'", "'no json'", '\'{"a":"1"}\'']


def setup(seed: int) -> list[str]:
    """The statements that make one block's tables, the same for the same seed.

    Example:
        >>> setup(1)[0].startswith("CREATE TABLE t (id int, k int")
        True
    """
    chance = Chance(seed)
    made: list[str] = []
    for name, columns in TABLES.items():
        listed = ", ".join(f"{column} {type_}" for column, type_ in columns)
        made.append(f"CREATE TABLE {name} ({listed}) STORED AS {chance.choice(['TEXTFILE', 'ORC'])}")
        if name != "e":
            made.append(_insert(chance, name, {"t": 9, "u": 7, "z": 6}[name]))
    made += [
        "CREATE TABLE h (id int, k int, g string) CLUSTERED BY (k) INTO 4 BUCKETS STORED AS TEXTFILE",
        "INSERT INTO h SELECT id, k, g FROM t",
        "CREATE TABLE r1 (x int, y string, z bigint)",
        "CREATE TABLE r2 (x bigint, y string) STORED AS ORC",
    ]
    return made


def _insert(chance: Chance, name: str, rows: int) -> str:
    lines: list[str] = []
    for row in range(1, rows + chance.randint(0, 4)):
        if lines and chance.maybe(0.15) and name == "z":
            lines.append(lines[-1])
            continue
        cells = [_cell(chance, column, type_, row) for column, type_ in TABLES[name]]
        lines.append("SELECT " + ", ".join(cells))
    return f"INSERT INTO {name} SELECT * FROM ({' UNION ALL '.join(lines)}) q"


def _cell(chance: Chance, column: str, type_: str, row: int) -> str:
    if column == "id":
        value = str(row)
    elif column == "j":
        value = chance.choice(_JSON)
    else:
        value = chance.choice(_VALUES[type_])
    if column != "id" and chance.maybe(0.2):
        # A bare NULL of a nested type has no cast in Hive.
        value = f"if(false, {value}, NULL)" if "<" in type_ else f"cast(NULL AS {type_})"
    elif type_.startswith(("decimal", "varchar")):
        value = f"cast({value} AS {type_})"
    return f"{value} AS {column}"
