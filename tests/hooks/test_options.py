from __future__ import annotations

from typing import Any

import pytest

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.hooks.options import ConnectionOptions


def test_every_extra_is_read_by_its_name() -> None:
    extra = {
        "aws_conn_id": "aws",
        "region_name": "eu-west-1",
        "dynamodb_endpoint_url": "http://localhost:8000",
        "s3_endpoint_url": "http://localhost:9000",
        "engine": "local",
        "warehouse": "s3://lake/w",
        "hiveconfs": {"a": True, "b": 0.5, "c": "x"},
        "init_hql": "SET a=b;",
    }
    options = ConnectionOptions.from_extra(extra)
    assert {name: getattr(options, name) for name in extra if name != "hiveconfs"} == {
        name: value for name, value in extra.items() if name != "hiveconfs"
    }
    assert options.hiveconfs == {"a": "true", "b": "0.5", "c": "x"}


def test_unknown_extras_are_named() -> None:
    with pytest.raises(InputError, match="unknown extras: endpoint, regin"):
        ConnectionOptions.from_extra({"regin": "x", "endpoint": "y", "engine": "local"})


@pytest.mark.parametrize("extra", [{"hiveconfs": "not json"}, {"hiveconfs": "[1]"}, {"hiveconfs": 5}, {"engine": 5}])
def test_extra_of_the_wrong_kind_is_named(extra: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(extra))):
        ConnectionOptions.from_extra(extra)


def test_empty_form_fields_count_as_not_given() -> None:
    assert ConnectionOptions.from_extra({"engine": "", "hiveconfs": "", "warehouse": None}) == ConnectionOptions()
