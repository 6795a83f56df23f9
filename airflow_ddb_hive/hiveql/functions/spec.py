"""What a built-in function is to the binder: a name, a kind, and how its arguments decide its type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.hiveql.tree import Expression

if TYPE_CHECKING:
    from airflow_ddb_hive.model.types import HiveType

WRONG_ARGUMENTS = 10014
WRONG_COUNT = 10015
WRONG_TYPE = 10016

__all__ = ["WRONG_ARGUMENTS", "WRONG_COUNT", "WRONG_TYPE", "ArgumentMismatch", "FunctionSpec", "Resolver", "Signature"]


class ArgumentMismatch(Exception):  # noqa: N818 (never leaves the room: the binder turns it into HiveSemanticError)
    """Arguments that a function does not take; ``index`` is the argument's place, if one is to blame."""

    def __init__(self, message: str, *, code: int = 10014, index: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.index = index


@dataclass(frozen=True, slots=True)
class Signature:
    """The types that the arguments are converted to, and the type of the result."""

    parameters: tuple[HiveType, ...]
    result: HiveType


Resolver = Callable[[Sequence[Expression]], Signature]
"""From the arguments as written to a signature; raises :class:`ArgumentMismatch`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """A built-in under Hive's own name; ``kind`` is ``scalar``, ``aggregate``, ``window`` or ``udtf``.

    ``canonical`` is the name that bound calls carry: synonyms (``lcase``, ``lower``) share one. A ``udtf``'s result
    type is a struct of the columns that it makes.
    """

    name: str
    kind: str
    canonical: str
    resolve: Resolver
