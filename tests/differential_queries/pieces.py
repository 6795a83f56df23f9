"""Small pieces that all makers of random queries share: columns in scope, values, conditions, sources."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["TABLES", "Case", "Chance", "Scope", "base", "condition", "scalar", "source", "table"]

TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "t": (
        ("id", "int"),
        ("k", "int"),
        ("g", "string"),
        ("v", "int"),
        ("n", "bigint"),
        ("d", "double"),
        ("m", "decimal(8,2)"),
        ("b", "boolean"),
        ("dt", "date"),
        ("ts", "timestamp"),
        ("a", "array<int>"),
        ("p", "map<string,int>"),
        ("s", "array<struct<x:int,y:string>>"),
        ("j", "string"),
    ),
    "u": (
        ("id", "int"),
        ("k", "int"),
        ("g", "string"),
        ("w", "bigint"),
        ("d", "double"),
        ("c", "varchar(6)"),
        ("dt", "date"),
    ),
    "z": (("k", "bigint"), ("g", "string"), ("q", "smallint"), ("m", "decimal(6,1)")),
    "e": (("k", "int"), ("g", "string"), ("q", "int")),
}
"""The tables of a block, and their columns; ``id`` is unique and never NULL, ``e`` has no rows."""

_KINDS = {
    "int": "number",
    "bigint": "number",
    "smallint": "number",
    "double": "number",
    "decimal(8,2)": "number",
    "decimal(6,1)": "number",
    "string": "text",
    "varchar(6)": "text",
    "boolean": "truth",
    "date": "moment",
    "timestamp": "moment",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A query of one construct; ``ordered`` where its ORDER BY leaves no choice. Only the last statements have rows."""

    construct: str
    statements: tuple[str, ...]
    ordered: bool = False


class Chance(random.Random):
    """A seeded choice of pieces."""

    def maybe(self, share: float = 0.5) -> bool:
        return self.random() < share

    def some(self, choices: Sequence[str], least: int, most: int) -> list[str]:
        return self.sample(list(choices), min(len(choices), self.randint(least, most)))


@dataclass(frozen=True, slots=True)
class Scope:
    """The columns that an expression may name: SQL name and Hive type."""

    columns: tuple[tuple[str, str], ...]

    def of(self, chance: Chance, kind: str) -> str | None:
        """A random column of one kind: ``number``, ``text``, ``truth`` or ``moment``."""
        found = [name for name, type_ in self.columns if _KINDS.get(type_) == kind]
        return chance.choice(found) if found else None

    def plain(self) -> list[str]:
        """Names of all columns that can be compared."""
        return [name for name, type_ in self.columns if type_ in _KINDS]

    def typed(self, type_: str) -> list[str]:
        return [name for name, found in self.columns if found == type_]

    def __add__(self, other: Scope) -> Scope:
        return Scope(self.columns + other.columns)


def table(name: str, alias: str) -> Scope:
    """The columns of a table under an alias."""
    return Scope(tuple((f"{alias}.{column}", type_) for column, type_ in TABLES[name]))


def base(chance: Chance) -> str:
    return chance.choice(["t", "t", "t", "u", "u", "z", "z", "e"])


def source(chance: Chance, alias: str, *, name: str | None = None) -> tuple[str, Scope]:
    """A table or a subquery over one, and its columns."""
    name = name or base(chance)
    if chance.maybe(0.75):
        return f"{name} {alias}", table(name, alias)
    inner = table(name, "i")
    kept = [pair for pair in inner.columns if pair[0] in ("i.id", "i.k", "i.g") or chance.maybe()]
    where = f" WHERE {condition(chance, inner)}" if chance.maybe() else ""
    text = f"(SELECT {', '.join(column for column, _ in kept)} FROM {name} i{where}) {alias}"
    return text, Scope(tuple((f"{alias}.{column[2:]}", type_) for column, type_ in kept))


def number(chance: Chance, scope: Scope) -> str:
    """An expression over a number column."""
    column = scope.of(chance, "number") or "1"
    other = scope.of(chance, "number") or "2"
    return chance.choice(
        [
            column,
            column,
            column,
            f"{column} + {chance.randint(1, 3)}",
            f"{column} * 2",
            f"{column} - {other}",
            f"coalesce({column}, {other}, 0)",
            f"abs({column})",
            f"-{column}",
            f"if({column} > 2, {column}, 0)",
            f"CASE WHEN {column} > {other} THEN {column} WHEN {other} IS NULL THEN -1 END",
        ]
    )


def text(chance: Chance, scope: Scope) -> str:
    """An expression over a text column."""
    column = scope.of(chance, "text") or "'n'"
    return chance.choice(
        [
            column,
            column,
            f"upper({column})",
            f"concat({column}, '-')",
            f"coalesce({column}, 'none')",
            f"length({column})",
            f"substr({column}, 1, 1)",
            f"nvl({column}, '')",
        ]
    )


def scalar(chance: Chance, scope: Scope) -> str:
    """Any expression of a type that can be grouped and sorted."""
    roll = chance.random()
    if roll < 0.45:
        return number(chance, scope)
    if roll < 0.75:
        return text(chance, scope)
    if roll < 0.85:
        return scope.of(chance, "moment") or scope.of(chance, "truth") or "NULL"
    return condition(chance, scope, depth=1) if roll < 0.95 else chance.choice(["1", "'c'", "NULL", "1.5", "true"])


def condition(chance: Chance, scope: Scope, depth: int = 0) -> str:
    """A condition, of three values as soon as NULLs come in."""
    if depth < 2 and chance.maybe(0.3):
        left, right = condition(chance, scope, depth + 1), condition(chance, scope, depth + 1)
        return chance.choice([f"({left} AND {right})", f"({left} OR {right})", f"NOT ({left})"])
    roll = chance.random()
    if roll < 0.6:
        return _number_condition(chance, scope)
    if roll < 0.85:
        return _text_condition(chance, scope)
    return scope.of(chance, "truth") or _moment_condition(chance, scope)


def _number_condition(chance: Chance, scope: Scope) -> str:
    column = scope.of(chance, "number") or "1"
    other = scope.of(chance, "number") or "2"
    constant = chance.randint(-1, 6)
    operator = chance.choice(["=", "<>", "<", "<=", ">", ">=", "<=>", "!="])
    return chance.choice(
        [
            f"{column} {operator} {constant}",
            f"{column} {operator} {other}",
            f"{column} IS {chance.choice(['', 'NOT '])}NULL",
            f"{column} {chance.choice(['', 'NOT '])}IN ({constant}, {constant + 2}, 3)",
            f"{column} {chance.choice(['', 'NOT '])}BETWEEN {constant} AND {constant + 3}",
            f"{number(chance, scope)} > {constant}",
        ]
    )


def _text_condition(chance: Chance, scope: Scope) -> str:
    column = scope.of(chance, "text") or "'x'"
    operator = chance.choice(["=", "<>", "<", ">=", "<=>"])
    return chance.choice(
        [
            f"{column} {operator} '{chance.choice('abc')}'",
            f"{column} {chance.choice(['', 'NOT '])}IN ('a', 'c', 'zz')",
            f"{column} LIKE '{chance.choice(['a%', '%b', '_', '%'])}'",
            f"{column} IS {chance.choice(['', 'NOT '])}NULL",
            f"length({column}) > 1",
        ]
    )


def _moment_condition(chance: Chance, scope: Scope) -> str:
    column = scope.of(chance, "moment")
    return "1 = 1" if column is None else f"{column} {chance.choice(['>', '<=', '='])} '2020-02-29'"
