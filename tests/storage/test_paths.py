from __future__ import annotations

import pytest

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import open_store
from airflow_ddb_hive.storage.paths import local_path, s3_parts


@pytest.mark.parametrize("url", ["/tmp/x", "file:///tmp/x", "file:/tmp/x", "FILE:///tmp/x"])  # noqa: S108 - never opened
def test_paths_and_file_urls_open_the_file_system(url: str) -> None:
    assert type(open_store(url, AwsAccess())).__name__ == "FileStore"


@pytest.mark.parametrize("scheme", ["s3", "s3a", "s3n", "S3"])
def test_all_s3_schemes_open_s3(scheme: str) -> None:
    assert type(open_store(f"{scheme}://lake/x", AwsAccess(region="us-east-1"))).__name__ == "S3Store"


@pytest.mark.parametrize("url", ["viewfs://x/y", "ftp://x/y"])
def test_other_schemes_are_refused_by_name(url: str) -> None:
    scheme = url.partition(":")[0]
    with pytest.raises(InputError, match=rf"{scheme}://.*supported are s3://.*hdfs://"):
        open_store(url, AwsAccess())


@pytest.mark.parametrize("url", ["", "a/b", "./a:/b"])
def test_relative_path_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no absolute location"):
        open_store(url, AwsAccess())


@pytest.mark.parametrize("url", ["s3://", "s3:///key", "s3:/lake/key"])
def test_url_without_a_bucket_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="names no bucket"):
        s3_parts(url)


def test_file_url_of_another_host_is_refused() -> None:
    with pytest.raises(InputError, match="names the host 'tmp'"):
        local_path("file://tmp/x")
