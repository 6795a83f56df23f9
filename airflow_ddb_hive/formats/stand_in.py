"""Formats that nothing here writes: a managed table's rows lie in Parquet files then, and a property says so.

Nobody but its own session or warehouse looks into a managed table's files, so what can be seen is as in Hive. Files
of these formats that somebody else made are another matter: they are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import UnsupportedSqlError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.table import StorageDescriptor

__all__ = ["STAND_IN", "check_stand_in", "has_stand_in", "stands_in"]

STAND_IN = "ddb_hive.stored.as"
"""The table property that tells the real format; its one value is ``PARQUET``."""

_HIVE = "org.apache.hadoop.hive"
_LAZY_SIMPLE = f"{_HIVE}.serde2.lazy.LazySimpleSerDe"
_LAZY_BINARY = f"{_HIVE}.serde2.lazybinary.LazyBinarySerDe"
_COLUMNAR = f"{_HIVE}.serde2.columnar.ColumnarSerDe"
_BINARY_COLUMNAR = f"{_HIVE}.serde2.columnar.LazyBinaryColumnarSerDe"
_SERDES: Mapping[str, tuple[str, ...]] = {
    "SEQUENCEFILE": (_LAZY_SIMPLE, _LAZY_BINARY),
    "org.apache.hadoop.mapred.SequenceFileInputFormat": (_LAZY_SIMPLE, _LAZY_BINARY),
    "RCFILE": (_COLUMNAR, _BINARY_COLUMNAR),
    f"{_HIVE}.ql.io.RCFileInputFormat": (_COLUMNAR, _BINARY_COLUMNAR),
    "AVRO": (f"{_HIVE}.serde2.avro.AvroSerDe",),
    f"{_HIVE}.ql.io.avro.AvroContainerInputFormat": (f"{_HIVE}.serde2.avro.AvroSerDe",),
    "TEXTFILE": (_LAZY_BINARY,),
}
"""The SerDes that each format can have; text with its own SerDe is no such format."""


def has_stand_in(storage: StorageDescriptor) -> bool:
    """Whether a managed table of this storage keeps its rows in Parquet files.

    Example:
        >>> from airflow_ddb_hive.model.table import StorageDescriptor
        >>> has_stand_in(StorageDescriptor(file_format="RCFILE")), has_stand_in(StorageDescriptor(file_format="ORC"))
        (True, False)
    """
    serdes = _SERDES.get(storage.file_format)
    if serdes is None or storage.handler is not None:
        return False
    if storage.serde is None:
        return storage.file_format != "TEXTFILE"
    return storage.serde in serdes


def stands_in(storage: StorageDescriptor, properties: Mapping[str, str]) -> bool:
    """Whether the files of a table with these properties are Parquet files in the place of its format's."""
    return properties.get(STAND_IN, "").upper() == "PARQUET" and has_stand_in(storage)


def check_stand_in(storage: StorageDescriptor, properties: Mapping[str, str], what: str) -> None:
    """Refuse to put files of the named format where Parquet stands for it.

    Raises:
        UnsupportedSqlError: Parquet stands for the format.
    """
    if stands_in(storage, properties):
        raise UnsupportedSqlError(
            f"{what}: {storage.file_format} files are not read in this version: load a TEXTFILE, PARQUET or ORC table, "
            "then INSERT … SELECT from it"
        )
