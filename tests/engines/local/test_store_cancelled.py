"""A cancelled statement does not wait for a store that does not answer."""

from __future__ import annotations

import threading
import time

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import JobCancelledError
from airflow_ddb_hive.model.access import AwsAccess
from tests.support.scripted_server import Reply, scripted_server


@pytest.mark.parametrize("scheme", ["s3", "hdfs"])
@pytest.mark.parametrize("statement", ["SELECT * FROM t", "INSERT OVERWRITE TABLE t SELECT 1"])
def test_cancelled_statement_ends_at_once(scheme: str, statement: str) -> None:
    hangs: list[Reply] = []
    with scripted_server(lambda _asked: hangs[0] if hangs else Reply(body=b'{"boolean": true}')) as server:
        access = AwsAccess(region="us-east-1", s3_endpoint_url=server.url)
        with LocalSession(access=access, hiveconfs={"ddb_hive.webhdfs.address": server.url}) as session:
            session.execute(f"CREATE EXTERNAL TABLE t (a int) LOCATION '{scheme}://lake/x'").close()
            hangs.append(Reply(hang=True))
            timer = threading.Timer(0.3, session.cancel)
            timer.start()
            started = time.monotonic()
            with pytest.raises(JobCancelledError):
                list(session.execute(statement).lines())
            timer.join()
        assert time.monotonic() - started < 9
