"""A connection is one session of the local engine."""

from __future__ import annotations

import dataclasses
import weakref
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack, cast

from airflow_ddb_hive.dbapi.cursor import Cursor
from airflow_ddb_hive.dbapi.exceptions import InterfaceError, NotSupportedError, translated_errors
from airflow_ddb_hive.model.access import AwsAccess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from airflow_ddb_hive.dbapi.session import Session

__all__ = ["Connection", "Places", "connect"]

_FIELDS = {"endpoint_url": "dynamodb_endpoint_url"}
"""Arguments that ``AwsAccess`` has under another name."""


class Places(TypedDict, total=False):
    """Where the AWS services are, as arguments of :func:`connect`; what is ``None`` counts as not given."""

    endpoint_url: str | None
    s3_endpoint_url: str | None
    glue_endpoint_url: str | None
    region: str | None


def connect(
    *,
    warehouse: str | None = None,
    hiveconf: Mapping[str, str] | None = None,
    hivevars: Mapping[str, str] | None = None,
    access: AwsAccess | None = None,
    schema: str = "default",
    catalog: str | None = None,
    **places: Unpack[Places],
) -> Connection:
    """Open a connection; nothing is asked of AWS before a statement needs it.

    Args:
        warehouse: Folder or S3 prefix of managed tables; without it they end with the connection.
        hiveconf: Settings, as with SET.
        hivevars: Variables for ``${name}`` in statements.
        access: Everything about AWS at once; the ``places`` that are given go before it.
        schema: The database to start in.
        catalog: ``memory``, ``warehouse`` or ``glue``; without it, the warehouse where one is named, else memory.
        places: ``endpoint_url`` (DynamoDB's), ``s3_endpoint_url``, ``glue_endpoint_url`` and ``region``; where one is
            not given, AWS's own settings decide.

    Raises:
        Error: The arguments contradict each other, or the warehouse cannot be opened.
    """
    unknown = sorted(set(places) - set(Places.__annotations__))
    if unknown:
        raise TypeError(f"connect() got an unexpected keyword argument {unknown[0]!r}")
    given = {_FIELDS.get(name, name): value for name, value in places.items() if value is not None}
    with translated_errors():
        from airflow_ddb_hive.engines.local.session import LocalSession

        session = LocalSession(
            access=dataclasses.replace(access or AwsAccess(), **cast("dict[str, Any]", given)),
            warehouse=warehouse,
            catalog=catalog,
            hiveconfs=hiveconf,
            hivevars=hivevars,
            schema=schema,
        )
        return Connection(cast("Session", session))


class Connection:
    """A session: its settings, variables, current database and temporary warehouse.

    A connection runs one statement at a time: executing on one of its cursors ends what another one still reads. As a
    context manager it closes itself.

    Args:
        session: The session, which the connection closes.
    """

    def __init__(self, session: Session) -> None:
        self._session: Session | None = session
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()

    def cursor(self) -> Cursor:
        """Return a new cursor.

        Raises:
            InterfaceError: The connection is closed.
        """
        cursor = Cursor(self._open_session(), self._end_other_results)
        self._cursors.add(cursor)
        return cursor

    def commit(self) -> None:
        """Do nothing: DynamoDB and files keep every write at once.

        Raises:
            InterfaceError: The connection is closed.
        """
        self._open_session()

    def rollback(self) -> None:
        """Refuse: what is written is written.

        Raises:
            NotSupportedError: Always.
        """
        raise NotSupportedError("there are no transactions: what a statement wrote stays; write it again or delete it")

    def cancel(self) -> None:
        """End the running statement; may be called from any thread, and has no effect if nothing runs."""
        if self._session is not None:
            self._session.cancel()

    def close(self) -> None:
        """End every cursor and the session; a second call does nothing."""
        session, self._session = self._session, None
        if session is None:
            return
        try:
            for cursor in list(self._cursors):
                cursor.close()
        finally:
            with translated_errors():
                session.close()

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def _open_session(self) -> Session:
        if self._session is None:
            raise InterfaceError("the connection is closed: connect again")
        return self._session

    def _end_other_results(self) -> None:
        for cursor in list(self._cursors):
            cursor.end_result()
