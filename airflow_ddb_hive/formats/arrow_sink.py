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
        self._held: list[bytes] | None = None

    def hold(self) -> None:
        """Keep the bytes that come from now on, until they are taken by :meth:`held`."""
        self._held = []

    def held(self) -> bytes:
        """The bytes that were kept; further ones are passed on again."""
        data, self._held = b"".join(self._held or ()), None
        return data

    def let_go(self) -> None:
        """Take no more bytes: the file was given up."""
        self._target = None

    def write(self, data: Any) -> int:
        """Pass bytes on."""
        view = memoryview(data)
        if self._held is not None:
            self._held.append(view.tobytes())
        elif self._target is not None:
            self._target.write(view)
        self._position += view.nbytes
        return view.nbytes

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
