"""PEP 249: HiveQL over DynamoDB tables from any program.

See https://peps.python.org/pep-0249/.

Example:
    >>> apilevel, threadsafety, paramstyle
    ('2.0', 1, 'pyformat')
"""

from airflow_ddb_hive.dbapi.connection import Connection, connect
from airflow_ddb_hive.dbapi.cursor import Cursor
from airflow_ddb_hive.dbapi.exceptions import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,  # noqa: A004 - PEP 249 names it so
)
from airflow_ddb_hive.dbapi.typing import (
    BINARY,
    DATETIME,
    NUMBER,
    ROWID,
    STRING,
    Binary,
    Date,
    DateFromTicks,
    Time,
    TimeFromTicks,
    Timestamp,
    TimestampFromTicks,
)

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "Warning",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]

apilevel = "2.0"
"""PEP 249's second version."""

threadsafety = 1
"""Threads may share the module, not a connection: a session runs one statement at a time."""

paramstyle = "pyformat"
"""``%(name)s`` in a statement is the parameter ``name``."""
