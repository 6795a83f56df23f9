"""Where the AWS services are and who asks them: plain values, resolved to clients elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AwsAccess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsAccess:
    """Region, endpoints and, if not left to AWS's own provider chain, credentials.

    ``role_arn`` is a role that is assumed with these credentials before DynamoDB is asked; ``proxy_url`` is the HTTP
    proxy on the way to DynamoDB, with its user and password if it wants them. ``credentials`` returns botocore's own
    object of credentials that renew themselves; keys that are given win over it.

    Secrets do not show in ``repr``: it names the fields that are set.

    Example:
        >>> AwsAccess(region="us-east-1", secret_access_key="s3cr3t")
        AwsAccess(region='us-east-1', secret_access_key=***)
    """

    region: str | None = None
    dynamodb_endpoint_url: str | None = None
    s3_endpoint_url: str | None = None
    profile: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    session_token: str | None = None
    glue_endpoint_url: str | None = None
    role_arn: str | None = None
    role_external_id: str | None = None
    role_session_name: str | None = None
    proxy_url: str | None = None
    credentials: Callable[[], object] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Name the fields that are set, without the secrets."""
        shown = []
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None:
                shown.append(f"{name}=***" if name in _SECRET else f"{name}={value!r}")
        return f"AwsAccess({', '.join(shown)})"


_SECRET = frozenset({"access_key_id", "credentials", "proxy_url", "secret_access_key", "session_token"})
