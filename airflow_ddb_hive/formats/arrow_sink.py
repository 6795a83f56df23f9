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
        self._target: OutputFile | None = target
        self._position = 0

    def let_go(self) -> None:
        """Take no more bytes: the file was given up."""
        self._target = None

    def write(self, data: Any) -> int:
        """Pass bytes on."""
        view = memoryview(data)
        count = len(view) if self._target is None else self._target.write(view)
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
