"""Compare generated expressions with real Hive: ``python -m tests.differential.run``.

Without ``--port`` a Hive of its own is started. Ends with 1 where more than one in two hundred is left unexplained.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from tests.differential.answers import Answer, Side
from tests.differential.compare import EXPLAINED, Explanations, difference
from tests.differential.generator import Case, Generator
from tests.differential.modes import MODES, Mode, hive_side, local_side, make_hive_tables
from tests.differential.recorded import RECORDED_SEED, write_recorded
from tests.differential.report import Report
from tests.support.rigs import hive_rig

_IN_FLIGHT = 3
_FIRST_BATCH = 40
_TIERS = ((0.5, 1), (0.15, 4), (0.02, 20))
"""How many expressions go together of forms of which Hive refuses at least such a share."""
_TOLD_SECONDS = 60.0
_TOLERATED = 0.005


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison, or with ``--record`` ask Hive for the answers that ``make test`` compares with."""
    options = _options(arguments)
    with ExitStack() as stack:
        port = options.port or stack.enter_context(hive_rig()).port
        make_hive_tables(port)
        if options.record:
            return _record(options.record, port)
        out = stack.enter_context(options.out.open("w", encoding="utf-8")) if options.out else None
        whole = Report(Explanations(EXPLAINED), out)
        for name in options.mode or MODES:
            mode, report = MODES[name], Report(Explanations(EXPLAINED), out)
            began = time.monotonic()
            try:
                _Comparison(mode, options, port, report).run()
            except KeyboardInterrupt:
                print("interrupted: this is what was compared", file=sys.stderr)
            report.print_summary(name, time.monotonic() - began)
            whole.merge(report)
    if options.matrix:
        whole.print_matrix()
    if not options.mode:
        whole.print_summary("all", 0)
    return int(len(whole.left) > whole.total * _TOLERATED)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.differential.run", description=__doc__)
    parser.add_argument("--port", type=int, help="of a running 'hive lines'; its own else")
    parser.add_argument("--mode", choices=sorted(MODES), action="append", help="only this; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, help="expressions of each mode; the mode's own number else")
    parser.add_argument("--batch", type=int, default=320, help="most expressions of one SELECT")
    parser.add_argument("--functions", help="only these, joined by commas")
    parser.add_argument("--matrix", action="store_true", help="print functions by classes of arguments, too")
    parser.add_argument("--out", type=Path, help="a file for what is left, as JSON lines")
    parser.add_argument("--record", type=int, metavar="COUNT", help="only record so many answers for make test")
    return parser.parse_args(arguments)


class _Comparison:
    """One mode: both sides answer batch by batch, Hive ahead of this engine."""

    def __init__(self, mode: Mode, options: argparse.Namespace, port: int, report: Report) -> None:
        self._mode, self._options, self._report = mode, options, report
        self._generator = Generator(options.seed, literals=mode.literals)
        self._hive = hive_side(mode, port)
        self._judge = None if mode.by is None else hive_side(MODES[mode.by], port)
        self._waiting: list[tuple[list[Case], Future[list[Answer]]]] = []
        self._told = time.monotonic()

    def run(self) -> None:
        options = self._options
        functions = frozenset(options.functions.split(",")) if options.functions else None
        cases = self._generator.cases(options.count or self._mode.count, functions=functions)
        with local_side(self._mode) as local, ThreadPoolExecutor(_IN_FLIGHT) as pool:
            for batch in _batches(cases, options.batch, self._report):
                asked = pool.submit(self._hive.answers, [case.expression for case in batch])
                self._waiting.append((batch, asked))
                if len(self._waiting) > _IN_FLIGHT:
                    self._settle(local)
            while self._waiting:
                self._settle(local)

    def _settle(self, local: Side) -> None:
        batch, asked = self._waiting.pop(0)
        mine = local.answers([case.expression for case in batch])
        for case, hive, ours in zip(batch, asked.result(), mine, strict=True):
            if self._is_disputed(case, hive, ours):
                self._report.add_disputed(case)
            elif self._report.add(case, hive, ours):
                self._generator.keep(case)
        if time.monotonic() > self._told + _TOLD_SECONDS:
            self._told = time.monotonic()
            said = f"{self._mode.name}: {self._report.total}, {len(self._report.left)} left"
            print(said, file=sys.stderr, flush=True)

    def _is_disputed(self, case: Case, hive: Answer, ours: Answer) -> bool:
        """Whether Hive itself answers as this engine does when it runs in the other way."""
        if self._judge is None or difference(case, hive, ours) is None:
            return False
        [other] = self._judge.answers([case.expression])
        return difference(case, other, ours) is None


def _batches(cases: Iterator[Case], size: int, report: Report) -> Iterator[list[Case]]:
    """Expressions that will probably be refused go alone or with few: one of them spoils its batch."""
    growing = _FIRST_BATCH
    while drawn := list(islice(cases, min(growing, size))):
        growing *= 2
        tiers: dict[int, list[Case]] = {size: []}
        for case in drawn:
            risk = 1.0 if case.type is None else report.risk(case)
            tiers.setdefault(next(most for least, most in (*_TIERS, (0.0, size)) if risk >= least), []).append(case)
        for most, tier in tiers.items():
            yield from (tier[first : first + most] for first in range(0, len(tier), most))


def _record(count: int, port: int) -> int:
    mode = MODES["text"]
    hive = hive_side(mode, port)
    report = Report(Explanations(EXPLAINED))
    found: list[tuple[Case, Answer]] = []
    for batch in _batches(Generator(RECORDED_SEED).cases(count), 80, report):
        answers = hive.answers([case.expression for case in batch])
        found += zip(batch, answers, strict=True)
        print(f"{len(found)} answers", file=sys.stderr, flush=True)
    print(f"{len(found)} answers, {write_recorded(found)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
