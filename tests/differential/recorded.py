"""A fixed-seed subset with what Hive 3.1.3 answered: ``recorded.jsonl.gz``, an expression a line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from tests.differential.answers import Answer
from tests.differential.generator import Case

__all__ = ["RECORDED_SEED", "read_recorded", "write_recorded"]

RECORDED_SEED = 20_200_229
_FILE = Path(__file__).with_name("recorded.jsonl.gz")


def write_recorded(found: Iterable[tuple[Case, Answer]]) -> int:
    """Keep the answers; return the size of the file."""
    lines = [
        json.dumps(
            {"e": case.expression, "f": case.function, "t": answer.type, "c": answer.cells, "r": answer.refusal},
            ensure_ascii=False,
        )
        for case, answer in found
    ]
    _FILE.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 9, mtime=0))
    return _FILE.stat().st_size


def read_recorded() -> list[tuple[Case, Answer]]:
    """Return the expressions with Hive's answers, in the order in which they were drawn."""
    lines = gzip.decompress(_FILE.read_bytes()).decode().splitlines()
    return [
        (Case(one["e"], one["f"], "", (), None), Answer(one["t"], tuple(one["c"]), one["r"]))
        for one in map(json.loads, lines)
    ]
