"""The one error tree: whoever catches ``DdbHiveError`` has caught everything this package raises on purpose.

Messages say what happened and what to do. Where an error came from a statement, ``line`` and ``column`` say where;
where it came from a service, ``request_id`` says which call. ``retryable`` decides whether a task may try again.
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "AccessError",
    "BadValueError",
    "DdbHiveError",
    "FileFormatError",
    "HiveSemanticError",
    "HiveSyntaxError",
    "InputError",
    "JobCancelledError",
    "JobFailedError",
    "MappingError",
    "NotFoundError",
    "ReadRefusedError",
    "ServiceError",
    "StorageError",
    "ThrottledError",
    "UnsupportedSqlError",
    "WriteRefusedError",
]


class DdbHiveError(Exception):
    """Anything that this package refuses or fails at.

    Example:
        >>> error = DdbHiveError("Table 'Music' is being deleted: wait, then run again", table="Music")
        >>> error.table, error.retryable
        ('Music', False)

    Args:
        message: What happened and what to do about it, one line.
        table: The DynamoDB or Hive table concerned.
        statement: The HiveQL statement concerned, as written.
        line: Line in the script, from 1.
        column: Column in that line, from 0 as Hive counts.
        code: Hive's own error code (10001 = table not found) or the service's (``ValidationException``).
        request_id: The request id that the service answered with.
    """

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        table: str | None = None,
        statement: str | None = None,
        line: int | None = None,
        column: int | None = None,
        code: str | int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.table = table
        self.statement = statement
        self.line = line
        self.column = column
        self.code = code
        self.request_id = request_id

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by message and attributes: Airflow sends errors between processes."""
        return (_rebuild, (type(self), self.message, self.__dict__))

    def placed_message(self) -> str:
        """Return the message with the place in the script, where there is one.

        Example:
            >>> DdbHiveError("no such folder", line=3, column=8).placed_message()
            'no such folder (line 3:8)'
            >>> HiveSyntaxError("cannot recognize input near 'SELEC'", line=2, column=0).placed_message()
            "ParseException line 2:0 cannot recognize input near 'SELEC'"
        """
        return self.message if self.line is None else f"{self.message} (line {self.line}:{self.column or 0})"

    def hive_text(self) -> str:
        """Return the line that the Hive CLI would print for this error.

        Example:
            >>> DdbHiveError("the disk is full").hive_text()
            'FAILED: Execution Error, the disk is full'
        """
        return f"FAILED: Execution Error, {self.message}"


def _rebuild(cls: type[DdbHiveError], message: str, attributes: dict[str, Any]) -> DdbHiveError:
    error = cls(message)
    error.__dict__.update(attributes)
    return error


class InputError(DdbHiveError):
    """An argument, setting, path or connection was given wrongly."""


class HiveSyntaxError(DdbHiveError):
    """A statement that Hive's grammar refuses."""

    def placed_message(self) -> str:
        """Return Hive's own form, which begins with the place."""
        return self.hive_text().removeprefix("FAILED: ")

    def hive_text(self) -> str:
        """Return Hive's ParseException line.

        Example:
            >>> HiveSyntaxError("cannot recognize input near 'FORM'", line=1, column=9).hive_text()
            "FAILED: ParseException line 1:9 cannot recognize input near 'FORM'"
        """
        return f"FAILED: ParseException line {self.line or 1}:{self.column or 0} {self.message}"


class HiveSemanticError(DdbHiveError):
    """A statement that parses and means nothing: unknown table, column or function, types that do not fit."""

    def placed_message(self) -> str:
        """Return Hive's own form, which names code and place."""
        return self.hive_text().removeprefix("FAILED: ")

    def hive_text(self) -> str:
        """Return Hive's SemanticException line.

        Example:
            >>> HiveSemanticError("Table not found 'x'", code=10001, line=1, column=14).hive_text()
            "FAILED: SemanticException [Error 10001]: Line 1:14 Table not found 'x'"
        """
        code = f" [Error {self.code}]:" if self.code is not None else ""
        place = f" Line {self.line}:{self.column or 0}" if self.line is not None else ""
        return f"FAILED: SemanticException{code}{place} {self.message}"


class UnsupportedSqlError(HiveSemanticError):
    """HiveQL that this engine refuses, rather than approximate it."""


class MappingError(DdbHiveError):
    """A Hive table whose columns do not fit the DynamoDB table that they are mapped to."""

    def hive_text(self) -> str:
        """Return the line Hive prints when a storage handler refuses a table.

        Example:
            >>> MappingError("Only EXTERNAL tables are supported for DynamoDB.").hive_text()
            'FAILED: Execution Error, MetaException(message:Only EXTERNAL tables are supported for DynamoDB.)'
        """
        return f"FAILED: Execution Error, MetaException(message:{self.message})"


class NotFoundError(DdbHiveError):
    """A DynamoDB table, index, bucket, folder or file that is not there."""


class BadValueError(DdbHiveError):
    """A stored value that does not fit the type of the column that it is read into."""


class FileFormatError(DdbHiveError):
    """A file that is not what its table says it is."""


class WriteRefusedError(DdbHiveError):
    """An item that DynamoDB cannot hold: too large, without its key, with a number out of range."""


class ReadRefusedError(DdbHiveError):
    """A read that a guard forbids: more read units than allowed, or a whole table."""


class StorageError(DdbHiveError):
    """A file system or object store that did not do what was asked."""

    retryable = True


class AccessError(DdbHiveError):
    """Missing, expired or insufficient credentials."""


class ServiceError(DdbHiveError):
    """An AWS service that could not be reached or failed on its side."""

    retryable = True


class ThrottledError(DdbHiveError):
    """DynamoDB kept throttling until the time allowed for retries was over."""

    retryable = True


class JobFailedError(DdbHiveError):
    """A job that an engine ran and that failed there."""


class JobCancelledError(DdbHiveError):
    """A job that somebody cancelled."""
