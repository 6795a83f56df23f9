"""Keys: refused in DynamoDB's words before anything is sent, and equal where DynamoDB says that they are."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.dynamodb.encode_key import canonical_keys, check_keys
from airflow_ddb_hive.errors import WriteRefusedError
from airflow_ddb_hive.model.dynamodb import TableDescription

NUMBER = TableDescription(name="Music", hash_key="id", attribute_types={"id": "N"})
PAIR = TableDescription(name="Music", hash_key="id", range_key="ts", attribute_types={"id": "S", "ts": "B"})


def canonical(*texts: str) -> list[str]:
    return canonical_keys([pa.array([f'"id":{{"N":"{text}"}}' for text in texts], pa.string())], NUMBER)


def spellings(number: Decimal) -> list[str]:
    return [str(number), f"{number:E}", f"{number:f}", f"{number:+f}", f"{number * 10:f}e-1", f"00{abs(number):f}"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=Decimal(-10) ** 9, max_value=10**12))
def test_spellings_of_one_number_are_one_key_in_whatever_company(number: Decimal) -> None:
    alone = [canonical(text)[0] for text in spellings(number)[:5]]
    together = canonical("7", *spellings(number)[:5])[1:]
    assert {*alone, *together} == {alone[0]}
    if number >= 0:
        assert canonical(spellings(number)[5]) == [alone[0]]


def test_zero_has_no_sign_and_38_digits_are_kept() -> None:
    assert len(set(canonical("0", "-0", "0.0", "-0.00", "0e9"))) == 1
    digits = "1" * 37
    assert len(set(canonical(digits + "2", digits + "3", digits + "3.0"))) == 2
    assert len(set(canonical("9.9E+125", "99E124", "1E-130"))) == 2


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", " 1"])
def test_what_is_no_number_is_left_to_dynamodb(text: str) -> None:
    assert len(canonical("1.0", text)) == 2


@pytest.mark.parametrize(
    ("hash_key", "range_key", "words"),
    [
        ('{"S":"a"}', '{"B":""}', "cannot contain an empty binary value. Key: ts"),
        ('{"S":""}', '{"B":"aA=="}', "cannot contain an empty string value. Key: id"),
        ('{"N":"1"}', '{"B":"aA=="}', "Type mismatch for key id expected: S actual: N"),
        ('{"S":"a"}', '{"NULL":true}', "Invalid attribute value type"),
        ('{"S":"a"}', None, "One of the required keys was not given a value: ts"),
    ],
)
def test_a_key_that_dynamodb_does_not_take_is_refused_with_the_rest_of_it(
    hash_key: str, range_key: str | None, words: str
) -> None:
    good = ['"id":{"S":"good"}', '"ts":{"B":"aA=="}']
    bad = [f'"id":{hash_key}', None if range_key is None else f'"ts":{range_key}']
    columns = [pa.array(list(pair), pa.string()) for pair in zip(good, bad, strict=True)]
    with pytest.raises(WriteRefusedError) as caught:
        check_keys(columns, PAIR, delete=False)
    assert words in caught.value.message
    assert f'row 2 of its batch, key {{"id":{hash_key}' in caught.value.message
