from __future__ import annotations

import pytest

from airflow_ddb_hive.cli.arguments import parse_arguments
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.access import AwsAccess


def test_what_is_not_given_is_left_to_aws() -> None:
    assert parse_arguments([]).access == AwsAccess()


def test_endpoints_region_and_profile_go_to_the_services() -> None:
    arguments = ["--endpoint-url", "http://d", "--s3-endpoint-url", "http://s", "--region", "r", "--profile", "p"]
    expected = AwsAccess(dynamodb_endpoint_url="http://d", s3_endpoint_url="http://s", region="r", profile="p")
    assert parse_arguments(arguments).access == expected


def test_the_three_spellings_of_a_variable_are_one() -> None:
    options = parse_arguments(["-d", "a=1", "--define", "b=2", "--hivevar", "c=x=y", "-d", "d="])
    assert options.hivevars == {"a": "1", "b": "2", "c": "x=y", "d": ""}


def test_a_later_setting_replaces_an_earlier_one() -> None:
    assert parse_arguments(["--hiveconf", "k=1", "--hiveconf", "k=2"]).hiveconfs == {"k": "2"}


@pytest.mark.parametrize("option", ["-d", "--hivevar", "--hiveconf"])
@pytest.mark.parametrize("text", ["a", "=1"])
def test_a_variable_without_name_or_value_is_refused(option: str, text: str) -> None:
    with pytest.raises(InputError, match=r"write it as --hive(var|conf) name=value"):
        parse_arguments([option, text])


def test_database_and_warehouse_are_passed_on() -> None:
    options = parse_arguments(["--database", "sales", "--warehouse", "/w"])
    assert (options.database, options.warehouse) == ("sales", "/w")


def test_long_options_are_not_guessed() -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["--hive", "a=1"])


def test_explain_is_asked_for_by_name() -> None:
    assert parse_arguments(["--explain", "-e", "SELECT 1"]).explain
    assert not parse_arguments(["-e", "SELECT 1"]).explain


def test_the_catalog_is_one_of_those_there_are() -> None:
    assert parse_arguments([]).catalog is None
    assert parse_arguments(["--catalog", "glue"]).catalog == "glue"
    with pytest.raises(SystemExit):
        parse_arguments(["--catalog", "hive"])
