"""Hive's types as values, and their one-line text form.

Follows https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types; the names are the ones that DESCRIBE
prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from airflow_ddb_hive.errors import InputError

__all__ = [
    "BIGINT",
    "BINARY",
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "FLOAT",
    "INT",
    "INTERVAL_DAY_TIME",
    "INTERVAL_YEAR_MONTH",
    "PRIMITIVES",
    "SMALLINT",
    "STRING",
    "TIMESTAMP",
    "TIMESTAMP_LOCAL",
    "TINYINT",
    "VOID",
    "ArrayType",
    "CharType",
    "DecimalType",
    "HiveType",
    "MapType",
    "PrimitiveType",
    "StructType",
    "VarcharType",
    "parse_type",
]


class HiveType:
    """A Hive type; ``str()`` gives the text that Hive prints for it.

    Example:
        >>> str(MapType(STRING, ArrayType(BIGINT)))
        'map<string,array<bigint>>'
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PrimitiveType(HiveType):
    """A type that is only a name, such as ``bigint``.

    Example:
        >>> str(PrimitiveType("bigint"))
        'bigint'
    """

    name: str

    def __str__(self) -> str:
        """Return the name."""
        return self.name


TINYINT = PrimitiveType("tinyint")
SMALLINT = PrimitiveType("smallint")
INT = PrimitiveType("int")
BIGINT = PrimitiveType("bigint")
FLOAT = PrimitiveType("float")
DOUBLE = PrimitiveType("double")
BOOLEAN = PrimitiveType("boolean")
STRING = PrimitiveType("string")
BINARY = PrimitiveType("binary")
DATE = PrimitiveType("date")
TIMESTAMP = PrimitiveType("timestamp")
TIMESTAMP_LOCAL = PrimitiveType("timestamp with local time zone")
VOID = PrimitiveType("void")
INTERVAL_YEAR_MONTH = PrimitiveType("interval_year_month")
INTERVAL_DAY_TIME = PrimitiveType("interval_day_time")

_MOMENTS = (TIMESTAMP, TIMESTAMP_LOCAL)

PRIMITIVES: dict[str, PrimitiveType] = {
    t.name: t for t in (TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, BOOLEAN, STRING, BINARY, DATE, VOID, *_MOMENTS)
}
"""The primitive types that a column may be declared with, and ``void``, the type of a bare NULL."""

_MAX_DIGITS, _MAX_VARCHAR, _MAX_CHAR = 38, 65535, 255
_SYNONYMS = {"integer": "int", "double precision": "double", "numeric": "decimal", "dec": "decimal"}
_SYNONYMS["timestamplocaltz"] = TIMESTAMP_LOCAL.name
_LOCAL_WORDS = TIMESTAMP_LOCAL.name.split()[1:]


@dataclass(frozen=True, slots=True)
class DecimalType(HiveType):
    """An exact number of ``precision`` digits, ``scale`` of them after the point; at most 38.

    Example:
        >>> str(DecimalType(12, 2))
        'decimal(12,2)'
    """

    precision: int = 10
    scale: int = 0

    def __post_init__(self) -> None:
        """Check the bounds that Hive checks."""
        if not 1 <= self.precision <= _MAX_DIGITS:
            raise InputError(f"Decimal precision out of allowed range [1,38]: {self.precision}")
        if not 0 <= self.scale <= self.precision:
            raise InputError(f"Decimal scale must be between 0 and the precision {self.precision}: {self.scale}")

    def __str__(self) -> str:
        """Return ``decimal(p,s)``."""
        return f"decimal({self.precision},{self.scale})"


@dataclass(frozen=True, slots=True)
class VarcharType(HiveType):
    """Text of at most ``length`` characters.

    Example:
        >>> str(VarcharType(20))
        'varchar(20)'
    """

    length: int

    def __post_init__(self) -> None:
        """Check the bounds that Hive checks."""
        if not 1 <= self.length <= _MAX_VARCHAR:
            raise InputError(f"VARCHAR length {self.length} out of allowed range [1, 65535]")

    def __str__(self) -> str:
        """Return ``varchar(n)``."""
        return f"varchar({self.length})"


@dataclass(frozen=True, slots=True)
class CharType(HiveType):
    """Text of exactly ``length`` characters, padded with spaces.

    Example:
        >>> str(CharType(2))
        'char(2)'
    """

    length: int

    def __post_init__(self) -> None:
        """Check the bounds that Hive checks."""
        if not 1 <= self.length <= _MAX_CHAR:
            raise InputError(f"CHAR length {self.length} out of allowed range [1, 255]")

    def __str__(self) -> str:
        """Return ``char(n)``."""
        return f"char({self.length})"


@dataclass(frozen=True, slots=True)
class ArrayType(HiveType):
    """A list of elements of one type.

    Example:
        >>> str(ArrayType(STRING))
        'array<string>'
    """

    element: HiveType

    def __str__(self) -> str:
        """Return ``array<element>``."""
        return f"array<{self.element}>"


