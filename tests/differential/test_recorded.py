"""What Hive 3.1.3 made of a fixed-seed subset of the generated expressions, and that nothing is left out of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from airflow_ddb_hive.engines.local.emit.functions import REFUSED_FUNCTIONS
from airflow_ddb_hive.hiveql.functions import FUNCTIONS
from tests.differential.answers import Answer, Side
from tests.differential.generator import LEFT_OUT, SHAPES, Case, Generator
from tests.differential.left import known_left, unexplained
from tests.differential.modes import MODES, local_side
from tests.differential.recorded import read_recorded

RECORDED = read_recorded()
_BATCH = 50
_BATCHES = [RECORDED[first : first + _BATCH] for first in range(0, len(RECORDED), _BATCH)]


@pytest.fixture(scope="module")
def local() -> Iterator[Side]:
    with local_side(MODES["text"]) as side:
        yield side


@pytest.mark.oracle("recordings")
@pytest.mark.parametrize("batch", _BATCHES, ids=lambda batch: f"from {batch[0][0].function}")
def test_rows_types_and_refusals_are_hives(batch: list[tuple[Case, Answer]], local: Side) -> None:
    known = known_left()
    found = {one.case.expression: one for one in unexplained(batch, local)}
    assert [one for expression, one in found.items() if expression not in known] == []
    drawn = {case.expression for case, _ in batch}
    mended = sorted((known & drawn) - set(found))
    assert mended == [], "these agree now: run python -m tests.differential.left"


def test_every_scalar_function_is_drawn() -> None:
    drawn = {name for name, _ in SHAPES} | set(LEFT_OUT) | set(REFUSED_FUNCTIONS)
    assert sorted(name for name, spec in FUNCTIONS.items() if spec.kind == "scalar" and name not in drawn) == []


def test_a_seed_draws_the_same_expressions_again() -> None:
    first, second = ([case.expression for case in Generator(7).cases(300)] for _ in range(2))
    assert first == second
    assert len(set(first)) == len(first)
