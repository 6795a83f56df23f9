"""Numbers, strings, casts and collections over table columns, beside real Hive: rows and types."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from tests.support.rigs import HiveRig

COLUMNS = {
    "k": ("int", ["0", "1", "2"]),
    "ti": ("tinyint", ["0", "1", "-1", "127", "-128", r"\N"]),
    "i": ("int", ["0", "1", "-1", "2147483647", "-2147483648", r"\N", "42"]),
    "b": ("bigint", ["0", "9223372036854775807", "-9223372036854775808", r"\N", "-3000000000"]),
    "d": ("double", ["0", "-2.5", "0.1", r"\N", "NaN", "Infinity", "1e7", "123456789.125"]),
    "dc": ("decimal(12,2)", ["0", "1.10", "-9999999999.99", r"\N", "42"]),
    "dw": ("decimal(38,18)", ["0", "-1.5", "99999999999999999999.999999999999999999", r"\N", "3.141592653589793238"]),
    "dn": ("decimal(38,0)", ["7", "99999999999999999999999999999999999999", r"\N", "-12345678901234567890123456789"]),
    "s": ("string", ["", " 1 ", "1e3", "abc", "Hello World", "NaN", "-5", r"\N", "é", "a,b,c", "0x1", "a.b.c"]),
    "u": ("string", ["abc", "", "1", r"\N", "é", "b"]),
    "vc": ("varchar(10)", ["", "abc", "ab  ", r"\N"]),
    "ch": ("char(5)", ["", "ab", "Hello", r"\N"]),
    "bo": ("boolean", ["true", "false", r"\N"]),
    "a": ("array<int>", ["1\x022", "", r"\N"]),
    "st": ("struct<x:int,y:string>", ["1\x02z", r"\N"]),
}
NUMBERS = ("ti", "i", "b", "d", "dc", "dw")
"""Without ``dn``: Hive makes NULL of its largest values beside doubles and texts."""
TEMPLATES = {
    "{0} + {1}": NUMBERS,
    "{0} - {1}": NUMBERS,
    "{0} * {1}": NUMBERS,
    "{0} / {1}": ("dc", "dw", "dn"),
    "{0} * {1} ": ("dc", "dn", "dw"),
    "{0} + {1} ": ("dc", "dn", "dw"),
    "{0} % {1}": NUMBERS,
    "{0} = {1}": ("ti", "i", "d", "dc", "dw", "s"),
    "{0} < {1}": ("ti", "i", "d", "dc", "dw", "s"),
    "cast({0} as int)": (*NUMBERS, "s", "vc", "bo"),
    "cast({0} as bigint)": (*NUMBERS, "s", "ch"),
    "cast({0} as double)": (*NUMBERS, "s"),
    "cast({0} as decimal(10,3))": ("ti", "i", "b", "dc", "dw", "dn", "s"),
    "cast({0} as string)": ("ti", "i", "b", "d", "dc", "dw", "bo", "ch"),
    "hash({0}, {1})": ("ti", "i", "b", "d", "dc", "dw", "s", "vc", "ch", "bo", "a", "st"),
    "murmur_hash({0}, {1})": ("ti", "i", "b", "d", "s", "vc", "bo"),
    "crc32({0})": ("s", "u"),
    "substring_index({0}, {1}, 1)": ("s", "u"),
    "concat_ws({0}, {1}, 'x')": ("s", "u"),
    "replace({0}, {1}, 'Z')": ("s", "u"),
    "lpad({0}, 8, 'xy')": ("s", "i", "dc", "vc", "bo"),
    "mask({0})": ("s", "u"),
    "format_number({0}, 2)": ("i", "b", "dc", "dw", "d"),
    "conv({0}, 10, 16)": ("k", "i"),
    "printf('%s|%5d', {0}, k)": ("s", "i", "bo"),
}


def expressions(count: int) -> list[str]:
    chosen = random.Random(20)  # noqa: S311 - the same expressions each time
    made = []
    for _ in range(count):
        template, columns = chosen.choice(list(TEMPLATES.items()))
        made.append(template.format(chosen.choice(columns), chosen.choice(columns)))
    return sorted(set(made))


def write_table(path: Path) -> None:
    chosen = random.Random(7)  # noqa: S311 - the same rows each time
    rows = ["\x01".join(chosen.choice(values) for _, values in COLUMNS.values()) for _ in range(40)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def different(batch: list[str], line: str, wanted: str) -> list[tuple[str, str, str]]:
    cells = zip(batch, line.split("\t"), wanted.split("\t"), strict=True)
    return [(expression, got, want) for expression, got, want in cells if got != want]


@pytest.mark.integration
def test_rows_and_types_are_hives(hive_rig: HiveRig, tmp_path: Path) -> None:
    data = tmp_path / "t.txt"
    write_table(data)
    asked = expressions(200)
    batches = [asked[first : first + 20] for first in range(0, len(asked), 20)]
    create = f"create table numbers_t ({', '.join(f'{name} {type_}' for name, (type_, _) in COLUMNS.items())})"
    setup = ["drop table if exists numbers_t", create, f"load data local inpath '{data}' into table numbers_t"]
    queries = [f"select {', '.join(batch)} from numbers_t" for batch in batches]
    answers = hive_rig(*setup, *queries).results[len(setup) :]
    with LocalSession() as session:
        for statement in setup[1:]:
            for result in session.run_script(statement):
                result.close()
        for batch, query, answer in zip(batches, queries, answers, strict=True):
            (result,) = session.run_script(query)
            lines = list(result.lines())
            types = [str(column.type) for column in result.columns or ()]
            result.close()
            assert types == [column.split(" ", 1)[1] for column in answer["columns"]], batch
            wrong = [different(batch, *pair) for pair in zip(lines, answer["rows"], strict=True)]
            assert [found for row in wrong for found in row] == []
