from __future__ import annotations

import base64
import json
import string
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_ddb_hive.dynamodb import ItemEncoder, Meter, decode_page
from airflow_ddb_hive.errors import BadValueError
from airflow_ddb_hive.model.dynamodb import ITEM, AttributeColumn, ReadRules, TableDescription
from airflow_ddb_hive.model.types import parse_type
from tests.support.slow_attributes import SlowMisfitError, SlowReader


def column(hive_type: str, dynamodb_type: str, attribute: str = "a") -> AttributeColumn:
    whole = dynamodb_type == ITEM
    return AttributeColumn("c", parse_type(hive_type), None if whole else attribute, dynamodb_type)


KINDS = (
    ("string", "S"),
    ("bigint", "N"),
    ("double", "N"),
    ("binary", "B"),
    ("boolean", "BOOL"),
    ("array<string>", "L"),
    ("array<bigint>", "L"),
    ("array<array<binary>>", "L"),
    ("array<boolean>", "L"),
    ("array<string>", "SS"),
    ("array<bigint>", "NS"),
    ("array<double>", "NS"),
    ("array<binary>", "BS"),
    ("map<string,bigint>", "M"),
    ("map<string,string>", "M"),
    ("map<string,array<map<string,string>>>", "M"),
    ("struct<m:string,s:array<bigint>,x:struct<m:double>>", "M"),
    ("struct<m:struct<m:map<string,double>>,attribute_10:decimal(38,5)>", "M"),
    ("array<struct<m:string>>", "L"),
    ("tinyint", "N"),
    ("smallint", "N"),
    ("int", "N"),
    ("decimal(38,10)", "N"),
    ("decimal(4,1)", "N"),
    ("array<decimal(38,0)>", "NS"),
    ("date", "S"),
    ("timestamp", "S"),
    ("varchar(3)", "S"),
    ("char(3)", "S"),
    ("array<varchar(1)>", "SS"),
    ("map<string,timestamp>", "M"),
)
ATTRIBUTES = ("a", "M", "S", 'q"', "é", "attribute_1", "attribute_10", "attribute_of_a_name_with_32_char", "x\\y")
COLUMNS = (
    *(AttributeColumn(f"{kind}/{tag}", parse_type(kind), "a", tag) for kind, tag in KINDS),
    *(AttributeColumn(f"s {name}", parse_type("string"), name, "S") for name in ATTRIBUTES),
    column("map<string,string>", ITEM),
)
NAMES = [f"c{position}" for position in range(len(COLUMNS))]

MOMENT = st.sampled_from(
    [
        "2020-02-29",
        "2021-02-29",
        "2020-2-9",
        " 2020-01-02 ",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31 23:59:59.999999",
        "2020-02-29 01:02",
        "2020-02-29T01:02:03",
        "2020-02-29T01:02:03Z",
        "2020-02-29 01:02:03.1",
        "2020-02-29 01:02:03.123456000",
        "2020-02-29 01:02:03.123456001",
        "2020-02-29 1:2:3",
        "2020-02-29 24:00:00",
    ]
)
TEXT = (
    st.text(st.characters(codec="utf-8"), max_size=8)
    | st.sampled_from(
        ['"', "\\", "\n", "\x01", "\u2028", "/", '{"S":"', "{", "é😀", "\\u0041", '": ', "", "}},{", "ab  ", "abcd"]
    )
    | MOMENT
)
NAME = st.sampled_from(["M", "S", "m", "s", "x", "X", "L", "BOOL", "NULL", "a b", 'q"', "é", "Attribute_10"]) | st.text(
    string.ascii_letters, min_size=1, max_size=3
)
WHOLE = st.integers(-(2**63), 2**63 - 1).map(str)
NUMBER = st.one_of(
    WHOLE,
    st.integers(-200, 200).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(str),
    st.sampled_from(
        [
            "9223372036854775808",
            "-9223372036854775808",
            "1E-130",
            "0.5",
            "12345678901234567890123456789012345678",
            "9" * 39,
        ]
    ),
)
BASE64 = st.binary(max_size=7).map(lambda raw: base64.b64encode(raw).decode())
SCALAR = st.one_of(
    TEXT.map(lambda v: {"S": v}),
    NUMBER.map(lambda v: {"N": v}),
    BASE64.map(lambda v: {"B": v}),
    st.booleans().map(lambda v: {"BOOL": v}),
    st.just({"NULL": True}),
    st.lists(TEXT, min_size=1, max_size=3, unique=True).map(lambda v: {"SS": v}),
    st.lists(NUMBER, min_size=1, max_size=3, unique=True).map(lambda v: {"NS": v}),
    st.lists(BASE64, min_size=1, max_size=3, unique=True).map(lambda v: {"BS": v}),
)
VALUE: st.SearchStrategy[dict[str, Any]] = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: {"L": v}),
        st.dictionaries(NAME, inner, max_size=3).map(lambda v: {"M": v}),
    ),
    max_leaves=6,
)
ITEMS = st.lists(st.dictionaries(st.sampled_from(["a", "a", *ATTRIBUTES]), VALUE, max_size=4), max_size=6)
RULES = st.builds(ReadRules, null_bad_values=st.booleans(), strict_emr=st.booleans())


