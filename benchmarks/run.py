"""Compare with what users have today: ``python -m benchmarks.run``; prints tables and the ratios of one run.

Contenders alternate, so that a busy machine slows all of them; the figure is the median. CPU time is the client's
alone. Ours is counted from the first instruction of the process, a peer from after its imports.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import ours, peers
from benchmarks.measure import environment, run_measured
from benchmarks.reading import BOOKINGS, FLIGHTS, START_UP, Medians, goal_lines, nested_scripts, scripts
from benchmarks.replay import ReplayProcess, replay_server
from benchmarks.replay.flights import HIVE_TYPES, flight
from benchmarks.replay.process import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main"]

TABLE = "flights"
SINK = "flights_copy"
_NO_WAIT = "100"  # a share of the capacity that no client reaches
_NESTED_SHARE = 5  # there are so many times fewer nested items: they are so much larger


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of one contender."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float
    server_cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Contender:
    """A name and how it runs once; ``moved`` is the counter of the server that must grow by the table's items."""

    name: str
    run: Callable[[Path], tuple[float, float, float]]
    moved: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for and print the tables; fails when a contender moved another number of items."""
    options = _options(arguments)
    print("\n".join(_head(options)))
    _read(options)
    with (
        tempfile.TemporaryDirectory(prefix="ddb-hive-benchmark-") as folder,
        replay_server(items=1, table=TABLE, sinks=(SINK,)) as server,
    ):
        source = Path(folder, "source")
        _write_parquet(source, options.items)
        writers = _peers(peers.WRITERS, SINK, server, options.items, "items_written")
        if not options.peers_only:
            writers += [_ours("ddb-hive: Parquet -> DynamoDB", _writing(source), server, "items_written")]
        _compare("writing", writers, server, options.items, options)
    return 0


def _head(options: argparse.Namespace) -> list[str]:
    """The machine, the versions, and what is missing."""
    names = ("airflow-provider-ddb-hive", "boto3", "awswrangler", "apache-airflow", "pyarrow", "numpy", "duckdb")
    found = [f"{name} {_version(name)}" for name in names if _version(name)]
    system = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
    lines = [
        f"{system}, Python {platform.python_version()}",
        ", ".join(found),
        f"{options.items:,} items of 21 attributes, median of {options.runs} alternating runs",
    ]
    missing = [name for name in peers.READERS if name not in peers.available(peers.READERS)]
    lines += [f"not installed, so left out: {', '.join(missing)}"] if missing else []
    return [*lines, ""]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _read(options: argparse.Namespace) -> None:
    """Both kinds of items, and start-up, which is a scan of one item; then the ratios that are promised."""
    nested_items = max(1, options.items // _NESTED_SHARE)
    with (
        replay_server(items=options.items, table=FLIGHTS) as flights,
        replay_server(items=nested_items, table=BOOKINGS, shape=BOOKINGS) as bookings,
        replay_server(items=1, table=FLIGHTS) as idle,
    ):
        readers = _peers(peers.READERS, FLIGHTS, flights, options.items, "items_read")
        nested = _peers(_plain_readers(), BOOKINGS, bookings, nested_items, "items_read", suffix=", nested")
        start = []
        if not options.peers_only:
            ours_now = scripts()
            readers += [_ours(name, script, flights, "items_read") for name, script in ours_now.items()]
            nested += [_ours(name, script, bookings, "items_read") for name, script in nested_scripts().items()]
            start = [_ours(START_UP, next(iter(ours_now.values())), idle, "items_read")]
        medians = _compare("reading", readers, flights, options.items, options)
        medians |= _compare(f"reading {nested_items:,} nested items of 2 KB", nested, bookings, nested_items, options)
        medians |= _compare("start-up", start, idle, 1, options, always=True)
    rows = goal_lines(medians)
    if rows:
        print("| goal | times | whole process | beyond start-up | reached |\n| --- | ---: | ---: | ---: | --- |")
        print("\n".join(rows), end="\n\n")


def _plain_readers() -> dict[str, Callable[[str, int], Callable[[], int]]]:
    return {name: work for name, work in peers.READERS.items() if name.startswith("boto3")}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="contenders whose name has this in it")
    parser.add_argument("--peers-only", action="store_true", help="leave ddb-hive out")
    return parser.parse_args(arguments)


def _peers(
    names: dict[str, Callable[[str, int], Callable[[], int]]],
    table: str,
    server: ReplayProcess,
    items: int,
    moved: str,
    *,
    suffix: str = "",
) -> list[Contender]:
    return [_peer(name + suffix, [name, table, str(items)], server, moved) for name in peers.available(names)]


def _peer(name: str, arguments: list[str], server: ReplayProcess, moved: str) -> Contender:
    def run(home: Path) -> tuple[float, float, float]:
        env = environment(server.url) | {"AIRFLOW_HOME": str(home)}
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.peers", *arguments]
        measured = run_measured(command, env=env, directory=CHECKOUT)
        took = json.loads(measured.output.splitlines()[-1])
        return took["cpu_seconds"], took["wall_seconds"], measured.peak_megabytes

    return Contender(name, run, moved)


def _ours(name: str, script: Callable[[Path], str], server: ReplayProcess, moved: str) -> Contender:
    def run(home: Path) -> tuple[float, float, float]:
        command = ours.cli_command(script(home / "out"), warehouse=home / "warehouse")
        measured = run_measured(command, env=environment(server.url), directory=CHECKOUT)
        return measured.cpu_seconds, measured.wall_seconds, measured.peak_megabytes

    return Contender(name, run, moved)


def _writing(source: Path) -> Callable[[Path], str]:
    tables = (ours.parquet_table("source", source), ours.dynamodb_table("target", SINK, percent=_NO_WAIT))
    return lambda _: ";\n".join((*tables, "INSERT OVERWRITE TABLE target SELECT * FROM source"))


def _write_parquet(folder: Path, count: int) -> None:
    """Write the same rows as the table's, as one Parquet file of Hive's types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"bigint": pa.int64(), "double": pa.float64(), "string": pa.string(), "boolean": pa.bool_()}
    rows = [[next(iter(value.values())) for value in flight(row).values()] for row in range(count)]
    columns = zip(HIVE_TYPES.items(), zip(*rows, strict=True), strict=True)
    arrays = {name: pa.array(cells).cast(types[kind]) for (name, kind), cells in columns}
    folder.mkdir()
    pq.write_table(pa.table(arrays), folder / "flights.parquet")


