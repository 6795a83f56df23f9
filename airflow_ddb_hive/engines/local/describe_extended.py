"""DESCRIBE EXTENDED: the catalog's entry in one line, as Hive prints its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.owner import user_name
from airflow_ddb_hive.model.settings import shown_value
from airflow_ddb_hive.model.storage_classes import storage_classes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow_ddb_hive.model.table import Column, Partition, StorageDescriptor, Table

__all__ = ["extended_text"]


def extended_text(table: Table, partition: Partition | None = None) -> str:
    """Return the entry of a table, or of one of its partitions.

    Example:
        >>> from airflow_ddb_hive.model.table import Partition, Table
        >>> extended_text(Table(database="d", name="t", columns=()), Partition(values=("1",)))[:50]
        'Partition(values:[1], dbName:d, tableName:t, creat'
    """
    made = table.properties.get("transient_lastDdlTime", "0")
    if partition is not None:
        storage = partition.storage or table.storage
        columns = partition.columns or table.columns
        return (
            f"Partition(values:{_listed(partition.values)}, dbName:{table.database}, tableName:{table.name}, "
            f"createTime:{made}, lastAccessTime:0, sd:{_storage(table, storage, columns, partition.location)}, "
            f"parameters:{_mapped(partition.properties)}, catName:hive)"
        )
    properties = {key: shown_value(key, value) for key, value in table.properties.items()}
    if table.kind == "EXTERNAL_TABLE":
        properties["EXTERNAL"] = "TRUE"
    if table.comment:
        properties["comment"] = table.comment
    view = table.view_text or "null"
    temporary = ", temporary:true" if table.temporary else ""
    return (
        f"Table(tableName:{table.name}, dbName:{table.database}, owner:{user_name()}, createTime:{made}, "
        f"lastAccessTime:0, retention:0, sd:{_storage(table, table.storage, table.columns, table.location)}, "
        f"partitionKeys:{_fields(table.partition_columns)}, parameters:{_mapped(properties)}, "
        f"viewOriginalText:{view}, viewExpandedText:{view}, tableType:{table.kind}{temporary}, rewriteEnabled:false, "
        "catName:hive, ownerType:USER)"
    )


def _storage(table: Table, storage: StorageDescriptor, columns: Sequence[Column], location: str | None) -> str:
    classes = storage_classes(storage)
    serde = "null" if table.view_text is not None else classes.serde
    given = {} if table.view_text is not None else {"serialization.format": "1", **storage.serde_properties}
    order = (f"Order(col:{name}, order:{0 if descending else 1})" for name, descending in storage.sort_columns)
    rows = _listed(_listed(row) for row in storage.skewed_values)
    return (
        f"StorageDescriptor(cols:{_fields([*columns, *table.partition_columns])}, location:{location or 'null'}, "
        f"inputFormat:{classes.input_format or 'null'}, outputFormat:{classes.output_format or 'null'}, "
        f"compressed:false, numBuckets:{storage.buckets}, "
        f"serdeInfo:SerDeInfo(name:null, serializationLib:{serde}, parameters:{_mapped(given)}), "
        f"bucketCols:{_listed(storage.bucket_columns)}, sortCols:{_listed(order)}, parameters:{{}}, "
        f"skewedInfo:SkewedInfo(skewedColNames:{_listed(storage.skewed_columns)}, skewedColValues:{rows}, "
        f"skewedColValueLocationMaps:{{}}), storedAsSubDirectories:{str(storage.stored_as_directories).lower()})"
    )


def _fields(columns: Iterable[Column]) -> str:
    return _listed(
        f"FieldSchema(name:{column.name}, type:{column.type}, comment:{column.comment or 'null'})" for column in columns
    )


def _listed(values: Iterable[str]) -> str:
    return f"[{', '.join(values)}]"


def _mapped(pairs: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key}={value}" for key, value in sorted(pairs.items())) + "}"