def page(items: list[dict[str, Any]], *, ascii_only: bool = False, spaced: bool = False) -> bytes:
    separators = None if spaced else (",", ":")
    return json.dumps(items, ensure_ascii=ascii_only, separators=separators).encode()


def fast_rows(items: bytes, rules: ReadRules) -> tuple[list[list[Any]], dict[str, int], dict[str, int]]:
    meter = Meter("T", "read")
    batch = decode_page(items, COLUMNS, NAMES, "T", rules=rules, misfits=meter)
    rows = zip(*(batch.column(n).to_pylist() for n in range(len(COLUMNS))), strict=True)
    usage = meter.snapshot()
    return [list(row) for row in rows], dict(usage.mismatched), dict(usage.bad_values)


def slow_rows(items: bytes, rules: ReadRules) -> tuple[list[list[Any]], dict[str, int], dict[str, int]]:
    reader = SlowReader(rules)
    return reader.rows(items, COLUMNS), dict(reader.mismatched), dict(reader.bad_values)


@settings(max_examples=150, deadline=None)
@given(ITEMS, RULES, st.booleans(), st.booleans())
@example([{"a": {"M": {"M": {"S": "x"}}}}], ReadRules(), False, False)
@example([{"a": {"M": {"S": {"M": {}}}}}], ReadRules(), False, False)
@example([{"a": {"L": [{"M": {}}, {"S": "x"}]}}], ReadRules(), False, False)
@example([{}, {"a": {"S": "x"}}, {}], ReadRules(), False, False)
@example([], ReadRules(), False, False)
def test_a_page_decodes_as_its_slow_twin_says(
    items: list[dict[str, Any]], rules: ReadRules, ascii_only: bool, spaced: bool
) -> None:
    body = page(items, ascii_only=ascii_only, spaced=spaced)
    try:
        expected = slow_rows(body, rules)
    except SlowMisfitError:
        with pytest.raises(BadValueError, match="attribute a of table T does not fit"):
            fast_rows(body, rules)
    else:
        assert fast_rows(body, rules) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(NAME, VALUE, max_size=3), max_size=4))
def test_a_whole_item_comes_back_as_it_was(items: list[dict[str, Any]]) -> None:
    items = [{**item, "id": {"N": str(n)}} for n, item in enumerate(items)]
    whole = (column("map<string,string>", ITEM),)
    description = TableDescription(name="T", hash_key="id", attribute_types={"id": "N"})
    encoded = ItemEncoder(description=description, columns=whole).encode(decode_page(page(items), whole, ["c"], "T"))
    assert [json.loads(request)["PutRequest"]["Item"] for request in encoded.requests] == items


