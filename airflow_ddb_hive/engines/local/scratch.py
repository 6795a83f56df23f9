"""Temporary folders that end with their process: the next one removes what a killed one has left.

Each folder holds a file that its process keeps locked; whoever gets the lock knows that the owner is gone, whatever
has become of its number. Folders of other users, and of systems without such locks, are left alone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["Scratch", "remove_abandoned"]

_PREFIX = "ddb-hive-scratch-"
_OWNER = ".owner"


class Scratch:
    """One temporary folder, there until it is closed.

    Example:
        >>> scratch = Scratch("spill")
        >>> scratch.path.is_dir()
        True
        >>> scratch.close()
        >>> scratch.path.exists()
        False

    Args:
        kind: A word for the folder's name.
    """

    def __init__(self, kind: str) -> None:
        remove_abandoned()
        self.path = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{kind}-"))
        new = self.path / f"{_OWNER}.new"
        self._descriptor = os.open(new, os.O_RDWR | os.O_CREAT)
        _lock(self._descriptor)
        # Under its name it has been locked from the first moment on.
        new.rename(self.path / _OWNER)

    @property
    def folder(self) -> Path:
        """A folder in it for whoever wants one that is empty."""
        inner = self.path / "files"
        inner.mkdir(exist_ok=True)
        return inner

    def close(self) -> None:
        """Remove the folder with all that is in it; a second call does nothing."""
        if self._descriptor < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._descriptor)
        self._descriptor = -1


def remove_abandoned() -> None:
    """Remove the folders whose processes have ended without doing so."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        with suppress(OSError):
            descriptor = os.open(owner, os.O_RDWR)
            try:
                if _lock(descriptor):
                    shutil.rmtree(owner.parent, ignore_errors=True)
            finally:
                os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether the file could be locked: nobody else has."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
