"""What makes ``ddb-hive`` a light process: it is started for one script, often many times a day."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["make_light"]


class _NoPandas:
    """Refuses to find pandas."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        """Raise for pandas, so that its importer knows at once that it is not there; leave all else to others."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError("ddb-hive does without pandas", name=name)


def make_light() -> None:
    """Keep pandas out of this process, and the garbage collector from looking for cycles too often.

    Arrow imports pandas (more than a second of CPU) with the first value it converts, only to recognise pandas' own
    objects, of which a shell has none. And pages hold no cycles: looking for them often is lost time.
    """
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
    gc.set_threshold(50_000, 20, 50)
