import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.catalogs import Catalog, open_catalog, private_folder
from airflow_ddb_hive.errors import HiveSemanticError, InputError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.table import Column, Partition, Table
from airflow_ddb_hive.model.types import INT, STRING
from tests.support.rigs import S3Rig

TABLE = Table(database="default", name="t", columns=(Column("a", STRING),))
PARTED = replace(TABLE, name="p", partition_columns=(Column("ds", STRING), Column("n", INT)))


def _open(warehouse: str, endpoint: str | None) -> Catalog:
    return open_catalog(None, warehouse, AwsAccess(region="us-east-1", s3_endpoint_url=endpoint), {})


def _add_tables(warehouse: str, endpoint: str | None, who: int, count: int) -> None:
    catalog = _open(warehouse, endpoint)
    for number in range(count):
        catalog.add_table(replace(TABLE, name=f"t{who}_{number}"))
        catalog.add_partitions(PARTED, [Partition(values=(f"{who}", f"{number}"))])


def _change_side_by_side(warehouse: str, endpoint: str | None, processes: int, changes: int) -> None:
    catalog = _open(warehouse, endpoint)
    catalog.add_table(PARTED)
    # Forked threads of other tests' servers would hold locks: each process starts fresh.
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=_add_tables, args=(warehouse, endpoint, who, changes // 2)) for who in range(processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * processes
    assert len(catalog.table_names("default")) == processes * changes // 2 + 1
    assert len(catalog.partitions(PARTED)) == processes * changes // 2


@pytest.mark.slow
def test_no_change_of_eight_processes_is_lost_in_a_folder(tmp_path: Path) -> None:
    _change_side_by_side(str(tmp_path / "w"), None, 8, 50)


@pytest.mark.slow
@pytest.mark.integration
def test_no_change_of_eight_processes_is_lost_in_s3(s3_rig: S3Rig) -> None:
    _change_side_by_side(f"s3://{s3_rig.bucket}/many", s3_rig.endpoint_url, 8, 50)


@pytest.mark.integration
def test_tables_and_rows_in_s3_are_there_for_the_next_session(s3_rig: S3Rig) -> None:
    access = AwsAccess(region="us-east-1", s3_endpoint_url=s3_rig.endpoint_url)
    warehouse = f"s3://{s3_rig.bucket}/kept"
    with LocalSession(access=access, warehouse=warehouse, catalog="warehouse") as session:
        session.execute("CREATE DATABASE sales").close()
        session.execute("CREATE TABLE sales.t STORED AS PARQUET AS SELECT 'x' AS a, 2 AS b").close()
        session.execute("CREATE TABLE sales.p (a INT) PARTITIONED BY (ds STRING)").close()
        session.execute("INSERT INTO sales.p PARTITION (ds='1') VALUES (1), (2)").close()
    with LocalSession(access=access, warehouse=warehouse) as session:
        assert list(session.execute("SELECT * FROM sales.t").lines()) == ["x\t2"]
        assert sorted(session.execute("SELECT * FROM sales.p").lines()) == ["1\t1", "2\t1"]
        session.execute("DROP TABLE sales.t").close()
    assert _open(warehouse, s3_rig.endpoint_url).table_names("sales") == ["p"]


def test_a_session_without_a_warehouse_leaves_nothing() -> None:
    with LocalSession(catalog="memory") as session:
        session.execute("CREATE TABLE t AS SELECT 1 AS a").close()
        table = session._catalog.find_table("default", "t")
        folder = Path(table.location or "") if table else None
        assert folder is not None
        assert folder.exists()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("kind", "warehouse", "message"),
    [
        ("hive", None, "memory, warehouse, glue"),
        ("memory", "/w", "keeps nothing in /w"),
        ("warehouse", None, "needs a warehouse"),
    ],
)
def test_a_catalog_that_cannot_be_had_is_refused_with_the_remedy(
    kind: str, warehouse: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        private_folder(kind, warehouse)


def test_partitions_are_found_by_some_or_all_of_their_values(tmp_path: Path) -> None:
    catalog = _open(str(tmp_path), None)
    catalog.add_table(PARTED)
    catalog.add_partitions(PARTED, [Partition(values=(ds, n)) for ds in ("a", "b") for n in ("1", "2")])
    assert [one.values for one in catalog.partitions(PARTED, {"ds": "b"})] == [("b", "1"), ("b", "2")]
    table = catalog.find_table("default", "p")
    assert table is not None
    found = catalog.partition(table, ("a", "2"))
    assert found is not None
    assert found.location == f"{tmp_path}/p/ds=a/n=2"
    assert catalog.partition(PARTED, ("c", "2")) is None


def test_a_refused_change_leaves_the_catalog_as_it_was(tmp_path: Path) -> None:
    catalog = _open(str(tmp_path), None)
    catalog.add_table(PARTED)
    catalog.add_partitions(PARTED, [Partition(values=("a", "1"))])
    with pytest.raises(HiveSemanticError, match="already exists"):
        catalog.add_partitions(PARTED, [Partition(values=("b", "1")), Partition(values=("a", "1"))])
    assert [one.values for one in catalog.partitions(PARTED)] == [("a", "1")]
