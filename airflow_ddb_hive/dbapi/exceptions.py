"""PEP 249's exceptions over this package's error tree, so that both sides can catch what they know."""

from __future__ import annotations

import builtins
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow_ddb_hive import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "PEP_CLASSES",
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Warning",
    "translated_errors",
]


class Warning(builtins.Exception):  # noqa: A001 - PEP 249 names it so
    """Never raised: PEP 249 asks for the name."""


class Error(errors.DdbHiveError):
    """Base of PEP 249's errors: has the attributes of the error that it stands for, which is its ``__cause__``."""

    original: errors.DdbHiveError | None = None

    def hive_text(self) -> str:
        """Return the line that the Hive CLI would print."""
        return super().hive_text() if self.original is None else self.original.hive_text()


class InterfaceError(Error):
    """The interface was used wrongly: a closed cursor or connection."""


class DatabaseError(Error):
    """Something about the database."""


class DataError(DatabaseError):
    """A value that does not fit where it is read or written."""


class OperationalError(DatabaseError):
    """Services, storage, credentials, throttling, cancelling: not the statement's fault."""


class IntegrityError(DatabaseError):
    """Never raised: DynamoDB has no constraints between tables."""


class InternalError(DatabaseError):
    """Never raised: PEP 249 asks for the name."""


class ProgrammingError(DatabaseError):
    """A statement, name, parameter or setting that is wrong."""


class NotSupportedError(DatabaseError):
    """HiveQL or a call that is refused, rather than approximated."""


PEP_CLASSES: dict[type[errors.DdbHiveError], type[Error]] = {
    errors.DdbHiveError: DatabaseError,
    errors.InputError: ProgrammingError,
    errors.HiveSyntaxError: ProgrammingError,
    errors.HiveSemanticError: ProgrammingError,
    errors.UnsupportedSqlError: NotSupportedError,
    errors.MappingError: ProgrammingError,
    errors.NotFoundError: ProgrammingError,
    errors.BadValueError: DataError,
    errors.FileFormatError: DataError,
    errors.WriteRefusedError: DataError,
    errors.ReadRefusedError: OperationalError,
    errors.StorageError: OperationalError,
    errors.AccessError: OperationalError,
    errors.ServiceError: OperationalError,
    errors.ThrottledError: OperationalError,
    errors.JobFailedError: OperationalError,
    errors.JobCancelledError: OperationalError,
}
"""Which of PEP 249's errors stands for each of ours; subclasses go with their nearest base."""


@contextmanager
def translated_errors() -> Iterator[None]:
    """Within the block, our errors leave as PEP 249's, chained, with their attributes.

    Example:
        >>> try:
        ...     with translated_errors():
        ...         raise errors.HiveSemanticError("Table not found 'x'", code=10001, line=1)
        ... except ProgrammingError as error:
        ...     error.code, error.line, type(error.__cause__).__name__
        (10001, 1, 'HiveSemanticError')
    """
    try:
        yield
    except Error:
        raise
    except errors.DdbHiveError as error:
        raise _translated(error) from error


def _translated(error: errors.DdbHiveError) -> Error:
    pep_class = next(PEP_CLASSES[base] for base in type(error).__mro__ if base in PEP_CLASSES)
    result = pep_class(error.placed_message())
    result.__dict__.update(error.__dict__)
    result.original = error
    return result
