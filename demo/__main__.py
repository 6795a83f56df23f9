"""``make demo``: servers, data, the DAG through Airflow, its rows and reports, and checks of all it claims."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from demo import aws
from demo.airflow_run import DemoError, Step, airflow_environment, migrate, run_dag
from demo.places import features_file, places, states_file
from demo.printing import step_lines
from demo.verify import QUERIES, Check, check_data, check_query

if TYPE_CHECKING:
    from collections.abc import Iterable

HOME = Path(__file__).resolve().parents[1] / ".demo"


def main() -> int:
    """Run the demo; 0 when every step succeeded and every claim holds."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    shutil.rmtree(HOME, ignore_errors=True)
    (HOME / "airflow").mkdir(parents=True)
    os.chdir(HOME.parent)
    environment = aws.environment()
    os.environ.clear()
    os.environ.update(environment)
    try:
        with aws.serving(HOME / "moto.log") as url:
            failed = _run(url)
    except (DemoError, RuntimeError) as error:
        print(f"\nFAILED: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped; logs are in {HOME}", file=sys.stderr)
        return 130
    print(f"\n{'FAILED' if failed else 'Done'} in {time.monotonic() - started:.0f} s; logs are in {HOME}")
    return 1 if failed else 0


def _run(url: str) -> bool:
    """Prepare, run, verify; whether a claim did not hold."""
    _say(f"DynamoDB and S3 answer at {url}")
    features = HOME / "features.txt"
    features.write_text(features_file(), encoding="utf-8")
    aws.prepare(url, states_file())
    _say(f"{len(places()):,} places are in {features}; tables {', '.join(aws.TABLES)} and bucket {aws.BUCKET} exist")
    airflow = airflow_environment(HOME / "airflow", url)
    migrate(airflow, HOME / "migrate.log")
    _say("Airflow has its database; running: airflow dags test tutorial")
    conf = {"features_file": str(features), "bucket": aws.BUCKET}
    steps: dict[str, Step] = {}
    for step in run_dag(airflow, HOME / "airflow", conf, HOME / "airflow.log"):
        steps[step.task_id] = step
        print("\n".join(step_lines(len(steps), step)), flush=True)
    print("\nVerified by boto3, pyarrow and plain Python, against the source:")
    queries = (check_query(name, steps[name].result if name in steps else None) for name in QUERIES)
    holds = [_show(check) for checks in (queries, check_data(url)) for check in checks]
    _show_times(steps.values())
    return not all(holds)


def _say(text: str) -> None:
    print(text, flush=True)


def _show(check: Check) -> bool:
    mark = "ok  " if check.holds else "FAIL"
    print(f"  {mark} {check.claim}" + ("" if check.holds else f", but there are {check.seen}"))
    return check.holds


def _show_times(steps: Iterable[Step]) -> None:
    print("\nSeconds by step:")
    for step in sorted(steps, key=lambda step: -step.seconds):
        print(f"  {step.seconds:6.1f}  {step.task_id}")


if __name__ == "__main__":
    sys.exit(main())
