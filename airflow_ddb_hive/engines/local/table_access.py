"""Where one table is and who asks for it: table properties and settings on top of the session's own access."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow_ddb_hive.engines.local.table_settings import first_setting, number_setting
from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["half_pair_notice", "table_access"]

_ROLE_ARN = re.compile(r"arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_KEY_PAIRS = (
    ("dynamodb.awsAccessKeyId", "dynamodb.awsSecretAccessKey"),
    ("fs.s3.awsAccessKeyId", "fs.s3.awsSecretAccessKey"),
)
"""Where static keys may stand, the first that is set wins; table properties are never asked for them."""


def table_access(base: AwsAccess, properties: Mapping[str, str], settings: Mapping[str, str]) -> AwsAccess:
    """Return the session's access with all that a table's properties and the settings change of it.

    Example:
        >>> from airflow_ddb_hive.model.access import AwsAccess
        >>> base = AwsAccess(region="us-east-1")
        >>> table_access(base, {"dynamodb.region": "eu-west-1"}, {"dynamodb.region": "ap-south-1"}).region
        'eu-west-1'

    Raises:
        InputError: A proxy or role is given by half, or is none.
    """
    place = replace(
        base,
        region=first_setting("dynamodb.region", properties, settings)
        or settings.get("dynamodb.regionid")
        or base.region,
        dynamodb_endpoint_url=first_setting("dynamodb.endpoint", properties, settings) or base.dynamodb_endpoint_url,
        proxy_url=_proxy_url(settings) or base.proxy_url,
    )
    return _in_role(_with_keys(place, settings), properties, settings)


def half_pair_notice(settings: Mapping[str, str]) -> str | None:
    """Return what to say where an access key is set without its secret key.

    Example:
        >>> half_pair_notice({"dynamodb.awsAccessKeyId": "AKIA…"})
        'dynamodb.awsAccessKeyId is ignored, as on EMR: dynamodb.awsSecretAccessKey is not set'
    """
    for id_name, secret_name in _KEY_PAIRS:
        for name, other in ((id_name, secret_name), (secret_name, id_name)):
            if settings.get(name) and not settings.get(other):
                return f"{name} is ignored, as on EMR: {other} is not set"
    return None


def _with_keys(access: AwsAccess, settings: Mapping[str, str]) -> AwsAccess:
    """Static keys of the settings; an incomplete pair counts for nothing, as on EMR."""
    for id_name, secret_name in _KEY_PAIRS:
        key_id, secret = settings.get(id_name), settings.get(secret_name)
        if key_id and secret:
            token = settings.get("dynamodb.awsSessionToken") or None
            return replace(access, access_key_id=key_id, secret_access_key=secret, session_token=token)
        if key_id:
            return access
    return access


def _in_role(access: AwsAccess, properties: Mapping[str, str], settings: Mapping[str, str]) -> AwsAccess:
    arn, external_id, name = (
        first_setting(f"ddb_hive.role.{part}", properties, settings) for part in ("arn", "external.id", "session.name")
    )
    if arn is None:
        if external_id or name:
            raise InputError("ddb_hive.role.external.id and .session.name belong to a role: give ddb_hive.role.arn too")
        return access
    if not _ROLE_ARN.fullmatch(arn):
        raise InputError(f"ddb_hive.role.arn={arn!r} is no role: write it as arn:aws:iam::123456789012:role/reader")
    if name is not None and not _SESSION_NAME.fullmatch(name):
        raise InputError(f"ddb_hive.role.session.name={name!r}: give 2 to 64 letters, digits or +=,.@-_")
    return replace(access, role_arn=arn, role_external_id=external_id, role_session_name=name)


def _proxy_url(settings: Mapping[str, str]) -> str | None:
    """The proxy, if its settings name one, after the connector's checks in its order and words."""
    host, port_text, user, password = (
        settings.get(f"dynamodb.proxy.{part}") or "" for part in ("hostname", "port", "username", "password")
    )
    port = int(number_setting("dynamodb.proxy.port", port_text or "0"))
    if bool(host) != (port > 0):
        raise InputError(
            "Only one of proxy host and port are set, when both are required: SET dynamodb.proxy.hostname and "
            "dynamodb.proxy.port"
        )
    if bool(user) != bool(password):
        raise InputError(
            "Only one of proxy username and password are set, when both are required: SET dynamodb.proxy.username and "
            "dynamodb.proxy.password"
        )
    if user and not host:
        raise InputError("Proxy host and port must be supplied if proxy username and password are present")
    if not host:
        return None
    if "/" in host or "@" in host:
        raise InputError(f"dynamodb.proxy.hostname={host!r}: give a host name, without http:// and without a user")
    place = f"[{host}]" if ":" in host and not host.startswith("[") else host
    who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return f"http://{who}{place}:{port}"
