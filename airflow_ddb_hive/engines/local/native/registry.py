"""The one table of native functions: each is a module's function from columns to a column, loaded at its first call."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

__all__ = ["NATIVE", "NativeFunction", "native", "register"]

_PREFIX = "hive_native_"


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeFunction:
    """A function of a module beside this one, with DuckDB's types; a ``volatile`` one differs from call to call."""

    module: str
    function: str
    parameters: tuple[str, ...]
    result: str
    volatile: bool = False


def _xml(function: str, result: str) -> NativeFunction:
    return NativeFunction(module="xml", function=function, parameters=("VARCHAR", "VARCHAR"), result=result)


def _regex(function: str, texts: int, result: str, *others: str) -> NativeFunction:
    return NativeFunction(module="regexes", function=function, parameters=("VARCHAR",) * texts + others, result=result)


def _crypto(function: str) -> NativeFunction:
    return NativeFunction(module="crypto", function=function, parameters=("BLOB", "BLOB"), result="BLOB")


NATIVE: dict[str, NativeFunction] = {
    "aes_decrypt": _crypto("decrypted"),
    "aes_encrypt": _crypto("encrypted"),
    "rand": NativeFunction(
        module="random", function="drawn", parameters=("BIGINT", "BIGINT"), result="DOUBLE", volatile=True
    ),
    "regexp_extract": _regex("extracted", 2, "VARCHAR", "INTEGER"),
    "regexp_replace": _regex("replaced", 3, "VARCHAR"),
    "rlike": _regex("found", 2, "BOOLEAN"),
    "sentences": NativeFunction(
        module="sentences", function="split_sentences", parameters=("VARCHAR",), result="VARCHAR[][]"
    ),
    "sha2": NativeFunction(module="digests", function="sha2", parameters=("BLOB", "INTEGER"), result="VARCHAR"),
    "split": _regex("split", 2, "VARCHAR[]"),
    "xpath": _xml("texts", "VARCHAR[]"),
    "xpath_boolean": _xml("booleans", "BOOLEAN"),
    "xpath_double": _xml("numbers", "DOUBLE"),
    "xpath_string": _xml("strings", "VARCHAR"),
}
"""Native functions by the name that :func:`native` calls them by."""


def native(name: str, *arguments: str) -> str:
    """Return the SQL of a call.

    Example:
        >>> native("xpath", "t1.c0", "'a/b'")
        "hive_native_xpath(t1.c0, 'a/b')"
    """
    assert name in NATIVE  # noqa: S101 (a misspelt name would only fail when the query runs)
    return f"{_PREFIX}{name}({', '.join(arguments)})"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the native functions known to a database."""
    from duckdb import func

    for name, one in NATIVE.items():
        connection.create_function(
            _PREFIX + name,
            _loaded_at_call(one),
            list(one.parameters),
            one.result,
            type=func.PythonUDFType.ARROW,
            null_handling=func.FunctionNullHandling.SPECIAL,
            side_effects=one.volatile,
        )


def _loaded_at_call(one: NativeFunction) -> Callable[..., Any]:
    def run(*columns: Any) -> Any:
        module = import_module(f"airflow_ddb_hive.engines.local.native.{one.module}")
        return getattr(module, one.function)(*columns)

    # DuckDB counts the parameters of a signature.
    places = [Parameter(f"column{i}", Parameter.POSITIONAL_OR_KEYWORD) for i in range(len(one.parameters))]
    run.__signature__ = Signature(places)  # type: ignore[attr-defined]  # what inspect looks for
    return run
