"""From a function's name and bound arguments to a typed call."""

from __future__ import annotations

from airflow_ddb_hive.hiveql.binder.coercion import coerced
from airflow_ddb_hive.hiveql.binder.context import semantic_error
from airflow_ddb_hive.hiveql.binder.places import first_place, last_word
from airflow_ddb_hive.hiveql.functions import (
    FUNCTIONS,
    STRUCT_FIELD,
    WRONG_ARGUMENTS,
    WRONG_COUNT,
    WRONG_TYPE,
    ArgumentMismatch,
    FunctionSpec,
)
from airflow_ddb_hive.hiveql.functions.bridges import COUNTS_AS_WRONG, FIRST_TYPE_AS_WRONG, TYPES_AS_WRONG
from airflow_ddb_hive.hiveql.grammar.syntax import FunctionNode, Node
from airflow_ddb_hive.hiveql.tree import Call, Expression, Literal, Position, Window
from airflow_ddb_hive.model.types import STRING

__all__ = ["bind_call", "bind_field", "find_function"]


def find_function(name: str, position: Position | None = None) -> FunctionSpec:
    """The built-in of a name.

    Raises:
        HiveSemanticError: There is none (10011).
    """
    spec = FUNCTIONS.get(name)
    if spec is None:
        raise semantic_error(10011, f"Invalid function '{name}'", position)
    return spec


def bind_call(
    spec: FunctionSpec,
    arguments: tuple[Expression, ...],
    node: FunctionNode,
    *,
    window: Window | None = None,
) -> Call:
    """Convert the arguments as the function asks, and give the call its type.

    Raises:
        HiveSemanticError: The function does not take these arguments.
    """
    try:
        signature = spec.resolve(arguments)
    except ArgumentMismatch as error:
        raise _mismatch(error, spec, node) from error
    converted = tuple(coerced(have, want) for have, want in zip(arguments, signature.parameters, strict=True))
    return Call(signature.result, node.position, spec.canonical, converted, node.distinct, window)


_WORDING = {
    WRONG_ARGUMENTS: "Wrong arguments",
    WRONG_COUNT: "Arguments length mismatch",
    WRONG_TYPE: "Argument type mismatch",
}


def _mismatch(error: ArgumentMismatch, spec: FunctionSpec, node: FunctionNode) -> Exception:
    """Hive blames the call and its last word, or for a type the argument itself."""
    blamed: Node = node
    code = error.code
    if code == WRONG_COUNT and spec.name in COUNTS_AS_WRONG:
        code = WRONG_ARGUMENTS
    if error.index is not None and code in (WRONG_ARGUMENTS, WRONG_TYPE):
        firsts = spec.name in FIRST_TYPE_AS_WRONG and error.index == 0
        code = WRONG_ARGUMENTS if firsts or spec.name in TYPES_AS_WRONG else WRONG_TYPE
    if code == WRONG_TYPE and error.index is not None:
        blamed = node.arguments[error.index]
    position, word = first_place(blamed), last_word(blamed)
    wording = _WORDING.get(code)
    if wording is None:
        return semantic_error(code, f"{error.message} '{word}'", position)
    return semantic_error(code, f"{wording} '{word}': {error.message}", position)


def bind_field(container: Expression, name: str, position: Position) -> Call:
    """``container.name``."""
    label = Literal(STRING, position, name)
    node = FunctionNode(position, "field", ())
    try:
        signature = STRUCT_FIELD.resolve((container, label))
    except ArgumentMismatch as error:
        raise semantic_error(error.code, f"{error.message} '{name}'", container.position) from error
    return Call(signature.result, position, node.name, (container, label))
