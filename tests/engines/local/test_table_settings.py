"""Settings that are on or off: this package's own are never guessed, the connector's are as on EMR."""

from __future__ import annotations

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.engines.local.table_settings import flag_setting, is_off
from airflow_ddb_hive.errors import InputError

OWN = [
    "ddb_hive.allow.full.scan",
    "ddb_hive.consistent.read",
    "ddb_hive.emr.notice",
    "ddb_hive.strict.emr",
]
CONNECTORS = ["dynamodb.deletion.mode", "dynamodb.null.serialization", "dynamodb.filter.pushdown"]


@pytest.mark.parametrize("key", [*OWN, *CONNECTORS])
@pytest.mark.parametrize(("text", "on"), [("true", True), (" TRUE ", True), ("False", False), (" false", False)])
def test_case_and_blanks_do_not_matter(key: str, text: str, on: bool) -> None:
    assert flag_setting(key, {key: text}, {}) is flag_setting(key, {}, {key: text}) is on
    assert is_off(key, {key: text}, {key: "true"}) is not on


@pytest.mark.parametrize("key", [*OWN, *CONNECTORS])
def test_without_a_value_the_default_counts(key: str) -> None:
    assert not flag_setting(key, {}, {})
    assert not is_off(key, {}, {})


@pytest.mark.parametrize("key", CONNECTORS)
def test_of_the_connectors_only_true_is_true(key: str) -> None:
    assert not flag_setting(key, {key: "yes"}, {})
    assert is_off(key, {key: "yes"}, {})


@pytest.mark.parametrize("key", OWN)
@pytest.mark.parametrize("text", ["no", "0", "flase", ""])
def test_of_ours_anything_else_is_refused_wherever_it_stands(key: str, text: str) -> None:
    sources: tuple[tuple[dict[str, str], dict[str, str]], ...] = (({key: text}, {}), ({}, {key: text}))
    for values in sources:
        with pytest.raises(InputError) as caught:
            is_off(key, *values)
        assert str(caught.value) == f"{key}={text!r} is neither true nor false: give one of them"
    with pytest.raises(InputError, match="neither true nor false"):
        LocalSession(hiveconfs={key: text})


def test_set_refuses_what_is_no_flag_and_keeps_the_former_value() -> None:
    with LocalSession(hiveconfs={"ddb_hive.allow.full.scan": "False"}) as session:
        with pytest.raises(InputError, match=r"ddb_hive\.allow\.full\.scan='off' is neither true nor false"):
            session.execute("SET ddb_hive.allow.full.scan=off")
        assert list(session.execute("SET ddb_hive.allow.full.scan").lines()) == ["ddb_hive.allow.full.scan=False"]


def test_a_connectors_flag_that_is_neither_is_noticed_once() -> None:
    notices: list[str] = []
    with LocalSession(hiveconfs={"dynamodb.deletion.mode": "1"}, on_notice=notices.append) as session:
        for _ in range(2):
            session.execute("SET dynamodb.filter.pushdown=on").close()
        session.execute("SET dynamodb.null.serialization=TRUE").close()
    assert notices == [
        "dynamodb.deletion.mode='1' is neither true nor false: it counts as false, as on EMR",
        "dynamodb.filter.pushdown='on' is neither true nor false: it counts as false, as on EMR",
    ]
