"""Signature Version 4 of requests that differ in their body only, in a fraction of the time that botocore's takes.

Nothing about a request is known here: a request that botocore has signed is taken apart, and what it is made of serves
for all that follow, once the very same signature comes out for the sample. Whatever is signed in another way, now or
by a later botocore, is left to botocore.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Keys", "SignedForm"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} Credential=(?P<access_key>.+)/(?P<date>\d{{8}})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<names>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)
_DATE, _TOKEN, _AUTHORIZED = "x-amz-date", "x-amz-security-token", "authorization"
_OF_ITS_TIME = frozenset({_DATE, _TOKEN, _AUTHORIZED, "content-length"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_TIMESTAMP = "%Y%m%dT%H%M%SZ"
_DATE_DIGITS = 8


class Keys(Protocol):
    """Credentials at one moment, as botocore freezes them."""

    @property
    def access_key(self) -> str | None:
        """The public half."""
        ...

    @property
    def secret_key(self) -> str | None:
        """The secret half."""
        ...

    @property
    def token(self) -> str | None:
        """The session token of temporary credentials."""
        ...


@dataclass(frozen=True, slots=True)
class _Day:
    """All that is the same for the requests of one day and one set of keys."""

    keys: tuple[str, str, str | None]
    date: str
    signing_key: bytes
    before_time: str
    after_time: str
    scope: str
    authorization: str


class SignedForm:
    """What is signed of a request, and under which names.

    Args:
        method: Such as ``POST``.
        url: Where the request goes.
        headers: Its headers, under lower-case names, without those that belong to a moment.
        signed_names: The names of the signed headers; the token's need not be among them.
        region: Of the scope.
        service: Of the scope.
    """

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        signed_names: frozenset[str],
        region: str,
        service: str,
    ) -> None:
        parts = urlsplit(url)
        self._start = f"{method}\n{quote(parts.path or '/', safe='/~')}\n{parts.query}\n"
        self._headers = {"host": _host(url), **headers}
        self._signed_names = signed_names - {_TOKEN}
        self.region = region
        self.service = service
        self._day: _Day | None = None

    @classmethod
    def learn(cls, method: str, url: str, headers: Mapping[str, str], body: bytes, keys: Keys) -> SignedForm | None:
        """Return the form of a request that was signed with ``keys``, ``None`` if it has another one.

        Args:
            method: Such as ``POST``.
            url: Where it goes.
            headers: All its headers, the signature among them.
            body: What it carries.
            keys: What it was signed with.
        """
        given = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        found = _AUTHORIZATION.fullmatch(given.get(_AUTHORIZED, ""))
        if found is None:
            return None
        lasting = {name: value for name, value in given.items() if name not in _OF_ITS_TIME}
        names = frozenset(found["names"].split(";"))
        if not names <= {"host", _DATE, _TOKEN, *lasting} or _DATE not in names:
            return None
        form = cls(method, url, lasting, signed_names=names, region=found["region"], service=found["service"])
        again = form.sign(body, keys, timestamp=given[_DATE])
        return form if again["Authorization"] == given[_AUTHORIZED] else None

    def sign(self, body: bytes, keys: Keys, *, timestamp: str | None = None) -> dict[str, str]:
        """Return the headers that make a request with this body valid now."""
        now = timestamp or datetime.now(UTC).strftime(_TIMESTAMP)
        day = self._of_day(keys, now[:_DATE_DIGITS])
        request = f"{day.before_time}{now}{day.after_time}{sha256(body).hexdigest()}"
        to_sign = f"{_ALGORITHM}\n{now}\n{day.scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(day.signing_key, to_sign.encode(), "sha256").hex()
        headers = {"X-Amz-Date": now, "Authorization": day.authorization + signature}
        if keys.token:
            headers["X-Amz-Security-Token"] = keys.token
        return headers

    def _of_day(self, keys: Keys, date: str) -> _Day:
        # One reference is read and written, so threads that race make the same thing twice at worst.
        day = self._day
        identity = (keys.access_key or "", keys.secret_key or "", keys.token)
        if day is None or day.date != date or day.keys != identity:
            self._day = day = self._make_day(identity, date)
        return day

    def _make_day(self, identity: tuple[str, str, str | None], date: str) -> _Day:
        access_key, secret_key, token = identity
        names = sorted(self._signed_names | ({_TOKEN} if token else set()))
        values = self._headers | ({_TOKEN: " ".join(token.split())} if token else {})
        earlier = [f"{name}:{values[name]}\n" for name in names if name < _DATE]
        later = [f"{name}:{values[name]}\n" for name in names if name > _DATE]
        scope = f"{date}/{self.region}/{self.service}/aws4_request"
        signing_key = f"AWS4{secret_key}".encode()
        for part in scope.split("/"):
            signing_key = hmac.digest(signing_key, part.encode(), "sha256")
        listed = ";".join(names)
        return _Day(
            keys=identity,
            date=date,
            signing_key=signing_key,
            before_time=f"{self._start}{''.join(earlier)}{_DATE}:",
            after_time=f"\n{''.join(later)}\n{listed}\n",
            scope=scope,
            authorization=f"{_ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={listed}, Signature=",
        )


def _host(url: str) -> str:
    """The Host header, which has the port only where it is not the usual one."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    return host if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f"{host}:{parts.port}"
