"""CPU time and memory of a child process, and nobody else's."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Measured", "environment", "peak_megabytes", "run_measured"]

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a run of a process took; ``cpu_seconds`` counts from its first instruction, imports included."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float
    output: str


def environment(endpoint_url: str) -> dict[str, str]:
    """An environment in which every AWS client talks to ``endpoint_url`` and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "AIRFLOW"))}
    return kept | {
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }


def run_measured(command: Sequence[str], *, env: Mapping[str, str], directory: Path) -> Measured:
    """Run a command to its end; raises RuntimeError with what it said if it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=dict(env), cwd=directory, stdout=output, stderr=errors)
        peaks = [0.0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        watcher.join()
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            said = errors.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"status {process.returncode} of {' '.join(command)[:300]}\n{said}")
        return Measured(
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            wall_seconds=wall,
            peak_megabytes=peaks[-1],
            output=output.read().decode(errors="replace"),
        )


def peak_megabytes(process_id: int) -> float | None:
    """The most memory that a process was ever resident with (Linux's VmHWM); ``None`` when that cannot be known.

    ``ru_maxrss`` will not do: a child inherits the peak of the process that started it.
    """
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return None if found is None else int(found[1]) / 1024


def _watch(process_id: int, peaks: list[float]) -> None:
    while (peak := peak_megabytes(process_id)) is not None:
        peaks.append(peak)
        time.sleep(_POLL_SECONDS)
