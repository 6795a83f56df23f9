"""Runs one case of Hive's own test suite on the local engine: an empty warehouse each time.

Usable by the suite's runner: ``run.py --exec tests.hive_qtests.executor:run``.
"""

from __future__ import annotations

from airflow_ddb_hive.engines.local import LocalSession

__all__ = ["run"]


def run(setup_statements: list[str], query: str) -> list[str]:
    """Run the set-up, then the query; return its rows as the Hive CLI prints them."""
    with LocalSession(hiveconfs={"hive.local.time.zone": "America/Los_Angeles"}) as session:
        for statement in setup_statements:
            for result in session.run_script(statement):
                for _ in result.lines():
                    pass
                result.close()
        rows: list[str] = []
        for result in session.run_script(query):
            rows = list(result.lines())
            result.close()
        return rows
