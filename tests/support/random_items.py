"""Random DynamoDB items whose attributes mostly keep a type, and a reader of ours that needs none of the package's."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import boto3

from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

__all__ = ["Item", "RandomItems", "Tables", "agrees"]

Item = dict[str, Any]


class Tables:
    """Makes tables of items in DynamoDB's JSON, without boto3's conversions."""

    def __init__(self, endpoint_url: str) -> None:
        self.client = boto3.client("dynamodb", endpoint_url=endpoint_url, region_name="us-east-1")
        self.names: list[str] = []

    def make(self, items: list[Item], **options: Any) -> str:
        name = f"Infer.Test-{len(self.names)}-{random.getrandbits(40)}"
        settings: dict[str, Any] = {
            "TableName": name,
            "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            **options,
        }
        self.client.create_table(**settings)
        self.names.append(name)
        for item in items:
            self.client.put_item(TableName=name, Item={key: _boto_value(value) for key, value in item.items()})
        return name

    def items(self, name: str) -> list[Item]:
        pages = self.client.get_paginator("scan").paginate(TableName=name)
        return [{key: _json_value(value) for key, value in item.items()} for page in pages for item in page["Items"]]


def _boto_value(value: dict[str, Any]) -> Any:
    ((tag, content),) = value.items()
    if tag == "B":
        return {tag: base64.b64decode(content)}
    if tag == "BS":
        return {tag: [base64.b64decode(part) for part in content]}
    if tag == "L":
        return {tag: [_boto_value(part) for part in content]}
    if tag == "M":
        return {tag: {name: _boto_value(part) for name, part in content.items()}}
    return value


def _json_value(value: Any) -> Any:
    ((tag, content),) = value.items()
    if tag == "B":
        return {tag: base64.b64encode(content).decode()}
    if tag == "BS":
        return {tag: [base64.b64encode(part).decode() for part in content]}
    if tag == "L":
        return {tag: [_json_value(part) for part in content]}
    if tag == "M":
        return {tag: {name: _json_value(part) for name, part in content.items()}}
    return value


class RandomItems:
    """Items whose attributes mostly keep a type of their own and sometimes don't."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - test data
        self.columns = [(name, self.maker()) for name in self.names()]

    def names(self) -> list[str]:
        pool = [
            *("name", "Name", "NAME", "date", "select", "Feature Name", "a,b", "x:y", "2nd", "ünïcode", "emoji😀"),
            *("_hidden", "item", "Item", "id", "with'quote", "semi;colon", "dollar${x}", "percent%(y)s", "back`tick"),
            *("tab\tname", "plain", "price", "n1", "n2", "lat", "tags", "props", "blob", "flag", "  spaces  ", "a.b"),
        ]
        return self.random.sample(pool, self.random.randint(3, 14))

    def maker(self, depth: int = 0) -> Any:
        kinds = ["S", "whole", "double", "exact", "wild", "B", "BOOL", "NULL", "mixed"]
        kinds += ["SS", "NS", "NSdecimal", "BS"] if depth == 0 or self.random.random() < 0.2 else []
        kinds += ["L", "record", "dictionary", "Record", "odd"] * (2 if depth == 0 else 1) if depth < 3 else []
        return getattr(self, f"_{self.random.choice(kinds)}")(depth)

    def _S(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"S": "".join(self.random.choices("aé😀\n\t\\\"'\x01;${}%", k=self.random.randint(0, 6)))}

    def _whole(self, _: int) -> Any:
        top = self.random.choice([9, 2**31, 2**63 - 1])
        return lambda: {"N": str(self.random.randint(-top, top))}

    def _double(self, _: int) -> Any:
        return lambda: {"N": str(Decimal(self.random.randint(-(10**9), 10**9)) / 1000)}

    def _exact(self, _: int) -> Any:
        return lambda: {"N": f"{self.random.randint(0, 10**12)}.{self.random.randint(10**9, 10**18)}"}

    def _wild(self, _: int) -> Any:
        return lambda: {"N": self.random.choice(["1E+100", "1E-100", "12345678901234567890", "-0.5", "1E+20", "7"])}

    def _B(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"B": base64.b64encode(self.random.randbytes(self.random.randint(1, 9))).decode()}

    def _BOOL(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"BOOL": self.random.random() < 0.5}

    def _NULL(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"NULL": True}

    def _mixed(self, depth: int) -> Any:
        parts = [self._S(depth), self._whole(depth), self._BOOL(depth)]

        def make() -> Any:
            return self.random.choice(parts)()

        return make

    def _SS(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"SS": self.random.sample(["a", "b", "ü", ""], self.random.randint(1, 3))}

    def _NS(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"NS": [str(n) for n in self.random.sample(range(-50, 50), 3)]}

    def _NSdecimal(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"NS": [f"{n}.12345678901234567891" for n in self.random.sample(range(50), 2)]}

    def _BS(self, _: int) -> Any:  # noqa: N802 - named as the type
        return lambda: {"BS": [base64.b64encode(bytes([n])).decode() for n in self.random.sample(range(256), 2)]}

    def _L(self, depth: int) -> Any:  # noqa: N802 - named as the type
        part = self.maker(depth + 1)
        return lambda: {"L": [self.optional(part) for _ in range(self.random.randint(0, 3))]}

    def _record(self, depth: int) -> Any:
        parts = {name: self.maker(depth + 1) for name in self.random.sample(["lat", "date", "_x", "n2", "b"], 3)}
        return lambda: {"M": {name: self.optional(part) for name, part in parts.items()}}

    def _Record(self, depth: int) -> Any:  # noqa: N802 - its keys are no lower-case names
        part = self.maker(depth + 1)
        return lambda: {"M": {name: self.optional(part) for name in ("Lat", "lat", "a-b")}}

    def _dictionary(self, depth: int) -> Any:
        part = self.maker(depth + 1)
        return lambda: {"M": {f"k{self.random.randint(0, 9)}": part() for _ in range(self.random.randint(0, 3))}}

    def _odd(self, depth: int) -> Any:
        parts = [self.maker(depth + 1) for _ in range(2)]
        return lambda: {"M": {f"K{n}": self.random.choice(parts)() for n in range(self.random.randint(0, 2))}}

    def optional(self, part: Any) -> Any:
        return part() if self.random.random() < 0.9 else {"NULL": True}

    def items(self, count: int) -> list[Item]:
        return [
            {"Id": {"S": f"k{number}"}}
            | {name: self.optional(part) for name, part in self.columns if self.random.random() < 0.8}
            for number in range(count)
        ]


