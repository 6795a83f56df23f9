"""Signatures as one-line texts, so that the tables of functions stay tables.

``"string int [int] -> string"``: words are parameters, brackets make the rest optional, ``...`` repeats the word
before it. A result ``=1`` is the first argument's type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.functions.conversion import is_integer, is_numeric, is_primitive, is_text
from airflow_ddb_hive.hiveql.functions.spec import WRONG_ARGUMENTS, ArgumentMismatch, FunctionSpec, Resolver, Signature
from airflow_ddb_hive.model.types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    INTERVAL_DAY_TIME,
    INTERVAL_YEAR_MONTH,
    STRING,
    TIMESTAMP,
    TIMESTAMP_LOCAL,
    VOID,
    ArrayType,
    CharType,
    DecimalType,
    HiveType,
    MapType,
    VarcharType,
    parse_type,
)

if TYPE_CHECKING:
    from airflow_ddb_hive.hiveql.tree import Expression

__all__ = ["PARAMETERS", "overloads", "signature", "specs"]

Acceptor = Callable[[HiveType], HiveType | None]
"""From an argument's type to the type that it is converted to; ``None`` refuses it."""


def _primitive_to(target: HiveType, accepts: Callable[[HiveType], bool]) -> Acceptor:
    def accept(type_: HiveType) -> HiveType | None:
        return target if type_ in (target, VOID) or accepts(type_) else None

    return accept


def _kept(accepts: Callable[[HiveType], bool]) -> Acceptor:
    def accept(type_: HiveType) -> HiveType | None:
        return type_ if type_ == VOID or accepts(type_) else None

    return accept


def _number_or_text(type_: HiveType) -> HiveType | None:
    if is_text(type_):
        return DOUBLE
    return type_ if is_numeric(type_) or type_ == VOID else None


def _is_int_convertible(type_: HiveType) -> bool:
    return is_integer(type_) and type_ != BIGINT


def _is_temporal(type_: HiveType) -> bool:
    return type_ in (DATE, TIMESTAMP)


def _day(type_: HiveType) -> HiveType | None:
    """A date whose text the function reads by itself, more strictly than CAST."""
    if is_text(type_):
        return STRING
    return DATE if _is_temporal(type_) or type_ == VOID else None


def _moment_of_zone(type_: HiveType) -> bool:
    return _is_temporal(type_) or type_ == TIMESTAMP_LOCAL


PARAMETERS: dict[str, Acceptor] = {
    "string": _primitive_to(STRING, lambda t: is_primitive(t) and t not in (BINARY, BOOLEAN)),
    "anystring": _primitive_to(STRING, is_primitive),
    "sized": _kept(lambda t: isinstance(t, VarcharType | CharType)),
    "decimal": _kept(lambda t: isinstance(t, DecimalType)),
    "text": _primitive_to(STRING, is_text),
    "int": _primitive_to(INT, _is_int_convertible),
    "anyint": _primitive_to(INT, is_primitive),
    "bigint": _primitive_to(BIGINT, is_integer),
    "integer": _kept(is_integer),
    "double": _primitive_to(DOUBLE, lambda t: is_numeric(t) or is_text(t)),
    "number": _kept(is_numeric),
    "numeric": _number_or_text,
    "boolean": _primitive_to(BOOLEAN, lambda t: False),  # noqa: ARG005 (nothing converts to boolean unasked)
    "binary": _primitive_to(BINARY, lambda t: False),  # noqa: ARG005 (only binary itself)
    "bytes": _primitive_to(BINARY, is_text),
    "date": _primitive_to(DATE, lambda t: is_text(t) or _moment_of_zone(t)),
    "timestamp": _primitive_to(TIMESTAMP, lambda t: is_text(t) or _moment_of_zone(t)),
    "moment": _primitive_to(TIMESTAMP, lambda t: is_text(t) or _moment_of_zone(t) or is_numeric(t)),
    "day": _day,
    "zonedday": lambda type_: DATE if type_ == TIMESTAMP_LOCAL else _day(type_),
    # Hive takes a number for text, which is no date.
    "numberday": lambda type_: STRING if is_numeric(type_) else _day(type_),
    "notext": _primitive_to(STRING, is_numeric),
    # Hive finds its method for TINYINT and SMALLINT ambiguous.
    "intorbigint": _primitive_to(BIGINT, lambda t: t == INT),
    "onlydate": _primitive_to(DATE, lambda t: False),  # noqa: ARG005 (picks an overload by exact type)
    "onlytimestamp": _primitive_to(TIMESTAMP, lambda t: False),  # noqa: ARG005 (picks an overload by exact type)
    "onlylocal": _primitive_to(TIMESTAMP_LOCAL, lambda t: False),  # noqa: ARG005 (picks an overload by exact type)
    "yearmonth": _kept(lambda t: t == INTERVAL_YEAR_MONTH),
    "daytime": _kept(lambda t: t == INTERVAL_DAY_TIME),
    "primitive": _kept(is_primitive),
    "any": lambda type_: type_,
    "array": _kept(lambda t: isinstance(t, ArrayType)),
    "map": _kept(lambda t: isinstance(t, MapType)),
    "collection": _kept(lambda t: isinstance(t, ArrayType | MapType)),
}
"""The words of a signature."""


