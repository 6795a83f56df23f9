"""Requests to WebHDFS: to the active name node, again where that helps, and on to the data node that it names.

https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html
"""

from __future__ import annotations

import getpass
import json
import os
import random
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

from airflow_ddb_hive.errors import AccessError, DdbHiveError, ServiceError, StorageError
from airflow_ddb_hive.storage.calls import Calls
from airflow_ddb_hive.storage.paths import hdfs_parts
from airflow_ddb_hive.storage.webhdfs_address import datanode_hosts, namenodes
from airflow_ddb_hive.storage.webhdfs_errors import STANDBY, TRY_AGAIN, answered_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from airflow_ddb_hive.storage.options import StoreOptions

__all__ = ["Answer", "WebHdfsClient"]

_T = TypeVar("_T")

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 60.0
_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 3.0
_MOST_REDIRECTS = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FIRST_ERROR = 400
_TEMPORARY = frozenset({"429", "502", "503", "504"})
_EMPTY = {"Content-Length": "0"}
_BINARY = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: ``repeated`` says that the request was sent before, and may have done its work then."""

    status: int
    headers: Any
    body: bytes
    repeated: bool = False

    def json(self, url: str) -> Any:
        """Return the body as what it says.

        Raises:
            StorageError: It is no JSON.
        """
        try:
            return json.loads(self.body) if self.body else {}
        except ValueError as error:
            raise StorageError(f"{url!r}: the answer is none of WebHDFS: check the address") from error


class WebHdfsClient:
    """Asks the name nodes of one cluster; thread-safe.

    Args:
        url: Any URL in the cluster.
        options: Who asks, and where name nodes and data nodes are.
        calls: How long a call is waited for.

    Raises:
        InputError: Nothing says where the name node is.
    """

    def __init__(self, url: str, options: StoreOptions, calls: Calls | None = None) -> None:
        import urllib3

        self.calls = calls or Calls()
        self.addresses = namenodes(url, options)
        self._active = 0
        self._hosts = datanode_hosts(options)
        self._who = _identity(options)
        self._pool = urllib3.PoolManager(
            num_pools=64,
            maxsize=16,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        )

    def ask(self, method: str, url: str, operation: str, **parameters: object) -> Answer:
        """Ask a name node for something that takes no data.

        Raises:
            DdbHiveError: What it answered, or that none could be reached.
        """
        headers = _EMPTY if method == "PUT" else {}

        def send(address: str) -> Answer:
            target = self._target(address, url, operation, parameters)
            if method == "GET":
                return _checked(self._followed(target), url)
            return _checked(self._request(method, target, headers=headers), url)

        answer, repeated = self._again(send)
        return replace(answer, repeated=repeated)

    def fetch(self, url: str, start: int, stop: int) -> bytes:
        """Return the bytes of a file from one position to another.

        Raises:
            DdbHiveError: They could not be had, after several attempts.
        """

        def send(address: str) -> bytes:
            target = self._target(address, url, "OPEN", {"offset": start, "length": stop - start})
            data = _checked(self._followed(target), url).body
            if len(data) != stop - start:
                raise StorageError(
                    f"{url!r}: {len(data)} bytes came at {start} where there were to be {stop - start}: it was "
                    "replaced or cut off while it was read; run again",
                    code="ShortRead",
                )
            return data

        return self._again(send)[0]

    def put(self, url: str, body: bytes) -> None:
        """Write a small file, whatever was there; sent again as often as need be."""

        def send(address: str) -> None:
            target = self._target(address, url, "CREATE", {"overwrite": "true"})
            location = self._location(self._request("PUT", target, headers=_EMPTY), target, url)
            _checked(self._request("PUT", location, body=body, headers=_BINARY), url)

        self._again(send)

    def stream(self, url: str, chunks: Iterable[bytes]) -> None:
        """Write a file of unknown size, whatever was there; this is one request, which cannot be sent again."""

        def send(address: str) -> str:
            target = self._target(address, url, "CREATE", {"overwrite": "true"})
            return self._location(self._request("PUT", target, headers=_EMPTY), target, url)

        location, _ = self._again(send)
        _checked(self._request("PUT", location, body=chunks, chunked=True, headers=_BINARY), url)

    def _target(self, address: str, url: str, operation: str, parameters: Mapping[str, object]) -> str:
        path = quote(hdfs_parts(url)[2], safe="/")
        return f"{address}/webhdfs/v1{path}?{urlencode({'op': operation, **self._who, **parameters})}"

    def _again(self, send: Callable[[str], _T]) -> tuple[_T, bool]:
        """Send until it succeeds or fails for good; say whether it was sent more than once.

        A name node that is not active or not there makes way for the next.
        """
        pause = _FIRST_PAUSE_SECONDS
        for attempt in range(_ATTEMPTS):
            place = self._active
            try:
                return self.calls.run(partial(send, self.addresses[place])), attempt > 0
            except DdbHiveError as error:
                if attempt == _ATTEMPTS - 1 or not self._makes_way(error, place):
                    raise
            # Another name node is asked at once; only when all were asked it is time to wait.
            if (attempt + 1) % len(self.addresses) == 0:
                self.calls.pause(random.uniform(pause / 2, pause))  # noqa: S311 - no secret
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        raise AssertionError  # the last attempt returns or raises

    def _makes_way(self, error: DdbHiveError, place: int) -> bool:
        """Whether to try again; then the next name node is the one to ask, if this one may be at fault."""
        code = str(error.code or "")
        unreachable = code == "Unreachable" or code in _TEMPORARY
        if code == STANDBY or unreachable:
            if self._active == place:
                self._active = (place + 1) % len(self.addresses)
            return True
        return code in TRY_AGAIN or code in ("Cut", "ShortRead")

    def _followed(self, target: str) -> Answer:
        """Ask the name node, and on where it points."""
        for _ in range(_MOST_REDIRECTS):
            answer = self._request("GET", target)
            if answer.status not in _REDIRECTS:
                return answer
            target = self._location(answer, target, target)
        raise StorageError(f"{_shown(target)!r}: redirected {_MOST_REDIRECTS} times: check the address", code="Loop")

    def _location(self, answer: Answer, target: str, url: str) -> str:
        """Where an answer points to, by the name under which it is reached from here."""
        given = answer.headers.get("Location")
        if answer.status >= _FIRST_ERROR:
            raise answered_error(answer.status, answer.headers, answer.body, url)
        if answer.status not in _REDIRECTS or not given:
            raise StorageError(f"{_shown(target)!r}: no data node was named: check the address", code="NoLocation")
        found = urlsplit(urljoin(target, given))
        if urlsplit(target).scheme == "https" and found.scheme != "https":
            raise AccessError(
                f"{_shown(target)!r}: redirected from https to {found.scheme}://{found.netloc}, where the token would "
                "be readable: give the data nodes https too (dfs.http.policy=HTTPS_ONLY)"
            )
        host = self._hosts.get(found.netloc) or self._hosts.get(found.hostname or "")
        if host is not None:
            port = "" if ":" in host or found.port is None else f":{found.port}"
            found = found._replace(netloc=f"{host}{port}")
        where: str = found.geturl()
        return where

    def _request(self, method: str, target: str, **given: Any) -> Answer:
        import urllib3

        try:
            answer = self._pool.request(method, target, redirect=False, **given)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
            raise self._unreachable(target) from error
        except urllib3.exceptions.HTTPError as error:
            raise ServiceError(
                f"{_shown(target)!r}: the connection was cut, or nothing came for {_READ_SECONDS:.0f} seconds: "
                "run again",
                code="Cut",
            ) from error
        return Answer(status=answer.status, headers=answer.headers, body=answer.data)

    def _unreachable(self, target: str) -> ServiceError:
        place = urlsplit(target)
        address = f"{place.scheme}://{place.netloc}"
        remedy = (
            "set ddb_hive.webhdfs.address to the name node's HTTP address (dfs.namenode.http-address, port 9870)"
            if address in self.addresses
            else "that is a data node: if it is reached by another name, set ddb_hive.webhdfs.datanodes=name=host"
        )
        return ServiceError(f"cannot reach HDFS at {address}: {remedy}; check the network", code="Unreachable")


def _checked(answer: Answer, url: str) -> Answer:
    if answer.status >= _FIRST_ERROR:
        raise answered_error(answer.status, answer.headers, answer.body, url)
    if answer.status in _REDIRECTS:
        place = _shown(answer.headers.get("Location") or "")
        raise StorageError(f"{url!r}: redirected to {place!r} where an answer was due: check the address", code="Loop")
    return answer


def _identity(options: StoreOptions) -> dict[str, str]:
    if options.webhdfs_token:
        return {"delegation": options.webhdfs_token}
    return {"user.name": options.webhdfs_user or os.environ.get("HADOOP_USER_NAME") or _process_user()}


def _process_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _shown(target: str) -> str:
    """A request's URL without its parameters, which may hold a token."""
    place = urlsplit(target)
    return f"{place.scheme}://{place.netloc}{place.path}"
