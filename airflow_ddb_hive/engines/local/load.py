"""LOAD DATA: puts files into a table's folder as they are."""

from __future__ import annotations

from contextlib import closing
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.result import StatementResult
from airflow_ddb_hive.engines.local.stores import local_url
from airflow_ddb_hive.errors import HiveSemanticError, NotFoundError
from airflow_ddb_hive.formats import check_stand_in
from airflow_ddb_hive.model.partition_path import partition_folder
from airflow_ddb_hive.model.table import Partition
from airflow_ddb_hive.storage import OutputCommit

if TYPE_CHECKING:
    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.hiveql.statements import LoadData
    from airflow_ddb_hive.storage.base import FileInfo, Store

__all__ = ["files_to_load", "run_load"]

_CHUNK_BYTES = 4 << 20


def run_load(statement: LoadData, context: StatementContext) -> StatementResult:
    """Copy (LOCAL) or move the files below a path into a table.

    Raises:
        HiveSemanticError: There is no file, or the table keeps its rows elsewhere.
    """
    files = files_to_load(statement, context)
    table, store = statement.table, context.stores.at(local_url(statement.path))
    location = _target(statement, context)
    commit = OutputCommit(context.stores.at(location), location, overwrite=statement.overwrite)
    try:
        for info in files:
            context.cancellation.check()
            _copy(store, info, commit)
        commit.commit()
        if statement.partition:
            partition = Partition(values=statement.partition)
            context.catalog.add_partitions(table, [partition], if_not_exists=True)
    except BaseException:
        commit.abort()
        raise
    if not statement.local:
        store.delete(info.url for info in files)
    context.files = len(files)
    context.finish()
    return StatementResult(context)


def _target(statement: LoadData, context: StatementContext) -> str:
    """The folder of the table, or of the partition that the files go to."""
    table, values = statement.table, statement.partition
    if not values:
        return table.location or ""
    known = context.catalog.partition(table, values)
    folder = f"{(table.location or '').rstrip('/')}/{partition_folder(table.partition_columns, values)}"
    return folder if known is None else known.location or folder


def files_to_load(statement: LoadData, context: StatementContext) -> list[FileInfo]:
    """List the files that a statement puts into its table.

    Raises:
        HiveSemanticError: There is no file, or the table keeps its rows elsewhere.
    """
    if statement.table.is_dynamodb:
        message = (
            "A non-native table cannot be used as target for LOAD: load a native table, then INSERT … SELECT from it"
        )
        raise HiveSemanticError(message, code=10101, table=statement.table.name, line=statement.position.line)
    table = statement.table
    check_stand_in(table.storage, table.properties, f"LOAD DATA into {table.qualified_name}")
    path = local_url(statement.path)
    return _found(context.stores.at(path), path, statement)


def _found(store: Store, path: str, statement: LoadData) -> list[FileInfo]:
    try:
        files = store.list_files(path)
    except NotFoundError:
        files = []
    if not files:
        position = statement.position
        message = f"Invalid path ''{statement.path}'': No files matching path {path}"
        raise HiveSemanticError(message, line=position.line, column=position.column)
    return files


def _copy(store: Store, info: FileInfo, commit: OutputCommit) -> None:
    target = commit.create(PurePosixPath(info.url).name)
    with closing(store.open_read(info.url)) as source:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
    target.finish()
