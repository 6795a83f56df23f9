"""The promise as a ratio: ``python -m benchmarks.versus_operator``; at most a fifth of DynamoDBToS3Operator's CPU time.

Both read the same table of the real DynamoDB Local in the same run, in turn, each in a process of its own, and both are
counted from the process's first instruction to its last. The operator's ``execute`` alone, without Airflow's imports,
is shown beside it; its uploads are left out. Status 1 if the promise is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import ours
from benchmarks.measure import Measured, environment, run_measured
from benchmarks.replay.flights import flight
from benchmarks.replay.process import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["main"]

TABLE = "flights_versus_operator"
MOST_CPU_RATIO = 1 / 5
MOST_MEGABYTES = 400
_BATCH = 25
_TYPED = "ddb-hive, typed columns -> Parquet"
_WHOLE = "ddb-hive, whole items -> text"


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the table, run both in turn, print the figures, and say whether the promise holds."""
    options = _options(arguments)
    with contextlib.ExitStack() as stack:
        endpoint_url = options.endpoint_url or stack.enter_context(_dynamodb_local())
        client = _client(endpoint_url)
        stack.callback(client.delete_table, TableName=TABLE)
        _load(client, options.items)
        peer = [_run_operator(endpoint_url, options.items)]
        typed, whole = [], []
        for number in range(options.runs):
            typed.append(_run_ours(endpoint_url, _TYPED, options.items))
            whole.append(_run_ours(endpoint_url, _WHOLE, options.items))
            if number:
                peer.append(_run_operator(endpoint_url, options.items))
    return _judge(peer, {_TYPED: typed, _WHOLE: whole}, options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versus_operator", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--endpoint-url", help="a DynamoDB that runs already; without it the rig is started")
    return parser.parse_args(arguments)


def _dynamodb_local() -> contextlib.AbstractContextManager[str]:
    from tests.support import rigs

    return rigs.dynamodb_local()


def _client(endpoint_url: str) -> DynamoDBClient:
    import boto3
    from botocore.config import Config

    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",
        config=Config(retries={"mode": "standard", "max_attempts": 10}, read_timeout=120),
    )


def _load(client: DynamoDBClient, count: int) -> None:
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "flight_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "flight_id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def write(first: int) -> None:
        rows = range(first, min(first + _BATCH, count))
        answer = client.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": flight(row)}} for row in rows]})
        if answer["UnprocessedItems"]:
            raise RuntimeError("DynamoDB Local left items unwritten")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(0, count, _BATCH)))


def _run_operator(endpoint_url: str, items: int) -> tuple[float, float]:
    """CPU seconds of the operator's process, and of its ``execute`` alone."""
    with tempfile.TemporaryDirectory(prefix="ddb-hive-benchmark-") as home:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.peers", "DynamoDBToS3Operator", TABLE]
        env = environment(endpoint_url) | {"AIRFLOW_HOME": home}
        process = run_measured(command, env=env, directory=CHECKOUT)
        took = json.loads(process.output.splitlines()[-1])
    if took["items"] != items:
        raise SystemExit(f"DynamoDBToS3Operator read {took['items']:,} items, not {items:,}")
    return process.cpu_seconds, float(took["cpu_seconds"])


def _run_ours(endpoint_url: str, kind: str, items: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="ddb-hive-benchmark-") as home:
        out = Path(home, "out")
        command = ours.cli_command(_script(kind, out), warehouse=Path(home, "warehouse"))
        measured = run_measured(command, env=environment(endpoint_url), directory=CHECKOUT)
        written = _rows_in(out, parquet=kind == _TYPED)
    if written != items:
        raise SystemExit(f"{kind}: wrote {written:,} rows, not {items:,}")
    return measured


def _script(kind: str, out: Path) -> str:
    if kind == _TYPED:
        table, query = ours.dynamodb_table("flights", TABLE), "@OUT STORED AS PARQUET SELECT * FROM flights"
    else:
        table, query = ours.item_table("flights", TABLE), "@OUT SELECT * FROM flights"
    return ";\n".join((table, query.replace("@OUT", f"INSERT OVERWRITE LOCAL DIRECTORY '{out}'")))


def _rows_in(folder: Path, *, parquet: bool) -> int:
    import pyarrow.parquet as pq

    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_"))]
    if parquet:
        return sum(pq.ParquetFile(path).metadata.num_rows for path in files)
    return sum(path.read_bytes().count(b"\n") for path in files)


def _judge(peer: Sequence[tuple[float, float]], runs: dict[str, list[Measured]], options: argparse.Namespace) -> int:
    operator_seconds = statistics.median(process for process, _ in peer)
    alone = statistics.median(execute for _, execute in peer)
    print(f"{options.items:,} items in DynamoDB Local, median of {options.runs} alternating runs\n")
    print(
        "| reading | client CPU s | share of the operator's | wall s | peak MB |\n| --- | ---: | ---: | ---: | ---: |"
    )
    print(f"| DynamoDBToS3Operator, uploads left out | {operator_seconds:.2f} | 1 | | |")
    print(f"| its execute() alone | {alone:.2f} | {alone / operator_seconds:.3f} | | |")
    kept = True
    for kind, measured in runs.items():
        cpu = statistics.median(run.cpu_seconds for run in measured)
        wall = statistics.median(run.wall_seconds for run in measured)
        peak = max(run.peak_megabytes for run in measured)
        print(f"| {kind} | {cpu:.2f} | {cpu / operator_seconds:.3f} | {wall:.2f} | {peak:.0f} |")
        kept = kept and cpu <= operator_seconds * MOST_CPU_RATIO and peak < MOST_MEGABYTES
    print(
        f"\nat most {MOST_CPU_RATIO:.2f} of the CPU time and under {MOST_MEGABYTES} MB: {'kept' if kept else 'BROKEN'}"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
