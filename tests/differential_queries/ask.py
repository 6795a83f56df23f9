"""What Hive and what this engine answer to a block of cases: the tables of one seed, and queries over them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from airflow_ddb_hive.engines.local import LocalSession
from airflow_ddb_hive.errors import DdbHiveError
from tests.differential_queries.pieces import Case
from tests.differential_queries.tables import setup

__all__ = ["Answer", "HiveBlock", "our_answer", "our_session"]

BATCH = 10
"""Statements of one request: few enough that others have their turn with a shared server."""
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows and typed columns of a statement, or why it was refused."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        if self.error is not None:
            return {"error": self.error}
        return {"rows": list(self.rows), "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Answer:
        rows, columns = found.get("rows") or (), found.get("columns") or ()
        return cls(tuple(rows), tuple(columns), found.get("error"))


class HiveBlock:
    """One block's tables in a database of their own in a running ``hive lines``."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._name = f"differential_{seed}"
        begin = [f"DROP DATABASE IF EXISTS {self._name} CASCADE", f"CREATE DATABASE {self._name}", f"USE {self._name}"]
        conf = {"hive.vectorized.execution.enabled": "true" if seed % 2 else "false"}
        answer = self._request({"statements": [*begin, *setup(seed)], "conf": conf})
        if "error" in answer:
            raise RuntimeError(answer["error"])

    def ask(self, cases: Sequence[Case]) -> Iterator[list[Answer]]:
        """Yield for each case what Hive answers to its statements, up to the first that it refuses."""
        for start in range(0, len(cases), BATCH):
            batch = cases[start : start + BATCH]
            left = [text for case in batch for text in case.statements]
            found: list[Answer] = []
            while left:
                results = self._request({"statements": left})["results"]
                found += [Answer.from_dict(one) for one in results]
                left = left[len(results) :]
            for case in batch:
                yield found[: len(case.statements)]
                found = found[len(case.statements) :]

    def close(self) -> None:
        """Remove the tables."""
        self._request({"statements": ["USE default", f"DROP DATABASE {self._name} CASCADE"], "close": True})

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", self._port), timeout=600) as connection:
            connection.sendall(json.dumps({**request, "session": self._name}).encode() + b"\n")
            with connection.makefile(encoding="utf-8") as stream:
                found: dict[str, Any] = json.loads(stream.readline())
        return found


@contextmanager
def our_session(seed: int) -> Iterator[LocalSession]:
    """A session with the block's tables."""
    with LocalSession() as session:
        for text in setup(seed):
            session.execute(text).close()
        yield session


def our_answer(session: LocalSession, text: str) -> Answer:
    """Run one statement; what takes too long is cancelled, which is an error as any other."""
    timer = threading.Timer(PATIENCE_SECONDS, session.cancel)
    timer.daemon = True
    timer.start()
    try:
        result = session.execute(text)
        rows = tuple(result.lines())
        columns = tuple(f"{one.name} {one.type}" for one in result.columns or ())
        result.close()
    except DdbHiveError as error:
        return Answer(error=error.hive_text())
    except Exception as error:  # noqa: BLE001 - a crash is a difference like any other
        return Answer(error=f"FAILED: Crash {error!r}")
    finally:
        timer.cancel()
    return Answer(rows, columns)
