"""SHA2 of the lengths that DuckDB has not."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa

from airflow_ddb_hive.engines.local.native.distinct import by_distinct_rows

__all__ = ["sha2"]

_ALGORITHMS = {224: hashlib.sha224, 384: hashlib.sha384, 512: hashlib.sha512}


def sha2(values: Any, bits: Any) -> Any:
    """Return the digests in hexadecimal digits; NULL for a length that there is not."""
    return by_distinct_rows([values, bits], pa.string(), _digest)


def _digest(value: bytes, bits: int) -> str | None:
    algorithm = _ALGORITHMS.get(bits)
    return None if algorithm is None else algorithm(value).hexdigest()
