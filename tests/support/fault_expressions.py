"""DynamoDB's condition expressions over items in its JSON: as much of them as the product writes, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

__all__ = ["condition", "plain"]

Item = dict[str, Any]
Test = Callable[[Item], bool]

_WORDS = re.compile(r"\s*(#\w+|:\w+|\w+|<>|<=|>=|[=<>(),])")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def plain(value: dict[str, Any]) -> tuple[str, Any]:
    """A value's type and what compares as DynamoDB does: numbers by value, strings by their UTF-8 bytes."""
    ((tag, content),) = value.items()
    if tag == "N":
        return tag, Decimal(content)
    return tag, content.encode() if tag == "S" else content


def condition(text: str, body: dict[str, Any]) -> Test:
    """What an expression of a request says of an item.

    Raises:
        ValueError: It is not of the forms that are known here.
    """
    parser = _Parser(text, body.get("ExpressionAttributeNames", {}), body.get("ExpressionAttributeValues", {}))
    test = parser.either()
    parser.end()
    return test


class _Parser:
    def __init__(self, text: str, names: dict[str, str], values: dict[str, Any]) -> None:
        self._text = text
        self._words = _WORDS.findall(text)
        if "".join(self._words) != re.sub(r"\s", "", text):
            raise ValueError(f"expression {text}")
        self._place = 0
        self._names = names
        self._values = values

    def either(self) -> Test:
        tests = [self._both()]
        while self._take("OR"):
            tests.append(self._both())
        return lambda item: any(test(item) for test in tests)

    def end(self) -> None:
        if self._place < len(self._words):
            raise ValueError(f"expression {self._text}: {self._words[self._place :]}")

    def _both(self) -> Test:
        tests = [self._negated()]
        while self._take("AND"):
            tests.append(self._negated())
        return lambda item: all(test(item) for test in tests)

    def _negated(self) -> Test:
        if self._take("NOT"):
            test = self._negated()
            return lambda item: not test(item)
        if self._take("("):
            test = self.either()
            self._expect(")")
            return test
        return self._function() if self._words[self._place + 1] == "(" else self._comparison()

    def _function(self) -> Test:
        name = self._next()
        self._expect("(")
        attribute = self._attribute()
        value = self._value() if self._take(",") else ("", None)
        self._expect(")")
        functions: dict[str, Test] = {
            "attribute_exists": lambda item: attribute in item,
            "attribute_not_exists": lambda item: attribute not in item,
            "attribute_type": lambda item: attribute in item and plain(item[attribute])[0].encode() == value[1],
            "begins_with": lambda item: _has(item, attribute, value[0]) and _starts(item[attribute], value[1]),
        }
        return functions[name]

    def _comparison(self) -> Test:
        attribute, word = self._attribute(), self._next()
        if word == "BETWEEN":
            low = self._value()
            self._expect("AND")
            high = self._value()
            return lambda item: (
                _has(item, attribute, low[0]) and low[1] <= plain(item[attribute])[1] and plain(item[attribute]) <= high
            )
        if word == "IN":
            self._expect("(")
            wanted = [self._value()]
            while self._take(","):
                wanted.append(self._value())
            self._expect(")")
            return lambda item: attribute in item and plain(item[attribute]) in wanted
        compare, value = _COMPARE[word], self._value()
        if word == "<>":
            return lambda item: attribute not in item or plain(item[attribute]) != value
        return lambda item: _has(item, attribute, value[0]) and compare(plain(item[attribute])[1], value[1])

    def _attribute(self) -> str:
        word = self._next()
        return self._names[word] if word.startswith("#") else word

    def _value(self) -> tuple[str, Any]:
        return plain(self._values[self._next()])

    def _next(self) -> str:
        self._place += 1
        word: str = self._words[self._place - 1]
        return word

    def _take(self, word: str) -> bool:
        found = self._place < len(self._words) and self._words[self._place].upper() == word
        self._place += found
        return found

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise ValueError(f"expression {self._text}: no {word} at {self._words[self._place :]}")


def _has(item: Item, attribute: str, tag: str) -> bool:
    """Values of different types are never in an order, and never equal."""
    return attribute in item and tag in item[attribute]


def _starts(value: dict[str, Any], start: Any) -> bool:
    return bool(plain(value)[1].startswith(start))
