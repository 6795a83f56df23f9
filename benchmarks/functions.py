"""What each scalar function costs a row: ``python -m benchmarks.functions [ROWS] [NAME]``; two million rows by default.

Each call is counted over a Parquet table that the program makes, and stands beside counting a plain column in the same
run: CPU time of this process, all threads. Status 1 if a function takes over two microseconds a row unless it is known.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import process_time

import duckdb

from airflow_ddb_hive.engines.local import LocalSession
from benchmarks.function_calls import CALLS, SLOW

__all__ = ["main", "make", "seconds"]

ROWS = 2_000_000
MOST_NANOSECONDS = 2000
_COLUMNS = (
    "i int, n bigint, x double, m decimal(15,2), s string, w string, d date, ds string, ts string, b binary, "
    "j string, u string, xm string"
)
_ROWS = (
    "SELECT CASE WHEN r % 1000 <> 7 THEN {} END AS {}",
    {
        "i": "(hash(r) % 100)::INTEGER",
        "n": "(hash(r, 1) % 2000000000)::BIGINT",
        "x": "(hash(r, 2) % 1000000 / 1000.0)::DOUBLE",
        "m": "(hash(r, 3) % 1000000 / 100.0)::DECIMAL(15,2)",
        "s": "'some text no ' || hash(r, 4) % 10000",
        "w": "(hash(r, 5) % 100000)::VARCHAR",
        "d": "DATE '1992-01-01' + (hash(r, 6) % 10000)::INTEGER",
        "ds": "(DATE '1992-01-01' + (hash(r, 6) % 10000)::INTEGER)::VARCHAR",
        "ts": "(TIMESTAMP '1992-01-01 01:02:03' + to_seconds((hash(r, 7) % 1000000000)::BIGINT))::VARCHAR",
        "b": "encode('bytes ' || hash(r, 8) % 10000)",
        "j": "'{{\"a\": {{\"b\": ' || hash(r, 9) % 1000 || '}}}}'",
        "u": "'https://host' || hash(r, 10) % 100 || '.example.com/path?x=1'",
        "xm": "'<a><b>' || hash(r, 11) % 1000 || '</b></a>'",
    },
)
"""Each column's value for row ``r``; a thousandth of them are NULL."""


def make(folder: Path, rows: int, session: LocalSession) -> None:
    """Write the table, and make it known as ``f``; its timestamps ``t`` are made of text as it is read."""
    form, values = _ROWS
    columns = ", ".join(form.format(sql, name).removeprefix("SELECT ") for name, sql in values.items())
    with duckdb.connect() as connection:
        query = f"SELECT {columns} FROM range({rows}) AS g(r)".replace("{{", "{").replace("}}", "}")
        connection.execute(f"COPY ({query}) TO '{folder}/0.parquet' (FORMAT parquet)")
    seconds(session, f"CREATE EXTERNAL TABLE f ({_COLUMNS}) STORED AS PARQUET LOCATION '{folder}'")


def seconds(session: LocalSession, script: str) -> float:
    """CPU seconds of a script."""
    start = process_time()
    for result in session.run_script(script):
        for _ in result.lines():
            pass
        result.close()
    return process_time() - start


def _query(call: str) -> str:
    if "(t" not in call.replace("(ts", "").replace("(text", "").replace("(tinyint", ""):
        return f"SELECT count({call}) FROM f"
    return f"SELECT count({call}) FROM (SELECT cast(ts AS timestamp) AS t FROM f) g"


def main() -> int:
    """Print what each function costs, the dearest first; a call of a timestamp contains the cast that makes it."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    costs: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, LocalSession() as session:
        make(Path(folder), rows, session)
        plain = min(seconds(session, "SELECT count(s) FROM f") for _ in range(3))
        for name, call in CALLS.items():
            if only in name:
                costs[name] = min(seconds(session, _query(call)) for _ in range(2))
    _print(costs, plain, rows)
    too_slow = [name for name, took in costs.items() if took / rows * 1e9 > MOST_NANOSECONDS and name not in SLOW]
    return 1 if too_slow else 0


def _print(costs: dict[str, float], plain: float, rows: int) -> None:
    print(f"{rows:,} rows; a plain column takes {plain / rows * 1e9:.0f} ns a row\n")
    print("| function | ns a row | times a plain column | |\n| --- | ---: | ---: | --- |")
    for name, took in sorted(costs.items(), key=lambda one: -one[1]):
        nanoseconds = took / rows * 1e9
        remark = SLOW.get(name, "over the limit") if nanoseconds > MOST_NANOSECONDS else ""
        print(f"| `{name}` | {nanoseconds:,.0f} | {took / plain:.1f} | {remark} |")


if __name__ == "__main__":
    sys.exit(main())
