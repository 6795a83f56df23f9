"""The example DAG: imports fast and lazily, has a script for every step, and runs them in the order of their names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
DAG_FILE = CHECKOUT / "dags_examples" / "tutorial.py"
SCRIPTS = sorted((CHECKOUT / "dags_examples" / "tutorial").glob("*.hql"))

SHOW = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("tutorial_dag", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["tutorial_dag"] = module
before = set(sys.modules)
spec.loader.exec_module(module)
dag = module.create_hive_features.dag
heavy = {"duckdb", "pyarrow", "sqlglot", "boto3"} & (set(sys.modules) - before)
print("heavy", ",".join(sorted(heavy)))
print("tasks", ",".join(sorted(dag.task_ids)))
print("scripts", ",".join(sorted(str(task.hql) for task in dag.tasks if hasattr(task, "hql"))))
print("modules", ",".join(sorted({type(task).__module__.partition(".")[0] for task in dag.tasks})))
"""


def _parsed() -> dict[str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SHOW, str(DAG_FILE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    pairs = (line.partition(" ") for line in done.stdout.splitlines())
    return {key: [name for name in names.split(",") if name] for key, _, names in pairs}


def test_parsing_the_dag_loads_no_engine_and_every_task_is_ours() -> None:
    parsed = _parsed()
    assert parsed["heavy"] == []
    assert parsed["modules"] == ["airflow_ddb_hive"]


def test_every_step_of_the_dag_has_a_script_of_its_name() -> None:
    steps = {script.stem[3:] for script in SCRIPTS}
    assert set(_parsed()["tasks"]) == steps - {"create_s3_states"}


def test_scripts_of_the_dag_are_files_that_exist() -> None:
    assert set(_parsed()["scripts"]) <= {script.name for script in SCRIPTS}


def test_scripts_are_numbered_without_gaps() -> None:
    assert [script.name[:2] for script in SCRIPTS] == [f"{number:02d}" for number in range(1, len(SCRIPTS) + 1)]
