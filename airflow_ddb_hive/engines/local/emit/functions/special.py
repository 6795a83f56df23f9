"""Functions that stand behind Hive's syntax or its own rewritings, called by name."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from airflow_ddb_hive.engines.local.emit.casts import emit_cast
from airflow_ddb_hive.engines.local.emit.functions.emitter import Emitter, form
from airflow_ddb_hive.engines.local.emit.instants import instant, micros
from airflow_ddb_hive.engines.local.emit.sql import let, raise_error, text
from airflow_ddb_hive.engines.local.native import native
from airflow_ddb_hive.engines.local.owner import group_names, user_name
from airflow_ddb_hive.engines.local.physical import quoted_field
from airflow_ddb_hive.errors import UnsupportedSqlError
from airflow_ddb_hive.hiveql.functions.constants import integer_constant
from airflow_ddb_hive.hiveql.tree import Call, Literal
from airflow_ddb_hive.model.types import DATE, DOUBLE, VOID, ArrayType, StructType

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["SPECIALS"]

_VERSION = "3.1.3 r4df4d75bf1e16fe0af75aad0b4179c34c07fc975"
_REFORM = "DATE '1582-10-15'"
_ONE_ROW = "Scalar subquery expression returns more than one row."
_NO_ROW = "IN/NOT IN subquery with aggregate returning zero result. Currently this is not supported."
_sites = itertools.count(1)


def _between(_call: Call, arguments: Sequence[str]) -> str:
    inverted, value, low, high = arguments
    return f"({let(value, lambda v: f'({v} >= {low} AND {v} <= {high})')} <> {inverted})"


def _branches(conditions: Sequence[str], results: Sequence[str], default: Sequence[str]) -> str:
    whens = " ".join(f"WHEN {when} THEN {then}" for when, then in zip(conditions, results, strict=True))
    return f"(CASE {whens}{f' ELSE {default[0]}' if default else ''} END)"


def _case(_call: Call, arguments: Sequence[str]) -> str:
    pairs = len(arguments[1:]) // 2 * 2 + 1
    whens, thens = arguments[1:pairs:2], arguments[2:pairs:2]
    return let(arguments[0], lambda v: _branches([f"{v} = {when}" for when in whens], thens, arguments[pairs:]))


def _when(_call: Call, arguments: Sequence[str]) -> str:
    pairs = len(arguments) // 2 * 2
    return _branches(arguments[:pairs:2], arguments[1:pairs:2], arguments[pairs:])


def _grouping(call: Call, arguments: Sequence[str]) -> str:
    """Some bits of GROUPING__ID, the first argument's the highest."""
    identity, *places = arguments
    if any(integer_constant(place) is None for place in call.arguments[1:]):
        raise UnsupportedSqlError("the places of grouping must be constants")
    highest = len(places) - 1
    bits = [f"(((CAST({identity} AS BIGINT) >> {p}) & 1) << {highest - i})" for i, p in enumerate(places)]
    return f"CAST({' + '.join(bits)} AS BIGINT)"


def _converted(call: Call, arguments: Sequence[str]) -> str:
    return emit_cast(arguments[0], call.arguments[0].type, call.type)


def _old_calendar(call: Call, arguments: Sequence[str]) -> str:
    """A date with the name that the Julian calendar has for its day, before the Gregorian one began."""
    if call.type == VOID:
        return arguments[0]
    if call.type == DATE:
        return let(arguments[0], lambda d: f"CASE WHEN {d} < {_REFORM} THEN {_julian(d)} ELSE {d} END")

    def moved(v: str) -> str:
        day, moment = f"CAST({micros(v)} AS DATE)", micros(v)
        shifted = f"({moment} + (CAST({_julian(day)} AS TIMESTAMP) - CAST({day} AS TIMESTAMP)))"
        return f"CASE WHEN {moment} < TIMESTAMP '1582-10-15' THEN {instant(shifted, f'({v}).n')} ELSE {v} END"

    return let(arguments[0], moved)


def _julian(day: str) -> str:
    """From the number of a day: https://en.wikipedia.org/wiki/Julian_day."""

    def named(c: str) -> str:
        rest = f"({c} - 1461 * ((4 * {c} + 3) // 1461) // 4)"
        year = f"((4 * {c} + 3) // 1461)"
        month = f"((5 * {rest} + 2) // 153)"
        first = f"make_date({year} - 4800 + {month} // 10, {month} + 3 - 12 * ({month} // 10), 1)"
        return f"CAST({first} + CAST({rest} - (153 * {month} + 2) // 5 AS INTEGER) AS DATE)"

    return let(f"(datediff('day', DATE '1970-01-01', {day}) + 2440588 + 32082)", named)


