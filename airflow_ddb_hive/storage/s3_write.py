"""One S3 object being written: a multipart upload unless it is tiny, visible at publish."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import DdbHiveError, NotFoundError, StorageError
from airflow_ddb_hive.storage.calls import Calls
from airflow_ddb_hive.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["S3Output", "S3Requests"]

_PART_BYTES = 16 << 20
_LARGER_AFTER_PARTS = 1000
"""S3 takes 10,000 parts: after each thousand the parts double, so that even 5 TiB fit."""
_HEX_DIGITS = 32
_PERHAPS_MADE = frozenset({"NoSuchUpload", "PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
"""Answers to a request that was sent twice, of which the first one did its work; or somebody else has the name."""
_TINY_BYTES = 16 << 10
"""What a finished object may take in memory until it is published: there may be thousands of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Requests:
    """What every request to S3 says, and what those say that make an object."""

    every: Mapping[str, str] = field(default_factory=dict)
    making: Mapping[str, str] = field(default_factory=dict)


class S3Output:
    """Bytes on their way into one object; a part of them is in memory at a time.

    Args:
        client: A boto3 client.
        place: Bucket and key.
        url: The object, for errors.
        part_bytes: The size of a part.
        requests: What requests say besides.
        calls: How long a call is waited for.
        replace: Take the place of an object of the same name; else publishing fails if there is one.
    """

    def __init__(
        self,
        client: Any,
        place: Mapping[str, str],
        url: str,
        *,
        part_bytes: int = _PART_BYTES,
        requests: S3Requests | None = None,
        calls: Calls | None = None,
        replace: bool = True,
    ) -> None:
        requests = requests or S3Requests()
        self._client = client
        self._place = {**place, **requests.every}
        self._making = requests.making
        self._url = url
        self._calls = calls or Calls()
        self._part_bytes = part_bytes
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []
        self._state = "open"
        self._condition: dict[str, str] = {} if replace else {"IfNoneMatch": "*"}
        self.upload_id: str | None = None

    def _call(self, operation: str, **given: Any) -> Any:
        with s3_errors(self._url, self._client.meta.endpoint_url):
            return self._calls.run(lambda: getattr(self._client, operation)(**self._place, **given))

    def write(self, data: bytes | memoryview, /) -> int:
        """Take more bytes; full parts are sent."""
        if self._state != "open":
            raise StorageError(f"{self._url!r} is {self._state}: it takes no more bytes")
        view = memoryview(data).cast("B")
        for start in range(0, len(view), self._part_bytes):
            self._buffer += view[start : start + self._part_bytes]
            self._send_full_parts()
        return len(view)

    def _send_full_parts(self) -> None:
        while len(self._buffer) >= self._part_bytes:
            size = self._part_bytes
            self._send(bytes(memoryview(self._buffer)[:size]))
            del self._buffer[:size]

    def _send(self, body: bytes) -> None:
        if self.upload_id is None:
            self.upload_id = self._call("create_multipart_upload", **self._making)["UploadId"]
        number = len(self._parts) + 1
        answer = self._call("upload_part", UploadId=self.upload_id, PartNumber=number, Body=body)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        if number % _LARGER_AFTER_PARTS == 0:
            self._part_bytes *= 2

    def finish(self) -> None:
        """Send the last part; a tiny object waits in memory for publish."""
        if self._state != "open":
            return
        if self._buffer and (self.upload_id is not None or len(self._buffer) > _TINY_BYTES):
            self._send(bytes(self._buffer))
            self._buffer = bytearray()
        self._state = "finished"

    def publish(self) -> None:
        """Put the tiny object, or complete the upload."""
        if self._state == "published":
            return
        if self._state == "discarded":
            raise StorageError(f"{self._url!r} is discarded: it cannot be published")
        if self.upload_id is None:
            # Nothing of it is sent yet, so one request does it all.
            self._make("put_object", Body=bytes(self._buffer), **self._making)
        else:
            self.finish()
            self._make("complete_multipart_upload", UploadId=self.upload_id, MultipartUpload={"Parts": self._parts})
        self._buffer = bytearray()
        self._state = "published"

    def _make(self, operation: str, **given: Any) -> None:
        """Make the object, if need be on the condition that there is none of its name."""
        try:
            self._call(operation, **given, **self._condition)
        except DdbHiveError as error:
            if error.code == "NotImplemented" and self._condition:
                # Not every store that speaks S3 knows conditions.
                self._condition = {}
                self._make(operation, **given)
            elif error.code not in _PERHAPS_MADE or not self._is_made():
                raise self._taken(error) from error

    def _taken(self, error: DdbHiveError) -> DdbHiveError:
        if error.code not in _PERHAPS_MADE - {"NoSuchUpload"}:
            return error
        return StorageError(f"{self._url!r} was written by somebody else: run again", code="Taken")

    def _is_made(self) -> bool:
        """Whether the object is there as we would make it: the answer to a first request was lost."""
        try:
            found = str(self._call("head_object")["ETag"]).strip('"')
        except NotFoundError:
            return False
        if self.upload_id is None:
            return found == _md5(self._buffer).hex()
        sums = [str(part["ETag"]).strip('"') for part in self._parts]
        if any(len(one) != _HEX_DIGITS for one in sums):
            return False
        return found == f"{_md5(bytes.fromhex(''.join(sums))).hex()}-{len(sums)}"

    def discard(self) -> None:
        """Abort the upload, if one was begun."""
        if self._state in ("published", "discarded"):
            return
        self._buffer = bytearray()
        self._state = "discarded"
        if self.upload_id is not None:
            with self._calls.cleaning():
                self._call("abort_multipart_upload", UploadId=self.upload_id)


def _md5(data: bytes | bytearray) -> bytes:
    """What S3 makes ETags of, which is no matter of security."""
    return hashlib.md5(data, usedforsecurity=False).digest()
