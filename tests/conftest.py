"""Rigs as fixtures, a machine without accounts for every test, and the count of what each oracle answered."""

from __future__ import annotations

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from typing import TypeVar

import pytest

from tests.support import rigs

ORACLES = {
    "dynamodb_local": "dynamodb-local",
    "s3_rig": "s3",
    "hdfs_rig": "hdfs",
    "hive_rig": "hive",
    "moto_server": "moto",
}
"""Which oracle answers behind which fixture; a test can also name one by ``@pytest.mark.oracle("name")``."""

Server = TypeVar("Server")
_COUNTS = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the Makefile say how many cases of an oracle a whole run must execute."""
    parser.addoption(
        "--floor", action="append", default=[], metavar="ORACLE=N", help="fewest cases, checked with CI set"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Take every account and setting of the developer away from the tests, and end rigs on SIGTERM too."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "AIRFLOW"))]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    home = tempfile.TemporaryDirectory(prefix="ddb-hive-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "rig",
        "AWS_SECRET_ACCESS_KEY": "rigsecret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AIRFLOW_HOME": home.name,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # Airflow 2.11 warns on import until it is asked for Airflow 3's unit.
        "AIRFLOW__METRICS__TIMER_UNIT_CONSISTENCY": "True",
    }
    config.stash[_COUNTS] = Counter()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A shell starts what runs in the background with SIGINT ignored, and Python leaves it so.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note on each test which oracles it asks."""
    for item in items:
        names = {ORACLES[name] for name in getattr(item, "fixturenames", ()) if name in ORACLES}
        names |= {marker.args[0] for marker in item.iter_markers("oracle")}
        item.user_properties += [("oracle", name) for name in sorted(names)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count a test for its oracles once its body was executed, passed or failed."""
    report = yield
    if report.when == "call" and not report.skipped:
        item.config.stash[_COUNTS].update(str(name) for key, name in report.user_properties if key == "oracle")
    return report


def _below_floor(config: pytest.Config) -> list[str]:
    """Say which oracles answered fewer cases than the whole run must have; only CI has every rig for certain."""
    if not os.environ.get("CI"):
        return []
    floors = [floor.partition("=") for floor in config.getoption("--floor")]
    counts = config.stash[_COUNTS]
    return [f"{name}: {counts[name]} of at least {least}" for name, _, least in floors if counts[name] < int(least)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that asked an oracle too little."""
    if _below_floor(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was left out and why, a line a reason, and what each oracle answered."""
    reasons = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("left out")
        for reason, tests in sorted(reasons.items()):
            terminalreporter.line(f"{tests} tests: {reason.removeprefix('Skipped: ').removeprefix('left out: ')}")
    counts = config.stash[_COUNTS]
    if counts or config.getoption("--floor"):
        terminalreporter.section("cases executed per oracle")
        floors = dict(floor.split("=") for floor in config.getoption("--floor"))
        for name in sorted({*counts, *floors}):
            terminalreporter.line(f"{name:<16}{counts[name]:>6}  (floor {floors.get(name, 0)})")
    for shortage in _below_floor(config):
        terminalreporter.line(f"TOO FEW CASES of {shortage}", red=True)


def _started(rig: AbstractContextManager[Server]) -> Iterator[Server]:
    """Start a rig for the session; without it skip in one line, or fail where everything has to be there."""
    try:
        server = rig.__enter__()
    except rigs.RigUnavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"with CI set every rig is needed: {reason}", pytrace=False)
        pytest.skip(f"left out: {reason}")
    try:
        yield server
    finally:
        rig.__exit__(None, None, None)


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The URL of the real DynamoDB Local; its tables are shared by the session, so name yours uniquely."""
    yield from _started(rigs.dynamodb_local())


@pytest.fixture(scope="session")
def s3_rig() -> Iterator[rigs.S3Rig]:
    """An S3 server and its bucket; give each test a prefix of its own."""
    yield from _started(rigs.s3_rig())


@pytest.fixture(scope="session")
def hdfs_rig() -> Iterator[rigs.HdfsRig]:
    """A real name node, by RPC and by WebHDFS."""
    yield from _started(rigs.hdfs_rig())


@pytest.fixture(scope="session")
def hive_rig() -> Iterator[rigs.HiveRig]:
    """The real Hive: ``hive_rig("SELECT 1").rows``."""
    yield from _started(rigs.hive_rig())


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The URL of a fresh moto server for DynamoDB, S3 and the rest."""
    yield from _started(rigs.moto_server())
