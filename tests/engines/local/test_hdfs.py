"""HiveQL over files in a real HDFS."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import HiveSemanticError, JobCancelledError, ServiceError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import Store, StoreOptions, open_store
from airflow_ddb_hive.storage.journal import write_whole
from tests.engines.local.conftest import MakeTable, ddl
from tests.support.rigs import HdfsRig

pytestmark = pytest.mark.integration
NUMBERS = itertools.count()


class Cluster(NamedTuple):
    session: LocalSession
    store: Store
    folder: str


@pytest.fixture
def cluster(hdfs_rig: HdfsRig, dynamodb_local: str) -> Iterator[Cluster]:
    folder = f"{hdfs_rig.url}/hql{next(NUMBERS)}"
    store = open_store(folder, AwsAccess(), options=StoreOptions(webhdfs_address=hdfs_rig.webhdfs_url))
    access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)
    with LocalSession(access=access, hiveconfs={"ddb_hive.webhdfs.address": hdfs_rig.webhdfs_url}) as session:
        yield Cluster(session, store, folder)


def rows(cluster: Cluster, statement: str) -> list[str]:
    return list(cluster.session.execute(statement).lines())


def run(cluster: Cluster, *statements: str) -> None:
    for statement in statements:
        cluster.session.execute(statement).close()


def names(cluster: Cluster) -> list[str]:
    return [file.url.removeprefix(f"{cluster.folder}/") for file in cluster.store.list_all(cluster.folder)]


@pytest.mark.parametrize("stored", ["TEXTFILE", "PARQUET", "ORC"])
def test_external_table_is_written_added_to_and_replaced(cluster: Cluster, stored: str) -> None:
    run(
        cluster,
        f"CREATE EXTERNAL TABLE t (a int, b string) STORED AS {stored} LOCATION '{cluster.folder}/t'",
        "INSERT INTO t VALUES (1, 'x')",
        "INSERT INTO t VALUES (2, 'y')",
    )
    assert rows(cluster, "SELECT a, b FROM t ORDER BY a") == ["1\tx", "2\ty"]
    run(cluster, "INSERT OVERWRITE TABLE t SELECT a + 10, b FROM t")
    assert rows(cluster, "SELECT a, b FROM t ORDER BY a") == ["11\tx", "12\ty"]
    assert [name.split("/")[0] for name in names(cluster)] == ["t"] * len(names(cluster))


def test_directory_is_overwritten_and_loaded_from(cluster: Cluster, hdfs_rig: HdfsRig) -> None:
    write_whole(cluster.store, f"{cluster.folder}/out/old", b"old")
    run(cluster, f"INSERT OVERWRITE DIRECTORY '{cluster.folder}/out' SELECT 1, 'x'")
    assert names(cluster) == ["out/000000_0"]
    web = cluster.folder.replace(hdfs_rig.url, hdfs_rig.webhdfs_url.replace("http", "webhdfs"))
    run(cluster, f"CREATE EXTERNAL TABLE t (a int, b string) LOCATION '{web}/t'")
    run(cluster, f"LOAD DATA INPATH '{cluster.folder}/out' INTO TABLE t")
    assert names(cluster) == ["t/000000_0"]
    assert rows(cluster, "SELECT * FROM t") == ["1\tx"]
    with pytest.raises(HiveSemanticError, match="No files matching path"):
        run(cluster, f"LOAD DATA INPATH '{cluster.folder}/out' INTO TABLE t")


def test_local_file_is_loaded_into_hdfs(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("7\n")
    run(
        cluster,
        f"CREATE EXTERNAL TABLE t (a int) LOCATION '{cluster.folder}/t'",
        f"LOAD DATA LOCAL INPATH '{tmp_path}/f' INTO TABLE t",
    )
    assert rows(cluster, "SELECT a FROM t") == ["7"]
    assert (tmp_path / "f").exists()


def test_partitions_are_written_found_renamed_and_dropped(cluster: Cluster) -> None:
    run(
        cluster,
        "SET hive.exec.dynamic.partition.mode=nonstrict",
        f"CREATE TABLE t (a int) PARTITIONED BY (d string) LOCATION '{cluster.folder}/t'",
        "INSERT OVERWRITE TABLE t PARTITION (d) SELECT 1, 'x/y' UNION ALL SELECT 2, 'z'",
        "ALTER TABLE t PARTITION (d = 'z') RENAME TO PARTITION (d = 'w')",
    )
    assert names(cluster) == ["t/d=w/000000_0", "t/d=x%2Fy/000000_0"]
    assert rows(cluster, "SELECT d, a FROM t ORDER BY a") == ["x/y\t1", "w\t2"]
    run(
        cluster,
        f"CREATE EXTERNAL TABLE t2 (a int) PARTITIONED BY (d string) LOCATION '{cluster.folder}/t'",
        "MSCK REPAIR TABLE t2",
        "ALTER TABLE t DROP PARTITION (d = 'w')",
    )
    assert rows(cluster, "SELECT d, a FROM t2") == ["x/y\t1"]


def test_dynamodb_table_is_exported_and_imported(cluster: Cluster, make_table: MakeTable) -> None:
    items = [{"id": {"S": f"k{number}"}, "N": {"N": str(number)}} for number in range(50)]
    source, target = make_table(items), make_table([])
    run(
        cluster,
        ddl("source", source, "id string, n bigint", "id:id,n:N"),
        ddl("target", target, "id string, n bigint", "id:id,n:N"),
        f"CREATE EXTERNAL TABLE files (id string, n bigint) STORED AS PARQUET LOCATION '{cluster.folder}/files'",
        "INSERT OVERWRITE TABLE files SELECT * FROM source",
        "INSERT INTO TABLE target SELECT * FROM files WHERE n >= 10",
    )
    assert rows(cluster, "SELECT count(*), sum(n) FROM target") == [f"40\t{sum(range(10, 50))}"]


def test_warehouse_in_hdfs_is_shared_by_sessions(cluster: Cluster, hdfs_rig: HdfsRig) -> None:
    conf = {"ddb_hive.webhdfs.address": hdfs_rig.webhdfs_url}
    for number in range(2):
        with LocalSession(warehouse=f"{cluster.folder}/wh", hiveconfs=conf) as session:
            session.execute("CREATE TABLE IF NOT EXISTS t (a int)").close()
            session.execute(f"INSERT INTO t VALUES ({number})").close()
            found = list(session.execute("SELECT a FROM t ORDER BY a").lines())
    assert found == ["0", "1"]
    assert "wh/t/000000_0_copy_1" in names(cluster)


def test_cancelled_statement_leaves_no_file(cluster: Cluster) -> None:
    run(cluster, f"CREATE EXTERNAL TABLE t (a bigint, b string) LOCATION '{cluster.folder}/t'")
    big = "SELECT posexplode(split(space(2999), ' '))"
    timer = threading.Timer(1.0, cluster.session.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(JobCancelledError):
        run(
            cluster,
            f"INSERT OVERWRITE TABLE t SELECT x.pos, repeat('x', 100) FROM ({big}) x CROSS JOIN ({big}) y",
        )
    timer.join()
    assert time.monotonic() - started < 10
    assert names(cluster) == []


def test_wrong_port_names_the_setting(cluster: Cluster) -> None:
    run(cluster, "SET ddb_hive.webhdfs.address=127.0.0.1:9")
    with pytest.raises(ServiceError, match=r"cannot reach HDFS at http://127\.0\.0\.1:9: set ddb_hive\.webhdfs"):
        run(cluster, "CREATE EXTERNAL TABLE gone (a int) LOCATION 'hdfs://127.0.0.1:9/t'")
