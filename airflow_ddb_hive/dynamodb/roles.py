"""Credentials of an assumed role: fetched when the first request is signed, and again before they run out.

botocore keeps and renews them, so a job may last longer than a role's session. See
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from airflow_ddb_hive.dynamodb.errors_map import CODE_RULES, Kind, Rule, client_rule, service_rule
from airflow_ddb_hive.dynamodb.retry import Failure
from airflow_ddb_hive.errors import AccessError, ServiceError, ThrottledError

if TYPE_CHECKING:
    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["proxies", "session_in_role", "without_keys"]

_DEFAULT_SESSION_NAME = "ddb-hive"
_CONNECT_SECONDS = 5
_READ_SECONDS = 8

_NOT_TRUSTED = Rule(
    Kind.FINAL,
    AccessError,
    "the role's trust policy must name these credentials, and ddb_hive.role.external.id be the one that it asks for",
)
_EXPIRED = Rule(Kind.FINAL, AccessError, "check the clock of this machine")
_CODE_RULES = {
    "AccessDenied": _NOT_TRUSTED,
    "AccessDeniedException": _NOT_TRUSTED,
    "InvalidClientTokenId": CODE_RULES["UnrecognizedClientException"],
    "RegionDisabledException": Rule(Kind.FINAL, AccessError, "activate STS in this region, in the account's settings"),
    "SignatureDoesNotMatch": CODE_RULES["InvalidSignatureException"],
}
"""Codes that only STS has, or that mean something else at a table."""


def proxies(access: AwsAccess) -> dict[str, str] | None:
    """Return botocore's proxy setting; ``None`` leaves it to the environment.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> proxies(AwsAccess(proxy_url="http://proxy:3128"))
        {'http': 'http://proxy:3128', 'https': 'http://proxy:3128'}
    """
    return None if access.proxy_url is None else {"http": access.proxy_url, "https": access.proxy_url}


def without_keys(access: AwsAccess) -> AwsAccess:
    """Return the access without keys of its own: the role's take their place.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> without_keys(AwsAccess(region="us-east-1", access_key_id="x", secret_access_key="y"))
        AwsAccess(region='us-east-1')
    """
    return replace(access, access_key_id=None, secret_access_key=None, session_token=None)


def session_in_role(access: AwsAccess, source: botocore.session.Session) -> botocore.session.Session:
    """Return a session whose credentials are those of ``access.role_arn``, assumed with the source's own.

    STS is asked in the region of the table, by its regional endpoint, or where ``AWS_ENDPOINT_URL_STS`` points.
    """
    session = botocore.session.Session(profile=access.profile)
    session.register_component("credential_provider", _RoleProvider(access, source))
    return session


class _RoleProvider:
    """A credential provider that gives the credentials of one role."""

    def __init__(self, access: AwsAccess, source: botocore.session.Session) -> None:
        self._access = access
        self._source = source

    def load_credentials(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(_Fetch(self._access, self._source), "assume-role")


class _Fetch:
    """Asks STS for credentials, once a call."""

    def __init__(self, access: AwsAccess, source: botocore.session.Session) -> None:
        self._access = access
        self._parameters = {
            "RoleArn": access.role_arn,
            "RoleSessionName": access.role_session_name or _DEFAULT_SESSION_NAME,
            **({"ExternalId": access.role_external_id} if access.role_external_id else {}),
        }
        source.set_config_variable("sts_regional_endpoints", "regional")
        self._client: Any = source.create_client(
            "sts",
            region_name=access.region,
            aws_access_key_id=access.access_key_id,
            aws_secret_access_key=access.secret_access_key,
            aws_session_token=access.session_token,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                proxies=proxies(access),
                # Whether and when to ask again is decided where requests to tables are.
                retries={"mode": "standard", "total_max_attempts": 1},
            ),
        )

    def __call__(self) -> dict[str, str]:
        try:
            found = self._client.assume_role(**self._parameters)["Credentials"]
        except ClientError as error:
            raise self._refused(error) from error
        except BotoCoreError as error:
            raise self._failure(client_rule(error), str(error), code=type(error).__name__) from error
        if found["Expiration"] <= datetime.now(UTC):
            raise self._failure(_EXPIRED, f"its credentials ended at {found['Expiration']}", code="ExpiredToken")
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }

    def _refused(self, error: ClientError) -> Failure:
        answer: Any = error.response
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = answer.get("Error", {}).get("Code", "")
        rule = _CODE_RULES.get(code) or service_rule(code, status)
        if rule.error is ThrottledError:
            # It is STS that is asked too often, not a table.
            rule = replace(rule, error=ServiceError, remedy="run again")
        said = answer.get("Error", {}).get("Message") or f"HTTP status {status}"
        request_id = answer.get("ResponseMetadata", {}).get("RequestId")
        return self._failure(rule, f"{code}: {said}", code=code, request_id=request_id)

    def _failure(self, rule: Rule, said: str, *, code: str, request_id: str | None = None) -> Failure:
        message = f"role {self._access.role_arn} could not be assumed: {said}"
        return Failure(rule, message, code=code, request_id=request_id)


def _is_news(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], Failure))


# botocore logs a failed renewal with its traceback before it raises it; ours are raised to somebody who says so.
logging.getLogger("botocore.credentials").addFilter(_is_news)
