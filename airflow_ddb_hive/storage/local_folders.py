"""The local folders that Hive's own statements may read and write, where somebody confined them to some."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.storage.file import FileStore
from airflow_ddb_hive.storage.paths import local_path, scheme_of

__all__ = ["LOCAL_PATHS", "ConfinedFileStore", "LocalFolders", "check_narrower", "folders_of"]

LOCAL_PATHS = "ddb_hive.local.paths"
"""The setting that names them, commas between."""


def folders_of(value: str) -> tuple[Path, ...]:
    """Return the folders that a value of the setting names, their symbolic links resolved.

    Example:
        >>> [str(folder) for folder in folders_of("/, file:///")]
        ['/', '/']

    Raises:
        InputError: One is no absolute local path.
    """
    found = []
    for one in (part.strip() for part in value.split(",")):
        if not one:
            continue
        if not one.startswith("/") and not one.lower().startswith("file:"):
            raise InputError(f"{LOCAL_PATHS}={value!r}: {one!r} is no absolute local path: name folders such as /data")
        found.append(_real(one))
    return tuple(found)


def check_narrower(old: str | None, new: str | None) -> None:
    """Refuse a value of the setting that lets in what the value before it kept out.

    Example:
        >>> check_narrower(None, "/data"), check_narrower("/data", "/data/in, /data/out")
        (None, None)
        >>> check_narrower("/data", "/")
        Traceback (most recent call last):
        airflow_ddb_hive.errors.InputError: ddb_hive.local.paths is '/data' and can only be narrowed: '/' is not in it

    Raises:
        InputError: It does, or one of its folders is no absolute local path.
    """
    allowed = folders_of(old or "")
    wanted = folders_of(new or "")
    if not allowed:
        return
    if not wanted:
        raise InputError(f"{LOCAL_PATHS} is {old!r} and can only be narrowed, not taken away")
    for folder in wanted:
        if not _is_below(folder, allowed):
            raise InputError(f"{LOCAL_PATHS} is {old!r} and can only be narrowed: {str(folder)!r} is not in it")


class LocalFolders:
    """Says which local paths may be used.

    Example:
        >>> folders = LocalFolders(lambda: "/data/in")
        >>> folders.check("/data/in/x.csv"), folders.check("s3://lake/x")
        (None, None)
        >>> folders.check("file:///data/in/../out/x")
        Traceback (most recent call last):
        airflow_ddb_hive.errors.InputError: 'file:///data/in/../out/x' is outside of the folders that \
ddb_hive.local.paths allows ('/data/in'): use a path in one of them, or let who set it add its folder

    Args:
        value: Gives the setting's value of this moment; an empty one allows all.
        own: Folders that may be used whatever the setting says.
    """

    def __init__(self, value: Callable[[], str], own: Sequence[Path] = ()) -> None:
        self._value = value
        self._own = [Path(os.path.realpath(folder)) for folder in own]

    def add_own(self, folder: Path) -> None:
        """Let a folder of the engine's own be used whatever the setting says."""
        self._own.append(Path(os.path.realpath(folder)))

    def check(self, url: str) -> None:
        """Refuse a local path outside of the folders; symbolic links and ``..`` are resolved first.

        Raises:
            InputError: It is outside.
        """
        value = self._value()
        if not value.strip(", ") or scheme_of(url) != "file":
            return
        if not _is_below(_real(url), (*folders_of(value), *self._own)):
            raise InputError(
                f"{url!r} is outside of the folders that {LOCAL_PATHS} allows ({value!r}): use a path in one of them, "
                "or let who set it add its folder"
            )


def _real(url: str) -> Path:
    try:
        return Path(os.path.realpath(local_path(url)))
    except ValueError as error:
        raise InputError(f"{url!r} is no path: {error}") from error


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


class ConfinedFileStore(FileStore):
    """The local file system as far as ``folders`` go: each method looks at every path that it is given first."""

    def __init__(self, folders: LocalFolders) -> None:
        super().__init__()
        self.folders = folders


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def confined(store: ConfinedFileStore, *arguments: Any, **named: Any) -> Any:
        # A generator of paths is read once, here.
        values = [tuple(one) if isinstance(one, Iterator) else one for one in arguments]
        for value in [*values, *named.values()]:
            for url in [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else ():
                if isinstance(url, str) and url.lower().startswith(("/", "file:")):
                    store.folders.check(url)
        return method(store, *values, **named)

    return confined


for _name, _method in vars(FileStore).items():
    if callable(_method) and not _name.startswith("_"):
        setattr(ConfinedFileStore, _name, _checked(_method))
