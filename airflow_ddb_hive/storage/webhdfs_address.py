"""From an HDFS URL to the HTTP addresses of its name nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.storage.paths import hdfs_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflow_ddb_hive.storage.options import StoreOptions

__all__ = ["datanode_hosts", "namenodes", "store_key"]

_PORTS = {"http": 9870, "https": 9871}
_SETTING = "ddb_hive.webhdfs.address"


def store_key(url: str) -> str:
    """Return what URLs of one cluster have in common: scheme and authority.

    Example:
        >>> store_key("hdfs://node:8020/a/b")
        'hdfs://node:8020'
    """
    scheme, authority, _ = hdfs_parts(url)
    return f"{scheme}://{authority}"


def namenodes(url: str, options: StoreOptions) -> list[str]:
    """Return the HTTP addresses of a URL's name nodes, in the order in which they are tried.

    A ``webhdfs://`` URL names its address itself. The authority of ``hdfs://`` is one of RPC, so ``ddb_hive.webhdfs.
    address`` says where HTTP is, or Hadoop's own ``dfs.namenode.http-address``; without both it is the host's 9870.

    Example:
        >>> from airflow_ddb_hive.storage.options import StoreOptions
        >>> namenodes("hdfs://node:8020/x", StoreOptions())
        ['http://node:9870']
        >>> namenodes("hdfs://lake/x", StoreOptions(webhdfs_address="nn1,https://nn2:9999"))
        ['http://nn1:9870', 'https://nn2:9999']

    Raises:
        InputError: The URL names no cluster, and no setting does.
    """
    scheme, authority, _ = hdfs_parts(url)
    if scheme != "hdfs":
        if not authority:
            raise InputError(f"{url!r} names no name node: write {scheme}://host:port/folder")
        return [_address(part, "https" if scheme == "swebhdfs" else "http") for part in _listed(authority)]
    if options.webhdfs_address:
        return [_address(part, "http") for part in _listed(options.webhdfs_address)]
    hadoop = dict(options.hadoop)
    service = authority or _default_authority(hadoop)
    found = list(_of_hadoop(service, hadoop))
    if found:
        return found
    host = service.partition(":")[0]
    if not host:
        raise InputError(f"{url!r} names no name node: write hdfs://host:port/folder, or SET {_SETTING}=host:9870")
    return [_address(host, "http")]


def datanode_hosts(options: StoreOptions) -> dict[str, str]:
    """Return where data nodes are reached, by the name that the cluster has for them.

    Example:
        >>> from airflow_ddb_hive.storage.options import StoreOptions
        >>> datanode_hosts(StoreOptions(webhdfs_datanodes="dn1=10.0.0.7, dn2:9864=gate:4002"))
        {'dn1': '10.0.0.7', 'dn2:9864': 'gate:4002'}

    Raises:
        InputError: A part is no ``name=host`` pair.
    """
    found = {}
    for part in _listed(options.webhdfs_datanodes or ""):
        name, separator, host = part.partition("=")
        if not separator or not name.strip() or not host.strip():
            raise InputError(f"ddb_hive.webhdfs.datanodes: {part!r} is no pair: write name=host or name=host:port")
        found[name.strip()] = host.strip()
    return found


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _address(text: str, scheme: str) -> str:
    given, separator, rest = text.partition("://")
    if separator:
        scheme = {"webhdfs": "http", "swebhdfs": "https"}.get(given.lower(), given.lower())
    host = (rest if separator else text).partition("/")[0]
    if scheme not in _PORTS or not host:
        raise InputError(f"{text!r} is no address of a name node: write host, host:port or http://host:port")
    return f"{scheme}://{host}" if ":" in host.rpartition("]")[2] else f"{scheme}://{host}:{_PORTS[scheme]}"


def _default_authority(hadoop: Mapping[str, str]) -> str:
    name = hadoop.get("fs.defaultFS", "")
    return hdfs_parts(name.rstrip("/") + "/")[1] if name.startswith("hdfs://") else ""


def _of_hadoop(service: str, hadoop: Mapping[str, str]) -> Iterator[str]:
    """What Hadoop's settings say: of each name node of a name service, or of the only name node."""
    kind, scheme = ("https", "https") if hadoop.get("dfs.http.policy") == "HTTPS_ONLY" else ("http", "http")
    key = f"dfs.namenode.{kind}-address"
    for name in _listed(hadoop.get(f"dfs.ha.namenodes.{service}", "")):
        address = hadoop.get(f"{key}.{service}.{name}")
        if address:
            yield _address(address, scheme)
    single = hadoop.get(f"{key}.{service}") or hadoop.get(key)
    if single and f"dfs.ha.namenodes.{service}" not in hadoop:
        yield _address(single, scheme)
