"""A boto3 session that asks for credentials as our access settings say, again whenever they run out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["aws_session"]


class _Lasting:
    """A credential provider that hands on credentials which renew themselves."""

    METHOD = "ddb-hive"
    CANONICAL_NAME = None

    def __init__(self, access: AwsAccess) -> None:
        self._access = access

    def load(self) -> Any:
        return None if self._access.credentials is None else self._access.credentials()


def aws_session(access: AwsAccess) -> Any:
    """Make a boto3 session; keys that are given win over credentials that renew themselves.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> aws_session(AwsAccess(region="eu-west-1")).region_name
        'eu-west-1'

    Raises:
        ProfileNotFound: botocore's own error; whoever makes a client of the session maps it.
    """
    import boto3
    import botocore.session

    given: Any = {}
    if access.credentials is not None and access.access_key_id is None:
        core = botocore.session.Session(profile=access.profile)
        core.get_component("credential_provider").insert_before("env", _Lasting(access))
        return boto3.Session(botocore_session=core, region_name=access.region)
    if access.access_key_id is not None:
        given = {
            "aws_access_key_id": access.access_key_id,
            "aws_secret_access_key": access.secret_access_key,
            "aws_session_token": access.session_token,
        }
    return boto3.Session(profile_name=access.profile, region_name=access.region, **given)
