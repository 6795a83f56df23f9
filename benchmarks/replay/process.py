"""The replay server as a child process, so that its CPU time and memory are nobody else's."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CHECKOUT", "ReplayProcess", "replay_server"]

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class ReplayProcess:
    """A running server: where it is, and what was asked of it."""

    url: str

    def stats(self) -> dict[str, Any]:
        """The counters of ``/stats``: pages, items, requests by operation, and the server's own CPU time."""
        with urllib.request.urlopen(f"{self.url}/stats", timeout=30) as answer:  # noqa: S310 - our own loopback URL
            counters: dict[str, Any] = json.load(answer)
        return counters


@contextmanager
def replay_server(
    *,
    items: int,
    table: str = "flights",
    shape: str = "flights",
    sinks: tuple[str, ...] = (),
    page_items: int = 0,
    provisioned: int = 0,
) -> Iterator[ReplayProcess]:
    """Run a server on a free loopback port and end it afterwards."""
    command = [sys.executable, "-m", "benchmarks.replay", "--parent", "--items", str(items), "--table", table]
    command += ["--shape", shape]
    command += ["--page-items", str(page_items), *(part for sink in sinks for part in ("--sink", sink))]
    command += ["--provisioned", str(provisioned)] if provisioned else []
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"the replay server did not start: {' '.join(command)}")
            yield ReplayProcess(url)
        finally:
            process.terminate()
