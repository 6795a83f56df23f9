from __future__ import annotations

import pytest
from botocore import exceptions as boto

from airflow_ddb_hive.errors import AccessError, DdbHiveError, InputError, NotFoundError, ServiceError, StorageError
from airflow_ddb_hive.storage.s3_errors import CODE_ERRORS, s3_errors

EXPECTED: dict[type[DdbHiveError], str] = {
    NotFoundError: "NoSuchBucket NoSuchKey 404",
    AccessError: "AccessDenied AllAccessDisabled AccountProblem 403 InvalidAccessKeyId SignatureDoesNotMatch "
    "ExpiredToken InvalidToken TokenRefreshRequired RequestTimeTooSkewed",
    InputError: "PermanentRedirect 301 AuthorizationHeaderMalformed InvalidBucketName KeyTooLongError",
    StorageError: "NoSuchUpload PreconditionFailed 412 SomethingNew",
    ServiceError: "SlowDown InternalError ServiceUnavailable 503 500",
}
ROWS = [(code, kind) for kind, codes in EXPECTED.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "kind"), ROWS)
def test_codes_of_s3_become_our_errors(code: str, kind: type[DdbHiveError]) -> None:
    response = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"RequestId": "r1"}}
    with pytest.raises(DdbHiveError, match="s3://lake/x") as caught, s3_errors("s3://lake/x", "http://s3"):
        raise boto.ClientError(response, "GetObject")  # type: ignore[arg-type] # a part of what S3 answers
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.request_id) == (code, "r1")
    assert isinstance(caught.value.__cause__, boto.ClientError)


def test_each_code_has_its_row_here() -> None:
    assert {code for code, _ in ROWS} == {*CODE_ERRORS, "SomethingNew"}


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (boto.NoCredentialsError(), AccessError),
        (boto.PartialCredentialsError(provider="env", cred_var="x"), AccessError),
        (boto.ProfileNotFound(profile="x"), AccessError),
        (boto.NoRegionError(), InputError),
        (boto.ParamValidationError(report="x"), InputError),
        (boto.EndpointConnectionError(endpoint_url="http://s3"), ServiceError),
        (boto.ConnectTimeoutError(endpoint_url="http://s3"), ServiceError),
        (boto.ReadTimeoutError(endpoint_url="http://s3"), ServiceError),
        (boto.SSLError(endpoint_url="http://s3", error=OSError("x")), ServiceError),
        (boto.ResponseStreamingError(error="x"), ServiceError),
        (boto.FlexibleChecksumError(error_msg="x"), StorageError),
    ],
)
def test_errors_on_this_side_become_our_errors(error: Exception, kind: type[DdbHiveError]) -> None:
    with pytest.raises(DdbHiveError, match="s3://lake/x") as caught, s3_errors("s3://lake/x", "http://s3"):
        raise error
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error
