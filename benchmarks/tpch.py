"""TPC-H-shaped queries over Parquet: the local engine against the same query written directly for DuckDB.

Run: ``python -m benchmarks.tpch [ROWS]``; makes its own tables (``ROWS`` rows of lineitem), once with money as double
and once as decimal(15,2), runs each query several times on both sides in turn, and prints the best times and their
ratio. The data is not TPC's: only its shape.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import duckdb

from airflow_ddb_hive.engines.local import LocalSession

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROWS = 2_000_000
ROUNDS = 5
TABLES = {
    "lineitem": (
        (
            "l_orderkey bigint, l_partkey int, l_quantity double, l_extendedprice double, l_discount double, "
            "l_tax double, "
            "l_returnflag string, l_linestatus string, l_shipdate date, l_receiptdate date, l_shipmode string"
        ),
        (
            "SELECT (i // 4)::BIGINT AS l_orderkey, (hash(i) % {parts})::INTEGER AS l_partkey, (hash(i, 1) % "
            "50)::DOUBLE AS "
            "l_quantity, (hash(i, 2) % 100000)::DOUBLE AS l_extendedprice, (hash(i, 3) % 11 / 100.0)::DOUBLE AS "
            "l_discount, "
            "(hash(i, 4) % 9 / 100.0)::DOUBLE AS l_tax, ['A', 'N', 'R'][1 + (hash(i, 5) % 3)::INTEGER] AS "
            "l_returnflag, "
            "['F', 'O'][1 + (hash(i, 6) % 2)::INTEGER] AS l_linestatus, DATE '1992-01-01' + (hash(i, 7) % "
            "2500)::INTEGER AS "
            "l_shipdate, DATE '1992-01-02' + (hash(i, 7) % 2500 + hash(i, 8) % 30)::INTEGER AS l_receiptdate, "
            "['AIR', 'MAIL', 'SHIP', 'TRUCK', 'RAIL'][1 + (hash(i, 9) % 5)::INTEGER] AS l_shipmode FROM "
            "range({rows}) t(i)"
        ),
    ),
    "orders": (
        "o_orderkey bigint, o_custkey int, o_totalprice double, o_orderdate date, o_orderpriority string",
        (
            "SELECT i::BIGINT AS o_orderkey, (hash(i) % {customers})::INTEGER AS o_custkey, (hash(i, 1) % "
            "500000)::DOUBLE AS "
            "o_totalprice, DATE '1992-01-01' + (hash(i, 2) % 2400)::INTEGER AS o_orderdate, ['1-URGENT', '2-HIGH', "
            "'3-MEDIUM', '4-LOW'][1 + (hash(i, 3) % 4)::INTEGER] AS o_orderpriority FROM range({rows} // 4) t(i)"
        ),
    ),
    "customer": (
        "c_custkey int, c_name string, c_mktsegment string, c_nation string, c_acctbal double",
        (
            "SELECT i::INTEGER AS c_custkey, 'Customer#' || i AS c_name, ['BUILDING', 'AUTOMOBILE', "
            "'MACHINERY'][1 + (hash(i) "
            "% 3)::INTEGER] AS c_mktsegment, 'N' || hash(i, 1) % 25 AS c_nation, (hash(i, 2) % 10000)::DOUBLE "
            "AS c_acctbal "
            "FROM range({customers}) t(i)"
        ),
    ),
    "part": (
        "p_partkey int, p_brand string, p_type string, p_size int, p_container string",
        (
            "SELECT i::INTEGER AS p_partkey, 'Brand#' || hash(i) % 25 AS p_brand, ['PROMO X', 'ECONOMY Y', "
            "'STANDARD Z'][1 + "
            "(hash(i, 1) % 3)::INTEGER] AS p_type, (hash(i, 2) % 50)::INTEGER AS p_size, ['SM BOX', 'LG "
            "CASE'][1 + (hash(i, "
            "3) % 2)::INTEGER] AS p_container FROM range({parts}) t(i)"
        ),
    ),
}
"""Each table's columns for Hive, and the query that makes its rows."""

