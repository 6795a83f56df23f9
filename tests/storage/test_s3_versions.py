import threading
from typing import Any

import pytest

from airflow_ddb_hive.errors import AccessError, NotFoundError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage.s3_versions import S3Versions, open_versions
from tests.support.rigs import S3Rig

pytestmark = pytest.mark.integration


def _open(rig: S3Rig, folder: str, **given: Any) -> S3Versions:
    return open_versions(
        f"s3://{rig.bucket}/{folder}", AwsAccess(region="us-east-1", s3_endpoint_url=rig.endpoint_url, **given)
    )


def test_a_prefix_without_states_has_no_newest(s3_rig: S3Rig) -> None:
    assert _open(s3_rig, "versions/none").newest(after=0) is None


def test_the_highest_number_is_the_newest(s3_rig: S3Rig) -> None:
    versions = _open(s3_rig, "versions/highest")
    assert [versions.add(number, b"%d" % number) for number in (1, 2, 10)] == [True] * 3
    assert versions.newest(after=0) == (10, b"10")
    assert versions.newest(after=10) is None


def test_a_number_is_taken_once_and_a_repeated_request_is_not_another_writer(s3_rig: S3Rig) -> None:
    versions = _open(s3_rig, "versions/once")
    assert versions.add(1, b"a")
    assert not versions.add(1, b"b")
    assert versions.add(1, b"a")
    assert versions.newest(after=0) == (1, b"a")


def test_one_of_many_writers_gets_a_number(s3_rig: S3Rig) -> None:
    versions = [_open(s3_rig, "versions/race") for _ in range(6)]
    won: list[tuple[int, int]] = []
    start = threading.Barrier(len(versions))

    def write(who: int) -> None:
        start.wait()
        won.extend((number, who) for number in range(1, 11) if versions[who].add(number, b"%d" % who))

    threads = [threading.Thread(target=write, args=(who,)) for who in range(len(versions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for number, _ in won) == list(range(1, 11))


def test_a_missing_bucket_and_wrong_keys_are_errors_of_ours(s3_rig: S3Rig) -> None:
    with pytest.raises(NotFoundError, match="bucket"):
        _open(S3Rig(s3_rig.endpoint_url, "no-such-bucket"), "w").newest(after=0)
    with pytest.raises(AccessError):
        _open(s3_rig, "w", access_key_id="rig", secret_access_key="wrong").newest(after=0)