def signature(text: str) -> Resolver:
    """Make a resolver from one signature.

    Example:
        >>> from airflow_ddb_hive.hiveql.tree import Literal, Position
        >>> resolve = signature("string int [int] -> string")
        >>> place = Position()
        >>> str(resolve([Literal(INT, place, 5), Literal(INT, place, 1)]).parameters[0])
        'string'
    """
    left, _, result = text.rpartition("->")
    words = left.replace("[", " [ ").replace("]", " ").split()
    required = words.index("[") if "[" in words else len(words)
    words = [word for word in words if word != "["]
    repeats = bool(words) and words[-1] == "..."
    if repeats:
        words.pop()
        required = min(required, len(words))
    acceptors = [PARAMETERS[word] for word in words]

    def resolve(arguments: Sequence[Expression]) -> Signature:
        _check_count(len(arguments), required, None if repeats else len(acceptors))
        types = tuple(
            _accept(acceptors[min(index, len(acceptors) - 1)], argument.type, index)
            for index, argument in enumerate(arguments)
        )
        return Signature(types, _result(result.strip(), types))

    return resolve


def _check_count(count: int, least: int, most: int | None) -> None:
    if count < least or (most is not None and count > most):
        raise ArgumentMismatch(f"takes {_range(least, most)} arguments, got {count}", code=10015)


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return str(least) if least == most else f"{least} to {most}"


def _accept(acceptor: Acceptor, type_: HiveType, index: int) -> HiveType:
    accepted = acceptor(type_)
    if accepted is None:
        raise ArgumentMismatch(f"argument {index + 1} may not be {type_}", index=index)
    return accepted


def _result(text: str, types: tuple[HiveType, ...]) -> HiveType:
    return types[int(text[1:]) - 1] if text.startswith("=") else parse_type(text)


def overloads(*texts: str) -> Resolver:
    """Make a resolver that takes the first signature that fits."""
    resolvers = [signature(text) for text in texts]

    def resolve(arguments: Sequence[Expression]) -> Signature:
        mismatch: ArgumentMismatch | None = None
        for resolver in resolvers:
            try:
                return resolver(arguments)
            except ArgumentMismatch as error:
                mismatch = mismatch if mismatch is not None and mismatch.code == WRONG_ARGUMENTS else error
        assert mismatch is not None  # noqa: S101 (an overload without signatures would be a bug in a table)
        raise mismatch

    return resolve


def specs(kind: str, table: dict[str, str | tuple[str, ...] | Resolver]) -> dict[str, FunctionSpec]:
    """Read a table whose keys are names with their synonyms (``"lower lcase"``) and whose values are signatures."""
    found: dict[str, FunctionSpec] = {}
    for names, value in table.items():
        resolver = _resolver(value)
        canonical = names.split()[0]
        for name in names.split():
            found[name] = FunctionSpec(name=name, kind=kind, canonical=canonical, resolve=resolver)
    return found


def _resolver(value: str | tuple[str, ...] | Resolver) -> Resolver:
    if isinstance(value, str):
        return signature(value)
    return overloads(*value) if isinstance(value, tuple) else value
