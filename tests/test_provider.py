"""What Airflow knows of us: metadata, errors between processes, operators in DAGs."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata, resources
from typing import Any

import pytest
from airflow.providers.common.compat.sdk import DAG, BaseOperator

from airflow_ddb_hive import errors, operators
from airflow_ddb_hive.hooks import DynamoDBHiveHook
from airflow_ddb_hive.provider_info import form_fields, get_provider_info

ARGUMENTS: dict[str, dict[str, Any]] = {
    "DynamoDBExportOperator": {
        "table_name": "Music",
        "location": "s3://lake/{{ ds }}/",
        "columns": {"a": ["string", "A"]},
    },
    "DynamoDBHiveOperator": {"hql": "SELECT '{{ ds }}'", "hivevars": {"day": "{{ ds }}"}, "parameters": {"n": 1}},
    "DynamoDBImportOperator": {"table_name": "Music", "location": "s3://lake/{{ ds }}/", "write_percent": 0.5},
    "DynamoDBJoinOperator": {"tables": {"music": {"table_name": "Music{{ ds_nodash }}"}}, "hql": "SELECT 1"},
    "DynamoDBQueryOperator": {"hql": "SELECT * FROM music", "table_name": "Music", "index_name": "ByYear"},
}
SHARED_ARGUMENTS = {
    "aws_conn_id",
    "deferrable",
    "dynamodb_hive_conn_id",
    "engine",
    "hiveconfs",
    "hivevars",
    "init_hql",
    "parameters",
    "region_name",
    "schema",
    "wait_for_completion",
    "waiter_delay",
    "waiter_max_attempts",
}
NAMES = sorted(operators.__all__)


def _operator(name: str, **more: Any) -> Any:
    return getattr(operators, name)(task_id=f"task_{name}", **ARGUMENTS[name], **more)


def test_every_operator_is_tested_here() -> None:
    assert sorted(ARGUMENTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_operator_takes_the_shared_arguments_with_their_defaults(name: str) -> None:
    operator = _operator(name)
    assert {argument for argument in SHARED_ARGUMENTS if hasattr(operator, argument)} == SHARED_ARGUMENTS
    assert (operator.engine, operator.dynamodb_hive_conn_id) == ("local", "dynamodb_hive_default")
    assert (operator.wait_for_completion, operator.deferrable) == (True, False)


@pytest.mark.parametrize("name", NAMES)
def test_template_fields_are_sorted_attributes(name: str) -> None:
    operator = _operator(name)
    fields = type(operator).template_fields
    assert isinstance(fields, tuple)
    assert list(fields) == sorted(set(fields))
    assert all(hasattr(operator, field) for field in fields)
    assert set(type(operator).template_fields_renderers) <= set(fields)
    assert type(operator).template_ext == (".hql", ".sql")
    assert {"engine", "dynamodb_hive_conn_id", "aws_conn_id", "region_name", "schema"} <= set(fields)


@pytest.mark.parametrize("name", NAMES)
def test_constructor_stores_arguments_untouched(name: str) -> None:
    operator = _operator(name, aws_conn_id="nobody", dynamodb_hive_conn_id="nobody", engine="{{ params.engine }}")
    for argument, value in ARGUMENTS[name].items():
        assert getattr(operator, argument) is value
    assert operator.engine == "{{ params.engine }}"


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_keyword_only(name: str) -> None:
    parameters = inspect.signature(getattr(operators, name).__init__).parameters.values()
    kinds = {p.kind for p in parameters if p.name != "self"}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


@pytest.mark.parametrize("name", NAMES)
def test_default_args_of_the_dag_reach_every_level(name: str) -> None:
    defaults = {"engine": "elsewhere", "schema": "sales", "retries": 3}
    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC), default_args=defaults):
        operator = _operator(name)
    assert (operator.engine, operator.schema, operator.retries) == ("elsewhere", "sales", 3)


@pytest.mark.parametrize("name", NAMES)
def test_operator_can_be_mapped(name: str) -> None:
    arguments = dict(ARGUMENTS[name])
    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        getattr(operators, name).partial(task_id="mapped", **arguments).expand(region_name=["eu-west-1", "us-east-1"])
    assert dag.task_ids == ["mapped"]


@pytest.mark.parametrize("name", NAMES)
def test_operator_can_be_copied_before_it_runs(name: str) -> None:
    operator = _operator(name)
    assert copy.deepcopy(operator).task_id == operator.task_id
    assert isinstance(operator, BaseOperator)


def _serialization() -> tuple[Any, Any]:
    """The DAG serialiser of this Airflow: its place is not the same in 2.11 and 3."""
    module = importlib.import_module("airflow.serialization.serialized_objects")
    writer = getattr(module, "DagSerialization", None) or module.SerializedDAG
    return writer.to_dict, writer.from_dict


def test_dag_of_all_operators_survives_serialisation() -> None:
    to_dict, from_dict = _serialization()
    with DAG("d", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=UTC)) as dag:
        for name in NAMES:
            _operator(name)
    restored = from_dict(json.loads(json.dumps(to_dict(dag))))
    for name in NAMES:
        task = restored.get_task(f"task_{name}")
        assert task.task_type == name
        assert tuple(task.template_fields) == getattr(operators, name).template_fields
        for argument, value in ARGUMENTS[name].items():
            if argument in task.template_fields:
                assert getattr(task, argument) == value


def test_metadata_fits_airflows_schema() -> None:
    schema = json.loads(resources.files("airflow").joinpath("provider_info.schema.json").read_text())
    importlib.import_module("jsonschema").validate(get_provider_info(), schema)


def test_metadata_names_what_exists() -> None:
    info = get_provider_info()
    modules = [module for kind in ("operators", "hooks") for entry in info[kind] for module in entry["python-modules"]]
    classes = {name for module in modules for name in importlib.import_module(module).__all__}
    assert classes >= {*operators.__all__, "DynamoDBHiveHook"}
    (connection,) = info["connection-types"]
    assert connection["connection-type"] == DynamoDBHiveHook.conn_type
    assert connection["hook-name"] == DynamoDBHiveHook.hook_name
    assert DynamoDBHiveHook.default_conn_name == f"{DynamoDBHiveHook.conn_type}_default"
    module, _, name = connection["hook-class-name"].rpartition(".")
    assert getattr(importlib.import_module(module), name) is DynamoDBHiveHook


def test_form_fields_are_the_extras_that_the_hook_reads() -> None:
    from airflow_ddb_hive.hooks.options import ConnectionOptions

    assert set(form_fields()) == set(ConnectionOptions.__dataclass_fields__)


def test_legacy_form_says_what_the_metadata_says() -> None:
    (connection,) = get_provider_info()["connection-types"]
    legacy = DynamoDBHiveHook.get_ui_field_behaviour()
    assert {name.replace("_", "-"): value for name, value in legacy.items()} == connection["ui-field-behaviour"]


@pytest.fixture
def installed() -> None:
    """Skip where the distribution is not installed: entry points are read from its metadata."""
    try:
        metadata.distribution("airflow-provider-ddb-hive")
    except metadata.PackageNotFoundError:
        pytest.skip("left out: airflow-provider-ddb-hive is not installed, so Airflow cannot find its entry point")


@pytest.mark.usefixtures("installed")
# Airflow 3.3 names a successor that 2.11 does not have; the command line still asks this one.
@pytest.mark.filterwarnings("ignore:ProvidersManager.* is deprecated")
def test_airflow_finds_provider_hook_and_connection_type() -> None:
    manager = importlib.import_module("airflow.providers_manager").ProvidersManager()
    assert "airflow-provider-ddb-hive" in manager.providers
    hook = manager.hooks["dynamodb_hive"]
    assert hook is not None
    assert hook.hook_class_name == "airflow_ddb_hive.hooks.dynamodb_hive.DynamoDBHiveHook"
    assert hook.hook_name == "DynamoDB with HiveQL"
    assert "extra__dynamodb_hive__warehouse" in manager.connection_form_widgets


def _subclasses(cls: type[errors.DdbHiveError]) -> Iterator[type[errors.DdbHiveError]]:
    yield cls
    for subclass in cls.__subclasses__():
        yield from _subclasses(subclass)


def test_every_error_is_public() -> None:
    everywhere = _subclasses(errors.DdbHiveError)  # PEP 249's classes and private ones have homes of their own
    assert {cls.__name__ for cls in everywhere if cls.__module__ == errors.__name__} == set(errors.__all__)


@pytest.mark.parametrize("cls", list(_subclasses(errors.DdbHiveError)), ids=lambda cls: cls.__name__)
def test_error_survives_the_way_between_processes(cls: type[errors.DdbHiveError]) -> None:
    error = cls("what happened", table="Music", statement="SELECT", line=3, column=7, code=10001, request_id="r-1")
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copied) is cls
    assert str(copied) == "what happened"
    assert copied.__dict__ == error.__dict__
    assert copied.hive_text() == error.hive_text()
