"""``ddb-hive describe-table``: prints the Hive table that fits a DynamoDB table."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from airflow_ddb_hive.cli.arguments import add_place_options, parse_pairs, place_access

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from airflow_ddb_hive.cli.console import Console
    from airflow_ddb_hive.model.access import AwsAccess

__all__ = ["COMMAND", "DescribeOptions", "parse_describe", "run_describe"]

COMMAND = "describe-table"
"""The first word of the command line that asks for a description."""

_ABOUT = """\
Read a sample of a DynamoDB table, from all parts of it, and print a CREATE EXTERNAL TABLE whose columns give the
sampled values exactly. What is known of the table is in its comments: share of the items that have each attribute,
keys, indexes, capacity, what has no column of its own, and what does not run on EMR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeOptions:
    """The command line of ``describe-table``."""

    table: str
    sample: int
    max_units: float
    portable: bool
    format: str
    silent: bool
    access: AwsAccess
    hiveconfs: dict[str, str] = field(default_factory=dict)


def parse_describe(arguments: Sequence[str]) -> DescribeOptions:
    """Read what follows ``describe-table``.

    Example:
        >>> parse_describe(["Music", "--sample", "50", "--emr"]).sample
        50

    Raises:
        InputError: A setting is no ``key=value``.
    """
    parser = argparse.ArgumentParser(prog=f"ddb-hive {COMMAND}", description=_ABOUT, allow_abbrev=False)
    add = parser.add_argument
    add("table", metavar="TABLE", help="name of the DynamoDB table; case matters")
    add("--sample", type=int, default=1000, metavar="N", help="items to read at most (default: 1000)")
    add("--max-units", type=float, default=250.0, metavar="U", help="read units to take at most (default: 250)")
    add("--emr", action="store_true", dest="portable", help="use only types that EMR has")
    add("--format", choices=["text", "json"], default="text", help="HiveQL with comments, or JSON (default: text)")
    add("-S", "--silent", action="store_true", help="print the result and errors only")
    add("--hiveconf", dest="hiveconfs", action="append", default=[], metavar="KEY=VALUE", help="set a setting")
    add_place_options(parser)
    found = parser.parse_args(arguments)
    return DescribeOptions(
        table=found.table,
        sample=found.sample,
        max_units=found.max_units,
        portable=found.portable,
        format=found.format,
        silent=found.silent,
        access=place_access(found),
        hiveconfs=parse_pairs("--hiveconf", found.hiveconfs),
    )


def run_describe(options: DescribeOptions, console: Console, write: Callable[[bytes], object]) -> None:
    """Describe a table and write the result.

    Raises:
        DdbHiveError: The table is not there, or cannot be read.
    """
    from airflow_ddb_hive.dynamodb.sample import SampleLimits
    from airflow_ddb_hive.engines.local.describe_table import describe_table

    described = describe_table(
        options.table,
        options.access,
        limits=SampleLimits(items=options.sample, read_units=options.max_units),
        portable=options.portable,
        settings=options.hiveconfs,
        on_notice=console.notice,
    )
    text = described.ddl if options.format == "text" else json.dumps(described.to_dict(), indent=2, ensure_ascii=False)
    write(f"{text}\n".encode())
    sample = described.inferred.sample
    console.notice(f"{options.table}: read {sample.items:,} items for {sample.units:,.1f} read units")
