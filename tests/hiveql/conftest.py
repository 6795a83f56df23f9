"""Fixtures of the language tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_ddb_hive.hiveql import bind_statement
from airflow_ddb_hive.hiveql.statements import QueryStatement
from airflow_ddb_hive.hiveql.tree import Relation
from tests.hiveql.catalogs import MemoryCatalog, all_types


@pytest.fixture
def catalog() -> MemoryCatalog:
    return all_types()


@pytest.fixture
def query(catalog: MemoryCatalog) -> Callable[[str], Relation]:
    def bind(text: str) -> Relation:
        statement = bind_statement(text, catalog=catalog)
        assert isinstance(statement, QueryStatement)
        return statement.relation

    return bind
