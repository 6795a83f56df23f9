"""What name nodes and data nodes answer in place of what they were asked for, as errors of ours.

https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html#Error_Responses
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, NotFoundError, ServiceError, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EXCEPTION_ERRORS", "STANDBY", "TRY_AGAIN", "answered_error"]

_EXPIRED = (
    "the delegation token has expired or is wrong: fetch a new one (hdfs fetchdt --webservice URL --renewer NAME FILE) "
    "and set ddb_hive.webhdfs.delegation.token"
)
_TOKEN = (AccessError, _EXPIRED)
_DENIED = (
    AccessError,
    "this user may not do that: check owner and mode (hdfs dfs -ls), or set ddb_hive.webhdfs.user to one who may",
)
_KERBEROS = (
    "this cluster asks for Kerberos, which is not spoken here: fetch a delegation token where Kerberos is "
    "(kinit, then hdfs fetchdt --webservice URL --renewer NAME FILE) and set ddb_hive.webhdfs.delegation.token"
)
_QUOTA = (StorageError, "the folder's quota is used up: free some space, or ask for more")
_BUSY = (StorageError, "somebody else is writing this file: run again when that has ended")

STANDBY = "StandbyException"
"""The answer of a name node that is not the active one."""

TRY_AGAIN = frozenset({"RetriableException", "ServerTooBusyException", "SafeModeException"})
"""Answers that say that the same request may succeed a little later."""

EXCEPTION_ERRORS: dict[str, tuple[type[DdbHiveError], str]] = {
    "FileNotFoundException": (NotFoundError, "is not there"),
    "PathNotFoundException": (NotFoundError, "is not there"),
    "AccessControlException": _DENIED,
    "AuthorizationException": _DENIED,
    "SecurityException": _TOKEN,
    "InvalidToken": _TOKEN,
    "TokenExpiredException": _TOKEN,
    "AuthenticationException": (AccessError, _KERBEROS),
    "FileAlreadyExistsException": (InputError, "there is something of that name already"),
    "ParentNotDirectoryException": (InputError, "lies below a file, which is no folder"),
    "PathIsNotEmptyDirectoryException": (InputError, "is a folder that is not empty"),
    "PathComponentTooLongException": (InputError, "has a name that is too long"),
    "InvalidPathException": (InputError, "is no path of HDFS"),
    "IllegalArgumentException": (InputError, "is no path, or the cluster is too old for what it is asked"),
    "UnsupportedOperationException": (InputError, "the cluster does not support what it is asked"),
    "NSQuotaExceededException": _QUOTA,
    "DSQuotaExceededException": _QUOTA,
    "QuotaByStorageTypeExceededException": _QUOTA,
    "AlreadyBeingCreatedException": _BUSY,
    "RecoveryInProgressException": _BUSY,
    "LeaseExpiredException": (StorageError, "somebody else has removed or replaced the file: run again"),
    "SnapshotException": (StorageError, "a folder with snapshots cannot be moved or removed"),
    "SafeModeException": (
        ServiceError,
        "the name node is in safe mode and takes no changes: run again when it left it",
    ),
    STANDBY: (
        ServiceError,
        "no name node is the active one: run again later, or name all of them in ddb_hive.webhdfs.address",
    ),
    "RetriableException": (ServiceError, "the name node is busy: run again later"),
    "ServerTooBusyException": (ServiceError, "the name node is busy: run again later"),
}
"""Java's exceptions by their simple name."""


def answered_error(status: int, headers: Mapping[str, str], body: bytes, url: str) -> DdbHiveError:
    """Return our error for an answer that is none of what was asked for.

    Example:
        >>> body = b'{"RemoteException": {"exception": "FileNotFoundException", "message": "File /x ..."}}'
        >>> answered_error(404, {}, body, "hdfs://node/x")
        NotFoundError("'hdfs://node/x': is not there (FileNotFoundException: File /x ...)")
    """
    name, said = _remote_exception(body)
    asks = headers.get("WWW-Authenticate", "")
    if asks.lower().startswith("negotiate") and name not in ("InvalidToken", "SecurityException"):
        return AccessError(f"{url!r}: {_KERBEROS}", code="Negotiate")
    if name is None:
        return _by_status(status, url)
    kind, text = EXCEPTION_ERRORS.get(name, (StorageError, "HDFS failed"))
    detail = f"{name}: {said}" if said else name
    return kind(f"{url!r}: {text} ({detail})", code=name)


def _remote_exception(body: bytes) -> tuple[str | None, str]:
    try:
        found = json.loads(body)["RemoteException"]
        lines = str(found.get("message") or "").strip().splitlines()
        # A name node gives the class as its own name or, for classes within others, after a dollar sign.
        return str(found["exception"]).rpartition("$")[2], lines[0] if lines else ""
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, ""


def _by_status(status: int, url: str) -> DdbHiveError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return AccessError(f"{url!r}: HTTP status {status}: {_DENIED[1]}", code=str(status))
    if status == HTTPStatus.NOT_FOUND:
        remedy = "check the address, which is one of a name node's HTTP port, and that dfs.webhdfs.enabled is true"
        return NotFoundError(f"{url!r}: no WebHDFS answers there: {remedy}", code="404")
    if status in (429, 500, 502, 503, 504):
        return ServiceError(f"{url!r}: HDFS answered with HTTP status {status}: run again later", code=str(status))
    return StorageError(
        f"{url!r}: an answer with HTTP status {status} that is none of WebHDFS: check the address", code=str(status)
    )
