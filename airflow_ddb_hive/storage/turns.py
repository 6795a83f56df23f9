"""Who may publish in a folder, when several processes want to or one has died while it did."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow_ddb_hive.storage.journal import Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Turn", "is_over", "under_way"]

_STEP_SECONDS = 0.2
_LEASE_SECONDS = 300.0
"""Publishing takes seconds; one that is still under way after this long on another machine has lost its process."""


def _nothing(_step: str) -> None:
    return None


class Turn:
    """Waits for another process to end what it has begun, and takes over when it is dead.

    Args:
        lease_seconds: How long a process may take of which it is not known whether it lives.
        on_step: Called after each step of a commit with its name.
        check: Raises when the wait is to end.
    """

    def __init__(
        self,
        *,
        lease_seconds: float = _LEASE_SECONDS,
        on_step: Callable[[str], None] = _nothing,
        check: Callable[[], None] | None = None,
    ) -> None:
        self.step = on_step
        self._lease_seconds = lease_seconds
        self._check = check
        self._waited_for: Owner | None = None
        self._since = 0.0

    def wait_for(self, owner: Callable[[], Owner | None], recover: Callable[[], object], name: str = "") -> None:
        """Wait a step for whoever owns what has that name, or do what he left undone."""
        found = owner()
        if found is None:
            return
        if found != self._waited_for:
            self._waited_for, self._since = found, time.monotonic()
        if is_over(found, name) or time.monotonic() - self._since > self._lease_seconds:
            recover()
            return
        if self._check is not None:
            self._check()
        time.sleep(_STEP_SECONDS)


_UNDER_WAY: set[str] = set()
_LOCK = threading.Lock()


@contextmanager
def under_way(name: str) -> Iterator[None]:
    """While the block runs, this process is doing what has that name."""
    with _LOCK:
        _UNDER_WAY.add(name)
    try:
        yield
    finally:
        with _LOCK:
            _UNDER_WAY.discard(name)


def is_over(owner: Owner, name: str) -> bool:
    """Whether nobody is doing any more what has that name: its process is dead, or is this one and failed at it.

    Example:
        >>> mine = Owner.of_this_process()
        >>> with under_way("x"):
        ...     is_over(mine, "x"), is_over(mine, "y")
        (False, True)
    """
    if owner == Owner.of_this_process():
        with _LOCK:
            return name not in _UNDER_WAY
    return owner.is_dead()
