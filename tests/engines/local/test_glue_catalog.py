import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.glue_catalog import GlueCatalog
from airflow_ddb_hive.errors import HiveSemanticError, InputError, UnsupportedSqlError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.table import DYNAMODB_HANDLER, Column, Partition, StorageDescriptor, Table
from airflow_ddb_hive.model.types import INT, STRING
from airflow_ddb_hive.storage.glue import Glue

TEXT_IN = "org.apache.hadoop.mapred.TextInputFormat"
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


@pytest.fixture
def client(moto_server: str) -> Any:
    return boto3.client("glue", region_name="us-east-1", endpoint_url=moto_server)


@pytest.fixture
def database(client: Any, tmp_path: Path) -> Iterator[str]:
    name = f"d{uuid.uuid4().hex[:8]}"
    client.create_database(DatabaseInput={"Name": name, "LocationUri": str(tmp_path)})
    yield name
    client.delete_database(Name=name)


@pytest.fixture
def access(moto_server: str) -> AwsAccess:
    return AwsAccess(region="us-east-1", glue_endpoint_url=moto_server)


@pytest.fixture
def catalog(access: AwsAccess) -> GlueCatalog:
    return GlueCatalog(Glue.connect(access))


def _parted(database: str) -> Table:
    columns = (Column("ds", STRING), Column("n", INT))
    return Table(
        database=database, name="p", columns=(Column("a", STRING),), partition_columns=columns, location="s3://b/p"
    )


def _hive_made(name: str, location: str, **changed: Any) -> dict[str, Any]:
    """A table as Hive on EMR and Athena leave it in Glue."""
    made: dict[str, Any] = {
        "Name": name,
        "Owner": "hadoop",
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "transient_lastDdlTime": "1", "skip.header.line.count": "1"},
        "PartitionKeys": [{"Name": "ds", "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "string", "Comment": "first"}, {"Name": "b", "Type": "array<int>"}],
            "Location": location,
            "InputFormat": TEXT_IN,
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": LAZY_SIMPLE,
                "Parameters": {"field.delim": ",", "serialization.format": ",", "collection.delim": ";"},
            },
        },
    }
    return made | changed


def test_a_script_works_on_tables_in_glue(access: AwsAccess, database: str, client: Any) -> None:
    with LocalSession(access=access, catalog="glue", schema=database) as session:
        session.execute("CREATE TABLE t (a STRING, b INT) PARTITIONED BY (ds STRING) STORED AS PARQUET").close()
        session.execute("INSERT INTO t PARTITION (ds='2026-01-31') VALUES ('x', 1), ('y', 2)").close()
        session.execute("CREATE VIEW v AS SELECT a FROM t WHERE b > 1").close()
    with LocalSession(access=access, catalog="glue", schema=database) as session:
        assert sorted(session.execute("SELECT * FROM t").lines()) == ["x\t1\t2026-01-31", "y\t2\t2026-01-31"]
        assert list(session.execute("SELECT * FROM v").lines()) == ["y"]
        session.execute("DROP VIEW v").close()
        session.execute("DROP TABLE t").close()
    assert client.get_tables(DatabaseName=database)["TableList"] == []


def test_what_is_written_is_what_hive_and_athena_read(catalog: GlueCatalog, database: str, client: Any) -> None:
    catalog.add_table(
        Table(
            database=database,
            name="t",
            columns=(Column("a", STRING, "first"),),
            kind="EXTERNAL_TABLE",
            storage=StorageDescriptor(file_format="ORC"),
            location="s3://b/t",
            properties={"orc.compress": "SNAPPY"},
            comment="about",
        )
    )
    found = client.get_table(DatabaseName=database, Name="t")["Table"]
    assert found["TableType"] == "EXTERNAL_TABLE"
    assert found["Parameters"] == {"EXTERNAL": "TRUE", "comment": "about", "orc.compress": "SNAPPY"}
    storage = found["StorageDescriptor"]
    assert storage["Columns"] == [{"Name": "a", "Type": "string", "Comment": "first"}]
    assert storage["InputFormat"] == "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"
    assert storage["SerdeInfo"]["SerializationLibrary"] == "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
    assert catalog.find_table(database, "t") is not None


