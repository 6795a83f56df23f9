"""One S3 object as a seekable stream."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import ServiceError, StorageError
from airflow_ddb_hive.storage.calls import Calls
from airflow_ddb_hive.storage.ranged import READ_AHEAD_BYTES, RangedInput
from airflow_ddb_hive.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["S3Input"]

_ATTEMPTS = 4
_PAUSE_SECONDS = 0.2
_BROKEN_OFF = frozenset({"ResponseStreamingError", "IncompleteReadError", "ReadTimeoutError", "ConnectionClosedError"})


class S3Input(RangedInput):
    """The bytes of the version of an object that was there when the stream was opened.

    Args:
        client: A boto3 client.
        place: Bucket and key, and whatever else each request is to say.
        url: The object, for errors.
        read_ahead: The least that a request asks for.
        version: The version to read, as a listing named it; empty for the one that is there.
        calls: How long a call is waited for.
    """

    def __init__(
        self,
        client: Any,
        place: Mapping[str, str],
        url: str,
        *,
        read_ahead: int = READ_AHEAD_BYTES,
        version: str = "",
        calls: Calls | None = None,
    ) -> None:
        self._client = client
        self._place = dict(place)
        self._url = url
        self._calls = calls or Calls()
        with s3_errors(url, client.meta.endpoint_url):
            head = self._calls.run(lambda: client.head_object(**self._place))
        self._etag: str = head["ETag"]
        if version not in ("", self._etag):
            raise StorageError(f"{url!r}: the object was replaced since it was listed: run again", code="Replaced")
        super().__init__(head["ContentLength"], self._range, read_ahead=read_ahead)

    def _range(self, start: int, stop: int) -> bytes:
        asked = f"bytes={start}-{stop - 1}"

        def get() -> bytes:
            answer = self._client.get_object(**self._place, Range=asked, IfMatch=self._etag)
            # The body's own context manager gives what it wraps, which raises another library's errors.
            with closing(answer["Body"]) as body:
                data: bytes = body.read()
            return data

        for attempt in range(_ATTEMPTS):
            try:
                with s3_errors(self._url, self._client.meta.endpoint_url):
                    data = self._calls.run(get)
            except (ServiceError, StorageError) as error:
                # botocore asks again until an answer begins, and not when it breaks off.
                if error.code not in _BROKEN_OFF or attempt == _ATTEMPTS - 1:
                    raise
                self._calls.pause(_PAUSE_SECONDS * 2**attempt)
                continue
            if len(data) == stop - start:
                return data
        raise StorageError(f"{self._url!r}: {len(data)} of {stop - start} bytes came: run again", code="ShortRead")
