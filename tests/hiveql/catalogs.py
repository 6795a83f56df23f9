"""Catalogs of test tables, without any engine."""

from __future__ import annotations

from dataclasses import dataclass, field

from airflow_ddb_hive.hiveql.statements import (
    CreateDatabase,
    CreateTable,
    CreateTableAs,
    CreateView,
    DropTable,
    Statement,
)
from airflow_ddb_hive.model.table import Column, Table
from airflow_ddb_hive.model.types import parse_type

COLUMNS = {
    "ti": "tinyint",
    "si": "smallint",
    "i": "int",
    "b": "bigint",
    "f": "float",
    "d": "double",
    "dc": "decimal(12,2)",
    "s": "string",
    "vc": "varchar(10)",
    "ch": "char(5)",
    "bo": "boolean",
    "dt": "date",
    "ts": "timestamp",
    "bi": "binary",
    "a": "array<int>",
    "m": "map<string,int>",
    "st": "struct<x:int,y:string>",
}


@dataclass
class MemoryCatalog:
    """Tables in a dict; ``run`` keeps what a DDL statement makes."""

    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    databases: set[str] = field(default_factory=lambda: {"default"})

    def has_database(self, name: str) -> bool:
        return name in self.databases

    def find_table(self, database: str, name: str) -> Table | None:
        return self.tables.get((database, name))

    def add(self, name: str, columns: dict[str, str]) -> None:
        made = tuple(Column(column, parse_type(type_)) for column, type_ in columns.items())
        self.tables["default", name] = Table(database="default", name=name, columns=made)

    def run(self, statement: Statement) -> None:
        if isinstance(statement, CreateTable | CreateTableAs | CreateView):
            self.tables[statement.table.database, statement.table.name] = statement.table
        elif isinstance(statement, DropTable):
            self.tables.pop((statement.database, statement.name), None)
        elif isinstance(statement, CreateDatabase):
            self.databases.add(statement.name)


def all_types() -> MemoryCatalog:
    """One table ``t`` with a column of each type, and ``u`` for joins."""
    catalog = MemoryCatalog()
    catalog.add("t", COLUMNS)
    catalog.add("u", {"id": "int", "name": "string", "i": "bigint"})
    return catalog
