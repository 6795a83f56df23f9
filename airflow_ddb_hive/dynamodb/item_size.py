"""What an item counts against the limits: DynamoDB's own rules, and the connector's, which are simpler.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html says that lists and maps
take 3 bytes and 1 for each element, a number about a byte for two digits; the rest was measured.
"""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["connector_size", "stored_size"]

_CONTAINER_BYTES = 3
_EXACT = Context(prec=400)
"""More digits than a number of DynamoDB's can have."""


def stored_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bytes of an item, as DynamoDB counts them against its limit of 400 KB.

    Example:
        >>> stored_size({"id": {"N": "100"}, "on": {"BOOL": True}, "l": {"L": [{"S": "ab"}]}})
        14
    """
    return sum(_text_size(name) + _stored(value) for name, value in item.items())


def _stored(value: Mapping[str, Any]) -> int:
    ((tag, content),) = value.items()
    if tag == "M":
        return _CONTAINER_BYTES + len(content) + stored_size(content)
    if tag == "L":
        return _CONTAINER_BYTES + len(content) + sum(map(_stored, content))
    if tag in {"N", "NS"}:
        return sum(map(_number_size, _parts(tag, content)))
    return 1 if tag in {"BOOL", "NULL"} else _plain_size(tag, content)


def _number_size(text: str) -> int:
    """One byte, one for each two digits that count, as they stand around the point, and one for a minus."""
    try:
        sign, digits, exponent = Decimal(text).normalize(_EXACT).as_tuple()
    except InvalidOperation:
        return len(text)
    if not isinstance(exponent, int) or digits == (0,):
        return 1
    lowest, highest = exponent // 2, (exponent + len(digits) - 1) // 2
    return 1 + highest - lowest + 1 + sign


def connector_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bytes of an item as the connector counts them for ``dynamodb.max.item.size``.

    Example:
        >>> connector_size({"id": {"M": {"ab": {"N": "12"}, "c": {"B": "aGk="}}}})
        9
    """
    return sum(_text_size(name) + _counted(value) for name, value in item.items())


def _counted(value: Mapping[str, Any]) -> int:
    ((tag, content),) = value.items()
    if tag == "M":
        return connector_size(content)
    if tag == "L":
        return sum(map(_counted, content))
    return 0 if tag in {"BOOL", "NULL"} else _plain_size(tag, content)


def _plain_size(tag: str, content: Any) -> int:
    parts = _parts(tag, content)
    if tag in {"B", "BS"}:
        return sum(len(part) // 4 * 3 - part.count("=") for part in parts)
    return sum(map(_text_size, parts))


def _parts(tag: str, content: Any) -> Sequence[str]:
    """The elements of a set, or the one of a scalar."""
    return content if tag in {"SS", "NS", "BS"} else [content]


def _text_size(text: str) -> int:
    return len(text.encode())
