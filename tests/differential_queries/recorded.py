"""Recorded answers of Hive, and the differences that have a reason."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.differential_queries.ask import Answer
from tests.differential_queries.pieces import Case

__all__ = ["Answered", "known_difference", "record_answer", "recorded_answers"]

Answered = tuple[Case, list[Answer]]

_KNOWN: tuple[tuple[str, str], ...] = (
    (r" w[. ].*refused by Hive.* w Found in more than One", "Hive mistakes the alias w for the column u.w"),
    (r"ORDER BY x\.id[ A-Z]*, x\.id", "Hive sorts once by a column that is named twice, in the last direction"),
    (r"collect_set.*only of Hive .*\[\]", "between jobs Hive keeps an array of one empty string as an empty array"),
    (
        r"LEFT SEMI JOIN.* OR .*Invalid column reference",
        "Hive loses columns of a semi join's OR that has no right side",
    ),
    (r"inline\(array\(struct.*rows only here", "Hive's job sees the last struct of an array of structs twice"),
    (
        r"SELECT .*x\.q\b.*\) AS q FROM.*10249",
        "with a name twice Hive has no optimiser, and without one no such subquery",
    ),
    (
        r"<=>.*ORDER BY .*LIMIT.*Invalid column reference",
        "Hive's fallback planner sorts by no column that is not selected",
    ),
    (r"EXISTS \(SELECT .*<=>.*rows only here", "Hive's subqueries compare by = where <=> is written"),
    (r"EXISTS \(.* OR .*rows only here \[\]", "Hive doubles rows for which several rows of a subquery in an OR exist"),
    (r"NOT EXISTS.* OR 1 = 1.*10249", "Hive refuses the subquery before it finds the OR to be true"),
    (r"\+ 1 > 3.*9223372036854775807", "Hive turns x + 1 > 3 into x > 2, which knows no overflow"),
    (
        r"FULL (OUTER )?JOIN.* JOIN .*rows only here",
        "Hive merges joins of one key, and forgets what fills up with NULL",
    ),
    (r"FULL (OUTER )?JOIN.* JOIN .*10004", "Hive loses a table of joins that it merged"),
    (r"GROUPING SETS \(\([^()]*\), \([^()]*\)\).*rows only here", "Hive counts rows twice where all sets are the same"),
    (
        r"GROUP BY CUBE.*count\(DISTINCT 1",
        "Hive takes a filtered key for a constant, and shows it in the set without it",
    ),
    (r"avg\(x\.[wnk]\).*E18", "the average of bigint overflows where Hive's plan sums first, and elsewhere does not"),
    (
        r"NULLS FIRST RANGE BETWEEN 1 PRECEDING.*rows only here",
        "Hive's sum keeps what left a frame that begins with NULLs",
    ),
    (r"ntile\(x\.k\)", "Hive takes the buckets from whichever row is first"),
    (r"ORDER BY x\.g RANGE BETWEEN 1 PRECEDING", "distances of text are refused here"),
    (r"max\(x\.a\)", "max of arrays is refused here"),
    (r"SELECT q\.k FROM \(SELECT x\.k, y\.k", "Hive takes the first of two columns of a name; here it is ambiguous"),
    (r"NoMatchingMethodException", "Hive says so in the words of a Java class"),
)
"""Regular expressions over a query and what differs, and why it does."""


def known_difference(case: Case, found: str) -> str | None:
    """Return the reason for which a case may differ, ``None`` where there is none.

    Example:
        >>> known_difference(Case("join", ("SELECT 1",)), "rows only here ['1']") is None
        True
    """
    text = f"{'; '.join(case.statements)} {found}"
    return next((reason for part, reason in _KNOWN if re.search(part, text)), None)


def record_answer(path: Path, seed: int, case: Case, hive: Sequence[Answer]) -> None:
    """Add what Hive answered to a file of answers."""
    kept = {
        "seed": seed,
        "construct": case.construct,
        "statements": case.statements,
        "ordered": case.ordered,
        "hive": [one.to_dict() for one in hive],
    }
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(kept) + "\n")


def recorded_answers(path: Path | None) -> dict[int, list[Answered]]:
    """The answers of a file by the seed of their tables; none where there is no file."""
    found: defaultdict[int, list[Answered]] = defaultdict(list)
    if path is None or not path.exists():
        return found
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        case = Case(one["construct"], tuple(one["statements"]), one["ordered"])
        found[one["seed"]].append((case, [Answer.from_dict(answer) for answer in one["hive"]]))
    return found
