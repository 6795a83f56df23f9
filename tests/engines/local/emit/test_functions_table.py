"""Every name that the binder knows has one answer here."""

from __future__ import annotations

from airflow_ddb_hive.engines.local.emit import AGGREGATES, REFUSED_FUNCTIONS, SQL_FUNCTIONS, TABLE_GENERATORS
from airflow_ddb_hive.hiveql.functions import FUNCTIONS, STRUCT_FIELD


def test_each_function_of_the_binder_is_emitted_or_refused_with_a_reason() -> None:
    known = {spec.canonical for spec in (*FUNCTIONS.values(), STRUCT_FIELD)}
    answered = [*SQL_FUNCTIONS, *AGGREGATES, *TABLE_GENERATORS, *REFUSED_FUNCTIONS]
    # The binder writes the current database's name in its place.
    assert known - set(answered) == {"current_database"}
    assert len(answered) == len(set(answered))


def test_each_refusal_says_why() -> None:
    assert all(len(reason) > 10 for reason in REFUSED_FUNCTIONS.values())
