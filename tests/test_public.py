"""What is public is listed: sorted, present, and nothing beside it."""

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
PACKAGES = ["airflow_ddb_hive", *(name for name in MODULES if (ROOT.parent / name.replace(".", "/")).is_dir())]


def _source(name: str) -> Path:
    path = ROOT.parent / name.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize("name", ["airflow_ddb_hive", *MODULES])
def test_public_names_are_sorted_unique_and_there(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert names == sorted(set(names)), f"{name}.__all__"
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


@pytest.mark.parametrize("name", PACKAGES)
def test_package_init_reexports_only_what_it_lists(name: str) -> None:
    tree = ast.parse(_source(name).read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("airflow_ddb_hive")
        for alias in node.names
    }
    assert imported - set(importlib.import_module(name).__all__) == set()
