"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["once"]


def once(happened: Callable[[], object], seconds: float = 60) -> None:
    """Return as soon as it has happened; fail if it does not."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.02)
