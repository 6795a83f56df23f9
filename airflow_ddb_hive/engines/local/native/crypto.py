"""AES_ENCRYPT and AES_DECRYPT as Java's ``AES/ECB/PKCS5Padding`` does them.

See https://docs.oracle.com/en/java/javase/11/docs/specs/security/standard-names.html#cipher-algorithm-names.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from airflow_ddb_hive.engines.local.native.distinct import by_distinct_rows

__all__ = ["decrypted", "encrypted"]

_BLOCK = 16
_KEY_SIZES = (16, 24, 32)


def encrypted(values: Any, keys: Any) -> Any:
    """Return the values encrypted; NULL for a key that has not 128, 192 or 256 bits."""
    return by_distinct_rows([values, keys], pa.binary(), _encrypt)


def decrypted(values: Any, keys: Any) -> Any:
    """Return the values decrypted; NULL where the key or the value does not fit."""
    return by_distinct_rows([values, keys], pa.binary(), _decrypt)


def _cipher(key: bytes) -> Any:
    # ECB hides no repetition, but its values are what Hive has written.
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - Hive's own mode


def _encrypt(value: bytes, key: bytes) -> bytes | None:
    if len(key) not in _KEY_SIZES:
        return None
    missing = _BLOCK - len(value) % _BLOCK
    encryptor = _cipher(key).encryptor()
    return bytes(encryptor.update(value + bytes([missing]) * missing) + encryptor.finalize())


def _decrypt(value: bytes, key: bytes) -> bytes | None:
    if len(key) not in _KEY_SIZES or len(value) % _BLOCK:
        return None
    if not value:
        return b""
    decryptor = _cipher(key).decryptor()
    plain = bytes(decryptor.update(value) + decryptor.finalize())
    padding = plain[-1]
    fits = 1 <= padding <= _BLOCK and plain.endswith(bytes([padding]) * padding)
    return plain[:-padding] if fits else None
