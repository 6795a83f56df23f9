from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import boto3
import pytest

from airflow_ddb_hive.cli import main
from airflow_ddb_hive.cli.describe_table import parse_describe
from airflow_ddb_hive.errors import InputError


class Said(NamedTuple):
    status: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> Said:
        status = main(["describe-table", *arguments])
        return Said(status, *capfd.readouterr())

    return run


@pytest.fixture
def table(dynamodb_local: str) -> Iterator[str]:
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local, region_name="us-east-1")
    name = f"Cli{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName=name, Item={"Id": {"N": "1"}, "Price": {"N": "1.2345678901234567890"}})
    yield name
    client.delete_table(TableName=name)


@pytest.mark.integration
class TestCommand:
    def test_the_output_is_a_script_for_the_shell(
        self, call: Call, table: str, dynamodb_local: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        said = call(table, "--endpoint-url", dynamodb_local, "--sample", "50")
        assert said.status == 0
        assert said.err.splitlines()[-1].startswith(f"{table}: read 1 items for ")
        script = tmp_path / "table.hql"
        script.write_text(said.out)
        query = f"SELECT id, price FROM {table}"
        assert main(["-S", "--endpoint-url", dynamodb_local, "-i", str(script), "-e", query]) == 0
        assert capfd.readouterr().out == "1\t1.234567890123456789\n"

    def test_emr_has_no_decimals(self, call: Call, table: str, dynamodb_local: str) -> None:
        said = call(table, "--endpoint", dynamodb_local, "--emr", "-S")
        assert said.err == ""
        assert "`item` map<string,string>" in said.out
        assert "-- Runs on EMR as it is" in said.out.splitlines()

    def test_json_says_the_same(self, call: Call, table: str, dynamodb_local: str) -> None:
        said = call(table, "--hiveconf", f"dynamodb.endpoint={dynamodb_local}", "--format", "json")
        found = json.loads(said.out)
        assert [(column["name"], column["type"], column["share"]) for column in found["columns"]] == [
            ("id", "bigint", 1.0),
            ("price", "decimal(38,18)", 1.0),
        ]
        assert found["sample"]["items"] == 1
        assert found["emr_findings"][0]["code"] == "type"
        assert found["ddl"].endswith(");")

    def test_a_table_that_is_not_there_ends_as_in_the_shell(self, call: Call, dynamodb_local: str) -> None:
        said = call("Nobody.Has.This", "--endpoint-url", dynamodb_local)
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith("FAILED: Execution Error, ")
        assert "Nobody.Has.This" in said.err

    def test_it_runs_as_a_process(self, table: str, dynamodb_local: str) -> None:
        command = [sys.executable, "-m", "airflow_ddb_hive.cli", "describe-table", table, "--endpoint", dynamodb_local]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        assert f"CREATE EXTERNAL TABLE `{table.lower()}` (" in done.stdout


def test_a_setting_that_is_no_pair_is_refused() -> None:
    with pytest.raises(InputError, match="--hiveconf"):
        parse_describe(["T", "--hiveconf", "x"])


def test_a_sample_of_nothing_is_refused(call: Call) -> None:
    said = call("Music", "--sample", "0")
    assert said.status == 1
    assert "give more than 0" in said.err


def test_a_table_has_to_be_named(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["describe-table"])
    assert ended.value.code == 2
    assert "TABLE" in capfd.readouterr().err
