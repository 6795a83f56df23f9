"""The tutorial's scripts, run by the shell alone in their order, do what the DAG does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from demo import aws, verify
from demo.places import features_file, states_file

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((CHECKOUT / "dags_examples" / "tutorial").glob("*.hql"))


def _shell(url: str, folder: Path, script: Path) -> list[str]:
    places = ["--warehouse", str(folder / "warehouse"), "--endpoint-url", url, "--s3-endpoint-url", url]
    variables = ["--hivevar", f"features_file={folder / 'features.txt'}", "--hivevar", f"bucket={aws.BUCKET}"]
    done = subprocess.run(
        [sys.executable, "-m", "airflow_ddb_hive.cli", "-S", *places, *variables, "-f", str(script)],
        cwd=CHECKOUT,
        env=aws.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script.name}: {done.stderr}"
    return done.stdout.splitlines()


@pytest.mark.slow
def test_scripts_alone_give_the_rows_tables_and_files_of_the_dag(tmp_path: Path) -> None:
    (tmp_path / "features.txt").write_text(features_file(), encoding="utf-8")
    with aws.serving(tmp_path / "moto.log") as url:
        aws.prepare(url, states_file())
        for script in SCRIPTS:
            lines = _shell(url, tmp_path, script)
            if script.stem[3:] in verify.QUERIES:
                wanted = verify.QUERIES[script.stem[3:]]()
                assert lines == ["\t".join(map(str, row)) for row in wanted], script.name
        assert [check for check in verify.check_data(url) if not check.holds] == []
