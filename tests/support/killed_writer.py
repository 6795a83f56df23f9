"""A writer that is killed after each step of its commit in turn, and what readers then see.

A program of its own, so that it has one thread when it forks: ``python -m tests.support.killed_writer URL overwrite``.
It prints one JSON object for each step: what is read after the kill, after another job has written, and after the same
job was run again.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import closing
from functools import cache, partial
from typing import Any

from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.storage import OutputCommit, Store, StoreOptions, open_store, read_manifest
from airflow_ddb_hive.storage.journal import write_whole
from airflow_ddb_hive.storage.s3 import S3Store
from airflow_ddb_hive.storage.turns import Turn
from airflow_ddb_hive.storage.webhdfs import HdfsStore

JOB = "dag/run/task"


@cache
def opened(root: str) -> Store:
    """The store, opened once."""
    access = AwsAccess(region="us-east-1", s3_endpoint_url=os.environ.get("RIG_S3"))
    return open_store(root, access, options=StoreOptions(webhdfs_address=os.environ.get("RIG_WEBHDFS")))


def root_of(url: str) -> str:
    """What URLs of one store have in common."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/" if separator else "/"


def close_connections(store: Store) -> None:
    """Let the process that is about to fork have no open connection which both would use."""
    if isinstance(store, S3Store):
        store._client.close()
    elif isinstance(store, HdfsStore):
        store._client._pool.clear()


def die_at(limit: int, counted: list[str], step: str) -> None:
    """Count a step, and be killed at the last one."""
    counted.append(step)
    if len(counted) == limit:
        sys.stdout.write(step)
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def write(folder: str, content: str, *, overwrite: bool, job: str | None, turn: Turn | None = None) -> None:
    """Commit two files, one of which has a name that is taken."""
    with OutputCommit(
        opened(root_of(folder)), folder, overwrite=overwrite, job_id=job, manifest=True, turn=turn
    ) as output:
        if output.already_committed:
            return
        for number in range(2):
            file = output.create(f"00000{number}_0")
            # Larger than what waits in memory for publish.
            file.write(f"{content}{number}".encode().ljust(20_000))
            file.finish()
        output.commit()


def killed(folder: str, limit: int, *, overwrite: bool) -> str | None:
    """Fork a writer that dies at a step; return the step, ``None`` if it came to its end before."""
    close_connections(opened(root_of(folder)))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        turn = Turn(on_step=partial(die_at, limit, []))
        write(folder, "new", overwrite=overwrite, job=JOB, turn=turn)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        step = stream.read()
    os.waitpid(child, 0)
    return step or None


def seen(folder: str) -> list[str]:
    """What a reader of ours reads: the contents, sorted."""
    store = opened(root_of(folder))
    contents = []
    for file in store.list_files(folder):
        with closing(store.open_read(file.url, version=file.version)) as stream:
            contents.append(stream.read().decode().strip())
    return sorted(contents)


def state(parent: str, folder: str) -> dict[str, Any]:
    """What is read, everything that lies there, and the manifest's job."""
    store = opened(root_of(folder))
    manifest = read_manifest(store, folder)
    return {
        "seen": seen(folder),
        "all": [file.url.removeprefix(parent) for file in store.list_all(parent)],
        "manifest": None if manifest is None else [manifest.job_id, len(manifest.files)],
    }


def main(root: str, mode: str) -> None:
    """Kill at the first step, at the second, and so on; each time in a folder of its own."""
    overwrite = mode == "overwrite"
    for limit in range(1, 50):
        outcome: dict[str, Any] = {}
        for after in ("other", "same"):
            parent = f"{root}/{mode}{limit}{after}"
            folder = f"{parent}/t"
            write_whole(opened(root_of(folder)), f"{folder}/000000_0", b"old")
            step = killed(folder, limit, overwrite=overwrite)
            if step is None:
                return
            outcome["step"] = step
            outcome["killed"] = seen(folder)
            if after == "other":
                with OutputCommit(opened(root_of(folder)), folder, overwrite=False) as output:
                    output.create("z").write(b"z")
                    output.commit()
            else:
                write(folder, "new", overwrite=overwrite, job=JOB)
            outcome[after] = state(parent, folder)
        sys.stdout.write(json.dumps(outcome) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
