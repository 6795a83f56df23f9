"""A document in S3 that several writers change: every state is an object of its own, with a number.

S3 creates an object under a condition, that there is none of its name, for one writer only:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html. So no update is lost, and readers never
see half a document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_ddb_hive.errors import NotFoundError
from airflow_ddb_hive.storage.paths import s3_parts
from airflow_ddb_hive.storage.s3_errors import s3_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["S3Versions", "open_versions"]

_DIGITS = 12
_KEPT_SECONDS = 600.0
"""How long a state stays after it was replaced: longer than anybody needs between reading and writing."""
_TAKEN = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})
_MOST_DELETED = 1000


def open_versions(folder: str, access: AwsAccess) -> S3Versions:
    """Open the document that is kept below an S3 prefix."""
    from airflow_ddb_hive.storage.s3 import s3_client

    return S3Versions(s3_client(access), folder)


class S3Versions:
    """The states of one document, each an object ``<number>.json`` below a prefix.

    Args:
        client: A boto3 client.
        folder: The prefix, as an S3 URL.
    """

    def __init__(self, client: Any, folder: str) -> None:
        bucket, prefix = s3_parts(f"{folder.rstrip('/')}/")
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._folder = folder.rstrip("/")

    def url(self, number: int) -> str:
        """Where a state is."""
        return f"{self._folder}/{number:0{_DIGITS}d}.json"

    def newest(self, *, after: int) -> tuple[int, bytes] | None:
        """Number and text of the newest state, ``None`` if that is not above ``after``."""
        while True:
            found = list(self._listed(after))
            if not found:
                return None
            number = found[-1][0]
            try:
                return number, self._read(number)
            except NotFoundError:
                # It was replaced, and removed, between the two requests: there is a newer one.
                after = number

    def add(self, number: int, text: bytes) -> bool:
        """Create a state; ``False`` if another writer has that number."""
        from botocore.exceptions import ClientError

        with s3_errors(self.url(number), self._client.meta.endpoint_url):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=self._key(number),
                    Body=text,
                    IfNoneMatch="*",
                    ContentType="application/json",
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") not in _TAKEN:
                    raise
                return self._is_ours(number, text)
        self._remove_old(number)
        return True

    def _is_ours(self, number: int, text: bytes) -> bool:
        """Whether the number is taken by ourselves: the answer to a request can get lost, and it is sent again."""
        try:
            return self._read(number) == text
        except NotFoundError:
            return False

    def _key(self, number: int) -> str:
        return f"{self._prefix}{number:0{_DIGITS}d}.json"

    def _read(self, number: int) -> bytes:
        with s3_errors(self.url(number), self._client.meta.endpoint_url):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(number))
            data: bytes = answer["Body"].read()
        return data

    def _listed(self, after: int) -> Iterator[tuple[int, Any]]:
        """Numbers above ``after``, rising, each with the time at which S3 took it."""
        asked = {"Bucket": self._bucket, "Prefix": self._prefix, "StartAfter": self._key(after)}
        with s3_errors(self._folder, self._client.meta.endpoint_url):
            for page in self._client.get_paginator("list_objects_v2").paginate(**asked):
                for entry in page.get("Contents", ()):
                    name = entry["Key"].removeprefix(self._prefix).removesuffix(".json")
                    if name.isdigit():
                        yield int(name), entry["LastModified"]

    def _remove_old(self, newest: int) -> None:
        """Remove states that were replaced long ago, by S3's own clock; now and then, for it takes two requests."""
        if newest % 16:
            return
        found = list(self._listed(0))
        ages = [(number, (found[-1][1] - taken).total_seconds()) for number, taken in found if number < newest - 1]
        old = [{"Key": self._key(number)} for number, seconds in ages if seconds > _KEPT_SECONDS][:_MOST_DELETED]
        if old:
            with s3_errors(self._folder, self._client.meta.endpoint_url):
                self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": old, "Quiet": True})