QUERIES = {
    "1 pricing summary": "SELECT l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice), "
    "sum(l_extendedprice * (1 - l_discount)), sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), avg(l_quantity), "
    "avg(l_discount), count(*) FROM lineitem WHERE l_shipdate <= DATE '1998-09-02' GROUP BY l_returnflag, l_linestatus "
    "ORDER BY l_returnflag, l_linestatus",
    "3 shipping priority": "SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate FROM "
    "customer JOIN orders ON c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey WHERE c_mktsegment = "
    "'BUILDING' AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15' GROUP BY l_orderkey, "
    "o_orderdate ORDER BY revenue DESC, o_orderdate LIMIT 10",
    "4 order priority": "SELECT o_orderpriority, count(*) FROM orders WHERE o_orderdate >= DATE '1993-07-01' AND "
    "o_orderdate < DATE '1993-10-01' AND EXISTS (SELECT 1 FROM lineitem WHERE l_orderkey = o_orderkey AND "
    "l_receiptdate "
    "> l_shipdate) GROUP BY o_orderpriority ORDER BY o_orderpriority",
    "5 by nation": "SELECT c_nation, sum(l_extendedprice * (1 - l_discount)) AS revenue FROM customer JOIN orders ON "
    "c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey WHERE o_orderdate >= DATE '1994-01-01' AND "
    "o_orderdate < DATE '1995-01-01' GROUP BY c_nation ORDER BY revenue DESC",
    "6 forecast": "SELECT sum(l_extendedprice * l_discount) FROM lineitem WHERE l_shipdate >= DATE '1994-01-01' AND "
    "l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05D AND 0.07D AND l_quantity < 24",
    "10 returned": "SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal FROM "
    "customer JOIN orders ON c_custkey = o_custkey JOIN lineitem ON l_orderkey = o_orderkey WHERE o_orderdate >= DATE "
    "'1993-10-01' AND o_orderdate < DATE '1994-01-01' AND l_returnflag = 'R' GROUP BY c_custkey, c_name, c_acctbal "
    "ORDER BY revenue DESC LIMIT 20",
    "12 ship modes": "SELECT l_shipmode, sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END), "
    "count(*) FROM orders JOIN lineitem ON o_orderkey = l_orderkey WHERE l_shipmode IN ('MAIL', 'SHIP') AND "
    "l_receiptdate >= DATE '1994-01-01' AND l_receiptdate < DATE '1995-01-01' GROUP BY l_shipmode ORDER BY l_shipmode",
    "13 distribution": "SELECT c_count, count(*) AS custdist FROM (SELECT c_custkey, count(o_orderkey) AS c_count FROM "
    "customer LEFT OUTER JOIN orders ON c_custkey = o_custkey GROUP BY c_custkey) c_orders GROUP BY c_count ORDER BY "
    "custdist DESC, c_count DESC",
    "14 promotion": "SELECT 100.0D * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE "
    "0.0D END) / sum(l_extendedprice * (1 - l_discount)) FROM lineitem JOIN part ON l_partkey = p_partkey WHERE "
    "l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1995-10-01'",
    "17 small quantity": "SELECT sum(l_extendedprice) / 7.0D FROM lineitem JOIN part ON p_partkey = l_partkey JOIN "
    "(SELECT l_partkey AS k, 0.2D * avg(l_quantity) AS q FROM lineitem GROUP BY l_partkey) a ON a.k = p_partkey WHERE "
    "p_brand = 'Brand#23' AND p_container = 'SM BOX' AND l_quantity < a.q",
    "18 large volume": "SELECT o_orderkey, o_totalprice, sum(l_quantity) FROM orders JOIN lineitem ON o_orderkey = "
    "l_orderkey WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 150) "
    "GROUP BY o_orderkey, o_totalprice ORDER BY o_totalprice DESC LIMIT 100",
    "19 discounted": "SELECT sum(l_extendedprice * (1 - l_discount)) FROM lineitem JOIN part ON p_partkey = l_partkey "
    "WHERE (p_brand = 'Brand#12' AND l_quantity BETWEEN 1 AND 11) OR (p_brand = 'Brand#23' AND l_quantity "
    "BETWEEN 10 AND "
    "20 AND l_shipmode = 'AIR')",
}


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall, and of the processors."""

    wall: float
    cpu: float


def took(run: Callable[[], object]) -> Took:
    """What a run took."""
    wall, cpu = perf_counter(), process_time()
    run()
    return Took(perf_counter() - wall, process_time() - cpu)


def best(times: Sequence[Took]) -> Took:
    """The least of each."""
    return Took(min(one.wall for one in times), min(one.cpu for one in times))


def best_of_both(first: Callable[[], object], second: Callable[[], object]) -> tuple[Took, Took]:
    """The fastest runs of each, which take turns."""
    times = [(took(first), took(second)) for _ in range(ROUNDS)]
    return best([one for one, _ in times]), best([other for _, other in times])


def make(folder: Path, rows: int, session: LocalSession, direct: duckdb.DuckDBPyConnection, money: str) -> None:
    """Write the tables, and show them to both sides; ``money`` is the type of amounts."""
    sizes = {"rows": rows, "parts": max(rows // 30, 1), "customers": max(rows // 40, 1)}
    for name, (columns, query) in TABLES.items():
        place = folder / name
        place.mkdir(parents=True)
        text = query.format(**sizes).replace("::DOUBLE", f"::{money}")
        direct.execute(f"COPY ({text}) TO '{place}/0.parquet' (FORMAT parquet)")
        direct.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{place}/*.parquet')")
        typed = columns.replace(" double", f" {money}")
        made = f"CREATE EXTERNAL TABLE {name} ({typed}) STORED AS PARQUET LOCATION '{place}'"
        drain(session, f"DROP TABLE IF EXISTS {name}; {made}")


def drain(session: LocalSession, text: str) -> int:
    """Run a script; return how many rows it gave."""
    count = 0
    for result in session.run_script(text):
        count += sum(1 for _ in result.lines())
        result.close()
    return count


def fetch(direct: duckdb.DuckDBPyConnection, text: str) -> list[object]:
    """Run a query of DuckDB's own."""
    return list(direct.execute(text).fetchall())


