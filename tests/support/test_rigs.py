"""The rigs answer, and a machine without them says so in one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import boto3
import pytest
import urllib3

from tests.support import rigs


@pytest.mark.integration
def test_dynamodb_local_answers(dynamodb_local: str) -> None:
    client = boto3.client("dynamodb", endpoint_url=dynamodb_local)
    assert client.list_tables()["ResponseMetadata"]["HTTPStatusCode"] == 200
    client.close()


@pytest.mark.integration
def test_s3_rig_has_its_bucket(s3_rig: rigs.S3Rig) -> None:
    client = boto3.client("s3", endpoint_url=s3_rig.endpoint_url)
    assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == [s3_rig.bucket]
    client.close()


@pytest.mark.integration
def test_hdfs_rig_lists_its_root(hdfs_rig: rigs.HdfsRig) -> None:
    answer = urllib3.request("GET", f"{hdfs_rig.webhdfs_url}/webhdfs/v1/?op=LISTSTATUS")
    assert "FileStatuses" in answer.json()


@pytest.mark.integration
def test_hive_rig_prints_rows_as_the_hive_cli_does(hive_rig: rigs.HiveRig) -> None:
    assert list(hive_rig("SELECT array(1, 2), NULL").rows) == ["[1,2]\tNULL"]


def test_moto_server_answers_for_dynamodb(moto_server: str) -> None:
    client = boto3.client("dynamodb", endpoint_url=moto_server)
    assert client.list_tables()["ResponseMetadata"]["HTTPStatusCode"] == 200
    client.close()


def test_missing_rig_folder_says_how_to_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DDB_HIVE_RIGS", str(tmp_path))
    with pytest.raises(rigs.RigUnavailable, match="DDB_HIVE_RIGS"), rigs.dynamodb_local():
        pass


def test_failing_install_passes_its_last_line_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rigs" / "s3").mkdir(parents=True)
    install = tmp_path / "rigs" / "s3" / "install"
    install.write_text("#!/bin/sh\necho no such module >&2\nexit 3\n")
    install.chmod(0o755)
    monkeypatch.setenv("DDB_HIVE_RIGS", str(tmp_path / "rigs"))
    monkeypatch.setenv("RIG_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(rigs.RigUnavailable, match="s3 could not be installed: no such module"), rigs.s3_rig():
        pass
