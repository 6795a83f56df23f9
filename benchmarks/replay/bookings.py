"""Nested and mixed items of about 2 KB, made from arithmetic: what a booking system might keep of a flight."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DYNAMODB_TYPES", "HIVE_TYPES", "booking"]

HIVE_TYPES: Mapping[str, str] = {
    "flight_id": "bigint",
    "status": "string",
    "created": "string",
    "price": "double",
    "paid": "boolean",
    "passengers": "array<struct<name:string,age:bigint,seat:string,bags:array<double>,contact:map<string,string>>>",
    "legs": "array<struct<origin:string,dest:string,distance:bigint,delayed:boolean>>",
    "address": "struct<street:string,city:string,location:struct<lat:double,long:double>>",
    "labels": "array<string>",
    "fares": "array<double>",
    "token": "binary",
    "history": "map<string,string>",
    "extra": "string",
    "notes": "string",
}
"""The Hive type that fits each attribute."""

DYNAMODB_TYPES: Mapping[str, str] = {"labels": "SS", "fares": "NS", "history": "M"}
"""Those that are not what the Hive type would have by itself."""

_CITIES = ("Atlanta", "Boston", "Chicago", "Denver", "Orlando", "San José", "Seattle")
_NAMES = ("Ada", "Bo", "Chloé", "Dmitri", "Emeka", "Fatima", "Guðrún")
_WORDS = ("window", "aisle", "late", "vegetarian", "wheelchair", "upgrade", "refund", "called back", "no answer")

_Value = dict[str, Any]


def booking(row: int) -> dict[str, _Value]:
    """The item number ``row`` as DynamoDB writes it; ``extra`` has another type from item to item.

    Example:
        >>> booking(4)["extra"], len(booking(4))
        ({'L': [{'S': 'vegetarian'}]}, 14)
    """
    city = _CITIES[row % 7]
    words = [_WORDS[(row * 7 + place * place) % 9] for place in range(60)]
    return {
        "flight_id": _number(row),
        "status": _text(("booked", "paid", "flown")[row % 3]),
        "created": _text(f"2013-{row // 28 % 12 + 1:02}-{row % 28 + 1:02} {row % 24:02}:{row % 60:02}:00"),
        "price": _number(row % 900 + 0.25),
        "paid": {"BOOL": row % 3 > 0},
        "passengers": {"L": [_passenger(row + place) for place in range(2 + row % 3)]},
        "legs": {"L": [_leg(row + place) for place in range(1 + row % 2)]},
        "address": {"M": {"street": _text(f"{row % 99} Main Street"), "city": _text(city), "location": _location(row)}},
        "labels": {"SS": sorted({words[0], words[1], city})},
        "fares": {"NS": [str(row % 90), str(100 + row % 50)]},
        "token": {"B": base64.b64encode(hashlib.sha256(str(row).encode()).digest()).decode()},
        "history": {"M": {f"2013-01-{day:02}": _text(words[day]) for day in range(1, 5 + row % 4)}},
        "extra": _extra(row),
        "notes": _text(" ".join(words)),
    }


def _text(value: str) -> _Value:
    return {"S": value}


def _number(value: float) -> _Value:
    return {"N": str(value)}


def _location(row: int) -> _Value:
    return {"M": {"lat": _number(25 + row % 200 / 8), "long": _number(-70 - row % 400 / 8)}}


def _passenger(number: int) -> _Value:
    contact = {"email": _text(f"p{number}@example.com"), "phone": _text(f"+1 555 {number % 10000:04}")}
    return {
        "M": {
            "name": _text(_NAMES[number % 7]),
            "age": _number(number % 80 + 5),
            "seat": _text(f"{number % 30 + 1}{'ABCDEF'[number % 6]}"),
            "bags": {"L": [_number(10 + number % 9 + 0.5) for _ in range(number % 3)]},
            "contact": {"M": contact},
        }
    }


def _leg(number: int) -> _Value:
    places = {"origin": _text(_CITIES[number % 7]), "dest": _text(_CITIES[(number + 3) % 7])}
    return {"M": places | {"distance": _number(200 + number % 2000), "delayed": {"BOOL": number % 5 == 0}}}


def _extra(row: int) -> _Value:
    kinds: tuple[_Value, ...] = (
        _text("as ordered"),
        _number(row % 50),
        {"NULL": True},
        {"M": {"reason": _text("weather")}},
        {"L": [_text("vegetarian")]},
    )
    return kinds[row % 5]