@settings(max_examples=100, deadline=None)
@given(st.lists(st.fixed_dictionaries({"s": TEXT, "n": WHOLE, "b": BASE64, "t": st.booleans()}), max_size=5))
def test_scalar_columns_come_back_as_they_were(values: list[dict[str, Any]]) -> None:
    tags = {"s": ("string", "S"), "n": ("bigint", "N"), "b": ("binary", "B"), "t": ("boolean", "BOOL")}
    columns = tuple(column(kind, tag, name) for name, (kind, tag) in tags.items())
    items = [{name: {tags[name][1]: content} for name, content in value.items()} for value in values]
    description = TableDescription(name="T", hash_key="n", attribute_types={"n": "N"})
    batch = decode_page(page(items), columns, list(tags), "T")
    encoded = ItemEncoder(description=description, columns=columns).encode(batch)
    assert [json.loads(request)["PutRequest"]["Item"] for request in encoded.requests] == items


@pytest.mark.parametrize(
    ("hive_type", "tag", "value"),
    [
        ("bigint", "N", "1.5"),
        ("bigint", "N", "9223372036854775808"),
        ("tinyint", "N", "128"),
        ("decimal(3,1)", "N", "1.25"),
        ("decimal(3,1)", "N", "1000"),
        # Arrow itself makes 4650928448601668034595970762.1945210880 of this.
        ("decimal(38,10)", "N", "12345678901234567890123456789012345678"),
        ("decimal(38,0)", "N", "1" + "0" * 125),
        ("float", "N", "1" + "0" * 39),
        ("date", "S", "yesterday"),
        ("date", "S", "2021-02-29"),
        ("date", "S", "2020-02-29 01:02:03"),
        ("timestamp", "S", "2020-02-29 01:02"),
        ("timestamp", "S", "2020-02-29T01:02:03Z"),
        ("timestamp", "S", "2020-02-29 01:02:03.123456001"),
        ("timestamp", "S", "2020-13-01 00:00:00"),
        ("varchar(2)", "S", "abc"),
        ("char(2)", "S", "abc"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_table_key_and_attribute(hive_type: str, tag: str, value: str) -> None:
    items = [{"id": {"S": "k0"}}, {"id": {"S": "k1"}, "a": {tag: value}}]
    with pytest.raises(BadValueError) as caught:
        decode_page(page(items), [column(hive_type, tag)], ["c0"], "Music", key_attributes=("id",))
    for part in (f'For input string: "{value}"', "Music", '{"id":{"S":"k1"}}', "attribute a", hive_type):
        assert part in caught.value.message


@pytest.mark.parametrize(
    ("hive_type", "value"),
    [("array<bigint>", {"L": [{"N": "1"}, {"N": "1.5"}]}), ("map<string,bigint>", {"M": {"x": {"N": "1.5"}}})],
)
def test_a_nested_value_that_does_not_fit_is_named(hive_type: str, value: dict[str, Any]) -> None:
    (tag,) = value
    items = [{"id": {"S": "k0"}}, {"id": {"S": "k1"}, "a": value}]
    with pytest.raises(BadValueError, match=r'"1.5".*k1'):
        decode_page(page(items), [column(hive_type, tag)], ["c0"], "Music", key_attributes=("id",))


@pytest.mark.parametrize(
    ("hive_type", "tag", "value", "text"),
    [
        ("decimal(38,0)", "N", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        (
            "decimal(38,38)",
            "N",
            "-0.12345678901234567890123456789012345678",
            "-0.12345678901234567890123456789012345678",
        ),
        ("decimal(38,10)", "N", "1234567890123456789012345678.5", "1234567890123456789012345678.5000000000"),
        ("decimal(38,5)", "N", "1E+30", "1000000000000000000000000000000.00000"),
        ("double", "N", "1E-130", "1e-130"),
        ("float", "N", "1.5", "1.5"),
        ("date", "S", "2020-02-29", "2020-02-29"),
        ("timestamp", "S", "2020-02-29 01:02:03.5", "2020-02-29 01:02:03.500000"),
        ("char(4)", "S", "ab  ", "ab"),
    ],
)
def test_local_types_are_read(hive_type: str, tag: str, value: str, text: str) -> None:
    batch = decode_page(page([{"a": {tag: value}}]), [column(hive_type, tag)], ["c0"], "T")
    assert str(batch.column(0)[0].as_py()) == text
