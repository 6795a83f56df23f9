"""Attributes that do not fit their column, in DynamoDB Local: NULL and counted, or an error that says where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import BadValueError, InputError
from airflow_ddb_hive.model.access import AwsAccess
from airflow_ddb_hive.model.job import TableUsage
from tests.engines.local.conftest import MakeTable, ddl

pytestmark = pytest.mark.integration

COLUMNS = (
    "id string, n bigint, tags array<string>, sizes array<bigint>, m map<string,bigint>, s struct<x:bigint,y:string>"
)
MAPPING = "id:id,n:N,tags:Tags,sizes:Sizes,m:M,s:S"
TYPES = ', "dynamodb.type.mapping" = "tags:SS,sizes:NS"'


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def session(dynamodb_local: str, notices: list[str]) -> Iterator[LocalSession]:
    access = AwsAccess(region="us-east-1", dynamodb_endpoint_url=dynamodb_local)
    with LocalSession(access=access, on_notice=notices.append) as opened:
        yield opened


def rows(session: LocalSession, *statements: str) -> list[str]:
    for statement in statements[:-1]:
        session.execute(statement).close()
    return list(session.execute(statements[-1]).lines())


def usage_of(session: LocalSession, statement: str) -> TableUsage:
    result = session.execute(statement)
    list(result.lines())
    return result.report.usage[0]


def about(notices: list[str], column: str) -> list[str]:
    return [line for line in notices if line.startswith(f"column {column} ")]


def test_attributes_of_another_type_are_null_counted_and_noticed(
    session: LocalSession, make_table: MakeTable, notices: list[str]
) -> None:
    table = make_table(
        [
            {"id": {"S": "a"}, "N": {"S": "7"}},
            {"id": {"S": "b"}, "N": {"BOOL": True}, "M": {"M": {"k": {"N": "1"}, "other": {"S": "1"}}}},
            {"id": {"S": "c"}, "N": {"NULL": True}},
            {"id": {"S": "d"}},
            {"id": {"S": "e"}, "N": {"N": "5"}},
        ]
    )
    session.execute(ddl("t", table, COLUMNS, MAPPING, TYPES)).close()
    assert rows(session, "SELECT id, n FROM t ORDER BY id") == ["a\tNULL", "b\tNULL", "c\tNULL", "d\tNULL", "e\t5"]
    assert about(notices, "n") == [f"column n of table {table}: 2 attributes of another type than N were NULL"]
    usage = usage_of(session, "SELECT n, m FROM t")
    assert (usage.mismatched, usage.bad_values) == ({"n": 2, "m": 1}, {})


BAD: list[tuple[dict[str, Any], str, str, str]] = [
    ({"N": {"N": "1.5"}}, "n", "N", "1.5"),
    ({"N": {"N": "9223372036854775808"}}, "n", "N", "9223372036854775808"),
    ({"Sizes": {"NS": ["1", "2.5"]}}, "sizes", "Sizes", "2.5"),
    ({"M": {"M": {"k": {"N": "1.5"}}}}, "m", "M", "1.5"),
    ({"S": {"M": {"X": {"N": "0.5"}}}}, "s", "S", "0.5"),
]


@pytest.mark.parametrize(("attributes", "column", "attribute", "value"), BAD)
def test_a_value_that_does_not_fit_fails_with_table_key_and_attribute(
    session: LocalSession, make_table: MakeTable, attributes: dict[str, Any], column: str, attribute: str, value: str
) -> None:
    table = make_table([{"id": {"S": "good"}}, {"id": {"S": "bad"}, **attributes}])
    session.execute(ddl("t", table, COLUMNS, MAPPING, TYPES)).close()
    with pytest.raises(BadValueError) as caught:
        rows(session, f"SELECT {column} FROM t")
    for part in (f'"{value}"', f"table {table}", '{"id":{"S":"bad"}}', f"attribute {attribute} ", f"column {column} "):
        assert part in caught.value.message


@pytest.mark.parametrize("as_property", [True, False])
def test_a_value_that_does_not_fit_is_null_and_counted_on_request(
    session: LocalSession, make_table: MakeTable, notices: list[str], as_property: bool
) -> None:
    items = [{"id": {"S": f"k{number}"}, **case[0]} for number, case in enumerate(BAD)]
    table = make_table([*items, {"id": {"S": "k9"}, "Sizes": {"NS": ["4"]}, "S": {"M": {"y": {"S": "here"}}}}])
    extra = ', "ddb_hive.on.bad.value" = "null"' if as_property else ""
    session.execute(ddl("t", table, COLUMNS, MAPPING, TYPES + extra)).close()
    if not as_property:
        session.execute("SET ddb_hive.on.bad.value=null").close()
    nulls = ["k0\tNULL\tNULL\tNULL\tNULL", "k1\tNULL\tNULL\tNULL\tNULL"]
    assert rows(session, "SELECT id, n, sort_array(sizes), m, s FROM t ORDER BY id") == [
        *nulls,
        "k2\tNULL\t[null,1]\tNULL\tNULL",
        'k3\tNULL\tNULL\t{"k":null}\tNULL',
        'k4\tNULL\tNULL\tNULL\t{"x":null,"y":null}',
        'k9\tNULL\t[4]\tNULL\t{"x":null,"y":"here"}',
    ]
    assert about(notices, "n") == [f"column n of table {table}: 2 values that did not fit were NULL"]
    assert usage_of(session, "SELECT n, sizes, m, s FROM t").bad_values == {"n": 2, "sizes": 1, "m": 1, "s": 1}


def test_another_word_for_bad_values_is_refused(session: LocalSession, make_table: MakeTable) -> None:
    session.execute(ddl("t", make_table([]), COLUMNS, MAPPING, TYPES)).close()
    session.execute("SET ddb_hive.on.bad.value=ignore").close()
    with pytest.raises(InputError, match=r"ddb_hive\.on\.bad\.value='ignore' is neither fail nor null"):
        rows(session, "SELECT n FROM t")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT id FROM t ORDER BY id", ["a", "b"]),
        ("SELECT id FROM t WHERE id = 'b'", ["b"]),
        ("SELECT COUNT(*) FROM t", ["2"]),
        ("SELECT COUNT(DISTINCT id) FROM t GROUP BY substr(id, 2)", ["2"]),
        ("SELECT x.id FROM t x JOIN t y ON x.id = y.id ORDER BY x.id", ["a", "b"]),
        ("SELECT max(id) FROM (SELECT * FROM t) every", ["b"]),
        ("SELECT id FROM t UNION ALL SELECT id FROM t WHERE id > 'a' ORDER BY id", ["a", "b", "b"]),
        ("SELECT id FROM t WHERE s.y = 'here'", ["b"]),
    ],
)
def test_a_bad_value_harms_no_query_that_leaves_its_column_out(
    session: LocalSession, make_table: MakeTable, query: str, expected: list[str]
) -> None:
    items: list[dict[str, Any]] = [
        {"id": {"S": "a"}, "N": {"N": "1.5"}},
        {"id": {"S": "b"}, "S": {"M": {"y": {"S": "here"}}}},
    ]
    session.execute(ddl("t", make_table(items), COLUMNS, MAPPING, TYPES)).close()
    lines = rows(session, query)
    assert (lines if "ORDER" in query else sorted(lines)) == expected


def test_a_bad_value_harms_no_insert_that_leaves_its_column_out(
    session: LocalSession, make_table: MakeTable, tmp_path: Path
) -> None:
    session.execute(ddl("t", make_table([{"id": {"S": "a"}, "N": {"N": "1.5"}}]), COLUMNS, MAPPING, TYPES)).close()
    target = f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}/out' STORED AS PARQUET"
    session.execute(f"{target} SELECT id, tags FROM t").close()
    with pytest.raises(BadValueError):
        session.execute(f"{target} SELECT id, n FROM t").close()


def test_strict_emr_makes_an_empty_list_of_what_is_no_string_set(session: LocalSession, make_table: MakeTable) -> None:
    table = make_table(
        [{"id": {"S": "a"}, "Tags": {"S": "x"}}, {"id": {"S": "b"}, "Tags": {"NULL": True}}, {"id": {"S": "c"}}]
    )
    session.execute(ddl("t", table, COLUMNS, MAPPING, TYPES)).close()
    query = "SELECT id, tags FROM t ORDER BY id"
    assert rows(session, query) == ["a\tNULL", "b\tNULL", "c\tNULL"]
    assert rows(session, "SET ddb_hive.strict.emr=true", query) == ["a\t[]", "b\t[]", "c\tNULL"]
