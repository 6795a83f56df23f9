from __future__ import annotations

import pickle

import pytest
from botocore import exceptions as boto

from airflow_ddb_hive.dynamodb.errors_map import CLIENT_RULES, CODE_RULES, STATUS_RULES, Kind, client_rule, service_rule
from airflow_ddb_hive.errors import AccessError, InputError, ServiceError, ThrottledError

RETRIED = {
    "InternalFailure", "InternalServerError", "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException", "ReplicatedWriteConflictException", "RequestLimitExceeded",
    "RequestThrottled", "RequestThrottledException", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable",
    "ServiceUnavailableException", "ThrottledException", "Throttling", "ThrottlingException",
    "TooManyRequestsException", "TransactionConflictException", "TransactionInProgressException",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(CODE_RULES))
def test_a_code_is_tried_again_only_if_it_passes_by_itself(code: str) -> None:
    rule = service_rule(code, 400)
    assert (rule.kind is not Kind.FINAL) == (code in RETRIED)
    assert rule.error.retryable == (code in RETRIED)
    error = rule.error("what happened: " + rule.remedy, code=code)
    assert pickle.loads(pickle.dumps(error)).code == code  # noqa: S301 - made on the line itself


@pytest.mark.parametrize("status", sorted(STATUS_RULES))
def test_a_failing_status_without_a_known_code_is_tried_again(status: int) -> None:
    assert service_rule("", status).kind is not Kind.FINAL


def test_throttles_end_as_throttled_and_unknown_refusals_as_input() -> None:
    assert service_rule("ThrottlingException", 400).error is ThrottledError
    assert service_rule("BrandNewException", 400).error is InputError


@pytest.mark.parametrize("kind", [kind for kind, _ in CLIENT_RULES], ids=lambda kind: kind.__name__)
def test_each_client_exception_has_the_rule_of_its_own_row(kind: type[Exception]) -> None:
    raised = kind.__new__(kind)
    assert client_rule(raised) is dict(CLIENT_RULES)[kind]


@pytest.mark.parametrize(
    ("raised", "error", "retried"),
    [
        (boto.NoCredentialsError(), AccessError, False),
        (boto.NoRegionError(), InputError, False),
        (boto.EndpointConnectionError(endpoint_url="http://x"), ServiceError, True),
        (boto.ReadTimeoutError(endpoint_url="http://x"), ServiceError, True),
        (boto.ConnectionClosedError(endpoint_url="http://x"), ServiceError, True),
    ],
)
def test_what_botocore_raises_is_told_by_its_class(raised: Exception, error: type[Exception], retried: bool) -> None:
    rule = client_rule(raised)
    assert rule.error is error
    assert (rule.kind is not Kind.FINAL) == retried
