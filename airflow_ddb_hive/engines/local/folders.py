"""Folders of tables and partitions: moved and emptied, on whatever store they lie."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import HiveSemanticError, NotFoundError
from airflow_ddb_hive.storage.file import file_errors
from airflow_ddb_hive.storage.paths import is_hidden, local_path, scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.engines.local.context import StatementContext
    from airflow_ddb_hive.engines.local.stores import Stores
    from airflow_ddb_hive.storage.base import FileInfo

__all__ = ["empty_folder", "files_below", "folder_exists", "folders_below", "move_folder", "remove_folder"]

_CHUNK_BYTES = 4 << 20


def files_below(stores: Stores, folder: str) -> list[FileInfo]:
    """The files of a folder; one that is not there has none."""
    try:
        return stores.at(folder).list_files(folder.rstrip("/") + "/")
    except NotFoundError:
        return []


def folder_exists(stores: Stores, folder: str) -> bool:
    """Whether a folder is there; on an object store, one that has files."""
    if scheme_of(folder) == "file":
        stores.at(folder)
        return Path(local_path(folder)).is_dir()
    return stores.at(folder).exists(folder)


def folders_below(stores: Stores, root: str, depth: int) -> list[str]:
    """The folders so many levels below a root, or the last ones above that; hidden ones are left out."""
    if scheme_of(root) == "file":
        stores.at(root)
        top = Path(local_path(root))
        return [str(path.relative_to(top)) for path in _deepest(top, depth) if path != top]
    found: dict[str, None] = {}
    for info in files_below(stores, root):
        parts = info.url.removeprefix(root.rstrip("/")).strip("/").split("/")[:-1]
        if parts:
            found["/".join(parts[:depth])] = None
    return list(found)


def _deepest(folder: Path, depth: int) -> Iterator[Path]:
    inner = [] if depth == 0 or not folder.is_dir() else sorted(folder.iterdir())
    inner = [path for path in inner if path.is_dir() and not is_hidden(path.name)]
    if not inner:
        yield folder
    for path in inner:
        yield from _deepest(path, depth - 1)


def empty_folder(context: StatementContext, folder: str) -> None:
    """Remove a folder's files; the folder stays. Nothing happens in a rehearsal."""
    stores = context.stores
    if context.rehearsal:
        return
    stores.at(folder).delete([info.url for info in files_below(stores, folder)])


def remove_folder(context: StatementContext, folder: str) -> None:
    """Remove a folder with its files. Nothing happens in a rehearsal."""
    if not context.rehearsal:
        context.stores.at(folder).remove_folder(folder)


def move_folder(context: StatementContext, old: str, new: str) -> None:
    """Move a folder with all that is in it: in one step on a file system, file by file on an object store.

    Nothing happens in a rehearsal.

    Raises:
        HiveSemanticError: There are files at the new place.
    """
    stores = context.stores
    if context.rehearsal:
        return
    if files_below(stores, new):
        raise HiveSemanticError(f"New location for this table already exists : {new}")
    source, target = stores.at(old), stores.at(new)
    if scheme_of(old) == scheme_of(new) == "file":
        _rename(Path(local_path(old)), Path(local_path(new)))
        return
    if source is target and source.has_folders:
        if source.exists(old):
            target.remove_empty_folder(new)
            source.rename(old, new)
        return
    moved = files_below(stores, old)
    for info in moved:
        output = target.create(f"{new.rstrip('/')}/{info.url.removeprefix(old.rstrip('/')).lstrip('/')}")
        with closing(source.open_read(info.url)) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                output.write(chunk)
        output.finish()
        output.publish()
    source.delete([info.url for info in moved])
    source.remove_folder(old)


def _rename(old: Path, new: Path) -> None:
    if not old.is_dir():
        return
    with file_errors(new):
        new.parent.mkdir(parents=True, exist_ok=True)
        if new.is_dir():
            new.rmdir()
        old.rename(new)
