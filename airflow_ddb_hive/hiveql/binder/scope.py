"""The names that an expression can use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.tree import ColumnRef, OutputColumn, Position, Relation

if TYPE_CHECKING:
    from airflow_ddb_hive.errors import HiveSemanticError
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["Scope", "ScopeColumn"]


@dataclass(frozen=True, slots=True)
class ScopeColumn:
    """A column under its qualifier: a table's alias, and its database where it has one.

    ``*`` passes over a ``hidden`` column: the second of two that USING joins.
    """

    name: str
    qualifier: str
    type: HiveType
    relation: int
    index: int
    database: str | None = None
    hidden: bool = False

    def reference(self, position: Position) -> ColumnRef:
        """The column as an expression."""
        return ColumnRef(self.type, position, self.relation, self.index)


@dataclass(frozen=True, slots=True)
class Scope:
    """Columns in the order of their relation's."""

    columns: tuple[ScopeColumn, ...] = ()

    @property
    def listed(self) -> tuple[ScopeColumn, ...]:
        """The columns that ``*`` stands for."""
        return tuple(column for column in self.columns if not column.hidden)

    @classmethod
    def of(cls, relation: Relation, qualifier: str, database: str | None = None) -> Scope:
        """All columns of a relation under one alias."""
        return cls(
            tuple(
                ScopeColumn(column.name, qualifier, column.type, relation.id, index, database)
                for index, column in enumerate(relation.columns)
            )
        )

    def joined(self, other: Scope) -> Scope:
        """The columns of both."""
        return Scope(self.columns + other.columns)

    def rebased(self, relation: Relation) -> Scope:
        """The same names over a relation whose columns are this scope's, in order."""
        return Scope(
            tuple(
                replace(column, type=relation.columns[index].type, relation=relation.id, index=index)
                for index, column in enumerate(self.columns)
            )
        )

    def outputs(self) -> tuple[OutputColumn, ...]:
        """Name and type of each column."""
        return tuple(OutputColumn(column.name, column.type) for column in self.columns)

    def has_qualifier(self, name: str) -> bool:
        """Whether a table goes by this name."""
        return any(column.qualifier == name for column in self.columns)

    def find(self, name: str, position: Position | None = None) -> ScopeColumn | None:
        """The column of an unqualified name."""
        found = [column for column in self.columns if column.name == name]
        if len(found) > 1 and len({(column.relation, column.index) for column in found}) > 1:
            raise _ambiguous(name, found, position)
        return found[0] if found else None

    def find_qualified(
        self, qualifier: str, name: str, database: str | None = None, position: Position | None = None
    ) -> ScopeColumn | None:
        """The column of a qualified name."""
        found = [
            column
            for column in self.columns
            if column.name == name and column.qualifier == qualifier and database in (None, column.database)
        ]
        if len(found) > 1 and len({column.index for column in found}) > 1:
            raise _ambiguous(name, found, position)
        return found[0] if found else None

    def of_qualifier(self, qualifier: tuple[str, ...]) -> tuple[ScopeColumn, ...]:
        """The columns of ``alias.*`` or ``database.table.*``."""
        return tuple(
            column
            for column in self.columns
            if column.qualifier == qualifier[-1] and (len(qualifier) == 1 or column.database == qualifier[0])
        )

    def names(self) -> str:
        """All names, as Hive's error lists them."""
        return ", ".join(column.name for column in self.columns)


def _ambiguous(name: str, found: list[ScopeColumn], position: Position | None) -> HiveSemanticError:
    qualifiers = {column.qualifier for column in found}
    if len(qualifiers) == 1:
        return semantic_error(10007, f"Ambiguous column reference {name} in {qualifiers.pop()}", position)
    return semantic_error(None, f"Column {name} Found in more than One Tables/Subqueries", position)
