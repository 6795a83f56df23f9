"""What ``ddb-hive`` was asked for: the command line as one frozen value."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive import __version__
from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.job import CATALOGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Options", "add_place_options", "parse_arguments", "parse_pairs", "place_access"]

_EPILOG = """\
Rows go to standard output as the Hive CLI prints them, everything else to standard error. Without -e and -f the script
is read from standard input; on a terminal there is a prompt. "ddb-hive describe-table TABLE" prints the DDL that fits a
DynamoDB table; "ddb-hive describe-table --help" says more. AWS's own variables work: AWS_PROFILE, AWS_DEFAULT_REGION,
AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_S3 and the rest. DDB_HIVE_TRACEBACK=1 shows the traceback of a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line; ``statements`` and ``files`` are never both set."""

    statements: tuple[str, ...]
    files: tuple[str, ...]
    init_files: tuple[str, ...]
    silent: bool
    verbose: bool
    hivevars: dict[str, str]
    hiveconfs: dict[str, str]
    database: str
    warehouse: str | None
    catalog: str | None
    engine: str
    access: AwsAccess
    explain: bool = False


def parse_arguments(arguments: Sequence[str] | None) -> Options:
    """Read the command line; ``None`` is the process's own.

    Example:
        >>> options = parse_arguments(["-e", "SELECT ${x}", "-d", "x=1"])
        >>> options.statements, options.hivevars
        (('SELECT ${x}',), {'x': '1'})

    Raises:
        InputError: A variable or setting is no ``key=value``, or no such engine is there.
    """
    found = _parser().parse_args(arguments)
    _check_engine(found.engine)
    return Options(
        statements=tuple(found.statements),
        files=tuple(found.files),
        init_files=tuple(found.init_files),
        silent=found.silent,
        verbose=found.verbose,
        hivevars=parse_pairs("--hivevar", found.hivevars),
        hiveconfs=parse_pairs("--hiveconf", found.hiveconfs),
        database=found.database,
        warehouse=found.warehouse,
        catalog=found.catalog,
        engine=found.engine,
        explain=found.explain,
        access=place_access(found),
    )


def place_access(found: argparse.Namespace) -> AwsAccess:
    """Return the access that the options of :func:`add_place_options` describe."""
    return AwsAccess(
        region=found.region,
        profile=found.profile,
        dynamodb_endpoint_url=found.endpoint_url,
        s3_endpoint_url=found.s3_endpoint_url,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ddb-hive",
        description="Run HiveQL over DynamoDB tables and files.",
        epilog=_EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_script_options(parser)
    _add_session_options(parser)
    add_place_options(parser)
    return parser


def _add_script_options(parser: argparse.ArgumentParser) -> None:
    script = parser.add_mutually_exclusive_group()
    add = script.add_argument
    add("-e", dest="statements", action="append", default=[], metavar="STMT", help="run statements; may be repeated")
    add("-f", dest="files", action="append", default=[], metavar="FILE", help="run a script; - is standard input")
    add = parser.add_argument
    add("-i", dest="init_files", action="append", default=[], metavar="INIT", help="run this script first")
    add("--explain", action="store_true", help="print what statements would read, write and cost, and run nothing")
    add("-S", "--silent", action="store_true", help="print rows and errors only")
    add("-v", "--verbose", action="store_true", help="show each statement, on standard error")
    add(
        *("-d", "--define", "--hivevar"),
        dest="hivevars",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set a variable: ${KEY} in the script",
    )
    add("--hiveconf", dest="hiveconfs", action="append", default=[], metavar="KEY=VALUE", help="set a setting")
    add("--version", action="version", version=f"ddb-hive {__version__}")


def _add_session_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--database", default="default", metavar="DB", help="database to start in")
    add("--warehouse", metavar="URL", help="folder or S3 prefix of managed tables; else they end with the process")
    add("--catalog", choices=CATALOGS, help="where tables are known (default: the warehouse if named, else memory)")
    add("--engine", default="local", help="where to run (default: local)")


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the AWS services are and who asks."""
    add = parser.add_argument
    add("--endpoint-url", "--endpoint", dest="endpoint_url", metavar="URL", help="DynamoDB's endpoint")
    add("--s3-endpoint-url", metavar="URL", help="S3's endpoint")
    add("--region", help="AWS region")
    add("--profile", help="profile in AWS's configuration files")


def parse_pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    """Read options that are written as ``key=value``.

    Example:
        >>> parse_pairs("--hiveconf", ["dynamodb.region=eu-west-1"])
        {'dynamodb.region': 'eu-west-1'}

    Raises:
        InputError: One has another form.
    """
    pairs = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.strip():
            raise InputError(f"{option} {text!r} is no key=value: write it as {option} name=value")
        pairs[key.strip()] = value
    return pairs


def _check_engine(name: str) -> None:
    if name == "local":
        return
    from airflow_ddb_hive.engines.registry import ENGINE_NAMES

    if name not in ENGINE_NAMES:
        raise InputError(f"--engine {name!r} is not there: this version has {', '.join(ENGINE_NAMES)}")
    raise InputError(f"--engine {name!r} runs jobs, not shells: use --engine local")
