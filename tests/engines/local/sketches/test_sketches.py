"""Histograms, moments and n-grams: the same whatever way their values come, and bounded."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from airflow_ddb_hive.engines.local.sketches.groups import GroupedHistograms
from airflow_ddb_hive.engines.local.sketches.histogram import NumericHistogram
from airflow_ddb_hive.engines.local.sketches.java_random import JavaRandom
from airflow_ddb_hive.engines.local.sketches.moments import FIELDS, GroupedMoments
from airflow_ddb_hive.engines.local.sketches.ngrams import NGrams

RANDOM = np.random.default_rng(5)


def plainly(values: list[float], limit: int) -> tuple[list[float], list[float]]:
    """Hive's NumericHistogram, step by step."""
    x: list[float] = []
    y: list[float] = []
    random = JavaRandom(31183)
    for value in values:
        place = sum(one < value for one in x)
        if place < len(x) and x[place] == value:
            y[place] += 1
            continue
        x.insert(place, value)
        y.insert(place, 1.0)
        if len(x) <= limit:
            continue
        best, at, equals = x[1] - x[0], 0, 1
        for i in range(1, len(x) - 1):
            gap = x[i + 1] - x[i]
            if gap < best:
                best, at, equals = gap, i, 1
            elif gap == best:
                equals += 1
                at = i if random.double() <= 1.0 / equals else at
        total = y[at] + y[at + 1]
        x[at] = x[at] * (y[at] / total) + x[at + 1] / total * y[at + 1]
        y[at] = total
        del x[at + 1], y[at + 1]
    return x, y


@pytest.mark.parametrize("limit", [2, 7, 150])
@pytest.mark.parametrize("whole", [True, False])
def test_bins_are_those_of_the_algorithm_step_by_step(limit: int, whole: bool) -> None:
    values = RANDOM.integers(0, 400, 1500).astype(float) if whole else RANDOM.random(1500)
    histogram = NumericHistogram(limit)
    for part in np.array_split(values, 5):
        histogram.add(part)
    assert [one.tolist() for one in histogram.bins()] == [list(one) for one in plainly(values.tolist(), limit)]


def test_a_group_s_bins_do_not_depend_on_other_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("airflow_ddb_hive.engines.local.sketches.groups._PENDING", 100)
    values, groups = RANDOM.integers(0, 60, 3000).astype(float), RANDOM.integers(0, 7, 3000).astype(np.uint64)
    values[groups == 3] %= 5
    values[100] = np.nan
    together = GroupedHistograms(20)
    for part in np.array_split(np.arange(3000), 40):
        together.add(groups[part], values[part])
    wanted = np.array([5, 9, 3, int(groups[100])], dtype=np.uint64)
    bins = together.bins(wanted)
    for place, group in enumerate(wanted):
        alone = NumericHistogram(20)
        alone.add(values[groups == group])
        own = slice(bins.starts[place], bins.starts[place + 1])
        np.testing.assert_array_equal(bins.x[own], alone.bins()[0])
        np.testing.assert_array_equal(bins.y[own], alone.bins()[1])


def test_a_histogram_keeps_no_more_bins_than_asked_for() -> None:
    groups = GroupedHistograms(50)
    for _ in range(5):
        groups.add(np.zeros(1000, dtype=np.uint64), RANDOM.random(1000))
    bins = groups.bins(np.zeros(1, dtype=np.uint64))
    assert len(bins.x) == 50
    assert bins.y.sum() == 5000


def test_skipped_draws_are_those_that_were_not_made() -> None:
    drawn, skipped = JavaRandom(1), JavaRandom(1)
    drawn.doubles(100)
    skipped.skip(100)
    assert drawn.double() == skipped.double()
    assert drawn.doubles(3).tolist() == [skipped.double() for _ in range(3)]


def moments_of(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], parts: int) -> list[float]:
    moments = GroupedMoments()
    for part in np.array_split(np.arange(len(x)), parts):
        moments.add(np.ones(len(part), dtype=np.uint64), x[part], y[part])
        moments.of(np.ones(1, dtype=np.uint64))
    found = moments.of(np.ones(1, dtype=np.uint64))
    return [float(found[name][0]) for name in FIELDS]


def test_moments_are_the_same_in_rounds_and_value_by_value() -> None:
    x, y = RANDOM.random(500), RANDOM.random(500)
    assert moments_of(x, y, 1) == moments_of(x, y, 100)


def test_rare_n_grams_are_forgotten_when_there_are_too_many() -> None:
    grams = NGrams(1, 2, 5)
    for number in range(100):
        grams.add(["often", str(number)], ())
        assert len(grams._counts) <= 20
    assert grams.top()[0] == (("often",), 100.0)


def test_the_gaps_of_a_context_are_what_is_counted() -> None:
    grams = NGrams(1, 5, 200)
    grams.add(["a", "x", "b", "y", "a", "z", "b"], ["a", None, "b"])
    assert grams.top() == [(("x",), 1.0), (("z",), 1.0)]
