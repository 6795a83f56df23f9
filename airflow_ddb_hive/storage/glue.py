"""The AWS Glue Data Catalog behind a boto3 client: paged, tried again where that helps, with errors of ours.

https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html lists the actions.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import (
    AccessError,
    DdbHiveError,
    InputError,
    NotFoundError,
    ServiceError,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["ALREADY_THERE", "CODE_ERRORS", "Glue"]

ALREADY_THERE = "AlreadyExistsException"
"""The code of the error that says that a name is taken."""

_RACED = "ConcurrentModificationException"
_RACES = 8
"""How often a change is tried again that another one came in between."""
_LONGEST_PAUSE_SECONDS = 2.0
_DENIED = "access is denied: the identity needs {action}, in Lake Formation too where that guards the catalog"
_CREDENTIALS = "give access keys or a profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_EXPIRED = "the credentials have expired or are wrong: renew them"
_AGAIN = "Glue failed on its side at {action}: run again"

CODE_ERRORS: dict[str, tuple[type[DdbHiveError], str]] = {
    "EntityNotFoundException": (NotFoundError, "not there"),
    ALREADY_THERE: (InputError, "there already"),
    "AccessDeniedException": (AccessError, _DENIED),
    "AccessDenied": (AccessError, _DENIED),
    "GlueEncryptionException": (AccessError, "the catalog's KMS key may not be used at {action}: allow it"),
    "ExpiredTokenException": (AccessError, _EXPIRED),
    "UnrecognizedClientException": (AccessError, _EXPIRED),
    "InvalidSignatureException": (AccessError, _EXPIRED),
    "InvalidInputException": (InputError, "{action} does not take that"),
    "ValidationException": (InputError, "{action} does not take that"),
    "ResourceNumberLimitExceededException": (InputError, "a quota of the Glue catalog is used up: ask AWS to raise it"),
    "ResourceNotReadyException": (ServiceError, "not ready yet: run again"),
    _RACED: (ServiceError, "others keep changing it at the same time: run again"),
    "ThrottlingException": (ServiceError, "Glue is throttling {action}: run again later"),
    "Throttling": (ServiceError, "Glue is throttling {action}: run again later"),
    "OperationTimeoutException": (ServiceError, "{action} took Glue too long: run again"),
    "InternalServiceException": (ServiceError, _AGAIN),
    "InternalFailure": (ServiceError, _AGAIN),
    "ServiceUnavailable": (ServiceError, _AGAIN),
    "FederationSourceException": (ServiceError, "the source behind the catalog failed at {action}: run again"),
}


class Glue:
    """Calls Glue.

    Args:
        client: A boto3 client.
        catalog_id: The account whose catalog it is; ``None`` is the caller's own.
    """

    def __init__(self, client: Any, catalog_id: str | None = None) -> None:
        self._client = client
        self._common = {"CatalogId": catalog_id} if catalog_id else {}

    @classmethod
    def connect(cls, access: AwsAccess, catalog_id: str | None = None) -> Glue:
        """Make a client from our access settings.

        Raises:
            AccessError: The profile is not there.
            InputError: No region is known.
        """
        from botocore.config import Config

        from airflow_ddb_hive.storage.aws_session import aws_session

        with _errors("", "", access.glue_endpoint_url or "AWS"):
            session = aws_session(access)
            config = Config(retries={"mode": "standard", "max_attempts": 8})
            return cls(session.client("glue", endpoint_url=access.glue_endpoint_url, config=config), catalog_id)

    def call(self, action: str, name: str, **given: Any) -> dict[str, Any]:
        """Call an action (``get_table``) about the thing of that name; a change that raced with another is repeated.

        Raises:
            NotFoundError: The thing is not there.
            AccessError: The action is not allowed.
            DdbHiveError: Whatever else Glue answered, by its code.
        """
        for attempt in range(_RACES):
            try:
                return self._called(action, name, given)
            except ServiceError as error:
                if error.code != _RACED or attempt == _RACES - 1:
                    raise
                time.sleep(random.uniform(0, min(_LONGEST_PAUSE_SECONDS, 0.05 * 2**attempt)))  # noqa: S311 - no secret
        raise AssertionError  # the last attempt returns or raises

    def _called(self, action: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
        with _errors(action, name, self._client.meta.endpoint_url):
            answer: dict[str, Any] = getattr(self._client, action)(**self._common, **given)
        return answer

    def pages(self, action: str, key: str, name: str, **given: Any) -> Iterator[Any]:
        """All entries of a listing action, page after page; errors are those of :meth:`call`."""
        with _errors(action, name, self._client.meta.endpoint_url):
            for page in self._client.get_paginator(action).paginate(**self._common, **given):
                yield from page.get(key, ())


@contextmanager
def _errors(action: str, name: str, endpoint: str) -> Iterator[None]:
    from botocore import exceptions as boto

    try:
        yield
    except boto.ClientError as error:
        raise _answered(error.response, action, name) from error
    except (boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound) as error:
        raise AccessError(f"no AWS credentials for Glue: {_CREDENTIALS}", code=type(error).__name__) from error
    except boto.NoRegionError as error:
        raise InputError("no AWS region for Glue: set the region or AWS_DEFAULT_REGION") from error
    except boto.ParamValidationError as error:
        raise InputError(f"Glue: {name}: {_permission(action)} does not take that: {error}") from error
    except (boto.HTTPClientError, boto.ConnectionError) as error:
        message = f"cannot reach Glue at {endpoint}: check the endpoint and the network"
        raise ServiceError(message, code=type(error).__name__) from error
    except boto.BotoCoreError as error:
        raise StorageError(f"Glue failed for {name}: {error}", code=type(error).__name__) from error


def _answered(response: Any, action: str, name: str) -> DdbHiveError:
    code = str(response.get("Error", {}).get("Code", ""))
    detail = response.get("Error", {}).get("Message", "")
    kind, text = CODE_ERRORS.get(code, (StorageError, f"Glue answered {code} to {{action}}"))
    said = "" if kind is NotFoundError or not detail else f" ({detail})"
    request_id = response.get("ResponseMetadata", {}).get("RequestId")
    message = f"Glue: {name}: {text.format(action=_permission(action))}{said}"
    return kind(message, table=name, code=code, request_id=request_id)


def _permission(action: str) -> str:
    """The action as IAM calls it: ``glue:GetTable``."""
    return "glue:" + "".join(word.capitalize() for word in action.split("_"))
