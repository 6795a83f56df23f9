"""From an Airflow AWS connection to plain values: the amazon provider does profiles, roles and web identities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive._compat import AirflowNotFoundException
from airflow_ddb_hive.errors import AccessError, InputError
from airflow_ddb_hive.model.access import AwsAccess

if TYPE_CHECKING:
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    from botocore.credentials import ReadOnlyCredentials

__all__ = ["resolve_access"]


def resolve_access(
    aws_conn_id: str | None,
    *,
    region: str | None = None,
    dynamodb_endpoint_url: str | None = None,
    s3_endpoint_url: str | None = None,
) -> AwsAccess:
    """Return where the services are and who asks them; without ``aws_conn_id`` boto3's own chain decides.

    Endpoints and region that are given win over those of the AWS connection. Credentials of a role are asked for again
    before they run out, so a job may last longer than its session; keys are taken as they are now.

    Raises:
        InputError: The AWS connection does not exist.
        AccessError: The AWS connection leads to no credentials.
    """
    if not aws_conn_id:
        return AwsAccess(region=region, dynamodb_endpoint_url=dynamodb_endpoint_url, s3_endpoint_url=s3_endpoint_url)
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    from botocore.credentials import RefreshableCredentials

    try:
        # The amazon hook takes a missing connection for an empty one; a name that somebody wrote must mean something.
        AwsGenericHook.get_connection(aws_conn_id)
    except AirflowNotFoundException as error:
        raise InputError(f"aws_conn_id={aws_conn_id!r}: there is no such Airflow connection") from error
    hook: AwsGenericHook[Any] = AwsGenericHook(aws_conn_id=aws_conn_id, region_name=region)
    credentials, frozen, session_region = _credentials(hook, aws_conn_id)
    keys: dict[str, Any] = {"credentials": lambda: credentials}
    if not isinstance(credentials, RefreshableCredentials):
        keys = {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "session_token": frozen.token,
        }
    return AwsAccess(
        region=region or session_region,
        dynamodb_endpoint_url=dynamodb_endpoint_url or hook.conn_config.get_service_endpoint_url("dynamodb"),
        s3_endpoint_url=s3_endpoint_url or hook.conn_config.get_service_endpoint_url("s3"),
        glue_endpoint_url=hook.conn_config.get_service_endpoint_url("glue"),
        **keys,
    )


def _credentials(hook: AwsGenericHook[Any], aws_conn_id: str) -> tuple[Any, ReadOnlyCredentials, str | None]:
    from botocore.exceptions import BotoCoreError, ClientError

    from airflow_ddb_hive._compat import mask_secret

    try:
        session = hook.get_session()
        credentials = session.get_credentials()
        frozen = None if credentials is None else credentials.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise AccessError(f"aws_conn_id={aws_conn_id!r} gives no credentials: {error}") from error
    if frozen is None or not frozen.access_key or not frozen.secret_key:
        raise AccessError(f"aws_conn_id={aws_conn_id!r} gives no credentials: fill in keys, a profile or a role")
    mask_secret(frozen.secret_key)
    if frozen.token:
        mask_secret(frozen.token)
    return credentials, frozen, session.region_name
