"""What has been seen of an attribute, an element or a field: enough to find a type that holds all of it exactly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Numbers", "Observed", "merged", "observe_items"]

_LEAST_BIGINT, _LARGEST_BIGINT = -(2**63), 2**63 - 1


@dataclass(slots=True)
class Numbers:
    """What numbers have in common: whole and within 64 bits, exact as doubles, digits before and after the point.

    Example:
        >>> numbers = Numbers()
        >>> numbers.add("19.99")
        >>> numbers.whole, numbers.exact_doubles, numbers.digits, numbers.scale
        (False, True, 2, 2)
    """

    whole: bool = True
    exact_doubles: bool = True
    digits: int = 0
    scale: int = 0

    def add(self, text: str) -> None:
        """Take one number, as DynamoDB writes it."""
        number = Decimal(text)
        _, figures, exponent = number.as_tuple()
        digits = "".join(map(str, figures)).rstrip("0")
        places = int(exponent) + len(figures) - len(digits) if digits else 0
        self.scale = max(self.scale, -places)
        self.digits = max(self.digits, len(digits) + places)
        self.whole = self.whole and places >= 0 and _LEAST_BIGINT <= number <= _LARGEST_BIGINT
        # Exact means that the double is written with the same digits again.
        self.exact_doubles = self.exact_doubles and Decimal(repr(float(text))) == number

    def merge(self, other: Numbers) -> None:
        """Take all that another has seen."""
        self.whole = self.whole and other.whole
        self.exact_doubles = self.exact_doubles and other.exact_doubles
        self.digits = max(self.digits, other.digits)
        self.scale = max(self.scale, other.scale)


@dataclass(slots=True)
class Observed:
    """The values seen in one place; ``tags`` counts them by DynamoDB type.

    Example:
        >>> observed = Observed()
        >>> observed.add({"M": {"lat": {"N": "1.5"}}})
        >>> observed.count, sorted(observed.fields), observed.fields["lat"].tags["N"]
        (1, ['lat'], 1)
    """

    tags: Counter[str] = field(default_factory=Counter)
    numbers: Numbers = field(default_factory=Numbers)
    elements: Observed | None = None
    fields: dict[str, Observed] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many values were seen, ``{NULL:true}`` among them."""
        return self.tags.total()

    def add(self, value: Mapping[str, Any]) -> None:
        """Take one value in DynamoDB's JSON."""
        for tag, content in value.items():
            self.tags[tag] += 1
            if tag == "N":
                self.numbers.add(content)
            elif tag == "NS":
                for text in content:
                    self.numbers.add(text)
            elif tag == "L":
                self._add_elements(content)
            elif tag == "M":
                for name, part in content.items():
                    self.fields.setdefault(name, Observed()).add(part)

    def _add_elements(self, values: Iterable[Mapping[str, Any]]) -> None:
        if self.elements is None:
            self.elements = Observed()
        for value in values:
            self.elements.add(value)

    def merge(self, other: Observed) -> None:
        """Take all that another has seen."""
        self.tags.update(other.tags)
        self.numbers.merge(other.numbers)
        if other.elements is not None:
            self.elements = merged([part for part in (self.elements, other.elements) if part is not None])
        for name, part in other.fields.items():
            self.fields[name] = merged([self.fields[name], part]) if name in self.fields else merged([part])


def merged(parts: Iterable[Observed]) -> Observed:
    """Return one view of what was seen in several places; they stay as they are."""
    whole = Observed()
    for part in parts:
        whole.merge(part)
    return whole


def observe_items(items: Iterable[Mapping[str, Mapping[str, Any]]]) -> dict[str, Observed]:
    """Return what was seen of each attribute of some items.

    Example:
        >>> sorted(observe_items([{"Id": {"N": "1"}}, {"Id": {"N": "2"}, "Name": {"S": "x"}}]))
        ['Id', 'Name']
    """
    attributes: dict[str, Observed] = {}
    for item in items:
        for name, value in item.items():
            attributes.setdefault(name, Observed()).add(value)
    return attributes
