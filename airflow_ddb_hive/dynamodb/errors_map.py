"""What each failure of DynamoDB or botocore means here, as tables: matched by code or class, never by text.

The codes are those of
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html; which of them are worth
another try is wider than the EMR connector's list, which gives up on RequestLimitExceeded, 502 and 504.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from botocore import exceptions as boto

from airflow_ddb_hive.errors import (
    AccessError,
    DdbHiveError,
    InputError,
    NotFoundError,
    ServiceError,
    ThrottledError,
    WriteRefusedError,
)

__all__ = [
    "CLIENT_RULES",
    "CODE_RULES",
    "EXPIRED_CODES",
    "NO_ANSWER",
    "STATUS_RULES",
    "Kind",
    "Rule",
    "client_rule",
    "service_rule",
]


class Kind(enum.Enum):
    """Whether a failure passes by itself."""

    FINAL = "final"
    THROTTLE = "throttle"
    TRANSIENT = "transient"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a failure is: how to react, which error it ends as, and what its reader can do."""

    kind: Kind
    error: type[DdbHiveError]
    remedy: str


_THROTTLED = Rule(Kind.THROTTLE, ThrottledError, "lower dynamodb.throughput.*.percent, or raise the capacity")
_FAILED = Rule(Kind.TRANSIENT, ServiceError, "run again; if it lasts, see the AWS health dashboard")
_DENIED = Rule(Kind.FINAL, AccessError, "grant the role or user this action on the table")
_BAD_KEYS = Rule(Kind.FINAL, AccessError, "check the access key, the secret key and the session token")
_EXPIRED = Rule(Kind.FINAL, AccessError, "renew the credentials, then run again")
_REFUSED = Rule(Kind.FINAL, InputError, "correct the value, attribute or setting that DynamoDB names here")

CODE_RULES: dict[str, Rule] = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "IncompleteSignature": _BAD_KEYS,
    "IncompleteSignatureException": _BAD_KEYS,
    "InternalFailure": _FAILED,
    "InternalServerError": _FAILED,
    "InvalidSignatureException": _BAD_KEYS,
    "ItemCollectionSizeLimitExceededException": Rule(
        Kind.FINAL, WriteRefusedError, "a table with a local index holds at most 10 GB under one partition key"
    ),
    "MissingAuthenticationToken": _BAD_KEYS,
    "MissingAuthenticationTokenException": _BAD_KEYS,
    "ProvisionedThroughputExceeded": _THROTTLED,
    "ProvisionedThroughputExceededException": _THROTTLED,
    "ReplicatedWriteConflictException": _FAILED,
    "RequestLimitExceeded": _THROTTLED,
    "RequestThrottled": _THROTTLED,
    "RequestThrottledException": _THROTTLED,
    "RequestTimeout": _FAILED,
    "RequestTimeoutException": _FAILED,
    "ResourceNotFoundException": Rule(
        Kind.FINAL, NotFoundError, "check the name (case matters), the region and the endpoint"
    ),
    "ServiceUnavailable": _FAILED,
    "ServiceUnavailableException": _FAILED,
    "ThrottledException": _THROTTLED,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "TooManyRequestsException": _THROTTLED,
    "TransactionConflictException": _FAILED,
    "TransactionInProgressException": _FAILED,
    "UnrecognizedClientException": _BAD_KEYS,
    "ValidationException": _REFUSED,
}
"""By the service's error code."""

EXPIRED_CODES = frozenset({"ExpiredToken", "ExpiredTokenException"})
"""Of credentials whose time is over, which others may have replaced meanwhile."""

STATUS_RULES: dict[int, Rule] = {
    408: _FAILED,
    429: _THROTTLED,
    500: _FAILED,
    502: _FAILED,
    503: _FAILED,
    504: _FAILED,
}
"""By HTTP status, for answers whose code is in no table."""

_LEAST_SERVER_FAULT = 500

_UNREACHABLE = Rule(Kind.UNREACHABLE, ServiceError, "check dynamodb.endpoint, the region and the network")
NO_ANSWER = Rule(
    Kind.UNREACHABLE, ServiceError, "that is no answer of DynamoDB: check dynamodb.endpoint and what stands before it"
)
"""For a refusal without a code of DynamoDB's, or a success without what was asked for."""

_CUT = Rule(Kind.TRANSIENT, ServiceError, "run again; if it lasts, check the network and the proxy")

CLIENT_RULES: tuple[tuple[type[Exception], Rule], ...] = (
    (
        boto.NoCredentialsError,
        Rule(Kind.FINAL, AccessError, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a connection"),
    ),
    (boto.PartialCredentialsError, Rule(Kind.FINAL, AccessError, "give both the access key and the secret key")),
    (boto.CredentialRetrievalError, Rule(Kind.FINAL, AccessError, "check the credential process or role")),
    (boto.TokenRetrievalError, Rule(Kind.FINAL, AccessError, "log in again: aws sso login")),
    (boto.UnauthorizedSSOTokenError, Rule(Kind.FINAL, AccessError, "log in again: aws sso login")),
    (boto.NoRegionError, Rule(Kind.FINAL, InputError, "set dynamodb.region, --region or AWS_DEFAULT_REGION")),
    (boto.InvalidRegionError, Rule(Kind.FINAL, InputError, "give a region such as us-east-1")),
    (boto.ProfileNotFound, Rule(Kind.FINAL, InputError, "give a profile of ~/.aws/config")),
    (boto.EndpointConnectionError, _UNREACHABLE),
    (boto.ConnectTimeoutError, _UNREACHABLE),
    (boto.ProxyConnectionError, _UNREACHABLE),
    (boto.SSLError, Rule(Kind.FINAL, ServiceError, "check the endpoint's certificate (AWS_CA_BUNDLE)")),
    (boto.HTTPClientError, _CUT),
    (boto.ResponseStreamingError, _CUT),
    (boto.BotoCoreError, Rule(Kind.FINAL, InputError, "check the region, the endpoint and the AWS configuration")),
    (ValueError, Rule(Kind.FINAL, InputError, "check the endpoint: a URL such as http://localhost:8000")),
)
"""By the class of what botocore raised before or instead of an answer; the first that fits."""


def service_rule(code: str, status: int) -> Rule:
    """Return the rule for an error that the service answered.

    Example:
        >>> service_rule("ThrottlingException", 400).kind
        <Kind.THROTTLE: 'throttle'>
        >>> service_rule("SomethingNew", 502).error.__name__
        'ServiceError'
    """
    return CODE_RULES.get(code) or STATUS_RULES.get(status) or (_FAILED if status >= _LEAST_SERVER_FAULT else _REFUSED)


def client_rule(error: Exception) -> Rule:
    """Return the rule for what botocore raised.

    Example:
        >>> client_rule(boto.NoRegionError()).error.__name__
        'InputError'
    """
    for kind, rule in CLIENT_RULES:
        if isinstance(error, kind):
            return rule
    return _REFUSED
