"""Ask Hive, or a file of its answers, and print what differs, and how many queries of each construct were compared."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.differential_queries.ask import Answer, HiveBlock, our_answer, our_session
from tests.differential_queries.compare import difference, is_broken
from tests.differential_queries.makers import cases
from tests.differential_queries.pieces import Case
from tests.differential_queries.recorded import Answered, known_difference, record_answer, recorded_answers
from tests.support.rigs import hive_rig

BLOCK = 250
"""Queries over the same tables."""


class Tally:
    """How many queries of each construct were compared, refused by Hive, explained and different."""

    def __init__(self) -> None:
        self.counts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, case: Case, hive: Sequence[Answer], found: str | None) -> None:
        """Count one query, and print it where nothing explains its difference."""
        reason = known_difference(case, found) if found else None
        if is_broken(hive):
            reason = "Hive broke"
        for counts in (self.counts[case.construct], self.counts["~all"]):
            counts["compared"] += 1
            counts["refused"] += any(one.error for one in hive)
            counts["broke Hive"] += reason == "Hive broke"
            counts["explained"] += reason not in (None, "Hive broke")
            counts["different"] += found is not None and reason is None
        if found and reason is None:
            sys.stdout.write(
                f"{json.dumps({'construct': case.construct, 'statements': case.statements})}\n    {found}\n"
            )

    def show(self) -> bool:
        """Print the table; true if nothing differs."""
        for construct, counts in sorted(self.counts.items()):
            cells = "".join(
                f"{counts[name]:>7} {name}" for name in ("compared", "refused", "broke Hive", "explained", "different")
            )
            sys.stdout.write(f"{construct.removeprefix('~'):<28}{cells}\n")
        return not self.counts["~all"]["different"]


def main() -> int:
    """Run the command; the exit status says whether all agree."""
    options = _options()
    with ExitStack() as stack:
        if options.port is None and options.answers is None:
            options.port = stack.enter_context(hive_rig()).port
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    tally = Tally()
    recorded = recorded_answers(options.answers)
    for start in range(0, options.count, BLOCK):
        seed = options.seed * 1000 + start // BLOCK
        wanted = list(itertools.islice(cases(seed), min(BLOCK, options.count - start)))
        answered = recorded.get(seed) or list(_asked(options, seed, wanted))
        if options.ask_only:
            continue
        with our_session(seed) as session:
            for case, hive in answered:
                ours = [our_answer(session, text) for text in case.statements[: len(hive)]]
                tally.add(case, hive, difference(hive, ours, ordered=case.ordered))
        sys.stdout.flush()
    return 0 if tally.show() else 1


def _asked(options: argparse.Namespace, seed: int, wanted: Sequence[Case]) -> Iterator[Answered]:
    if options.port is None:
        return
    block = HiveBlock(options.port, seed)
    try:
        for case, hive in zip(wanted, block.ask(wanted), strict=True):
            if options.answers:
                record_answer(options.answers, seed, case, hive)
            yield case, hive
    finally:
        block.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.differential_queries", description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--port", type=int, help="of a running `hive lines`; without one and without answers, one is started"
    )
    parser.add_argument("--answers", type=Path, help="JSON lines: answers that are there are used, new ones are added")
    parser.add_argument("--ask-only", action="store_true", help="record what Hive answers, and compare later")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
