from __future__ import annotations

import pickle

import pytest

from airflow_ddb_hive import dbapi, errors
from airflow_ddb_hive.dbapi.exceptions import PEP_CLASSES, translated_errors


class PrivateError(errors.ThrottledError):
    """Not in the table."""


@pytest.mark.parametrize(
    ("ours", "peps"),
    [
        (errors.DdbHiveError, dbapi.DatabaseError),
        (errors.InputError, dbapi.ProgrammingError),
        (errors.HiveSyntaxError, dbapi.ProgrammingError),
        (errors.HiveSemanticError, dbapi.ProgrammingError),
        (errors.UnsupportedSqlError, dbapi.NotSupportedError),
        (errors.MappingError, dbapi.ProgrammingError),
        (errors.NotFoundError, dbapi.ProgrammingError),
        (errors.BadValueError, dbapi.DataError),
        (errors.FileFormatError, dbapi.DataError),
        (errors.WriteRefusedError, dbapi.DataError),
        (errors.ReadRefusedError, dbapi.OperationalError),
        (errors.StorageError, dbapi.OperationalError),
        (errors.AccessError, dbapi.OperationalError),
        (errors.ServiceError, dbapi.OperationalError),
        (errors.ThrottledError, dbapi.OperationalError),
        (errors.JobFailedError, dbapi.OperationalError),
        (errors.JobCancelledError, dbapi.OperationalError),
        (PrivateError, dbapi.OperationalError),
    ],
)
def test_each_error_has_its_pep_class_and_stays_its_cause(
    ours: type[errors.DdbHiveError], peps: type[dbapi.Error]
) -> None:
    original = ours("what and why", table="T", line=3, column=4, code=10001, request_id="r")
    with pytest.raises(dbapi.Error) as caught, translated_errors():
        raise original
    error = caught.value
    assert type(error) is peps
    assert error.__cause__ is original
    assert str(error) == original.placed_message()
    assert (error.message, error.table, error.line, error.column) == ("what and why", "T", 3, 4)
    assert (error.code, error.request_id, error.hive_text()) == (10001, "r", original.hive_text())


def test_every_public_error_is_in_the_table() -> None:
    assert set(PEP_CLASSES) == {getattr(errors, name) for name in errors.__all__}


def test_an_error_that_is_peps_already_stays() -> None:
    original = dbapi.InterfaceError("closed")
    with pytest.raises(dbapi.InterfaceError) as caught, translated_errors():
        raise original
    assert caught.value is original


def test_errors_travel_between_processes() -> None:
    with pytest.raises(dbapi.ProgrammingError) as caught, translated_errors():
        raise errors.HiveSemanticError("Table not found 'x'", code=10001, line=1, column=14)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert type(copy) is dbapi.ProgrammingError
    assert copy.hive_text() == "FAILED: SemanticException [Error 10001]: Line 1:14 Table not found 'x'"


def test_the_classes_stand_as_pep_249_draws_them() -> None:
    assert issubclass(dbapi.InterfaceError, dbapi.Error)
    assert not issubclass(dbapi.InterfaceError, dbapi.DatabaseError)
    assert not issubclass(dbapi.Warning, dbapi.Error)
    leaves = (
        dbapi.DataError,
        dbapi.OperationalError,
        dbapi.IntegrityError,
        dbapi.InternalError,
        dbapi.ProgrammingError,
        dbapi.NotSupportedError,
    )
    assert all(issubclass(leaf, dbapi.DatabaseError) for leaf in leaves)
