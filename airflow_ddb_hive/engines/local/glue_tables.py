"""Tables and partitions as the Glue Data Catalog has them, and back: Hive's metastore fields under Glue's names.

https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html lists the fields. What is written here is what
Hive on EMR writes, so that Hive and Athena read such tables; what they wrote is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import HiveSyntaxError, InputError, UnsupportedSqlError
from airflow_ddb_hive.model.partition_path import partition_folder
from airflow_ddb_hive.model.storage_classes import format_word, storage_classes
from airflow_ddb_hive.model.table import Column, Partition, StorageDescriptor, Table
from airflow_ddb_hive.model.types import parse_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["partition_from_glue", "partition_to_glue", "table_from_glue", "table_to_glue"]

_HANDLER = "storage_handler"
_EXTERNAL = "EXTERNAL"
_COMMENT = "comment"
_VIEW = "VIRTUAL_VIEW"
_VIEW_DATABASE = "ddb_hive.view.database"
_PRESTO_VIEW = "/* Presto View"
_TABLE_TYPE = "table_type"
"""The parameter by which Iceberg, Delta and Hudi tables say what they are."""
_OWN_PARAMETERS = frozenset({_HANDLER, _EXTERNAL, _COMMENT, _VIEW_DATABASE})


def table_to_glue(table: Table) -> dict[str, Any]:
    """Return Glue's ``TableInput`` for a table.

    Example:
        >>> from airflow_ddb_hive.model.types import STRING
        >>> made = table_to_glue(Table(database="d", name="t", columns=(Column("a", STRING),), location="s3://b/t"))
        >>> made["TableType"], made["StorageDescriptor"]["Columns"]
        ('MANAGED_TABLE', [{'Name': 'a', 'Type': 'string'}])
    """
    parameters = dict(table.properties)
    if table.kind == "EXTERNAL_TABLE":
        parameters[_EXTERNAL] = "TRUE"
    if table.storage.handler is not None:
        parameters[_HANDLER] = table.storage.handler
    if table.comment is not None:
        parameters[_COMMENT] = table.comment
    made: dict[str, Any] = {
        "Name": table.name,
        "TableType": table.kind,
        "PartitionKeys": [_column_to_glue(column) for column in table.partition_columns],
        "StorageDescriptor": _storage_to_glue(table.storage, table.columns, table.location, view=table.kind == _VIEW),
        "Parameters": parameters,
    }
    if table.comment:
        made["Description"] = table.comment
    if table.view_text is not None:
        made |= {"ViewOriginalText": table.view_text, "ViewExpandedText": table.view_text}
        parameters[_VIEW_DATABASE] = table.view_database or table.database
    return made


def table_from_glue(found: Mapping[str, Any], database: str) -> Table:
    """Return a table of Glue's.

    Example:
        >>> table_from_glue({"Name": "T", "StorageDescriptor": {"Columns": [{"Name": "A", "Type": "int"}]}}, "d").name
        't'

    Raises:
        UnsupportedSqlError: It is a view of Athena's, a table of another table format, or has a type that Hive has not.
    """
    name = found["Name"].lower()
    parameters = dict(found.get("Parameters") or {})
    _check_kind(f"{database}.{name}", found, parameters)
    storage = found.get("StorageDescriptor") or {}
    handler = parameters.get(_HANDLER)
    kind = found.get("TableType") or ("EXTERNAL_TABLE" if _is_external(parameters) else "MANAGED_TABLE")
    is_view = kind == _VIEW
    original = found.get("ViewOriginalText") or None
    own_view = _VIEW_DATABASE in parameters
    return Table(
        database=database,
        name=name,
        columns=_columns(storage.get("Columns") or (), f"{database}.{name}"),
        partition_columns=_columns(found.get("PartitionKeys") or (), f"{database}.{name}"),
        kind=kind,
        storage=_storage_from_glue(storage, handler),
        location=None if is_view or handler is not None else storage.get("Location") or None,
        properties={key: value for key, value in parameters.items() if key not in _OWN_PARAMETERS},
        comment=parameters.get(_COMMENT) or found.get("Description") or None,
        view_text=(original if own_view else found.get("ViewExpandedText") or original) if is_view else None,
        view_database=parameters.get(_VIEW_DATABASE, database) if is_view else None,
    )


def partition_to_glue(partition: Partition, table: Table) -> dict[str, Any]:
    """Return Glue's ``PartitionInput`` for a partition of a table."""
    folder = partition_folder(table.partition_columns, partition.values)
    location = partition.location or f"{(table.location or '').rstrip('/')}/{folder}"
    columns = table.columns if partition.columns is None else partition.columns
    return {
        "Values": list(partition.values),
        "StorageDescriptor": _storage_to_glue(partition.storage or table.storage, columns, location),
        "Parameters": dict(partition.properties),
    }


