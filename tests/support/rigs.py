"""The real servers that tests compare with: found, installed on demand, started on a free port, ended with the session.

A rig is a folder with an ``install`` and a start command, beside the checkout (``../shared/rig``) or where
``DDB_HIVE_RIGS`` points. ``RigUnavailable`` says why one cannot be had: a developer skips, CI fails.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

__all__ = [
    "HdfsRig",
    "HiveAnswer",
    "HiveRig",
    "RigUnavailable",
    "S3Rig",
    "dynamodb_local",
    "free_port",
    "hdfs_rig",
    "hive_rig",
    "moto_server",
    "s3_rig",
]

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
INSTALL_SECONDS = 1500.0


class RigUnavailable(Exception):  # noqa: N818 - a state of the machine, not a fault of the test
    """A rig cannot be had here; the message says why in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rig:
    """The programs that a rig is installed and run with, and ``marker``, the last file that its install makes."""

    name: str
    marker: str
    installs_with: tuple[str, ...] = ("java", "javac", "mvn")
    runs_with: tuple[str, ...] = ("java",)


_DYNAMODB = _Rig(name="dynamodb-local", marker="classes/Launch.class")
_S3 = _Rig(name="s3", marker="versitygw", installs_with=("go",), runs_with=())
_HDFS = _Rig(name="hdfs", marker="classes/Hdfs.class")
_HIVE = _Rig(name="hive", marker="hive-rig.jar")


class S3Rig(NamedTuple):
    """An S3 server and its one bucket; the keys ``rig`` and ``rigsecret`` are in the environment of every test."""

    endpoint_url: str
    bucket: str


class HdfsRig(NamedTuple):
    """The two addresses of one name node."""

    url: str
    webhdfs_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HiveAnswer:
    """What Hive said: one dict per statement that ran (``rows``, ``columns`` or ``error``, ``causes``), and the sum."""

    results: Sequence[Mapping[str, Any]]
    rows: Sequence[str]
    error: str | None


class HiveRig:
    """Sends statements to the real Hive."""

    def __init__(self, port: int) -> None:
        self._port = port

    @property
    def port(self) -> int:
        """Where its line server listens."""
        return self._port

    def __call__(
        self,
        *statements: str,
        conf: Mapping[str, str] | None = None,
        hivevars: Mapping[str, str] | None = None,
        session: str | None = None,
    ) -> HiveAnswer:
        """Run statements until the first error; without ``session`` in a session of their own."""
        request: dict[str, Any] = {"statements": list(statements), "conf": conf or {}, "vars": hivevars or {}}
        if session is not None:
            request["session"] = session
        with socket.create_connection(("127.0.0.1", self._port), timeout=300) as connection:
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile(encoding="utf-8") as stream:
                answer = json.loads(stream.readline())
        return HiveAnswer(results=answer["results"], rows=answer.get("rows", []), error=answer.get("error"))


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Run DynamoDB Local in memory and give its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _running(_DYNAMODB, ["--port", str(port), "--heap", "1g"], ready=lambda _: _answers(url)):
        yield url


@contextmanager
def s3_rig(bucket: str = "lake") -> Iterator[S3Rig]:
    """Run an S3 server that checks signatures, with one empty bucket."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _running(_S3, ["--port", str(port), "--bucket", bucket], ready=lambda _: _answers(url)):
        yield S3Rig(url, bucket)


@contextmanager
def hdfs_rig() -> Iterator[HdfsRig]:
    """Run a name node with one data node."""
    port, http_port = free_port(), free_port()
    web = f"http://127.0.0.1:{http_port}"
    with _running(_HDFS, ["--port", str(port), "--http-port", str(http_port)], ready=lambda said: web in said):
        yield HdfsRig(f"hdfs://127.0.0.1:{port}", web)


@contextmanager
def hive_rig() -> Iterator[HiveRig]:
    """Run Hive's line server on a metastore and warehouse of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hive-lab-", ignore_cleanup_errors=True) as home:
        environment = {"HIVE_LAB_HOME": home}
        with _running(_HIVE, ["lines", str(port)], ready=lambda _: _listens(port), environment=environment):
            yield HiveRig(port)


@contextmanager
def moto_server() -> Iterator[str]:
    """Run a fresh moto server in this process and give its URL."""
    from moto.server import ThreadedMotoServer  # costs a second that most sessions don't need

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def free_port() -> int:
    """Return a loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    rig: _Rig, arguments: Sequence[str], *, ready: Callable[[str], bool], environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Start a rig in a process group of its own and end the group afterwards, whatever happened."""
    command = [str(_installed(rig) / rig.name), *arguments]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        try:
            _wait_until_ready(rig, process, ready, log)
            yield
        finally:
            _end_group(process)


def _wait_until_ready(
    rig: _Rig, process: subprocess.Popen[bytes], ready: Callable[[str], bool], log: IO[bytes]
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready(said := os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            lines = said.strip().splitlines() or ["it said nothing"]
            raise RigUnavailable(f"{rig.name} did not start: {lines[-1]}")
        time.sleep(0.1)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the whole group to end, so that start scripts remove their data, then insist."""
    for sign, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(process.pid, sign)
            process.wait(patience)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _installed(rig: _Rig) -> Path:
    """Return the rig's folder, once its install command has put its files where it starts from."""
    rigs = Path(os.environ.get("DDB_HIVE_RIGS") or CHECKOUT.parent / "shared" / "rig")
    folder = rigs / rig.name
    if not folder.is_dir():
        raise RigUnavailable(
            f"there is no {rig.name} rig beside the checkout; DDB_HIVE_RIGS can name the folder of rigs"
        )
    home = Path(os.environ.get("RIG_HOME") or Path.home() / ".cache" / "ddb-hive-rig")
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = (home / rig.name / rig.marker).exists()
        missing = [name for name in (rig.runs_with if done else rig.installs_with) if shutil.which(name) is None]
        if missing:
            raise RigUnavailable(f"{rig.name} needs {' and '.join(missing)}, which is not on the PATH")
        if not done:
            _install(rig, folder)
    return folder


def _install(rig: _Rig, folder: Path) -> None:
    try:
        done = subprocess.run(
            [str(folder / "install")],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise RigUnavailable(f"{rig.name} was not installed within {INSTALL_SECONDS:.0f} seconds") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RigUnavailable(f"{rig.name} could not be installed: {said[-1] if said else 'it said nothing'}")


def _answers(url: str) -> bool:
    """Whether an HTTP server answers at all; an error status is an answer."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError as answer:
        answer.close()
    except OSError:
        return False
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
