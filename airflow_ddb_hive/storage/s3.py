"""Objects in S3 as files: streamed in both directions, whole or not there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html says why a multipart upload fits: nobody sees an
object before its upload is completed.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from airflow_ddb_hive.errors import InputError, NotFoundError, StorageError
from airflow_ddb_hive.storage.aws_session import aws_session
from airflow_ddb_hive.storage.base import FileInfo
from airflow_ddb_hive.storage.calls import Calls
from airflow_ddb_hive.storage.journal import is_journal, unread_urls, visible
from airflow_ddb_hive.storage.options import StoreOptions
from airflow_ddb_hive.storage.paths import is_hidden, s3_parts, split_url
from airflow_ddb_hive.storage.s3_errors import answered_error, s3_errors
from airflow_ddb_hive.storage.s3_read import S3Input
from airflow_ddb_hive.storage.s3_write import S3Output, S3Requests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["S3Store", "s3_client"]

_PAGE_KEYS = 1000
"""What one request lists, or deletes."""
_LISTINGS = 5
"""How often a prefix is listed again that is changed at the same time."""
_MOST_COPIED_BYTES = 5 << 30
_COPY_BYTES = 16 << 20
_CHECKSUMS = ("CRC64NVME", "CRC32C", "CRC32", "SHA256", "SHA1")


def s3_client(access: AwsAccess, session: Any = None) -> Any:
    """Make a boto3 client from our access settings, or from a session that somebody has prepared.

    Raises:
        AccessError: The profile is not there.
        InputError: No region is known.
    """
    from botocore.config import Config

    with s3_errors("s3://", access.s3_endpoint_url or "AWS"):
        session = session or aws_session(access)
        addressing: Any = {"addressing_style": "path"} if access.s3_endpoint_url else {}
        config = Config(retries={"mode": "standard", "max_attempts": 5}, s3=addressing, max_pool_connections=32)
        return session.client("s3", region_name=access.region, endpoint_url=access.s3_endpoint_url, config=config)


class S3Store:
    """S3 behind a boto3 client; the scheme of a URL (``s3``, ``s3a``, ``s3n``) comes back in listings.

    Args:
        client: A boto3 client.
        options: How objects are encrypted and who pays.
        calls: How long a call is waited for.
    """

    def __init__(self, client: Any, options: StoreOptions | None = None, calls: Calls | None = None) -> None:
        self._client = client
        self._calls = calls or Calls()
        self._requests = _requests(options or StoreOptions())

    def _call(self, url: str, operation: str, **given: Any) -> Any:
        with s3_errors(url, self._client.meta.endpoint_url):
            return self._calls.run(lambda: getattr(self._client, operation)(**self._requests.every, **given))

    @property
    def has_folders(self) -> bool:
        """No: what looks like one is a beginning of names."""
        return False

    def can_replace(self, folder: str) -> bool:
        """No."""
        del folder
        return False

    def list_files(self, url: str) -> list[FileInfo]:
        """List the objects below a prefix that ends with ``/``, or the one object."""
        root = url.rstrip("/")
        for _ in range(_LISTINGS):
            everything = self._all(url)
            if len(everything) >= _PAGE_KEYS and not self._agrees(root, everything):
                continue
            found = [file for file in everything if file.url == url or not is_hidden(file.url.removeprefix(f"{root}/"))]
            try:
                unread = unread_urls(self, (one.url for one in everything if _is_read(one.url, root)))
            except NotFoundError:
                continue
            return visible(found, unread)
        raise StorageError(f"{url!r} is being changed all the time: run again", code="Changing")

    def _agrees(self, root: str, everything: list[FileInfo]) -> bool:
        """Whether the commits under way are those that were, after a listing of several requests."""
        bucket, prefix = s3_parts(f"{root}/_")
        now = {name for name, _ in self._objects(bucket, prefix, root) if is_journal(split_url(name)[1])}
        return now == {s3_parts(one.url)[1] for one in everything if split_url(one.url)[0] == root} & {
            s3_parts(one.url)[1] for one in everything if is_journal(split_url(one.url)[1])
        }

    def list_all(self, url: str) -> list[FileInfo]:
        """List all objects below a prefix, hidden ones too."""
        return sorted(self._all(url), key=lambda file: file.url)

    def _all(self, url: str) -> list[FileInfo]:
        bucket, key = s3_parts(url)
        scheme = url.split("://", 1)[0]
        if key and not key.endswith("/"):
            itself = self.stat(url)
            if itself is not None:
                return [itself]
        prefix = f"{key.rstrip('/')}/" if key.strip("/") else ""
        return [
            FileInfo(f"{scheme}://{bucket}/{name}", entry["Size"], entry["LastModified"].timestamp(), entry["ETag"])
            for name, entry in self._objects(bucket, prefix, url)
            if not name.endswith("/")
        ]

    def stat(self, url: str) -> FileInfo | None:
        """Return what is known of an object."""
        if not s3_parts(url)[1]:
            return None
        try:
            head = self._call(url, "head_object", **_object_place(url))
        except NotFoundError:
            return None
        return FileInfo(url, head["ContentLength"], head["LastModified"].timestamp(), head["ETag"])

    def exists(self, url: str) -> bool:
        """Whether there is an object of that name, or one below it."""
        if not url.endswith("/") and self.stat(url) is not None:
            return True
        bucket, key = s3_parts(url)
        prefix = f"{key.rstrip('/')}/" if key.strip("/") else ""
        return bool(self._call(url, "list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount"))

    def _objects(self, bucket: str, prefix: str, url: str) -> Iterator[tuple[str, Any]]:
        asked: dict[str, str] = {"Bucket": bucket, "Prefix": prefix}
        while True:
            page = self._call(url, "list_objects_v2", **asked)
            yield from ((entry["Key"], entry) for entry in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def open_read(self, url: str, *, version: str = "") -> BinaryIO:
        """Open an object as a seekable stream."""
        place = {**_object_place(url), **self._requests.every}
        return cast("BinaryIO", S3Input(self._client, place, url, version=version, calls=self._calls))

    def create(self, url: str, *, replace: bool = True) -> S3Output:
        """Start an object."""
        place = _object_place(url)
        return S3Output(self._client, place, url, requests=self._requests, calls=self._calls, replace=replace)

    def rename(self, old: str, new: str) -> None:
        """Copy an object, or all below a prefix, within S3, then remove the old ones."""
        itself = self.stat(old)
        if itself is not None:
            self._copy(itself, new)
            self.delete([old])
            return
        below = self.list_all(f"{old.rstrip('/')}/")
        if not below:
            raise NotFoundError(f"{old!r}: the object is not there")
        for file in below:
            self._copy(file, f"{new.rstrip('/')}/{file.url.removeprefix(old.rstrip('/')).lstrip('/')}")
        self.delete(file.url for file in below)

    def _copy(self, file: FileInfo, new: str) -> None:
        if file.size <= _MOST_COPIED_BYTES:
            place = {**_object_place(new), **self._requests.making}
            self._call(file.url, "copy_object", **place, CopySource=_object_place(file.url))
            return
        # S3 copies larger ones in parts only.
        output = self.create(new)
        try:
            with closing(self.open_read(file.url, version=file.version)) as stream:
                while chunk := stream.read(_COPY_BYTES):
                    output.write(chunk)
            output.publish()
        except BaseException:
            output.discard()
            raise

    def rename_new(self, old: str, new: str) -> None:
        """Copy an object to a name that nobody had a moment ago, then remove it."""
        if self.stat(new) is not None:
            raise StorageError(f"{new!r} was written by somebody else: run again", code="Taken")
        self.rename(old, new)

    def exchange(self, one: str, other: str) -> bool:
        """S3 cannot."""
        del one, other
        return False

    def copy_mode(self, source: str, target: str) -> None:
        """Do nothing: S3's permissions are those of the bucket."""

    def write_new(self, url: str, data: bytes) -> bool:
        """Write a small object if there is none of that name."""
        place = {**_object_place(url), **self._requests.making}
        try:
            self._call(url, "put_object", **place, Body=data, IfNoneMatch="*")
        except StorageError as error:
            if error.code not in ("PreconditionFailed", "412", "ConditionalRequestConflict", "409"):
                raise
            return False
        return True

    def abandon(self, url: str, upload_id: str) -> None:
        """Abort an upload; one that is gone does no harm."""
        try:
            self._call(url, "abort_multipart_upload", **_object_place(url), UploadId=upload_id)
        except StorageError as error:
            if error.code != "NoSuchUpload":
                raise

    def delete(self, urls: Iterable[str]) -> None:
        """Remove objects, a thousand a request."""
        keys: dict[str, list[str]] = defaultdict(list)
        for url in urls:
            place = _object_place(url)
            keys[place["Bucket"]].append(place["Key"])
        for bucket, names in keys.items():
            for start in range(0, len(names), _PAGE_KEYS):
                self._delete_batch(bucket, names[start : start + _PAGE_KEYS])

    def _delete_batch(self, bucket: str, names: list[str]) -> None:
        objects = [{"Key": name} for name in names]
        url = f"s3://{bucket}/{names[0]}"
        answer = self._call(url, "delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
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

    def remove_empty_folder(self, url: str) -> None:
        """Do nothing: S3 has no folders."""

    def checksum(self, url: str) -> str | None:
        """Return a checksum that S3 keeps of an object, else its ETag."""
        head = self._call(url, "head_object", **_object_place(url), ChecksumMode="ENABLED")
        for name in _CHECKSUMS:
            if head.get(f"Checksum{name}"):
                return f"{name}:{head[f'Checksum{name}']}"
        return f"ETag:{head['ETag'].strip(chr(34))}"


def _is_read(url: str, root: str) -> bool:
    """Whether a file is a journal in a folder that is read."""
    folder, name = split_url(url)
    return is_journal(name) and not is_hidden(folder.removeprefix(root).strip("/"))


def _requests(options: StoreOptions) -> S3Requests:
    every = {"RequestPayer": "requester"} if options.requester_pays else {}
    making = {}
    if options.sse is not None:
        making["ServerSideEncryption"] = options.sse
    if options.sse_kms_key_id is not None and options.sse != "AES256":
        making["SSEKMSKeyId"] = options.sse_kms_key_id
    return S3Requests(every=every, making=making)


def _object_place(url: str) -> dict[str, str]:
    bucket, key = s3_parts(url)
    if not key:
        raise InputError(f"{url!r} is a bucket: name an object in it")
    return {"Bucket": bucket, "Key": key}
