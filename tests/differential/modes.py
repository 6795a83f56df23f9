"""Where the values stand and how Hive computes with them, and both engines made ready for that."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.differential.answers import HiveSide, LocalSide, Side
from tests.differential.tables import ROWS, data_text, setup_statements

__all__ = ["DATABASE", "MODES", "Mode", "hive_side", "local_side", "make_hive_tables"]

DATABASE = "differential"
"""The database of the boundary tables, on both sides."""

_CANARY = "day(w)"
"""With its optimiser Hive reads days of more texts than without."""
_JOB = {"hive.fetch.task.conversion": "none"}


@dataclass(frozen=True, slots=True)
class Mode:
    """A table, Hive's settings, and how many expressions a whole run compares so."""

    name: str
    table: str
    count: int
    settings: dict[str, str] = field(default_factory=dict)
    rows: int = ROWS
    literals: bool = False
    by: str | None = None
    """The mode that decides where this one differs: Hive itself does, then."""


_MODES = (
    Mode("text", "bt", 75_000),
    Mode("orc", "bo", 10_000, {**_JOB, "hive.vectorized.execution.enabled": "false"}),
    Mode("vectorized", "bo", 10_000, {**_JOB, "hive.vectorized.execution.enabled": "true"}, by="orc"),
    Mode("literals", "bt where k = 3", 5_000, rows=1, literals=True),
)
MODES = {mode.name: mode for mode in _MODES}
"""Every mode by its name."""


def hive_side(mode: Mode, port: int) -> Side:
    """Return the side that asks Hive, in which the tables are."""
    return Side(_hive(mode, port).ask, mode.table, mode.rows, _CANARY)


def _hive(mode: Mode, port: int) -> HiveSide:
    # Hive's strict mode refuses what compares a BIGINT with text, which leaves nothing to compare.
    return HiveSide(port, DATABASE, {"hive.strict.checks.type.safety": "false", **mode.settings})


def make_hive_tables(port: int) -> None:
    """Make the tables in Hive.

    Raises:
        RuntimeError: Hive refused to.
    """
    hive = _hive(MODES["text"], port)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "rows")
        text.write_text(data_text(), encoding="utf-8")
        last = hive.run(setup_statements(text, database=DATABASE))[-1]
    if "error" in last:
        raise RuntimeError(f"Hive did not make the tables: {last['error']}")


@contextmanager
def local_side(mode: Mode) -> Iterator[Side]:
    """Open a session with the tables, and give the side that asks it."""
    local = LocalSide({})
    try:
        with tempfile.TemporaryDirectory() as folder:
            text, orc = Path(folder, "rows"), Path(folder, "from_orc")
            text.write_text(data_text(), encoding="utf-8")
            orc.write_text(data_text(from_orc=True), encoding="utf-8")
            local.run(setup_statements(text, database=DATABASE, orc=orc))
        yield Side(local.ask, mode.table, mode.rows)
    finally:
        local.close()
