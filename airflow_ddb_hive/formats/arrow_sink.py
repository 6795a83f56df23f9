"""An output file as pyarrow's writers want one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_ddb_hive.storage.base import OutputFile

__all__ = ["ArrowSink"]


class ArrowSink:
    """An output file as pyarrow wants one: it also asks for the position, and may not close it."""

    closed = False

    def __init__(self, target: OutputFile) -> None:
        self._target = target
        self._position = 0

    def write(self, data: Any) -> int:
        """Take bytes."""
        count = self._target.write(memoryview(data))
        self._position += count
        return count

    def tell(self) -> int:
        """The bytes taken."""
        return self._position

    def writable(self) -> bool:
        """Yes."""
        return True

    def readable(self) -> bool:
        """No."""
        return False

    def seekable(self) -> bool:
        """No."""
        return False

    def flush(self) -> None:
        """Do nothing: finish does."""

    def close(self) -> None:
        """Do nothing: the owner publishes."""
