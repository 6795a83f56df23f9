"""Statements that Hive has and this engine does not run, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.binder.context import semantic_error

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement

__all__ = ["REFUSED", "bind_refused", "bind_row_change"]

_NO_LOCKS = "there is no lock manager here: sessions that share a warehouse don't see each other's half-done changes"
_NO_USERS = "there are no users or roles here: the access of the process decides, in IAM and in the file system"
_NO_TRANSACTIONS = "there are no transactions here: each INSERT is whole or not there"
_NO_SUCH = "there is nothing like it in this engine"

REFUSED: dict[str, str] = {
    "ABORT": _NO_TRANSACTIONS,
    "COMMIT": _NO_TRANSACTIONS,
    "COMPILE": "code is not compiled here",
    "EXPORT": "write the rows with INSERT OVERWRITE DIRECTORY",
    "GRANT": _NO_USERS,
    "IMPORT": "create an external table over the files",
    "KILL": "cancel the task or the session instead",
    "LOCK": _NO_LOCKS,
    "MAP": "scripts are not run inside a query: write SELECT with functions",
    "PREPARE": _NO_SUCH,
    "REDUCE": "scripts are not run inside a query: write SELECT with functions",
    "REPL": "replicate the files and the catalog with the tools of the store",
    "REVOKE": _NO_USERS,
    "ROLLBACK": _NO_TRANSACTIONS,
    "START": _NO_TRANSACTIONS,
    "UNLOCK": _NO_LOCKS,
}
"""The first words of these statements, and why they are not run."""


def bind_refused(cursor: Cursor, context: Context) -> Statement:  # noqa: ARG001 - every binder takes both
    """Refuse a statement by its name.

    Raises:
        UnsupportedSqlError: Always.
    """
    word = cursor.word
    name = word.value if word.value != "START" else "START TRANSACTION"
    raise cursor.unsupported(f"{name} is not supported: {REFUSED[word.value]}")


def bind_row_change(cursor: Cursor, context: Context) -> Statement:  # noqa: ARG001 - every binder takes both
    """Refuse UPDATE, DELETE and MERGE as Hive refuses them for tables without transactions.

    Raises:
        HiveSemanticError: Always (10294).
    """
    message = "Attempt to do update or delete using transaction manager that does not support these operations."
    remedy = "INSERT OVERWRITE the table or its partitions; for DynamoDB SET dynamodb.deletion.mode=true, then INSERT"
    raise semantic_error(10294, f"{message} {remedy}", cursor.position)
