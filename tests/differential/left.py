"""The recorded expressions that still differ, in ``recorded_left.tsv``; running this module writes it anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.differential.answers import Answer, Side
from tests.differential.compare import EXPLAINED, Difference, Explanations, difference
from tests.differential.generator import Case
from tests.differential.modes import MODES, local_side
from tests.differential.recorded import read_recorded

__all__ = ["known_left", "unexplained"]

_FILE = Path(__file__).with_name("recorded_left.tsv")
_BATCH = 50


def known_left() -> set[str]:
    """Return the expressions that are known to differ."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return {line.split("\t", 2)[2] for line in lines if not line.startswith("#")}


def unexplained(batch: Sequence[tuple[Case, Answer]], side: Side) -> list[Difference]:
    """Return how this engine's answers differ from the recorded ones without an explanation."""
    explanations = Explanations(EXPLAINED)
    answers = side.answers([case.expression for case, _ in batch])
    found = [difference(case, hive, ours) for (case, hive), ours in zip(batch, answers, strict=True)]
    return [one for one in found if one is not None and one.kind != "code" and explanations.reason(one) is None]


def main() -> None:
    """Write the list from what differs today."""
    recorded = read_recorded()
    with local_side(MODES["text"]) as side:
        batches = (recorded[first : first + _BATCH] for first in range(0, len(recorded), _BATCH))
        left = [found for batch in batches for found in unexplained(batch, side)]
    lines = sorted(f"{found.case.function}\t{found.kind}\t{found.case.expression}" for found in left)
    _FILE.write_text("".join(f"{line}\n" for line in ["# function\tkind\texpression", *lines]), encoding="utf-8")
    print(f"{len(lines)} of {len(recorded)} differ")


if __name__ == "__main__":
    main()