def _count_check(_call: Call, arguments: Sequence[str]) -> str:
    wrong, message = ("= 0", _NO_ROW) if arguments[1:] else ("> 1", _ONE_ROW)
    failed = f"CAST({raise_error(message)} AS BIGINT)"
    return let(arguments[0], lambda v: f"CASE WHEN {v} {wrong} THEN {failed} ELSE {v} END")


def _violation(_call: Call, arguments: Sequence[str]) -> str:
    shown = " || ', ' || ".join(f"coalesce(CAST({one} AS VARCHAR), 'null')" for one in arguments)
    return f"CAST(error('Cardinality Violation in Merge statement: ' || {shown}) AS INTEGER)"


def _sort_array_by(call: Call, arguments: Sequence[str]) -> str:
    """By the fields in turn; NULL is the lowest, and what is alike keeps its order."""
    names = [argument.value if isinstance(argument, Literal) else None for argument in call.arguments[1:]]
    if any(not isinstance(name, str) for name in names):
        raise UnsupportedSqlError("the fields of sort_array_by must be constant strings")
    fields = [str(name).lower() for name in names]
    descending = fields[-1] == "desc" and len(fields) > 1
    if len(fields) > 1 and fields[-1] in ("asc", "desc"):
        fields.pop()
    array = call.type
    assert isinstance(array, ArrayType) and isinstance(array.element, StructType)  # noqa: S101, PT018 (the binder's)
    known = [name for name, _ in array.element.fields]
    for name in fields:
        if name not in known:
            raise UnsupportedSqlError(f"cannot find field {name} from {array.element}")
    keys = ", ".join(
        f"'k{i}': (x.{quoted_field(name)} IS NOT NULL), 'v{i}': x.{quoted_field(name)}" for i, name in enumerate(fields)
    )
    order = "-i" if descending else "i"
    keyed = f"list_transform({arguments[0]}, lambda x, i: {{{keys}, 'i': {order}, 'x': x}})"
    return f"list_transform(list_sort({keyed}, '{'DESC' if descending else 'ASC'}'), lambda y: y.x)"


def _number_of_path(name: str) -> Emitter:
    def emit(call: Call, arguments: Sequence[str]) -> str:
        found = native("xpath_double", *arguments)
        return found if name == "double" else emit_cast(found, DOUBLE, call.type)

    return emit


def _native(name: str) -> Emitter:
    return lambda _call, arguments: native(name, *arguments)


def _rand(_call: Call, arguments: Sequence[str]) -> str:
    """A seeded sequence of each call's own; its first row says the seed."""
    return native("rand", arguments[0], str(next(_sites))) if arguments else "random()"


def _group_names(_call: Call, _arguments: Sequence[str]) -> str:
    return f"CAST([{', '.join(map(text, group_names()))}] AS VARCHAR[])"


def _absent(_call: Call, _arguments: Sequence[str]) -> str:
    return "CAST(NULL AS VARCHAR)"


SPECIALS: dict[str, Emitter] = {
    "aes_decrypt": _native("aes_decrypt"),
    "aes_encrypt": _native("aes_encrypt"),
    "between": _between,
    "cardinality_violation": _violation,
    "case": _case,
    "current_authorizer": _absent,
    "current_groups": _group_names,
    "current_user": lambda _call, _arguments: text(user_name()),
    "datetime_legacy_hybrid_calendar": _old_calendar,
    "grouping": _grouping,
    "logged_in_user": _absent,
    "rand": _rand,
    "restrict_information_schema": form("FALSE"),
    "sentences": lambda _call, arguments: native("sentences", arguments[0]),
    "sort_array_by": _sort_array_by,
    "sq_count_check": _count_check,
    "udftoboolean": _converted,
    "udftobyte": _converted,
    "udftodouble": _converted,
    "udftofloat": _converted,
    "udftointeger": _converted,
    "udftolong": _converted,
    "udftoshort": _converted,
    "udftostring": _converted,
    "uuid": form("CAST(uuid() AS VARCHAR)"),
    "version": form(text(_VERSION)),
    "when": _when,
    "xpath": _native("xpath"),
    "xpath_boolean": _native("xpath_boolean"),
    "xpath_double": _number_of_path("double"),
    "xpath_float": _number_of_path("float"),
    "xpath_int": _number_of_path("int"),
    "xpath_long": _number_of_path("long"),
    "xpath_short": _number_of_path("short"),
    "xpath_string": _native("xpath_string"),
}
"""Functions by the names that bound calls carry."""
