"""Checks of what the DAG did, by other means than the package: boto3 and pyarrow against the source rows.

A query's expected rows are computed here in plain Python; a table or an export is right when the checksum over its
rows is the source's.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from demo import aws
from demo.places import EAST_COAST, Place, places, states

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["QUERIES", "Check", "check_data", "check_query", "digest"]

_PARTS = Place._fields
_ATTRIBUTES = ("Id", "Name", "Class", "State", "Latitude", "Longitude", "Elevation")
_ABOVE = 100_000
_AT_LEAST = 5
_FILES = {"export/default/": "\x01", "export/csv/": ","}


@dataclass(frozen=True, slots=True)
class Check:
    """What was claimed, and whether it holds."""

    claim: str
    holds: bool
    seen: str


def digest(rows: Iterable[Place]) -> str:
    """Return a checksum that does not depend on the order of the rows.

    Example:
        >>> here = Place(1, "Here", "UTC", "NY", 1.0, 2.0, 3)
        >>> there = here._replace(feature_id=2)
        >>> digest([here, there]) == digest([there, here]) != digest([here, here])
        True
    """
    return hashlib.sha256("\n".join(sorted(repr(tuple(row)) for row in rows)).encode()).hexdigest()[:16]


def check_data(url: str) -> Iterator[Check]:
    """Compare tables and exports with the source, one after the other."""
    expected = digest(places())
    s3 = aws.s3_client(url)
    readers: dict[str, Callable[[], Iterable[Place]]] = {
        "DynamoDB table Features": lambda: map(_from_item, _scan(url, "Features")),
        "DynamoDB table FeaturesCopy": lambda: map(_from_item, _scan(url, "FeaturesCopy")),
        "S3 export/default/, text": lambda: _text_rows(s3, "export/default/"),
        "S3 export/csv/, CSV": lambda: _text_rows(s3, "export/csv/"),
        "S3 export/parquet/, Parquet": lambda: _parquet_rows(s3),
        "S3 export/archive/, whole items": lambda: _archive_rows(s3),
    }
    for name, read in readers.items():
        rows = list(read())
        seen = digest(rows)
        yield Check(f"{name}: {len(places()):,} rows {expected}", seen == expected, f"{len(rows):,} rows {seen}")
    pairs = sorted((item["StateName"]["S"], item["StateAbbrev"]["S"]) for item in _scan(url, "EastCoastStates"))
    wanted = sorted((state.state_name, state.state_alpha) for state in states() if state.state_alpha in EAST_COAST)
    yield Check(f"DynamoDB table EastCoastStates: {len(wanted)} items", pairs == wanted, f"{len(pairs)} items")


def _scan(url: str, table: str) -> Iterator[dict[str, Any]]:
    for page in aws.dynamodb_client(url).get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def _from_item(item: Mapping[str, Mapping[str, str]]) -> Place:
    """Read an item with exactly the tutorial's attributes, and these of the right types."""
    if sorted(item) != sorted(_ATTRIBUTES):
        raise ValueError(f"an item has other attributes: {sorted(item)}")
    kinds = dict(zip(_ATTRIBUTES, "NSSSNNN", strict=True))
    return _place([item[name][kinds[name]] for name in _ATTRIBUTES])


def _place(cells: list[str]) -> Place:
    number, name, zone, state, latitude, longitude, population = cells
    return Place(int(number), name, zone, state, float(latitude), float(longitude), int(population))


def _objects(s3: S3Client, prefix: str) -> Iterator[bytes]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=aws.BUCKET, Prefix=prefix):
        for found in page.get("Contents", []):
            name = found["Key"].removeprefix(prefix)
            if name and not name.startswith(("_", ".")):
                yield s3.get_object(Bucket=aws.BUCKET, Key=found["Key"])["Body"].read()


def _lines(s3: S3Client, prefix: str) -> Iterator[str]:
    for body in _objects(s3, prefix):
        yield from body.decode().removesuffix("\n").split("\n") if body else ()


def _text_rows(s3: S3Client, prefix: str) -> Iterator[Place]:
    return (_place(line.split(_FILES[prefix])) for line in _lines(s3, prefix))


def _parquet_rows(s3: S3Client) -> Iterator[Place]:
    import pyarrow.parquet as pq

    for body in _objects(s3, "export/parquet/"):
        for row in pq.read_table(io.BytesIO(body)).to_pylist():
            yield Place(*(row[name] for name in _PARTS))


def _archive_rows(s3: S3Client) -> Iterator[Place]:
    for line in _lines(s3, "export/archive/"):
        pairs = (pair.split("\x03") for pair in line.split("\x02"))
        item = {name: {key.upper(): value for key, value in json.loads(text).items()} for name, text in pairs}
        yield _from_item(item)


Rows = list[list[Any]]


def _query_states() -> Rows:
    return [[state, count] for state, count in sorted(Counter(place.state_alpha for place in places()).items())]


def _query_classes() -> Rows:
    return [[zone] for zone in sorted({place.feature_class for place in places()})]


def _query_by_name() -> Rows:
    chosen = (p for p in places() if p.feature_class == "America/Denver" and p.feature_name.startswith("M"))
    return [[place.feature_name, place.state_alpha] for place in sorted(chosen, key=lambda p: p.feature_name)]


def _query_above() -> Rows:
    counts = Counter((p.state_alpha, p.feature_class) for p in places() if p.elev_in_ft > _ABOVE)
    return [[*group, count] for group, count in sorted(counts.items()) if count >= _AT_LEAST]


def _query_highest() -> Rows:
    return [[max(place.elev_in_ft for place in places() if place.state_alpha == "CO")]]


def _join_two_dynamodb_tables() -> Rows:
    names = {state.state_alpha: state.state_name for state in states()}
    counts = Counter((names[p.state_alpha], p.feature_class) for p in places() if p.state_alpha in EAST_COAST)
    return [[*group, count] for group, count in sorted(counts.items())]


def _join_dynamodb_and_s3() -> Rows:
    rows: Rows = []
    for state in sorted(states(), key=lambda state: state.fips):
        people = [place.elev_in_ft for place in places() if place.state_alpha == state.state_alpha]
        rows.append([state.fips, state.state_name, len(people), sum(people)])
    return rows


def _compare_tables() -> Rows:
    return [[len(places()), len(places()), 0]]


QUERIES: Mapping[str, Callable[[], Rows]] = {
    "query_states": _query_states,
    "query_classes": _query_classes,
    "query_by_name": _query_by_name,
    "query_above": _query_above,
    "query_highest": _query_highest,
    "join_two_dynamodb_tables": _join_two_dynamodb_tables,
    "join_dynamodb_and_s3": _join_dynamodb_and_s3,
    "compare_tables": _compare_tables,
}
"""The rows that each query task must return, computed from the source."""


def check_query(task_id: str, result: Mapping[str, Any] | None) -> Check:
    """Compare what a query task returned with the rows that the source gives."""
    wanted = QUERIES[task_id]()
    rows = list((result or {}).get("rows", []))
    return Check(f"{task_id}: {len(wanted)} rows as computed from the source", rows == wanted, f"{len(rows)} rows")
