"""Objects in S3 as files: streamed in both directions, whole or not there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html says why a multipart upload fits: nobody sees an
object before its upload is completed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from airflow_ddb_hive.errors import InputError, NotFoundError
from airflow_ddb_hive.storage.base import FileInfo
from airflow_ddb_hive.storage.paths import is_hidden, s3_parts
from airflow_ddb_hive.storage.s3_errors import answered_error, s3_errors
from airflow_ddb_hive.storage.s3_read import S3Input
from airflow_ddb_hive.storage.s3_write import S3Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["S3Store", "s3_client"]

_DELETE_BATCH = 1000


def s3_client(access: AwsAccess, session: Any = None) -> Any:
    """Make a boto3 client from our access settings, or from a session that somebody has prepared.

    Raises:
        AccessError: The profile is not there.
        InputError: No region is known.
    """
    import boto3
    from botocore.config import Config

    url, endpoint = "s3://", access.s3_endpoint_url or "AWS"
    with s3_errors(url, endpoint):
        session = session or boto3.Session(
            profile_name=access.profile,
            region_name=access.region,
            aws_access_key_id=access.access_key_id,
            aws_secret_access_key=access.secret_access_key,
            aws_session_token=access.session_token,
        )
        addressing: Any = {"addressing_style": "path"} if access.s3_endpoint_url else {}
        config = Config(retries={"mode": "standard", "max_attempts": 5}, s3=addressing)
        return session.client("s3", region_name=access.region, endpoint_url=access.s3_endpoint_url, config=config)


class S3Store:
    """S3 behind a boto3 client; the scheme of a URL (``s3``, ``s3a``, ``s3n``) comes back in listings."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def _errors(self, url: str) -> Any:
        return s3_errors(url, self._client.meta.endpoint_url)

    def list_files(self, url: str) -> list[FileInfo]:
        """List the objects below a prefix that ends with ``/``, or the one object."""
        bucket, key = s3_parts(url)
        scheme = url.split("://", 1)[0]
        if key and not key.endswith("/"):
            itself = self._head(bucket, key, url)
            if itself is not None:
                return [itself]
        prefix = f"{key.rstrip('/')}/" if key.strip("/") else ""
        found = [
            FileInfo(f"{scheme}://{bucket}/{name}", size)
            for name, size in self._objects(bucket, prefix, url)
            if not name.endswith("/") and not is_hidden(name.removeprefix(prefix))
        ]
        return sorted(found, key=lambda file: file.url)

    def _head(self, bucket: str, key: str, url: str) -> FileInfo | None:
        try:
            with self._errors(url):
                return FileInfo(url, self._client.head_object(Bucket=bucket, Key=key)["ContentLength"])
        except NotFoundError:
            return None

    def _objects(self, bucket: str, prefix: str, url: str) -> Iterator[tuple[str, int]]:
        with self._errors(url):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                yield from ((entry["Key"], entry["Size"]) for entry in page.get("Contents", ()))

    def open_read(self, url: str) -> BinaryIO:
        """Open an object as a seekable stream."""
        return cast("BinaryIO", S3Input(self._client, _object_place(url), url))

    def create(self, url: str) -> S3Output:
        """Start an object."""
        return S3Output(self._client, _object_place(url), url)

    def delete(self, urls: Iterable[str]) -> None:
        """Remove objects, a thousand a request."""
        keys: dict[str, list[str]] = defaultdict(list)
        for url in urls:
            place = _object_place(url)
            keys[place["Bucket"]].append(place["Key"])
        for bucket, names in keys.items():
            for start in range(0, len(names), _DELETE_BATCH):
                self._delete_batch(bucket, names[start : start + _DELETE_BATCH])

    def _delete_batch(self, bucket: str, names: list[str]) -> None:
        objects = [{"Key": name} for name in names]
        with self._errors(f"s3://{bucket}/{names[0]}"):
            answer = self._client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        for failed in answer.get("Errors", ()):
            if failed.get("Code") != "NoSuchKey":
                raise answered_error({"Error": failed}, f"s3://{bucket}/{failed['Key']}")

    def make_folder(self, url: str) -> None:
        """Do nothing: S3 has no folders."""
        s3_parts(url)

    def remove_folder(self, url: str) -> None:
        """Remove all objects below a prefix, hidden ones and folder markers too."""
        bucket, key = s3_parts(url)
        if not key.strip("/"):
            raise InputError(f"{url!r} is a whole bucket: name a folder in it")
        prefix = f"{key.rstrip('/')}/"
        self.delete([f"s3://{bucket}/{name}" for name, _ in self._objects(bucket, prefix, url)])


def _object_place(url: str) -> dict[str, str]:
    bucket, key = s3_parts(url)
    if not key:
        raise InputError(f"{url!r} is a bucket: name an object in it")
    return {"Bucket": bucket, "Key": key}
