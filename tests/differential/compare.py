"""When two answers are one, and which differences are explained."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.differential.answers import RUNTIME, Answer
from tests.differential.generator import Case

__all__ = ["EXPLAINED", "Difference", "Explanations", "difference"]

EXPLAINED = Path(__file__).with_name("explained.tsv")
"""The differences that stay, with their reasons."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One expression of which the two engines do not make the same; ``kind`` is cells, type, refusal or code."""

    case: Case
    kind: str
    hive: str
    ours: str

    @property
    def cause(self) -> str:
        """What differences with one cause have in common, mostly: function, arguments, kind."""
        return f"{self.case.function}({', '.join(self.case.classes)}) {self.kind}"


def difference(case: Case, hive: Answer, ours: Answer) -> Difference | None:
    """Return how two answers differ, the gravest first; ``None`` where they are the same."""
    if hive.refusal or ours.refusal:
        return _refusals(case, hive, ours)
    if hive.cells != ours.cells:
        found = [pair for pair in zip(hive.cells, ours.cells, strict=False) if pair[0] != pair[1]][:3]
        theirs, mine = (repr([pair[side] for pair in found]) for side in (0, 1))
        return Difference(case, "cells", f"{hive.type} {theirs}", f"{ours.type} {mine}")
    if hive.type != ours.type:
        return Difference(case, "type", hive.type, ours.type)
    return None


def _refusals(case: Case, hive: Answer, ours: Answer) -> Difference | None:
    stages = [refusal.split(" ")[0] for refusal in (hive.refusal, ours.refusal)]
    if ours.refusal and (hive.refusal.startswith("crash") or hive.refusal == RUNTIME):
        # Hive fails in its compiler or over the rows; that this engine says no before is as good.
        return None
    texts = [f"{answer.refusal or answer.type} {answer.detail[:200]}" for answer in (hive, ours)]
    if stages[0] == stages[1]:
        return None if hive.refusal == ours.refusal else Difference(case, "code", texts[0], texts[1])
    return Difference(case, "refusal", texts[0], texts[1])


class Explanations:
    """``explained.tsv``: a kind of difference, a pattern of the expression, of Hive's answer, of ours, the reason."""

    def __init__(self, file: Path) -> None:
        lines = file.read_text(encoding="utf-8").splitlines()
        rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
        self._rows = [
            (kind, re.compile(expression), re.compile(hive), re.compile(ours), reason)
            for kind, expression, hive, ours, reason in rows
        ]

    def reason(self, found: Difference) -> str | None:
        """Say why the two differ; ``None`` where nobody knows yet."""
        for kind, expression, hive, ours, reason in self._rows:
            fits = expression.search(found.case.expression) and hive.search(found.hive) and ours.search(found.ours)
            if kind == found.kind and fits:
                return reason
        return None
