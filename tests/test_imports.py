"""What importing us costs: a scheduler parses DAG files every few seconds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ["boto3", "botocore", "duckdb", "lxml", "msgspec", "numpy", "pandas", "pyarrow", "regex", "sqlglot"]

PROBE = """
import json, sys
before = set()
if {airflow}:
    from airflow.providers.common.compat.sdk import (
        AirflowFailException, AirflowNotFoundException, BaseOperator, Connection, Context, conf, mask_secret
    )
    before = set(sys.modules)
{statement}
new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps(sorted(new)))
"""


def _imported_by(statement: str, *, airflow: bool) -> set[str]:
    """The top-level packages that a statement brings in, in a fresh process, beyond Airflow's own."""
    probe = PROBE.format(statement=statement, airflow=airflow)
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_operators_bring_in_nothing_heavy() -> None:
    imported = _imported_by("from airflow_ddb_hive.operators import *", airflow=True)
    assert "airflow_ddb_hive" in imported
    assert imported.isdisjoint(HEAVY)


def test_operators_bring_in_no_hook() -> None:
    statement = "from airflow_ddb_hive.operators import *; assert 'airflow_ddb_hive.hooks' not in sys.modules"
    assert "airflow_ddb_hive" in _imported_by(statement, airflow=True)


@pytest.mark.parametrize("module", ["airflow_ddb_hive", "airflow_ddb_hive.errors", "airflow_ddb_hive.provider_info"])
def test_light_modules_need_neither_airflow_nor_an_engine(module: str) -> None:
    imported = _imported_by(f"import {module}", airflow=False)
    assert imported.isdisjoint([*HEAVY, "airflow"])


def test_unknown_name_of_the_operators_is_an_attribute_error() -> None:
    from airflow_ddb_hive import operators

    assert set(operators.__all__) <= set(dir(operators))
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = operators.Nothing
