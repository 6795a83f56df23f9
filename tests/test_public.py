"""What is public is listed: sorted, present, and complete."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import airflow_ddb_hive

ROOT = Path(airflow_ddb_hive.__file__).parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages([str(ROOT)], "airflow_ddb_hive.")
    if not module.name.endswith(".__main__")
)


def _source(name: str) -> Path:
    path = ROOT.parent / name.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _isort_style(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order of ruff's RUF022."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("name", ["airflow_ddb_hive", *MODULES])
def test_public_names_are_sorted_unique_and_there(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert names == sorted(set(names), key=_isort_style), f"{name}.__all__"
    assert [public for public in names if not hasattr(module, public)] == []


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_defines_without_underscore_is_listed(name: str) -> None:
    tree = ast.parse(_source(name).read_text(encoding="utf-8"))
    defined = {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    }
    assert defined - set(importlib.import_module(name).__all__) == set()
