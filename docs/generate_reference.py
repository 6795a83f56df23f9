"""Writes ``docs/reference/*.md`` from the docstrings, one page a room; a test compares them with what is committed.

Run by ``make docs``. Only names in a package's ``__all__`` get a section: what is not listed is not public.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGES = {
    "operators": "airflow_ddb_hive.operators",
    "operators-all": "airflow_ddb_hive.operators.base",
    "operators-waiting": "airflow_ddb_hive.operators.waiting",
    "hooks": "airflow_ddb_hive.hooks",
    "dbapi": "airflow_ddb_hive.dbapi",
    "errors": "airflow_ddb_hive.errors",
    "testing": "airflow_ddb_hive.testing",
    "engines": "airflow_ddb_hive.engines",
}
# Annotations are text under "from __future__ import annotations"; an address differs from run to run.
_QUOTED = re.compile(r"(: |-> )'([^']*)'")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
REFERENCE = Path(__file__).parent / "reference"


def page(module_name: str) -> str:
    """Return the page of a module: its docstring, and a section for each public name."""
    module = importlib.import_module(module_name)
    lines = [f"# `{module_name}`", "", inspect.getdoc(module) or "", ""]
    for name in module.__all__:
        lines += [*section(name, getattr(module, name)), ""]
    return "\n".join(lines).rstrip() + "\n"


def section(name: str, value: Any) -> Iterator[str]:
    """Yield a public name's signature and docstring, and those of a class's own public methods."""
    yield f"## `{name}`"
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        yield ""
        yield f"A value: `{type(value).__name__}`."
        return
    yield from _documented(name, value)
    for method_name, method in vars(value).items() if inspect.isclass(value) else ():
        if inspect.isfunction(method) and not method_name.startswith("_") and inspect.getdoc(method):
            yield ""
            yield f"### `{name}.{method_name}`"
            yield from _documented(method_name, method)


def _documented(name: str, value: Any) -> Iterator[str]:
    yield ""
    yield "```python"
    yield _signature(name, value)
    yield "```"
    yield ""
    yield "```text"
    yield inspect.getdoc(value) or ""
    yield "```"


def _signature(name: str, value: Any) -> str:
    try:
        signature = str(inspect.signature(inspect.unwrap(value)))
    except (TypeError, ValueError):
        return name
    return name + _ADDRESS.sub("", _QUOTED.sub(r"\1\2", signature))


def pages() -> dict[str, str]:
    """Return every page's file name and text."""
    return {f"{title}.md": page(module) for title, module in PAGES.items()}


def main() -> int:
    """Write the pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
