"""A fixed part of the random queries gives what Hive 3.1.3 answered to them: rows, types, and refusals."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.differential_queries.ask import our_answer, our_session
from tests.differential_queries.compare import difference, is_broken
from tests.differential_queries.makers import cases
from tests.differential_queries.recorded import known_difference, recorded_answers

ANSWERS = recorded_answers(Path(__file__).with_name("answers.jsonl"))


@pytest.mark.parametrize("seed", ANSWERS)
def test_random_queries_give_hives_answers(seed: int) -> None:
    found = []
    with our_session(seed) as session:
        for case, hive in ANSWERS[seed]:
            ours = [our_answer(session, text) for text in case.statements[: len(hive)]]
            differs = difference(hive, ours, ordered=case.ordered)
            if differs and not is_broken(hive) and known_difference(case, differs) is None:
                found.append((case.statements, differs))
    assert found == []


def test_the_same_seed_makes_the_same_queries() -> None:
    first, second = (list(itertools.islice(cases(3), 50)) for _ in range(2))
    assert first == second
    assert len({case.construct for case in first}) > 10
