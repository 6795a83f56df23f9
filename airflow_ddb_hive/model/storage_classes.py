"""The Java classes that stand for each word of STORED AS: what Hive's and Glue's tables name instead of the word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from airflow_ddb_hive.model.table import DYNAMODB_HANDLER

if TYPE_CHECKING:
    from airflow_ddb_hive.model.table import StorageDescriptor

__all__ = ["LAZY_SIMPLE_SERDE", "StorageClasses", "format_word", "storage_classes"]

_HIVE = "org.apache.hadoop.hive"
LAZY_SIMPLE_SERDE = f"{_HIVE}.serde2.lazy.LazySimpleSerDe"
"""The SerDe of ROW FORMAT DELIMITED."""

_TEXT_IN = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUT = f"{_HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat"
_SEQUENCE_IN = "org.apache.hadoop.mapred.SequenceFileInputFormat"


class StorageClasses(NamedTuple):
    """SerDe, input and output format; a storage handler has no formats."""

    serde: str
    input_format: str | None
    output_format: str | None


_DYNAMODB = StorageClasses(f"{_HIVE}.dynamodb.DynamoDBSerDe", None, None)

_CLASSES = {
    "TEXTFILE": StorageClasses(LAZY_SIMPLE_SERDE, _TEXT_IN, _TEXT_OUT),
    "SEQUENCEFILE": StorageClasses(LAZY_SIMPLE_SERDE, _SEQUENCE_IN, f"{_HIVE}.ql.io.HiveSequenceFileOutputFormat"),
    "RCFILE": StorageClasses(
        f"{_HIVE}.serde2.columnar.LazyBinaryColumnarSerDe",
        f"{_HIVE}.ql.io.RCFileInputFormat",
        f"{_HIVE}.ql.io.RCFileOutputFormat",
    ),
    "ORC": StorageClasses(
        f"{_HIVE}.ql.io.orc.OrcSerde", f"{_HIVE}.ql.io.orc.OrcInputFormat", f"{_HIVE}.ql.io.orc.OrcOutputFormat"
    ),
    "PARQUET": StorageClasses(
        f"{_HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
        f"{_HIVE}.ql.io.parquet.MapredParquetInputFormat",
        f"{_HIVE}.ql.io.parquet.MapredParquetOutputFormat",
    ),
    "AVRO": StorageClasses(
        f"{_HIVE}.serde2.avro.AvroSerDe",
        f"{_HIVE}.ql.io.avro.AvroContainerInputFormat",
        f"{_HIVE}.ql.io.avro.AvroContainerOutputFormat",
    ),
    "JSONFILE": StorageClasses("org.apache.hive.hcatalog.data.JsonSerDe", _TEXT_IN, _TEXT_OUT),
}
_WORDS = {classes.input_format: word for word, classes in _CLASSES.items() if word != "JSONFILE"}


def storage_classes(storage: StorageDescriptor) -> StorageClasses:
    """Return the classes of a table's storage; a SerDe that the script names goes before the format's.

    Example:
        >>> from airflow_ddb_hive.model.table import StorageDescriptor
        >>> storage_classes(StorageDescriptor(file_format="ORC")).serde
        'org.apache.hadoop.hive.ql.io.orc.OrcSerde'
    """
    if storage.handler == DYNAMODB_HANDLER:
        return _DYNAMODB
    found = _CLASSES.get(storage.file_format.upper(), _CLASSES["TEXTFILE"])
    return found if storage.serde is None else found._replace(serde=storage.serde)


def format_word(input_format: str | None) -> str:
    """Return the word of STORED AS for an input format's class; a class without a word stands for itself.

    Example:
        >>> format_word("org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"), format_word("x.Format")
        ('ORC', 'x.Format')
    """
    return "TEXTFILE" if input_format is None else _WORDS.get(input_format, input_format)
