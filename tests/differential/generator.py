"""Random typed expressions over every scalar function and operator; a seed makes the same ones every time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from airflow_ddb_hive.errors import DdbHiveError
from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import QueryStatement
from airflow_ddb_hive.model.types import HiveType, parse_type
from tests.differential.kinds import ALIKE, KINDS, class_of
from tests.differential.tables import COLUMNS, KEY, NULL
from tests.hiveql.catalogs import MemoryCatalog

__all__ = ["LEFT_OUT", "SHAPES", "Case", "Generator", "Typist"]

LEFT_OUT = {
    "assert_true": "ends the query",
    "assert_true_oom": "ends the query",
    "cardinality_violation": "ends the query",
    "create_union": "refused here: there are no values of union types",
    "current_authorizer": "names how Hive is set up",
    "current_database": "names where the query runs",
    "current_date": "changes",
    "current_groups": "names who runs it",
    "current_timestamp": "changes",
    "current_user": "names who runs it",
    "enforce_constraint": "ends the query",
    "extract_union": "refused here: there are no values of union types",
    "grouping": "stands beside GROUP BY alone",
    "logged_in_user": "names who runs it",
    "noop": "a table function",
    "noopstreaming": "a table function",
    "noopwithmap": "a table function",
    "noopwithmapstreaming": "a table function",
    "rand": "changes",
    "restrict_information_schema": "names how Hive is set up",
    "sq_count_check": "ends the query",
    "to_epoch_milli": "crashes in Hive's compiler",
    "uuid": "changes",
    "version": "names Hive's build",
    "when": "is case",
    "windowingtablefunction": "a table function",
}
"""Scalar functions that are not compared, each with the reason."""

_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST_PART = 60
_WILD, _NESTED, _CONSTANT = 0.02, 0.2, 0.2
_REFUSED = 0.1
"""How many of the expressions that the binder refuses are kept: each costs Hive a request of its own."""


def _shapes() -> tuple[tuple[str, str], ...]:
    lines = Path(__file__).with_name("shapes.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if line and not line.startswith("#"))
    return tuple((name, form) for name, form in pairs)


SHAPES: tuple[tuple[str, str], ...] = _shapes()
"""Each function with one of its forms."""


@dataclass(frozen=True, slots=True)
class Case:
    """One expression: the function at its top, its form and the classes of its arguments, and our type of it."""

    expression: str
    function: str
    form: str
    classes: tuple[str, ...]
    type: HiveType | None
    """``None`` where the binder refuses it."""


class Typist:
    """Says which type the binder gives an expression over the boundary tables."""

    def __init__(self) -> None:
        self._catalog = MemoryCatalog()
        self._catalog.add("bt", {KEY: "int", **{name: type_ for name, (type_, _) in COLUMNS.items()}})

    def __call__(self, expression: str) -> HiveType | None:
        try:
            statement = bind_statement(f"select {expression} from bt", catalog=self._catalog)
        except DdbHiveError:
            return None
        except Exception as error:
            raise AssertionError(f"the binder fails at {expression}") from error
        assert isinstance(statement, QueryStatement)
        return statement.relation.columns[0].type


class Generator:
    """Draws expressions; earlier ones become arguments of later ones."""

    def __init__(self, seed: int, *, literals: bool = False) -> None:
        self._literals = literals
        self._chance = random.Random(seed)  # noqa: S311 (no secret depends on it)
        self._typist = Typist()
        self._parts: dict[str, list[str]] = {}
        self._seen: set[str] = set()

    def cases(self, count: int, *, functions: frozenset[str] | None = None) -> Iterator[Case]:
        """Yield as many different expressions, each form in its turn."""
        shapes = [shape for shape in SHAPES if functions is None or shape[0] in functions]
        made = misses = 0
        while made < count and misses < 200 * len(shapes):
            name, form = shapes[(made + misses) % len(shapes)]
            case = self._case(name, form)
            if case is None or (case.type is None and self._chance.random() > _REFUSED):
                misses += 1
                continue
            made += 1
            yield case

    def _case(self, name: str, form: str) -> Case | None:
        alike = {mark: self._chance.choice(ALIKE) for mark in ("alike1", "alike2")}
        classes: list[str] = []

        def drawn(match: re.Match[str]) -> str:
            text, class_ = self._argument(alike.get(match[1], match[1]))
            classes.append(class_)
            return text

        expression = _PLACE.sub(drawn, form)
        if expression in self._seen:
            return None
        self._seen.add(expression)
        type_ = self._typist(expression)
        return Case(expression, name, form, tuple(classes), type_)

    def keep(self, case: Case) -> None:
        """Let an expression on which both sides agree be an argument of later ones."""
        if case.type is None or len(case.expression) > _LONGEST_PART:
            return
        expression = case.expression
        parts = self._parts.setdefault(class_of(case.type), [])
        if len(parts) < 2000:
            parts.append(expression)
        else:
            parts[self._chance.randrange(len(parts))] = expression

    def _argument(self, name: str) -> tuple[str, str]:
        kind, draw = KINDS[name], self._chance.random()
        columns = [name for name in kind.columns if not self._literals or "<" not in COLUMNS[name][0]]
        if draw < _WILD and columns and not self._literals:
            return self._column(KINDS["any"].columns)
        if draw < _WILD + _NESTED and kind.classes:
            class_ = self._chance.choice(kind.classes)
            if class_ in self._parts:
                return f"({self._chance.choice(self._parts[class_])})", class_
        if kind.constants and (not columns or draw > 1 - _CONSTANT):
            return self._chance.choice(kind.constants), "constant"
        return self._column(columns or kind.columns)

    def _column(self, columns: Sequence[str]) -> tuple[str, str]:
        name = self._chance.choice(columns)
        type_, values = COLUMNS[name]
        class_ = class_of(parse_type(type_))
        if not self._literals:
            return name, class_
        return _literal(type_, self._chance.choice(values)), class_


_SUFFIXES = {"tinyint": "Y", "smallint": "S", "int": "", "bigint": "L", "double": "D"}


def _literal(type_: str, value: str) -> str:
    """A value as Hive's grammar writes it, where it can; a cast of its text elsewhere."""
    if value == NULL:
        return f"cast(null as {type_})"
    written = value.replace("\\", "\\\\").replace("'", "\\'")
    plain = re.fullmatch(r"[0-9]{1,18}([.][0-9]+)?", value)
    if plain and type_ in _SUFFIXES and (type_ == "double" or plain[1] is None):
        return f"{value}{_SUFFIXES[type_]}"
    if plain and type_.startswith("decimal"):
        return f"{value}BD"
    if type_ in ("date", "timestamp"):
        return f"{type_} '{value}'"
    return f"'{written}'" if type_ == "string" else f"cast('{written}' as {type_})"
