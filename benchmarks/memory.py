"""Memory as a promise: ``python -m benchmarks.memory``; five million items, each query in a process of its own.

An export stays below 400 MB whatever the table's size; joins, sorts and aggregates stay below DuckDB's own limit plus
300 MB, in both written orders of a join, and give the right rows. Status 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import ours
from benchmarks.measure import Measured, environment, run_measured
from benchmarks.replay import replay_server
from benchmarks.replay.flights import flight
from benchmarks.replay.process import CHECKOUT
from benchmarks.replay.table import ReplayTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.replay import ReplayProcess

__all__ = ["Case", "Outcome", "cases", "main", "run_case", "small_table"]

TABLE = "flights"
EXPORT_MEGABYTES = 400
DUCKDB_MEGABYTES = 512
_BEYOND_MEGABYTES = 300
_SMALL_ROWS = 50
_NO_WAIT = "100"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A query, the rows that it prints (``None``: it writes files), the most memory, how often it reads the table."""

    name: str
    query: str
    rows: list[str] | None = None
    most_megabytes: int = DUCKDB_MEGABYTES + _BEYOND_MEGABYTES
    scans: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case took, what it printed, and how many items the server handed out."""

    measured: Measured
    rows: list[str]
    items_read: int

    def broken(self, case: Case, items: int) -> str:
        """Say which promise is broken, if one is."""
        if case.rows is not None and self.rows != case.rows:
            return f"rows {self.rows[:3]}, not {case.rows[:3]}"
        if self.items_read != case.scans * items:
            return f"{self.items_read:,} items read, not {case.scans * items:,}"
        peak = self.measured.peak_megabytes
        return f"{peak:.0f} MB" if peak > case.most_megabytes else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all cases and print what each took; status 1 if a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--items", type=int, default=5_000_000)
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    options = parser.parse_args(arguments)
    kept = True
    print(f"{options.items:,} items, DuckDB's limit {DUCKDB_MEGABYTES} MB\n")
    print("| query | peak MB | allowed MB | wall s | items read | |\n| --- | ---: | ---: | ---: | ---: | --- |")
    with replay_server(items=options.items, table=TABLE) as server:
        for case in cases(options.items):
            if options.only in case.name:
                outcome = run_case(case, server)
                broken = outcome.broken(case, options.items)
                kept = kept and not broken
                took = outcome.measured
                figures = f"{took.peak_megabytes:.0f} | {case.most_megabytes} | {took.wall_seconds:.0f}"
                print(f"| {case.name} | {figures} | {outcome.items_read:,} | {broken or 'kept'} |", flush=True)
    return 0 if kept else 1


def cases(items: int) -> Iterator[Case]:
    """The queries and what they must give."""
    yield Case(
        name="scan -> Parquet, all columns",
        query=f"{_INTO_FILES} SELECT * FROM big",
        most_megabytes=EXPORT_MEGABYTES,
    )
    yield Case(
        name="scan -> Parquet, two columns",
        query=f"{_INTO_FILES} SELECT flight_id, dest FROM big",
        most_megabytes=EXPORT_MEGABYTES,
    )
    yield from _joins(items)
    yield from _sorts(items)
    yield from _twice(items)


_MATCHES = "sum(CASE WHEN b.dest = s.dest THEN 1 ELSE 0 END)"
_INTO_FILES = "INSERT OVERWRITE LOCAL DIRECTORY '@OUT' STORED AS PARQUET"


def _joins(items: int) -> Iterator[Case]:
    matched = sum(count for dest, count in _by_destination(items).items() if dest in _small_keys())
    both = "ON b.dest = s.dest"
    for kind, order, rows in (
        ("JOIN", "big b {} small s", matched),
        ("JOIN", "small s {} big b", matched),
        ("LEFT JOIN", "big b {} small s", items),
        ("RIGHT JOIN", "small s {} big b", items),
        ("LEFT JOIN", "small s {} big b", matched + _unmatched(items)),
        ("RIGHT JOIN", "big b {} small s", matched + _unmatched(items)),
        ("FULL JOIN", "small s {} big b", items + _unmatched(items)),
    ):
        joined = f"{order.format(kind)} {both}"
        answer = [f"{rows}\t{matched}"]
        yield Case(name=joined, query=f"SELECT count(*), {_MATCHES} FROM {joined}", rows=answer)
    for order in ("big b JOIN small s", "small s JOIN big b"):
        yield Case(name=f"{order} -> Parquet", query=f"{_INTO_FILES} SELECT b.flight_id, s.name FROM {order} {both}")


def _sorts(items: int) -> Iterator[Case]:
    by_destination = _by_destination(items)
    small = sorted(by_destination[key] for key in _small_keys())
    yield Case(
        name="join, GROUP BY, ORDER BY",
        query="SELECT count(*) AS n FROM small s JOIN big b ON b.dest = s.dest GROUP BY s.dest ORDER BY n",
        rows=[str(count) for count in small if count],
    )
    yield Case(
        name="GROUP BY of all keys",
        query="SELECT count(*), sum(n) FROM (SELECT flight_id, count(*) AS n FROM big GROUP BY flight_id) g",
        rows=[f"{items}\t{items}"],
    )
    yield Case(
        name="ORDER BY of all rows -> Parquet",
        query=f"{_INTO_FILES} SELECT flight_id, dest, tailnum, time_hour FROM big ORDER BY tailnum, flight_id",
    )
    yield Case(
        name="ORDER BY of all rows, all columns -> Parquet",
        query=f"{_INTO_FILES} SELECT * FROM big ORDER BY tailnum, flight_id",
    )


def _twice(items: int) -> Iterator[Case]:
    yield Case(
        name="self-join",
        query="SELECT count(*) FROM big a JOIN big b ON a.flight_id = b.flight_id",
        rows=[str(items)],
    )
    yield Case(
        name="UNION ALL of a table with itself",
        query="SELECT count(*) FROM (SELECT flight_id FROM big UNION ALL SELECT flight_id FROM big) u",
        rows=[str(2 * items)],
    )
    yield Case(
        name="a table and its own subquery",
        query="SELECT count(*) FROM big a LEFT SEMI JOIN (SELECT flight_id FROM big WHERE distance > 0) b"
        " ON a.flight_id = b.flight_id",
        rows=[str(items)],
    )


def run_case(case: Case, server: ReplayProcess) -> Outcome:
    """Run a case as a ``ddb-hive`` process."""
    before = server.stats()["items_read"]
    with tempfile.TemporaryDirectory(prefix="ddb-hive-benchmark-") as home:
        folder = Path(home)
        script = ";\n".join(
            [
                ours.dynamodb_table("big", TABLE, percent=_NO_WAIT),
                small_table(folder / "small"),
                f"SET ddb_hive.memory.limit={DUCKDB_MEGABYTES}MB",
                case.query.replace("@OUT", str(folder / "out")),
            ]
        )
        command = ours.cli_command(script, warehouse=folder / "warehouse")
        measured = run_measured(command, env=environment(server.url) | {"TMPDIR": home}, directory=CHECKOUT)
    read = server.stats()["items_read"] - before
    return Outcome(measured, measured.output.splitlines(), read)


def small_table(folder: Path) -> str:
    """Write the table of fifty rows as text and return its DDL."""
    folder.mkdir()
    lines = (f"{key}\x01name of {key}\n" for key in _small_keys())
    (folder / "part").write_text("".join(lines))
    return f"CREATE EXTERNAL TABLE small (dest string, name string) LOCATION '{folder.as_uri()}'"


def _small_keys() -> list[str]:
    """Half of the destinations, and enough that nobody flies to."""
    destinations = sorted({str(flight(row)["dest"]["S"]) for row in range(2000)})
    half = destinations[: min(_SMALL_ROWS // 2, len(destinations)) : 2]
    return [*half, *(f"nowhere {number}" for number in range(_SMALL_ROWS - len(half)))]


def _unmatched(items: int) -> int:
    counts = _by_destination(items)
    return sum(1 for key in _small_keys() if not counts[key])


def _by_destination(items: int) -> Counter[str]:
    """How many items have each destination: pages repeat but for their keys."""
    page_rows = ReplayTable(name=TABLE, item_count=items).items_per_page
    pages, rest = divmod(items, page_rows)
    counts: Counter[str] = Counter()
    for row in range(page_rows):
        counts[str(flight(row)["dest"]["S"])] += pages + (row < rest)
    return counts


if __name__ == "__main__":
    sys.exit(main())
