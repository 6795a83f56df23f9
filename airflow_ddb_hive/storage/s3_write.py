"""One S3 object being written: buffered while small, a multipart upload when large, visible at publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import StorageError
from airflow_ddb_hive.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["S3Output"]

_PART_BYTES = 16 << 20
_LARGER_AFTER_PARTS = 1000
"""S3 takes 10,000 parts: after each thousand the parts double, so that even 5 TiB fit."""


class S3Output:
    """Bytes on their way into one object; a part of them is in memory at a time."""

    def __init__(self, client: Any, place: Mapping[str, str], url: str, *, part_bytes: int = _PART_BYTES) -> None:
        self._client = client
        self._place = dict(place)
        self._url = url
        self._endpoint = client.meta.endpoint_url
        self._part_bytes = part_bytes
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._parts: list[dict[str, Any]] = []
        self._state = "open"

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
        with s3_errors(self._url, self._endpoint):
            if self._upload_id is None:
                self._upload_id = self._client.create_multipart_upload(**self._place)["UploadId"]
            number = len(self._parts) + 1
            answer = self._client.upload_part(**self._place, UploadId=self._upload_id, PartNumber=number, Body=body)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        if number % _LARGER_AFTER_PARTS == 0:
            self._part_bytes *= 2

    def finish(self) -> None:
        """Send the last part of a large object; a small one waits in memory for publish."""
        if self._state != "open":
            return
        if self._upload_id is not None and self._buffer:
            self._send(bytes(self._buffer))
            self._buffer.clear()
        self._state = "finished"

    def publish(self) -> None:
        """Put the small object, or complete the upload of a large one."""
        if self._state == "published":
            return
        if self._state == "discarded":
            raise StorageError(f"{self._url!r} is discarded: it cannot be published")
        self.finish()
        with s3_errors(self._url, self._endpoint):
            if self._upload_id is None:
                self._client.put_object(**self._place, Body=bytes(self._buffer))
            else:
                upload = {"Parts": self._parts}
                self._client.complete_multipart_upload(**self._place, UploadId=self._upload_id, MultipartUpload=upload)
        self._buffer.clear()
        self._state = "published"

    def discard(self) -> None:
        """Abort the upload, if one was begun."""
        if self._state in ("published", "discarded"):
            return
        self._buffer.clear()
        self._state = "discarded"
        if self._upload_id is not None:
            with s3_errors(self._url, self._endpoint):
                self._client.abort_multipart_upload(**self._place, UploadId=self._upload_id)
