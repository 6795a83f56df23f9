"""What botocore raises for S3, by code, as errors of ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, NotFoundError, ServiceError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CODE_ERRORS", "answered_error", "s3_errors"]

_CREDENTIALS = "give access keys or a profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
_DENIED = (
    AccessError,
    "access is denied: the identity needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject",
)
_EXPIRED = (AccessError, "the credentials have expired or are wrong: renew them")

CODE_ERRORS: dict[str, tuple[type[DdbHiveError], str]] = {
    "NoSuchBucket": (NotFoundError, "the bucket is not there: create it or check its name"),
    "NoSuchKey": (NotFoundError, "the object is not there"),
    "NoSuchUpload": (StorageError, "the upload was aborted by somebody else: run again"),
    "404": (NotFoundError, "the bucket or object is not there"),
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "AccountProblem": _DENIED,
    "403": _DENIED,
    "InvalidAccessKeyId": _EXPIRED,
    "SignatureDoesNotMatch": _EXPIRED,
    "ExpiredToken": _EXPIRED,
    "InvalidToken": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "RequestTimeTooSkewed": (AccessError, "this machine's clock is wrong: set it"),
    "PermanentRedirect": (InputError, "the bucket is in another region: set the region"),
    "301": (InputError, "the bucket is in another region: set the region"),
    "AuthorizationHeaderMalformed": (InputError, "the bucket is in another region: set the region"),
    "InvalidBucketName": (InputError, "the bucket's name is not valid"),
    "KeyTooLongError": (InputError, "the object's name is too long: S3 takes 1024 bytes"),
    "PreconditionFailed": (StorageError, "the object was replaced while it was read: run again"),
    "412": (StorageError, "the object was replaced while it was read: run again"),
    "SlowDown": (ServiceError, "S3 is throttling: run again later"),
    "InternalError": (ServiceError, "S3 failed on its side: run again"),
    "ServiceUnavailable": (ServiceError, "S3 failed on its side: run again"),
    "503": (ServiceError, "S3 failed on its side: run again"),
    "500": (ServiceError, "S3 failed on its side: run again"),
}


@contextmanager
def s3_errors(url: str, endpoint: str) -> Iterator[None]:
    """Turn botocore's errors into ours, naming the URL and, when nobody answers there, the endpoint."""
    from botocore import exceptions as boto

    try:
        yield
    except boto.ClientError as error:
        raise answered_error(error.response, url) from error
    except (boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound) as error:
        raise AccessError(f"no AWS credentials for {url!r}: {_CREDENTIALS}", code=type(error).__name__) from error
    except boto.NoRegionError as error:
        raise InputError(f"no AWS region for {url!r}: set the region or AWS_DEFAULT_REGION") from error
    except boto.ParamValidationError as error:
        raise InputError(f"{url!r} is no valid S3 location: {error}") from error
    except (boto.HTTPClientError, boto.ConnectionError) as error:
        raise ServiceError(
            f"cannot reach S3 at {endpoint} for {url!r}: check the endpoint and the network", code=type(error).__name__
        ) from error
    except boto.BotoCoreError as error:
        raise StorageError(f"S3 failed for {url!r}: {error}", code=type(error).__name__) from error


def answered_error(response: Any, url: str) -> DdbHiveError:
    """Return our error for an answer of S3.

    Example:
        >>> answered_error({"Error": {"Code": "NoSuchBucket"}}, "s3://lake/x").code
        'NoSuchBucket'
    """
    code = str(response.get("Error", {}).get("Code", ""))
    request_id = response.get("ResponseMetadata", {}).get("RequestId")
    detail = response.get("Error", {}).get("Message", "")
    kind, text = CODE_ERRORS.get(code, (StorageError, f"S3 answered {code}: {detail}"))
    return kind(f"{url!r}: {text}", code=code, request_id=request_id)
