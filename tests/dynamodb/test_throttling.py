from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from airflow_ddb_hive.dynamodb.throttling import REASONS, Scope, ThrottleCause, causes_of, throttled_error
from airflow_ddb_hive.dynamodb.wire import throttle_causes

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music"


def test_there_are_sixteen_reasons() -> None:
    assert len(REASONS) == 16


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_has_a_scope_and_a_remedy_for_its_role(reason: str) -> None:
    cause = ThrottleCause(reason)
    expected = Scope.KEY if "KeyRange" in reason else Scope.ACCOUNT if "Account" in reason else Scope.CAPACITY
    assert cause.scope is expected
    role = "read" if "Read" in reason else "write"
    assert f"ddb_hive.{role}.units" in cause.remedy
    assert "{" not in cause.remedy


def test_an_account_limit_says_where_to_ask_for_more() -> None:
    assert "quota" in ThrottleCause("TableWriteAccountLimitExceeded").remedy
    assert "quota" in causes_of("RequestLimitExceeded", ())[0].remedy


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException", "SomethingNew"])
def test_a_code_without_reasons_is_the_tables(code: str) -> None:
    (cause,) = causes_of(code, ())
    assert (cause.reason, cause.scope) == (code, Scope.CAPACITY)


def test_reasons_win_over_the_code() -> None:
    hot = ThrottleCause("TableReadKeyRangeThroughputExceeded")
    assert causes_of("RequestLimitExceeded", (hot,)) == (hot,)


@pytest.mark.parametrize("name", ["ThrottlingReasons", "throttlingReasons"])
def test_both_spellings_of_the_list_are_read(name: str) -> None:
    reason = "IndexWriteProvisionedThroughputExceeded"
    body = f'{{"{name}":[{{"reason":"{reason}","resource":"{ARN}/index/ByYear"}}]}}'
    (cause,) = throttle_causes(body.encode())
    assert (cause.reason, cause.index) == (reason, "ByYear")


def test_the_spellings_are_those_of_the_service() -> None:
    model: Any = botocore.session.Session().get_service_model("dynamodb")
    names = {
        member
        for code in ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")
        for member in model.shape_for(code).members
        if member.lower() == "throttlingreasons"
    }
    assert names == {"ThrottlingReasons", "throttlingReasons"}


def test_a_table_is_no_index() -> None:
    assert ThrottleCause("TableReadProvisionedThroughputExceeded", ARN).index is None


def test_the_error_names_table_reason_index_time_and_remedy() -> None:
    cause = ThrottleCause("IndexWriteProvisionedThroughputExceeded", f"{ARN}/index/ByYear")
    error = throttled_error("Music", (cause, cause), 612.3, code="ThrottlingException", request_id="R1")
    assert error.message.startswith(
        "table Music was throttled for 612 s without progress "
        "(IndexWriteProvisionedThroughputExceeded of index ByYear): lower dynamodb.throughput.write.percent"
    )
    assert "ddb_hive.retry.duration" in error.message
    assert (error.table, error.code, error.request_id, error.retryable) == (
        "Music",
        "ThrottlingException",
        "R1",
        True,
    )
