"""Macros: functions that stand for expressions, put in their calls' place before a query is bound.

Follows https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL#LanguageManualDDL-Create/Drop/ReloadFunction.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from airflow_ddb_hive.hiveql.binder.context import semantic_error, unsupported
from airflow_ddb_hive.hiveql.binder.expressions import ExpressionBinder
from airflow_ddb_hive.hiveql.binder.places import last_word
from airflow_ddb_hive.hiveql.binder.scope import Scope
from airflow_ddb_hive.hiveql.functions import FUNCTIONS
from airflow_ddb_hive.hiveql.functions.conversion import is_primitive
from airflow_ddb_hive.hiveql.grammar.expressions import ExpressionReader
from airflow_ddb_hive.hiveql.grammar.queries import QueryReader
from airflow_ddb_hive.hiveql.grammar.syntax import CastNode, FunctionNode, NameNode, Node
from airflow_ddb_hive.hiveql.grammar.types import read_type
from airflow_ddb_hive.hiveql.session_statements import CreateMacro, DropMacro, Macro
from airflow_ddb_hive.hiveql.tree import OutputColumn, Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_ddb_hive.hiveql.binder.context import Context
    from airflow_ddb_hive.hiveql.grammar.cursor import Cursor
    from airflow_ddb_hive.hiveql.statements import Statement
    from airflow_ddb_hive.hiveql.tree import Position, Relation
    from airflow_ddb_hive.model.types import HiveType

__all__ = ["bind_create_function", "bind_create_macro", "bind_drop_function", "bind_drop_macro", "expanded"]

N = TypeVar("N", bound=Node)


def bind_create_macro(cursor: Cursor, context: Context, start: Position) -> Statement:
    """Bind what follows ``CREATE TEMPORARY``.

    Raises:
        HiveSemanticError: The parameters are not the columns of the expression.
    """
    cursor.expect("MACRO", "ddl statement")
    name = cursor.identifier("create macro statement")
    parameters = _parameters(cursor)
    place = cursor.position
    body = ExpressionReader(cursor, QueryReader(cursor).query).expression()
    names = [parameter for parameter, _ in parameters]
    if len(set(names)) != len(names):
        message = f"At least one parameter name was used more than once [{', '.join(names)}]"
        raise semantic_error(None, message, start)
    found = _names_in(body)
    if sorted(found) != sorted(names):
        message = f"Expected columns [{', '.join(names)}] but found [{', '.join(found)}]"
        raise semantic_error(None, message, place)
    macro = Macro(name=name, parameters=parameters, body=expanded(body, context))
    shape = Values(context.number(), tuple(OutputColumn(*parameter) for parameter in parameters), ())
    ExpressionBinder(scope=Scope.of(shape, name), bind_query=_no_query).bind(macro.body)
    return CreateMacro(macro=macro, position=start)


def _parameters(cursor: Cursor) -> tuple[tuple[str, HiveType], ...]:
    context = "create macro statement"
    cursor.expect("(", context)
    if cursor.take(")"):
        return ()
    found: list[tuple[str, HiveType]] = []
    while True:
        parameter = cursor.identifier(context)
        found.append((parameter, read_type(cursor)))
        if not cursor.take(","):
            cursor.expect(")", context)
            return tuple(found)


def _no_query(node: Node) -> Relation:
    raise unsupported("a macro cannot hold a query", node.position)


def bind_drop_macro(cursor: Cursor, context: Context, start: Position) -> Statement:
    """Bind what follows ``DROP TEMPORARY``."""
    cursor.expect("MACRO", "ddl statement")
    exists = cursor.take("IF", "EXISTS")
    place = cursor.position
    return _drop(cursor.identifier("drop macro statement"), place, context, start, if_exists=exists)


def bind_drop_function(cursor: Cursor, context: Context, start: Position) -> Statement:
    """Bind what follows ``DROP [TEMPORARY]``; there is nothing to drop but macros.

    Raises:
        HiveSemanticError: The function is built in (10301).
    """
    cursor.expect("FUNCTION", "ddl statement")
    exists = cursor.take("IF", "EXISTS")
    place = cursor.position
    name = cursor.identifier("drop function statement")
    if name in FUNCTIONS and name not in context.macros:
        raise semantic_error(10301, f"Cannot drop native function {name}", place)
    return _drop(name, place, context, start, if_exists=exists)


def _drop(name: str, place: Position, context: Context, start: Position, *, if_exists: bool) -> Statement:
    lenient = if_exists or context.enabled("hive.exec.drop.ignorenonexistent", default=True)
    if name not in context.macros and not lenient:
        raise semantic_error(10011, f"Invalid function {name}", place)
    return DropMacro(name=name, if_exists=if_exists, position=start)


def bind_create_function(cursor: Cursor, start: Position) -> Statement:
    """Refuse CREATE [TEMPORARY] FUNCTION: it names a Java class.

    Raises:
        UnsupportedSqlError: Always.
    """
    cursor.expect("FUNCTION", "ddl statement")
    name = cursor.identifier("create function statement")
    raise unsupported(
        f"CREATE FUNCTION {name} is not supported: a function of a Java class needs a JVM. Write a TEMPORARY MACRO, or "
        "run the script on EMR",
        start,
    )


def expanded(node: N, context: Context) -> N:
    """Return a query or expression with macros' expressions in the place of their calls.

    Raises:
        HiveSemanticError: A call has too many or too few arguments (10015).
    """
    if not context.macros:
        return node

    def change(one: Node) -> Node:
        if isinstance(one, FunctionNode) and one.name in context.macros and one.window is None:
            return _called(context.macros[one.name], one)
        return one

    return _mapped(node, change)


def _called(macro: Macro, call: FunctionNode) -> Node:
    count = len(macro.parameters)
    if len(call.arguments) != count:
        last = last_word(call.arguments[-1] if call.arguments else call)
        message = f"Arguments length mismatch '{last}': The macro {macro.name} accepts exactly {count} arguments."
        raise semantic_error(10015, message, call.position)
    pairs = zip(macro.parameters, call.arguments, strict=True)
    given = {name: _converted(argument, type_) for (name, type_), argument in pairs}

    def change(one: Node) -> Node:
        if isinstance(one, NameNode) and one.name in given:
            return given[one.name]
        return replace(one, position=call.position)

    return _mapped(macro.body, change)


def _converted(argument: Node, type_: HiveType) -> Node:
    """An argument in its parameter's type; collections have theirs."""
    return CastNode(argument.position, argument, type_) if is_primitive(type_) else argument


def _names_in(body: Node) -> list[str]:
    """The names that an expression uses, each once."""
    found: dict[str, None] = {}

    def note(one: Node) -> Node:
        if isinstance(one, NameNode):
            found[one.name] = None
        return one

    _mapped(body, note)
    return list(found)


def _mapped(node: N, change: Callable[[Node], Node]) -> N:
    """The tree with each node changed, those below it first."""
    parts = {
        part.name: _mapped_part(getattr(node, part.name), change) for part in fields(node) if part.name != "position"
    }
    # A query stays one: only expressions become others.
    return cast("N", change(replace(node, **cast("dict[str, Any]", parts))))


def _mapped_part(value: object, change: Callable[[Node], Node]) -> object:
    if isinstance(value, Node):
        return _mapped(value, change)
    if isinstance(value, tuple):
        return tuple(_mapped_part(one, change) for one in value)
    return value
