"""The catalog of a warehouse folder."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local.catalog import WarehouseCatalog
from airflow_ddb_hive.errors import HiveSemanticError, InputError
from airflow_ddb_hive.model.table import Column, StorageDescriptor, Table
from airflow_ddb_hive.model.types import BIGINT, parse_type

TABLE = Table(
    database="default",
    name="places",
    columns=(Column("id", BIGINT, "the id"), Column("tags", parse_type("map<string,array<decimal(12,2)>>"))),
    storage=StorageDescriptor(serde_properties={"field.delim": "\x02"}),
    properties={"a": "b"},
)


def test_a_table_is_found_by_another_session_of_the_same_folder(tmp_path: Path) -> None:
    WarehouseCatalog(tmp_path).add_table(TABLE)
    found = WarehouseCatalog(tmp_path).find_table("default", "places")
    assert found == replace(TABLE, location=str(tmp_path / "places"))


def test_a_managed_table_moves_with_its_warehouse(tmp_path: Path) -> None:
    WarehouseCatalog(tmp_path / "a").add_table(TABLE)
    (tmp_path / "a").rename(tmp_path / "b")
    found = WarehouseCatalog(tmp_path / "b").find_table("default", "places")
    assert found is not None
    assert found.location == str(tmp_path / "b" / "places")


def test_a_table_of_another_database_lies_in_the_databases_folder(tmp_path: Path) -> None:
    catalog = WarehouseCatalog(tmp_path)
    catalog.add_database("sales")
    assert catalog.table_folder("sales", "t") == str(tmp_path / "sales.db" / "t")


def test_a_database_with_a_location_keeps_its_tables_there(tmp_path: Path) -> None:
    catalog = WarehouseCatalog(tmp_path)
    catalog.add_database("lake", location="s3://bucket/lake/")
    assert catalog.table_folder("lake", "t") == "s3://bucket/lake/t"


def test_a_table_that_exists_is_refused_by_name(tmp_path: Path) -> None:
    catalog = WarehouseCatalog(tmp_path)
    assert catalog.add_table(TABLE)
    assert not catalog.add_table(TABLE, if_not_exists=True)
    with pytest.raises(HiveSemanticError, match=r"default\.places") as caught:
        catalog.add_table(TABLE)
    assert caught.value.code == 10035


def test_removing_a_database_removes_its_tables_only(tmp_path: Path) -> None:
    catalog = WarehouseCatalog(tmp_path)
    catalog.add_database("sales")
    catalog.add_table(TABLE)
    catalog.add_table(replace(TABLE, database="sales"))
    catalog.remove_database("sales")
    assert catalog.database_names() == ["default"]
    assert catalog.table_names("default") == ["places"]
    assert catalog.find_table("sales", "places") is None


def test_concurrent_changes_lose_no_table(tmp_path: Path) -> None:
    def add(number: int) -> None:
        WarehouseCatalog(tmp_path).add_table(replace(TABLE, name=f"t{number}"))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(WarehouseCatalog(tmp_path).table_names("default")) == 20


@pytest.mark.parametrize("content", ["{", json.dumps({"version": 99}), "[]"])
def test_a_catalog_file_that_is_not_ours_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / ".ddb_hive_catalog.json").write_text(content)
    with pytest.raises(InputError, match=r"ddb_hive_catalog\.json"):
        WarehouseCatalog(tmp_path)


def test_a_warehouse_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        WarehouseCatalog(tmp_path / "file" / "warehouse")
