"""Counts of a comparison, and what of it is printed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import IO

from tests.differential.answers import Answer
from tests.differential.compare import Difference, Explanations, difference
from tests.differential.generator import Case
from tests.differential.kinds import CLASSES

__all__ = ["Report"]


@dataclass
class Report:
    """What was compared, and every difference that nobody has explained."""

    explanations: Explanations
    out: IO[str] | None = None
    """Where each difference that is left is written as soon as it is found."""
    compared: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    """Expressions that the binder took and Hive refused, per form."""
    forms: Counter[str] = field(default_factory=Counter)
    typed: int = 0
    types_equal: int = 0
    refused: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    left: list[Difference] = field(default_factory=list)
    other_codes: int = 0
    covered: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many expressions were compared."""
        return self.compared.total()

    def risk(self, case: Case) -> float:
        """The share of a form's expressions that Hive refused though the binder took them."""
        return self.refusals[case.form] / max(self.forms[case.form], 1)

    def add(self, case: Case, hive: Answer, ours: Answer) -> bool:
        """Count one expression; say whether both sides gave the same rows."""
        self.compared[case.function] += 1
        self.forms[case.form] += 1
        self.covered.update((case.function, class_) for class_ in set(case.classes))
        if hive.refusal:
            self.refused += 1
            self.refusals[case.form] += case.type is not None
        if not hive.refusal and not ours.refusal:
            self.typed += 1
            self.types_equal += hive.type == ours.type
        found = difference(case, hive, ours)
        if found is None:
            return not hive.refusal
        self._differs(found)
        return False

    def add_disputed(self, case: Case) -> None:
        """Count an expression for which Hive's two ways to run disagree, and ours is one of them."""
        self.compared[case.function] += 1
        self.explained[
            "Hive's vectorised execution answers otherwise than its row mode, which this engine follows"
        ] += 1

    def _differs(self, found: Difference) -> None:
        if found.kind == "code":
            self.other_codes += 1
            return
        reason = self.explanations.reason(found)
        if reason is not None:
            self.explained[reason] += 1
            return
        self.left.append(found)
        if self.out is not None:
            kept = {"cause": found.cause, "e": found.case.expression, "hive": found.hive, "ours": found.ours}
            self.out.write(json.dumps(kept, ensure_ascii=False) + "\n")
            self.out.flush()

    def print_summary(self, name: str, seconds: float) -> None:
        """Print the counts, the explained differences by reason and the others by function."""
        differing = len(self.left) + self.explained.total()
        print(
            f"== {name}: {self.total} expressions in {seconds:.0f} s; differ {differing} "
            f"({100 * differing / max(self.total, 1):.2f} %), of which unexplained {len(self.left)}; "
            f"types equal {self.types_equal} of {self.typed}; refused by Hive {self.refused}, "
            f"of these with another error code here {self.other_codes}"
        )
        for reason, count in self.explained.most_common():
            print(f"{count:7} explained: {reason}")
        for function, count in Counter(found.case.function for found in self.left).most_common():
            print(f"{count:7} of {self.compared[function]:6} left: {function}")

    def print_matrix(self) -> None:
        """Print how many expressions each function had per class of argument."""
        print("== covered".ljust(24) + "".join(class_[:9].rjust(10) for class_ in CLASSES) + "     count")
        for function in sorted(self.compared):
            cells = "".join(str(self.covered[function, class_] or ".").rjust(10) for class_ in CLASSES)
            print(function.ljust(24) + cells + str(self.compared[function]).rjust(10))

    def merge(self, other: Report) -> None:
        """Take over the counts of another run."""
        for mine, theirs in (
            (self.compared, other.compared),
            (self.explained, other.explained),
        ):
            mine.update(theirs)
        self.covered.update(other.covered)
        self.typed += other.typed
        self.types_equal += other.types_equal
        self.refused += other.refused
        self.other_codes += other.other_codes
        self.left += other.left