def _compare(
    title: str,
    contenders: list[Contender],
    server: ReplayProcess,
    items: int,
    options: argparse.Namespace,
    *,
    always: bool = False,
) -> dict[str, Medians]:
    """Run all of a kind in turn, several times, and print and return the medians."""
    contenders = [contender for contender in contenders if always or options.only in contender.name]
    outcomes: dict[str, list[Outcome]] = {contender.name: [] for contender in contenders}
    for _ in range(options.runs):
        for contender in contenders:
            outcomes[contender.name].append(_run_once(contender, server, items))
    if outcomes:
        _print_table(title, outcomes, items)
    return {
        name: Medians(items, _median(runs, "cpu_seconds"), _median(runs, "wall_seconds"))
        for name, runs in outcomes.items()
    }


def _median(runs: Sequence[Outcome], field: str) -> float:
    return float(statistics.median(getattr(run, field) for run in runs))


def _run_once(contender: Contender, server: ReplayProcess, items: int) -> Outcome:
    before = server.stats()
    with tempfile.TemporaryDirectory(prefix="ddb-hive-benchmark-") as home:
        cpu, wall, peak = contender.run(Path(home))
    after = server.stats()
    moved = after[contender.moved] - before[contender.moved]
    if moved != items:
        raise SystemExit(f"{contender.name}: {contender.moved} grew by {moved:,}, not by {items:,}")
    return Outcome(
        cpu_seconds=cpu,
        wall_seconds=wall,
        peak_megabytes=peak,
        server_cpu_seconds=after["cpu_seconds"] - before["cpu_seconds"],
    )


def _print_table(title: str, outcomes: dict[str, list[Outcome]], items: int) -> None:
    medians = {name: _median(runs, "cpu_seconds") for name, runs in outcomes.items()}
    first = next(iter(medians.values()))
    print(f"| {title} | items per CPU-second | times {next(iter(medians))} | CPU s | wall s | peak MB | server CPU s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, cpu in medians.items():
        fields = ("wall_seconds", "peak_megabytes", "server_cpu_seconds")
        wall, peak, server = (_median(outcomes[name], field) for field in fields)
        figures = f"{items / cpu:,.0f} | {first / cpu:.1f} | {cpu:.2f} | {wall:.2f} | {peak:.0f} | {server:.2f}"
        print(f"| {name} | {figures} |")
    print()


if __name__ == "__main__":
    sys.exit(main())
