"""Text of floats and doubles, digit for digit Java's.

``java_text_digests.json`` holds SHA-256 of what Double.toString and Float.toString of OpenJDK 17 (Hive's rig runs on
it; all versions from 8 to 18 agree) gave for the numbers made below: one digest a thousand numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from airflow_ddb_hive.engines.local.emit.java_text import floating_text
from airflow_ddb_hive.engines.local.floating_kernel import register_floating_texts
from airflow_ddb_hive.engines.local.java_digits import java_digits

DIGESTS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("java_text_digests.json").read_text(encoding="utf-8")
)
BLOCK = 1000


def mixed(count: int, seed: int) -> npt.NDArray[np.uint64]:
    """Well mixed bits (SplitMix64), the same on every machine."""
    state = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def doubles() -> npt.NDArray[np.float64]:
    digits = mixed(50_000, 7) % (np.uint64(10) ** (1 + mixed(50_000, 8) % np.uint64(18)))
    scales = (10.0 ** np.arange(23))[(mixed(50_000, 9) % np.uint64(23)).astype(int)]
    return np.concatenate(
        (
            mixed(50_000, 1).view(np.float64),
            digits[:25_000] / scales[:25_000],
            digits[25_000:] * scales[25_000:],
            np.ldexp(1.0, np.arange(-1074, 1024)),
            (mixed(10_000, 3) >> np.uint64(12)).view(np.float64),
            np.array([0.0, -0.0, np.inf, -np.inf]),
        )
    )


def floats() -> npt.NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        short = (mixed(30_000, 4) % np.uint64(10**8) / 10.0 ** (mixed(30_000, 5) % np.uint64(9))).astype(np.float32)
    bits = (mixed(50_000, 2) >> np.uint64(32)).astype(np.uint32)
    return np.concatenate((bits.view(np.float32), short, np.ldexp(np.float32(1), np.arange(-149, 128))))


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        register_floating_texts(opened)
        yield opened


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize("kind", ["double", "float"])
def test_text_is_javas(kind: str, connection: duckdb.DuckDBPyConnection) -> None:
    values = doubles() if kind == "double" else floats()
    connection.register("numbers", pa.table({"c0": values}))
    query = f"SELECT {floating_text('c0', single=kind == 'float')} AS c0 FROM numbers"
    texts = connection.sql(query).to_arrow_table().column(0).to_pylist()
    assert digests(texts) == DIGESTS[kind]


def digests(texts: list[str]) -> list[str]:
    blocks = ["\n".join(texts[start : start + BLOCK]) for start in range(0, len(texts), BLOCK)]
    return [hashlib.sha256(block.encode()).hexdigest()[:16] for block in blocks]


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        (2e23, ("19999999999999998", 23)),
        (1e23, ("9999999999999999", 22)),
        (2.0**-1074, ("49", -324)),
        (2.0**60, ("115292150460684698", 18)),
        (8e-323, ("79", -323)),
    ],
)
def test_digits_are_those_that_javas_algorithm_stops_at(value: float, digits: tuple[str, int]) -> None:
    assert java_digits(value, single=False) == digits
