from __future__ import annotations

import datetime as dt

import pytest

from airflow_ddb_hive import dbapi
from airflow_ddb_hive.model.types import PRIMITIVES, parse_type

GROUPS = {
    "STRING": ("string", "varchar(3)", "char(2)"),
    "BINARY": ("binary",),
    "NUMBER": ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal(12,2)"),
    "DATETIME": ("date", "timestamp"),
    "ROWID": (),
}


@pytest.mark.parametrize("group", GROUPS)
def test_a_type_object_equals_the_codes_of_its_types_only(group: str) -> None:
    codes = {str(parse_type(name)) for names in GROUPS.values() for name in names} | {*PRIMITIVES, "array<int>"}
    assert {code for code in codes if getattr(dbapi, group) == code} == set(GROUPS[group])


def test_type_objects_differ() -> None:
    assert dbapi.NUMBER == dbapi.NUMBER
    assert dbapi.NUMBER != dbapi.STRING
    assert len({dbapi.NUMBER, dbapi.STRING, dbapi.BINARY, dbapi.DATETIME, dbapi.ROWID}) == 5


def test_constructors_make_pythons_values() -> None:
    assert dbapi.Date(2024, 2, 29) == dt.date(2024, 2, 29)
    assert dbapi.Binary(b"a") == b"a"
    ticks = 1_700_000_000.0
    moment = dbapi.TimestampFromTicks(ticks)
    assert moment.timestamp() == ticks
    assert (dbapi.DateFromTicks(ticks), dbapi.TimeFromTicks(ticks)) == (moment.date(), moment.time())
