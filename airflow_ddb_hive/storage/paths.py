"""URLs and absolute paths: which store they belong to, and which files Hive does not see."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from airflow_ddb_hive.errors import InputError

__all__ = ["child_url", "is_hidden", "local_path", "s3_parts", "scheme_of"]

_S3_SCHEMES = frozenset({"s3", "s3a", "s3n"})
_SUPPORTED = "s3://, s3a://, s3n://, file:// and absolute paths"


def scheme_of(url: str) -> str:
    """Return ``file`` or ``s3``, the store that a URL belongs to.

    Example:
        >>> scheme_of("s3a://lake/x"), scheme_of("/tmp/x"), scheme_of("file:///tmp/x")
        ('s3', 'file', 'file')

    Raises:
        InputError: The path is relative, or no store serves the scheme.
    """
    head, separator, _ = url.partition(":/")
    scheme = head.lower() if separator and "/" not in head else ""
    if scheme in _S3_SCHEMES:
        return "s3"
    if scheme == "file" or url.startswith("/"):
        return "file"
    if scheme:
        raise InputError(f"cannot read or write {scheme}:// ({url!r}): supported are {_SUPPORTED}; hdfs is not yet")
    raise InputError(f"{url!r} is no absolute location: supported are {_SUPPORTED}")


def s3_parts(url: str) -> tuple[str, str]:
    """Return bucket and key of an S3 URL; nothing in it is percent-decoded, as in Hive.

    Example:
        >>> s3_parts("s3://lake/a b/%20?x=#1")
        ('lake', 'a b/%20?x=#1')

    Raises:
        InputError: The URL names no bucket.
    """
    bucket, _, key = url.split("://", 1)[-1].partition("/")
    if not bucket or "://" not in url:
        raise InputError(f"{url!r} names no bucket: write s3://bucket/folder")
    return bucket, key


def local_path(url: str) -> str:
    """Return the absolute path that a ``file:`` URL or a path means.

    Example:
        >>> local_path("file:///tmp/a%20b"), local_path("file:/tmp/x"), local_path("/tmp/a%20b")
        ('/tmp/a b', '/tmp/x', '/tmp/a%20b')

    Raises:
        InputError: The URL names another host.
    """
    if url.startswith("/"):
        return url
    host = urlsplit(url).netloc
    if host not in ("", "localhost"):
        raise InputError(f"{url!r} names the host {host!r}: a local path has three slashes, file:///folder")
    path = url.split(":", 1)[1].removeprefix("//").removeprefix(host)
    return unquote(path)


def is_hidden(relative: str) -> bool:
    """Whether a part of a path below a folder starts with ``_`` or ``.``: Hive doesn't read such files.

    Example:
        >>> is_hidden("a/_tmp/b"), is_hidden("a/b_c.txt")
        (True, False)
    """
    return any(part.startswith(("_", ".")) for part in relative.split("/"))


def child_url(folder: str, name: str) -> str:
    """Return the URL of a file in a folder.

    Example:
        >>> child_url("s3://lake/out/", "000000_0")
        's3://lake/out/000000_0'
    """
    return f"{folder.rstrip('/')}/{name}"
