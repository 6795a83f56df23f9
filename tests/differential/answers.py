"""What Hive and the local engine answer to many expressions at once.

A batch is one SELECT. When it is refused it is asked again in halves, down to the expression that is at fault.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError, HiveSemanticError, HiveSyntaxError, UnsupportedSqlError
from tests.differential.tables import KEY, ROWS

__all__ = ["Answer", "HiveSide", "LocalSide", "Side"]

RUNTIME = "runtime"
"""The class of an error that came while rows were computed."""

_SECONDS = 60.0
_CLASS = re.compile(r"FAILED: (\w+)(?: \[Error (\d+)\])?")


@dataclass(frozen=True, slots=True)
class Answer:
    """The type and the cells of an expression, in the order of the rows' keys; or the class of its refusal."""

    type: str = ""
    cells: tuple[str, ...] = ()
    refusal: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Reply:
    types: Sequence[str] = ()
    lines: Sequence[str] = ()
    refusal: str = ""
    detail: str = ""


Ask = Callable[[str], _Reply]


def _split(expressions: Sequence[str], error: str) -> tuple[list[str], list[str]]:
    """Part a batch: those with a function that the error names from the others, or else two halves."""
    named = {word.removeprefix("udf") for word in re.findall(r"[a-z]\w+", error.lower().replace("genericudf", "udf"))}
    suspects = [one for one in expressions if named & set(re.findall(r"[a-z]\w+(?=\()", one))]
    others = [one for one in expressions if one not in suspects]
    if suspects and others and len(suspects) * 2 < len(expressions):
        return suspects, others
    half = len(expressions) // 2
    return list(expressions[:half]), list(expressions[half:])


class Side:
    """One of the two engines: ``ask`` runs one SELECT."""

    def __init__(self, ask: Ask, table: str, rows: int = ROWS, canary: str | None = None) -> None:
        """``canary`` is an expression whose answer changes when another one makes Hive leave its optimiser out."""
        self._ask = ask
        self._table = table
        self._rows = rows
        self._canary = canary
        self._sung: tuple[str, ...] | None = None

    def answers(self, expressions: Sequence[str]) -> list[Answer]:
        """Answer each expression, in their order."""
        if not expressions:
            return []
        reply, cells = self._together(expressions)
        if cells is not None:
            return [Answer(type_, found) for type_, found in zip(reply.types[1:], cells, strict=False)]
        if len(expressions) == 1:
            # A cell that holds a tab or a line's end cannot be told apart: the whole lines are compared.
            return [Answer(reply.types[-1] if reply.types else "", tuple(reply.lines), reply.refusal, reply.detail)]
        first, second = _split(expressions, reply.detail)
        found = dict(zip((*first, *second), self.answers(first) + self.answers(second), strict=True))
        return [found[expression] for expression in expressions]

    def _together(self, expressions: Sequence[str]) -> tuple[_Reply, list[tuple[str, ...]] | None]:
        several = self._canary is not None and len(expressions) > 1
        asked = [*expressions, self._canary] if several else list(expressions)
        columns = ", ".join(f"{expression} as e{place}" for place, expression in enumerate(asked))
        reply = self._ask(f"select {KEY}, {columns} from {self._table}")
        cells = None if reply.refusal else self._cells(reply, len(asked))
        if cells is not None and several and cells.pop() != self._song():
            return reply, None
        return reply, cells

    def _song(self) -> tuple[str, ...] | None:
        """What the canary answers where nothing disturbs it."""
        if self._sung is None and self._canary is not None:
            self._sung = self.answers([self._canary])[0].cells
        return self._sung

    def _cells(self, reply: _Reply, width: int) -> list[tuple[str, ...]] | None:
        split = [line.split("\t") for line in reply.lines]
        if len(split) != self._rows or any(len(cells) != width + 1 or not cells[0].isdigit() for cells in split):
            return None
        ordered = sorted(split, key=lambda cells: int(cells[0]))
        return [tuple(cells[place] for cells in ordered) for place in range(1, width + 1)]


class HiveSide:
    """Real Hive behind the rig's line server."""

    def __init__(self, port: int, database: str, settings: Mapping[str, str]) -> None:
        self._port = port
        self._before = [f"use {database}", *(f"set {name}={value}" for name, value in settings.items())]

    def run(self, statements: Sequence[str]) -> list[dict[str, Any]]:
        """Run statements until the first error; one result each."""
        request = json.dumps({"statements": list(statements)}) + "\n"
        with socket.create_connection(("127.0.0.1", self._port), timeout=300) as connection:
            connection.sendall(request.encode())
            with connection.makefile(encoding="utf-8") as stream:
                results: list[dict[str, Any]] = json.loads(stream.readline())["results"]
        return results

    def ask(self, statement: str) -> _Reply:
        """Run one SELECT in a session of its own."""
        result = self.run([*self._before, statement])[-1]
        error = result.get("error")
        types = [column.split(" ", 1)[1] for column in result.get("columns") or ()]
        if error is None:
            return _Reply(types, result["rows"])
        found = _CLASS.match(error)
        known = found is not None and found[1] in ("ParseException", "SemanticException")
        if found is not None and known:
            refusal = f"{found[1]} {found[2] or ''}".strip()
        else:
            refusal = RUNTIME if found is None or "Execution Error" in error else f"crash {found[1]}"
        return _Reply(types, (), refusal, error)


class LocalSide:
    """This engine, in one session."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._session = LocalSession(hiveconfs=settings)

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def run(self, statements: Sequence[str]) -> None:
        """Run statements for what they change."""
        for statement in statements:
            for result in self._session.run_script(statement):
                result.close()

    def ask(self, statement: str) -> _Reply:
        """Run one SELECT; one that takes minutes is given up."""
        timer = threading.Timer(_SECONDS, self._session.cancel)
        timer.start()
        try:
            for result in self._session.run_script(statement):
                types = [str(column.type) for column in result.columns or ()]
                lines = "\n".join(result.lines()).split("\n")
                result.close()
                return _Reply(types, lines)
        except DdbHiveError as error:
            return _Reply((), (), _refusal(error), error.hive_text())
        finally:
            timer.cancel()
        raise AssertionError(f"no answer to {statement}")


def _refusal(error: DdbHiveError) -> str:
    if isinstance(error, UnsupportedSqlError):
        return "unsupported"
    if isinstance(error, HiveSyntaxError):
        return "ParseException"
    if isinstance(error, HiveSemanticError):
        return f"SemanticException {error.code or ''}".strip()
    return RUNTIME