def test_a_table_of_hives_is_read(access: AwsAccess, database: str, client: Any, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "ds=1"
    place.mkdir(parents=True)
    (place / "f.csv").write_text("a,b\nx,1;2\n")
    made = _hive_made("h", str(place.parent))
    client.create_table(DatabaseName=database, TableInput=made)
    partition = {"Values": ["1"], "StorageDescriptor": {**made["StorageDescriptor"], "Location": str(place)}}
    client.create_partition(DatabaseName=database, TableName="h", PartitionInput=partition)
    with LocalSession(access=access, catalog="glue", schema=database) as session:
        assert list(session.execute("SELECT * FROM h").lines()) == ["x\t[1,2]\t1"]


def test_a_dynamodb_table_keeps_its_handler_and_mapping(catalog: GlueCatalog, database: str, client: Any) -> None:
    table = Table(
        database=database,
        name="m",
        columns=(Column("artist", STRING),),
        kind="EXTERNAL_TABLE",
        storage=StorageDescriptor(handler=DYNAMODB_HANDLER),
        properties={"dynamodb.table.name": "Music", "dynamodb.column.mapping": "artist:Artist"},
    )
    catalog.add_table(table)
    parameters = client.get_table(DatabaseName=database, Name="m")["Table"]["Parameters"]
    assert parameters["storage_handler"] == DYNAMODB_HANDLER
    found = catalog.find_table(database, "m")
    assert found is not None
    assert found.is_dynamodb
    assert found.properties == table.properties


def test_a_view_of_hives_is_read_by_its_expanded_text(catalog: GlueCatalog, database: str, client: Any) -> None:
    view = {
        "Name": "v",
        "TableType": "VIRTUAL_VIEW",
        "ViewOriginalText": "SELECT a FROM t",
        "ViewExpandedText": "SELECT `t`.`a` FROM `other`.`t`",
        "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "string"}], "SerdeInfo": {}},
    }
    client.create_table(DatabaseName=database, TableInput=view)
    found = catalog.find_table(database, "v")
    assert found is not None
    assert (found.kind, found.view_text, found.location) == ("VIRTUAL_VIEW", "SELECT `t`.`a` FROM `other`.`t`", None)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"TableType": "VIRTUAL_VIEW", "ViewOriginalText": "/* Presto View: eyJ9 */"}, "view of Athena"),
        ({"Parameters": {"table_type": "ICEBERG"}}, "table of Iceberg"),
        ({"PartitionKeys": [{"Name": "u", "Type": "uniontype<int>"}]}, "column u has the type"),
    ],
)
def test_what_hive_does_not_read_is_refused_by_name(
    catalog: GlueCatalog, database: str, client: Any, changed: dict[str, Any], message: str
) -> None:
    client.create_table(DatabaseName=database, TableInput=_hive_made("x", "s3://b/x", **changed))
    with pytest.raises(UnsupportedSqlError, match=message):
        catalog.find_table(database, "x")
    assert catalog.table_names(database) == ["x"]


def test_partitions_come_in_pages_and_by_their_values(catalog: GlueCatalog, database: str) -> None:
    table = _parted(database)
    catalog.add_table(table)
    catalog.add_partitions(table, [Partition(values=(ds, str(n))) for ds in ("a", "b'c") for n in range(130)])
    assert len(catalog.partitions(table)) == 260
    assert {one.values[0] for one in catalog.partitions(table, {"ds": "b'c"})} == {"b'c"}
    found = catalog.partition(table, ("a", "7"))
    assert found == Partition(values=("a", "7"), location="s3://b/p/ds=a/n=7")
    assert catalog.partition(table, ("a", "999")) is None
    catalog.remove_partitions(table, catalog.partitions(table, {"ds": "a"}))
    assert len(catalog.partitions(table)) == 130


def test_of_partitions_that_are_partly_there_none_is_added(catalog: GlueCatalog, database: str) -> None:
    table = _parted(database)
    catalog.add_table(table)
    catalog.add_partitions(table, [Partition(values=("a", "1"))])
    with pytest.raises(HiveSemanticError, match="already exists"):
        catalog.add_partitions(table, [Partition(values=("b", "1")), Partition(values=("a", "1"))])
    assert [one.values for one in catalog.partitions(table)] == [("a", "1")]
    catalog.add_partitions(table, [Partition(values=("b", "1")), Partition(values=("a", "1"))], if_not_exists=True)
    assert len(catalog.partitions(table)) == 2


def test_a_table_under_a_new_name_keeps_its_partitions(catalog: GlueCatalog, database: str) -> None:
    table = _parted(database)
    catalog.add_table(table)
    catalog.add_partitions(table, [Partition(values=("a", "1"), location="s3://b/far")])
    renamed = Table(
        database=database,
        name="q",
        columns=table.columns,
        partition_columns=table.partition_columns,
        location="s3://b/p",
    )
    catalog.change_table(table, renamed)
    assert catalog.table_names(database) == ["q"]
    assert [one.location for one in catalog.partitions(renamed)] == ["s3://b/far"]


def test_changing_a_table_keeps_what_glue_knows_beside(catalog: GlueCatalog, database: str, client: Any) -> None:
    client.create_table(DatabaseName=database, TableInput=_hive_made("h", "s3://b/h"))
    table = catalog.find_table(database, "h")
    assert table is not None
    catalog.change_table(table, table)
    found = client.get_table(DatabaseName=database, Name="h")["Table"]
    assert (found["Owner"], found["Parameters"]["EXTERNAL"]) == ("hadoop", "TRUE")
    assert catalog.find_table(database, "h") == table


def test_what_is_not_there_is_none_and_what_is_there_already_is_refused(catalog: GlueCatalog, database: str) -> None:
    assert catalog.find_table(database, "nope") is None
    assert not catalog.has_database("nope")
    assert catalog.has_database("default")
    table = Table(database=database, name="t", columns=(Column("a", STRING),))
    assert catalog.add_table(table)
    assert not catalog.add_table(table, if_not_exists=True)
    with pytest.raises(HiveSemanticError, match="Table already exists"):
        catalog.add_table(table)
    with pytest.raises(HiveSemanticError, match="already exists"):
        catalog.add_database(database)


def test_a_managed_table_without_any_place_is_refused_with_the_remedy(catalog: GlueCatalog, client: Any) -> None:
    client.create_database(DatabaseInput={"Name": "placeless"})
    with pytest.raises(InputError, match="no location in Glue: give a warehouse"):
        catalog.add_table(Table(database="placeless", name="t", columns=(Column("a", STRING),)))
    client.delete_database(Name="placeless")
