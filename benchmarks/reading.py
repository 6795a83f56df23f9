"""What is read in which way, and which ratios are promised; ``run.py`` runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import ours

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["BOOKINGS", "FLIGHTS", "GOALS", "START_UP", "Goal", "Medians", "goal_lines", "nested_scripts", "scripts"]

FLIGHTS = "flights"
BOOKINGS = "bookings"
_NO_WAIT = "1000"  # a share of the capacity that no client reaches

START_UP = "ddb-hive: start-up"
_TYPED = "ddb-hive: scan -> zstd Parquet"
_ALONE = "ddb-hive: scan -> zstd Parquet, 1 worker"
_FEW = "ddb-hive: 2 columns -> zstd Parquet"
_WHOLE = "ddb-hive: whole items -> text"
_NESTED = "ddb-hive: nested 2 KB items -> zstd Parquet"
_NESTED_WHOLE = "ddb-hive: nested 2 KB items, whole -> text"

_LEAST_TIMES_START_UP = 2
"""A run that takes less than this many times the start-up says nothing about what comes after it."""

_BOTO3 = ("boto3 Table.scan", "boto3 scan paginator")
_TOOLS = ("DynamoDBToS3Operator", "awswrangler read_items")


def scripts() -> dict[str, Callable[[Path], str]]:
    """The scripts over flights, by the contender's name; each writes into the folder that it is given."""
    typed = ours.dynamodb_table("source", FLIGHTS, percent=_NO_WAIT)
    whole = ours.item_table("source", FLIGHTS, percent=_NO_WAIT)
    return {
        _TYPED: lambda out: f"{typed};\n{ours.parquet_copy('source', out)}",
        _ALONE: lambda out: f"{typed};\n{ours.parquet_copy('source', out, workers=1)}",
        _FEW: lambda out: f"{typed};\n{ours.parquet_copy('source', out, columns='flight_id, dest')}",
        _WHOLE: lambda out: f"{whole};\nINSERT OVERWRITE LOCAL DIRECTORY '{out}' SELECT * FROM source",
        "ddb-hive: COUNT(*)": lambda _: f"{typed};\nSELECT COUNT(*) FROM source",
    }


def nested_scripts() -> dict[str, Callable[[Path], str]]:
    """The scripts over bookings."""
    typed = ours.booking_table("source", BOOKINGS, percent=_NO_WAIT)
    whole = ours.item_table("source", BOOKINGS, percent=_NO_WAIT)
    return {
        _NESTED: lambda out: f"{typed};\n{ours.parquet_copy('source', out)}",
        _NESTED_WHOLE: lambda out: f"{whole};\nINSERT OVERWRITE LOCAL DIRECTORY '{out}' SELECT * FROM source",
    }


@dataclass(frozen=True, slots=True)
class Medians:
    """What a contender took."""

    items: int
    cpu_seconds: float
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Goal:
    """``contender`` against the best of ``peers``: so many times their items per CPU-second, or their wall time."""

    what: str
    contender: str
    peers: tuple[str, ...]
    times: float
    by_wall: bool = False


GOALS = (
    Goal("scan -> zstd Parquet, against boto3", _TYPED, _BOTO3, 12),
    Goal("scan -> zstd Parquet, against the operator and awswrangler", _TYPED, _TOOLS, 20),
    Goal("2 columns -> zstd Parquet, against all columns", _FEW, (_TYPED,), 1),
    Goal("whole items -> text, against boto3", _WHOLE, _BOTO3, 8),
    Goal("nested 2 KB items -> zstd Parquet, against boto3", _NESTED, tuple(f"{name}, nested" for name in _BOTO3), 10),
    Goal("two workers against one, wall time", _TYPED, (_ALONE,), 1.7, by_wall=True),
)


def goal_lines(outcomes: Mapping[str, Medians], goals: Sequence[Goal] = GOALS) -> list[str]:
    """Return the rows of a table: each goal, the ratio of whole processes, and without start-up.

    Peers are counted from after their start-up in both.

    Example:
        >>> took = {"a": Medians(90, 3.0, 1.0), "b": Medians(90, 9.0, 1.0), START_UP: Medians(1, 1.0, 1.0)}
        >>> goal_lines(took, [Goal("a against b", "a", ("b",), 4)])
        ['| a against b | 4 | 3.0 | 4.5 | yes |']
    """
    start = outcomes.get(START_UP)
    rows = []
    for goal in goals:
        peers = [outcomes[name] for name in goal.peers if name in outcomes]
        mine = outcomes.get(goal.contender)
        if mine is None or not peers or start is None:
            continue
        whole = _ratio(mine, peers, goal, None)
        enough = _seconds(mine, goal) >= _LEAST_TIMES_START_UP * _seconds(start, goal)
        beyond = _ratio(mine, peers, goal, start) if enough else None
        rows.append(f"| {goal.what} | {goal.times:g} | {whole:.1f} | {_verdict(beyond, goal)} |")
    return rows


def _verdict(ratio: float | None, goal: Goal) -> str:
    if ratio is None:
        return "more items are needed | "
    return f"{ratio:.1f} | {'yes' if ratio >= goal.times else 'NO'}"


def _ratio(mine: Medians, peers: Sequence[Medians], goal: Goal, start: Medians | None) -> float:
    ours_too = goal.peers[0].startswith("ddb-hive")
    best = max(_rate(peer, goal, start if ours_too else None) for peer in peers)
    return _rate(mine, goal, start) / best


def _rate(took: Medians, goal: Goal, start: Medians | None) -> float:
    """Items a second, not counting what a process needs before its first item."""
    before = 0.0 if start is None else _seconds(start, goal)
    return took.items / max(_seconds(took, goal) - before, 1e-3)


def _seconds(took: Medians, goal: Goal) -> float:
    return took.wall_seconds if goal.by_wall else took.cpu_seconds
