"""Constraints of columns and tables: which Hive accepts, and which it will enforce.

Follows https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL#LanguageManualDDL-Constraints.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.model.table import Constraint

if TYPE_CHECKING:
    from collections.abc import Container

    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.tree import Position

__all__ = ["ENFORCED_KINDS", "ConstraintReader"]

ENFORCED_KINDS = frozenset({"not null", "default", "check"})
"""The kinds that INSERT looks at; Hive never enforces keys."""

_INVALID = 10326
_CONTEXT = "column constraint"
_PREFIXES = {
    "primary key": "pk",
    "foreign key": "fk",
    "unique": "uk",
    "not null": "nn",
    "default": "dc",
    "check": "cc",
}
_WORDS = frozenset({"PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "DEFAULT", "REFERENCES", "CONSTRAINT"})


def _invalid(message: str, position: Position) -> Exception:
    return semantic_error(_INVALID, f"Invalid Constraint syntax {message}", position)


@dataclass(slots=True)
class ConstraintReader:
    """Collects a table's constraints; ``table`` is the name that generated names are made of."""

    cursor: Cursor
    table: str
    found: list[Constraint] = field(default_factory=list)
    _places: list[Position] = field(default_factory=list)

    def at_constraint(self) -> bool:
        """Whether a constraint of the column before is next."""
        return self.cursor.at_any(_WORDS) or self.cursor.at("NOT", "NULL")

    def at_table_constraint(self) -> bool:
        """Whether a constraint stands in a column's place."""
        cursor = self.cursor
        return (
            cursor.at("CONSTRAINT")
            or cursor.at("PRIMARY", "KEY")
            or cursor.at("FOREIGN", "KEY")
            or cursor.at("UNIQUE", "(")
            or cursor.at("CHECK", "(")
        )

    def of_column(self, column: str) -> None:
        """Take a column's constraint."""
        self._take(column)

    def of_table(self) -> None:
        """Take a constraint that stands in a column's place."""
        self._take(None)

    def check(self, names: Container[str], *, external: bool) -> None:
        """Refuse constraints of columns that are not there, and enforced ones of external tables.

        Raises:
            HiveSemanticError: One does not fit.
        """
        for constraint, place in zip(self.found, self._places, strict=True):
            for name in constraint.columns:
                if name not in names:
                    message = f"InvalidObjectException(message:Parent column not found: {name})"
                    raise semantic_error(None, message, place)
            if external and constraint.enabled:
                message = "Constraints are disallowed with External tables. Only RELY is allowed."
                raise _invalid(message, place)

    def _take(self, column: str | None) -> None:
        cursor = self.cursor
        position = cursor.position
        name = cursor.identifier(_CONTEXT) if cursor.take("CONSTRAINT") else None
        constraint = self._body(column)
        enabled = self._flags(constraint.kind, position)
        default = f"{_PREFIXES[constraint.kind]}_{self.table}_{len(self.found)}"
        self.found.append(replace(constraint, name=name or default, enabled=enabled))
        self._places.append(position)

    def _body(self, column: str | None) -> Constraint:
        cursor = self.cursor
        if cursor.take("PRIMARY", "KEY"):
            return self._key("primary key", column)
        if cursor.take("UNIQUE"):
            return self._key("unique", column)
        if cursor.take("CHECK"):
            return Constraint(
                kind="check", name="", columns=() if column is None else (column,), expression=self._expression()
            )
        if column is None:
            cursor.expect("FOREIGN", _CONTEXT)
            cursor.expect("KEY", _CONTEXT)
            return self._foreign(self._names())
        return self._of_values(column)

    def _of_values(self, column: str) -> Constraint:
        cursor = self.cursor
        if cursor.at("REFERENCES"):
            return self._foreign((column,))
        if cursor.take("NOT", "NULL"):
            return Constraint(kind="not null", name="", columns=(column,))
        cursor.expect("DEFAULT", _CONTEXT)
        if cursor.at("("):
            raise cursor.error(_CONTEXT)
        return Constraint(kind="default", name="", columns=(column,), expression=self._expression())

    def _key(self, kind: str, column: str | None) -> Constraint:
        return Constraint(kind=kind, name="", columns=self._names() if column is None else (column,))

    def _foreign(self, columns: tuple[str, ...]) -> Constraint:
        cursor = self.cursor
        cursor.expect("REFERENCES", _CONTEXT)
        parent = cursor.identifier(_CONTEXT)
        if cursor.take("."):
            parent = f"{parent}.{cursor.identifier(_CONTEXT)}"
        return Constraint(
            kind="foreign key", name="", columns=columns, parent_table=parent, parent_columns=self._names()
        )

    def _names(self) -> tuple[str, ...]:
        cursor = self.cursor
        cursor.expect("(", _CONTEXT)
        names = [cursor.identifier(_CONTEXT)]
        while cursor.take(","):
            names.append(cursor.identifier(_CONTEXT))
        cursor.expect(")", _CONTEXT)
        return tuple(names)

    def _expression(self) -> str:
        cursor = self.cursor
        first = cursor.word
        ExpressionReader(cursor, QueryReader(cursor).query).expression()
        return cursor.text[first.start : cursor.word.start].strip()

    def _flags(self, kind: str, position: Position) -> bool:
        """Take ENABLE, DISABLE, VALIDATE, RELY and their like; return whether INSERT has to enforce it."""
        cursor = self.cursor
        enabled: bool | None = None
        if cursor.take("ENABLE") or cursor.take("ENFORCED"):
            enabled = True
        elif cursor.take("DISABLE") or cursor.take("NOT", "ENFORCED"):
            enabled = False
        if cursor.take("VALIDATE"):
            raise _invalid("VALIDATE feature not supported yet. Please use NOVALIDATE instead.", position)
        cursor.take("NOVALIDATE")
        if not cursor.take("RELY"):
            cursor.take("NORELY")
        if kind in ENFORCED_KINDS:
            return enabled is not False
        if enabled is not False:
            message = "ENABLE/ENFORCED feature not supported yet. Please use DISABLE/NOT ENFORCED instead."
            raise _invalid(message, position)
        return False