def duck_text(query: str) -> str:
    """The query as DuckDB's own users write it: its numbers have no suffix."""
    return (
        query.replace("0.05D", "0.05")
        .replace("0.07D", "0.07")
        .replace("0.0D", "0.0")
        .replace("0.2D", "0.2")
        .replace("7.0D", "7.0")
    )


def compare(name: str, query: str, session: LocalSession, direct: duckdb.DuckDBPyConnection) -> float:
    """Print the times of one query; return their ratio."""
    theirs, ours = best_of_both(partial(fetch, direct, duck_text(query)), partial(drain, session, query))
    figures = f"{theirs.wall * 1000:.0f} | {ours.wall * 1000:.0f} | {ours.wall / theirs.wall:.2f}"
    print(f"| {name} | {figures} | {ours.cpu / theirs.cpu:.2f} |", flush=True)
    return ours.wall / theirs.wall


def main() -> None:
    """Print the table of ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    direct = duckdb.connect()
    with tempfile.TemporaryDirectory() as folder, LocalSession() as session:
        for money in ("double", "decimal(15,2)"):
            make(Path(folder, money[:7]), rows, session, direct, money)
            print(f"| {money} | DuckDB ms | ours ms | ratio | ratio of CPU time |\n| --- | ---: | ---: | ---: | ---: |")
            ratios = []
            for name, query in QUERIES.items():
                text = query if money == "double" else duck_text(query)
                ratios.append(compare(name, text, session, direct))
            print(f"\nmedian ratio {statistics.median(ratios):.2f}\n")


if __name__ == "__main__":
    main()
