"""URLs and absolute paths: which store they belong to, and which files Hive does not see."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from airflow_ddb_hive.errors import InputError

__all__ = ["checked_target", "child_url", "hdfs_parts", "is_hidden", "local_path", "s3_parts", "scheme_of", "split_url"]

_S3_SCHEMES = frozenset({"s3", "s3a", "s3n"})
_HDFS_SCHEMES = frozenset({"hdfs", "webhdfs", "swebhdfs"})
_SUPPORTED = "s3://, s3a://, s3n://, hdfs://, webhdfs://, swebhdfs://, file:// and absolute paths"


def scheme_of(url: str) -> str:
    """Return ``file``, ``s3`` or ``hdfs``, the store that a URL belongs to.

    Example:
        >>> scheme_of("s3a://lake/x"), scheme_of("/tmp/x"), scheme_of("webhdfs://node:9870/x")
        ('s3', 'file', 'hdfs')

    Raises:
        InputError: The path is relative, or no store serves the scheme.
    """
    head, separator, _ = url.partition(":/")
    scheme = head.lower() if separator and "/" not in head else ""
    if scheme in _S3_SCHEMES:
        return "s3"
    if scheme in _HDFS_SCHEMES:
        return "hdfs"
    if scheme == "file" or url.startswith("/"):
        return "file"
    if scheme:
        raise InputError(f"cannot read or write {scheme}:// ({url!r}): supported are {_SUPPORTED}")
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


def hdfs_parts(url: str) -> tuple[str, str, str]:
    """Return scheme, authority and path of an HDFS URL; nothing in it is percent-decoded, as in Hadoop.

    Example:
        >>> hdfs_parts("hdfs://node:8020/a b//%20/"), hdfs_parts("hdfs:///x")
        (('hdfs', 'node:8020', '/a b/%20'), ('hdfs', '', '/x'))

    Raises:
        InputError: The path goes above a folder by ``..``, or is not absolute.
    """
    scheme, _, rest = url.partition(":")
    authority, slash, path = rest.removeprefix("//").partition("/") if rest.startswith("//") else ("", "/", rest[1:])
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not slash and not authority:
        raise InputError(f"{url!r} names no path: write hdfs://host:port/folder")
    if ".." in parts:
        raise InputError(f"{url!r} goes up by '..': write the path that is meant")
    return scheme.lower(), authority, "/" + "/".join(parts)


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


def split_url(url: str) -> tuple[str, str]:
    """Return the folder that a file or folder lies in, and its name.

    Example:
        >>> split_url("s3://lake/out/000000_0"), split_url("/data/x/")
        (('s3://lake/out', '000000_0'), ('/data', 'x'))
    """
    folder, _, name = url.rstrip("/").rpartition("/")
    return folder, name


def checked_target(url: str) -> str:
    """Return a folder that files may be written to, without slashes at its end.

    Example:
        >>> checked_target("s3://lake/out/")
        's3://lake/out'

    Raises:
        InputError: It is the root of a bucket or of a file system.
    """
    kind = scheme_of(url)
    if kind == "s3" and not s3_parts(url)[1].strip("/"):
        raise InputError(f"{url!r} is the root of a bucket: name a folder in it, such as {url.rstrip('/')}/export")
    if (kind == "hdfs" and hdfs_parts(url)[2] == "/") or (kind == "file" and _is_root(url)):
        raise InputError(f"{url!r} is the root of a file system: name a folder in it, such as {url.rstrip('/')}/export")
    return url.rstrip("/")


def _is_root(url: str) -> bool:
    return not [part for part in PurePosixPath(local_path(url)).parts if not part.startswith("/")]