def agrees(value: dict[str, Any] | None, cell: Any, hive_type: HiveType) -> bool:
    """Whether a cell is exactly what an attribute is."""
    if value is None or "NULL" in value:
        return cell is None
    ((tag, content),) = value.items()
    return cell is not None and _COMPARE[tag](content, cell, hive_type)


def _same(content: Any, cell: Any, _: HiveType) -> bool:
    return bool(cell == content and type(cell) is type(content))


def _same_number(content: str, cell: Any, _: HiveType) -> bool:
    return Decimal(repr(cell) if isinstance(cell, float) else cell) == Decimal(content)


def _same_numbers(content: list[str], cell: Any, _: HiveType) -> bool:
    return sorted(Decimal(str(part)) for part in cell) == sorted(Decimal(part) for part in content)


def _same_bytes(content: str, cell: Any, _: HiveType) -> bool:
    return bool(cell == base64.b64decode(content))


def _same_texts(content: list[str], cell: Any, _: HiveType) -> bool:
    return sorted(cell) == sorted(content)


def _same_blobs(content: list[str], cell: Any, _: HiveType) -> bool:
    return sorted(cell) == sorted(base64.b64decode(part) for part in content)


def _same_list(content: list[Any], cell: Any, hive_type: HiveType) -> bool:
    assert isinstance(hive_type, ArrayType)
    return len(cell) == len(content) and all(
        agrees(part, found, hive_type.element) for part, found in zip(content, cell, strict=True)
    )


def _same_map(content: dict[str, Any], cell: Any, hive_type: HiveType) -> bool:
    if isinstance(hive_type, StructType):
        return {name for name, _ in hive_type.fields} == set(content) and all(
            agrees(content[name], cell[name], field) for name, field in hive_type.fields
        )
    assert isinstance(hive_type, MapType)
    found = dict(cell)
    return found.keys() == content.keys() and all(
        agrees(content[name], found[name], hive_type.value) for name in content
    )


_COMPARE: Mapping[str, Callable[[Any, Any, HiveType], bool]] = {
    "B": _same_bytes,
    "BOOL": _same,
    "BS": _same_blobs,
    "L": _same_list,
    "M": _same_map,
    "N": _same_number,
    "NS": _same_numbers,
    "S": _same,
    "SS": _same_texts,
}