def partition_from_glue(found: Mapping[str, Any], table: Table) -> Partition:
    """Return a partition of Glue's; what it has as its table has it is left to the table."""
    storage = found.get("StorageDescriptor") or {}
    values = tuple(found["Values"])
    descriptor = _storage_from_glue(storage, None)
    columns = _columns(storage.get("Columns") or (), table.qualified_name)
    folder = partition_folder(table.partition_columns, values)
    return Partition(
        values=values,
        location=storage.get("Location") or f"{(table.location or '').rstrip('/')}/{folder}",
        storage=None if _same_storage(descriptor, table.storage) else descriptor,
        columns=None if not columns or columns == table.columns else columns,
        properties=dict(found.get("Parameters") or {}),
    )


def _same_storage(one: StorageDescriptor, other: StorageDescriptor) -> bool:
    left, right = ((s.file_format, s.serde, _meant(s.serde_properties)) for s in (one, other))
    return left == right


def _meant(properties: Mapping[str, str]) -> dict[str, str]:
    """Properties without the one that Hive adds everywhere."""
    return {key: value for key, value in properties.items() if (key, value) != ("serialization.format", "1")}


def _is_external(parameters: Mapping[str, str]) -> bool:
    return parameters.get(_EXTERNAL, "").upper() == "TRUE"


def _check_kind(name: str, found: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
    if (found.get("ViewOriginalText") or "").lstrip().startswith(_PRESTO_VIEW):
        message = f"{name} is a view of Athena or Presto, in their SQL, which Hive does not read: make it in HiveQL"
        raise UnsupportedSqlError(message, table=name)
    if found.get("TargetTable"):
        raise UnsupportedSqlError(f"{name} is a link to another catalog's table: name that table", table=name)
    other = parameters.get(_TABLE_TYPE, "")
    if other and other.upper() not in ("EXTERNAL_TABLE", "MANAGED_TABLE", _VIEW):
        raise UnsupportedSqlError(f"{name} is a table of {other.title()}, whose files are not read here", table=name)


def _columns(found: Sequence[Mapping[str, Any]], table: str) -> tuple[Column, ...]:
    columns = []
    for column in found:
        name, text = column["Name"].lower(), column.get("Type") or "string"
        try:
            columns.append(Column(name, parse_type(text.lower()), column.get("Comment") or None))
        except (HiveSyntaxError, InputError) as error:
            raise UnsupportedSqlError(f"{table}: column {name} has the type {text}: {error}", table=table) from error
    return tuple(columns)


def _column_to_glue(column: Column) -> dict[str, str]:
    made = {"Name": column.name, "Type": str(column.type)}
    return made | {"Comment": column.comment} if column.comment else made


def _storage_to_glue(
    storage: StorageDescriptor, columns: Sequence[Column], location: str | None, *, view: bool = False
) -> dict[str, Any]:
    made: dict[str, Any] = {"Columns": [_column_to_glue(column) for column in columns]}
    if view:
        return made | {"SerdeInfo": {}}
    classes = storage_classes(storage)
    properties = dict(storage.serde_properties)
    properties.setdefault("serialization.format", "1")
    made["SerdeInfo"] = {"SerializationLibrary": classes.serde, "Parameters": properties}
    made["StoredAsSubDirectories"] = storage.stored_as_directories
    made["NumberOfBuckets"] = storage.buckets
    made["BucketColumns"] = list(storage.bucket_columns)
    made["SortColumns"] = [{"Column": name, "SortOrder": 0 if down else 1} for name, down in storage.sort_columns]
    given = {"Location": location, "InputFormat": classes.input_format, "OutputFormat": classes.output_format}
    made |= {key: value for key, value in given.items() if value is not None}
    if storage.skewed_columns:
        made["SkewedInfo"] = {
            "SkewedColumnNames": list(storage.skewed_columns),
            "SkewedColumnValues": ["\x01".join(values) for values in storage.skewed_values],
        }
    return made


def _storage_from_glue(found: Mapping[str, Any], handler: str | None) -> StorageDescriptor:
    serde = found.get("SerdeInfo") or {}
    word = "TEXTFILE" if handler is not None else format_word(found.get("InputFormat"))
    descriptor = StorageDescriptor(file_format=word, handler=handler)
    library = serde.get("SerializationLibrary") or None
    skewed = found.get("SkewedInfo") or {}
    return StorageDescriptor(
        file_format=word,
        serde=None if handler is not None or library == storage_classes(descriptor).serde else library,
        serde_properties=dict(serde.get("Parameters") or {}),
        handler=handler,
        bucket_columns=tuple(found.get("BucketColumns") or ()),
        sort_columns=tuple((one["Column"], one.get("SortOrder") == 0) for one in found.get("SortColumns") or ()),
        buckets=found.get("NumberOfBuckets") or -1,
        skewed_columns=tuple(skewed.get("SkewedColumnNames") or ()),
        skewed_values=tuple(tuple(value.split("\x01")) for value in skewed.get("SkewedColumnValues") or ()),
        stored_as_directories=bool(found.get("StoredAsSubDirectories")),
    )