@dataclass(frozen=True, slots=True)
class MapType(HiveType):
    """Keys of a primitive type, each with a value.

    Example:
        >>> str(MapType(STRING, STRING))
        'map<string,string>'
    """

    key: HiveType
    value: HiveType

    def __str__(self) -> str:
        """Return ``map<key,value>``."""
        return f"map<{self.key},{self.value}>"


@dataclass(frozen=True, slots=True)
class StructType(HiveType):
    """Named fields; names are lower case, as everywhere in Hive.

    Example:
        >>> str(StructType((("lat", DOUBLE), ("long", DOUBLE))))
        'struct<lat:double,long:double>'
    """

    fields: tuple[tuple[str, HiveType], ...]

    def __str__(self) -> str:
        """Return ``struct<name:type,...>``."""
        return "struct<" + ",".join(f"{name}:{type_}" for name, type_ in self.fields) + ">"


_TOKEN = re.compile(r"\s*(?:(?P<word>[^\W\d]\w*|`(?:[^`]|``)+`)|(?P<number>\d+)|(?P<punctuation>[<>(),:]))")


def parse_type(text: str) -> HiveType:
    """Read a type as it is written in DDL.

    Example:
        >>> str(parse_type("MAP<STRING, array<decimal(12,2)>>"))
        'map<string,array<decimal(12,2)>>'

    Raises:
        InputError: The text is no Hive type.
    """
    parser = _TypeParser(text)
    result = parser.type_()
    parser.end()
    return result


class _TypeParser:
    """Recursive descent over the tokens of one type."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None:
                raise self._error(stripped[position:])
            self._tokens.append(match.group().strip())
            position = match.end()
        self._next = 0

    def _error(self, near: str) -> InputError:
        return InputError(f"no Hive type: {self._text!r} (near {near!r})")

    def _take(self) -> str:
        if self._next >= len(self._tokens):
            raise self._error("end of text")
        self._next += 1
        return self._tokens[self._next - 1]

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _expect(self, token: str) -> None:
        found = self._take()
        if found != token:
            raise self._error(found)

    def end(self) -> None:
        if self._next != len(self._tokens):
            raise self._error(self._tokens[self._next])

    def type_(self) -> HiveType:
        name = self._take().lower()
        if name == "double" and self._peek().lower() == "precision":
            self._take()
        if name == "timestamp" and self._peek().lower() == "with":
            for word in _LOCAL_WORDS:
                if self._take().lower() != word:
                    raise self._error(self._tokens[self._next - 1])
            return TIMESTAMP_LOCAL
        name = _SYNONYMS.get(name, name)
        if name in _PARAMETRIC:
            return _PARAMETRIC[name](self)
        if name in PRIMITIVES:
            return PRIMITIVES[name]
        raise self._error(name)

    def _numbers(self) -> list[int]:
        self._expect("(")
        numbers = [self._number()]
        while self._peek() == ",":
            self._take()
            numbers.append(self._number())
        self._expect(")")
        return numbers

    def _number(self) -> int:
        token = self._take()
        if not token.isdigit():
            raise self._error(token)
        return int(token)

    def decimal(self) -> HiveType:
        if self._peek() != "(":
            return DecimalType()
        numbers = self._numbers()
        precision, scale, *rest = *numbers, *([0] if len(numbers) == 1 else [])
        if rest:
            raise self._error(str(rest[0]))
        return DecimalType(precision, scale)

    def varchar(self) -> HiveType:
        return VarcharType(self._length())

    def char(self) -> HiveType:
        return CharType(self._length())

    def _length(self) -> int:
        numbers = self._numbers()
        if len(numbers) != 1:
            raise self._error(str(numbers[1]))
        return numbers[0]

    def array(self) -> HiveType:
        self._expect("<")
        element = self.type_()
        self._expect(">")
        return ArrayType(element)

    def map_(self) -> HiveType:
        self._expect("<")
        key = self.type_()
        if not isinstance(key, PrimitiveType | DecimalType | VarcharType | CharType):
            raise InputError(f"no Hive type: {self._text!r} (a map's key must be primitive, not {key})")
        self._expect(",")
        value = self.type_()
        self._expect(">")
        return MapType(key, value)

    def struct(self) -> HiveType:
        self._expect("<")
        fields = [self._field()]
        while self._peek() == ",":
            self._take()
            fields.append(self._field())
        self._expect(">")
        return StructType(tuple(fields))

    def _field(self) -> tuple[str, HiveType]:
        name = self._take()
        if name.startswith("`"):
            name = name[1:-1].replace("``", "`")
        self._expect(":")
        return name.lower(), self.type_()


_PARAMETRIC = {
    "decimal": _TypeParser.decimal,
    "varchar": _TypeParser.varchar,
    "char": _TypeParser.char,
    "array": _TypeParser.array,
    "map": _TypeParser.map_,
    "struct": _TypeParser.struct,
}
