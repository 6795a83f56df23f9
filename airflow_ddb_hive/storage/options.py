"""What a session's settings say about the places of files: plain values, read once a store is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HDFS_PREFIXES", "StoreOptions"]

HDFS_PREFIXES = ("dfs.", "fs.defaultFS")
"""Beginnings of Hadoop's own settings that say where a cluster's name nodes are."""

_SSE = {
    "aes256": "AES256",
    "sse-s3": "AES256",
    "sse-kms": "aws:kms",
    "aws:kms": "aws:kms",
    "aws:kms:dsse": "aws:kms:dsse",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """How S3 objects are encrypted and paid for, and where HDFS answers HTTP.

    Example:
        >>> StoreOptions.from_settings({"ddb_hive.s3.sse": "aws:kms", "ddb_hive.s3.sse.kms.key.id": "alias/lake"})
        StoreOptions(sse='aws:kms', sse_kms_key_id='alias/lake')

    Args:
        sse: What S3 encrypts new objects with, ``AES256`` or ``aws:kms``; ``None`` is the bucket's default.
        sse_kms_key_id: The KMS key; ``None`` is the account's own for S3.
        requester_pays: The caller pays for requests to buckets of others.
        webhdfs_address: HTTP addresses of the name nodes of ``hdfs://`` URLs, commas between them.
        webhdfs_user: Who asks HDFS; ``None`` is the process's user.
        webhdfs_token: A delegation token, which says who asks.
        webhdfs_datanodes: ``name=host:port`` pairs: where data nodes are reached that have other names in the cluster.
        hadoop: The session's settings that begin with one of :data:`HDFS_PREFIXES`.
    """

    sse: str | None = None
    sse_kms_key_id: str | None = None
    requester_pays: bool = False
    webhdfs_address: str | None = None
    webhdfs_user: str | None = None
    webhdfs_token: str | None = field(default=None, repr=False)
    webhdfs_datanodes: str | None = None
    hadoop: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Name what is set, without the token."""
        shown = [f"{name}={getattr(self, name)!r}" for name in self.__slots__ if name != "webhdfs_token"]
        kept = [text for text in shown if not text.endswith(("=None", "=False", "=()"))]
        return f"StoreOptions({', '.join([*kept, *(['webhdfs_token=***'] if self.webhdfs_token else [])])})"

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> StoreOptions:
        """Read the settings ``ddb_hive.s3.*`` and ``ddb_hive.webhdfs.*``, and the names that EMR has for some.

        Raises:
            InputError: A setting has a value that it cannot have.
        """
        return cls(
            sse=_sse(settings),
            sse_kms_key_id=settings.get("ddb_hive.s3.sse.kms.key.id") or _kms_of_emr(settings),
            requester_pays=_flag(settings, "ddb_hive.s3.requester.pays", "fs.s3.useRequesterPaysHeader"),
            webhdfs_address=settings.get("ddb_hive.webhdfs.address") or None,
            webhdfs_user=settings.get("ddb_hive.webhdfs.user") or None,
            webhdfs_token=settings.get("ddb_hive.webhdfs.delegation.token") or None,
            webhdfs_datanodes=settings.get("ddb_hive.webhdfs.datanodes") or None,
            hadoop=tuple(sorted((key, settings[key]) for key in settings if key.startswith(HDFS_PREFIXES))),
        )


def _kms_of_emr(settings: Mapping[str, str]) -> str | None:
    return settings.get("fs.s3.serverSideEncryption.kms.keyId") or None


def _sse(settings: Mapping[str, str]) -> str | None:
    key = "ddb_hive.s3.sse"
    text = settings.get(key)
    if not text:
        key = "fs.s3.serverSideEncryptionAlgorithm"
        text = settings.get(key)
    if text:
        found = _SSE.get(text.strip().lower())
        if found is None:
            raise InputError(f"{key}={text!r}: give AES256 or aws:kms, or leave it out for the bucket's default")
        return found
    if settings.get("ddb_hive.s3.sse.kms.key.id") or _kms_of_emr(settings):
        return "aws:kms"
    return "AES256" if _flag(settings, "fs.s3.enableServerSideEncryption") else None


def _flag(settings: Mapping[str, str], *keys: str) -> bool:
    for key in keys:
        text = settings.get(key, "").strip().lower()
        if text:
            return text == "true"
    return False
