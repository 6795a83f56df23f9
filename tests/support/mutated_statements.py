"""Statements as nobody should write them: cut, mixed and full of odd characters, the same for the same seed.

``python -m tests.support.mutated_statements --count 200000 FILE...`` binds them, and prints every one that gives
something else than a statement or an error of ours. The files hold JSON lines with ``statement`` or ``query``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from airflow_ddb_hive.errors import DdbHiveError
from airflow_ddb_hive.hiveql import Variables, bind_statement, split_script, substitute
from tests.hiveql.catalogs import MemoryCatalog, all_types

__all__ = ["ODD", "SEEDS", "bind_all", "mutations"]

SEEDS = Path(__file__).parents[1] / "hiveql" / "border_taken.jsonl"
"""Statements that Hive takes."""

ODD = (
    "\x00", "\x01", "\x1a", "\x7f", "\x85", "\xa0", "\u2028", "\u200b", "\ufeff", "\ufffe", "\ud800", "\U0001f600",
    "e\u0301", "\u0130", "\xdf", "\uff07", "\u2019", "\u201c", "'", "\"", "`", "\\", "\\'", "''", "``", "\\u0027",
    ";", "--", "/*", "*/", "/*+", "$", "${", "${hiveconf:a}", "${hiveconf:${a}}", "?", ":a", "@", "#", "%", "[", "]",
    "{", "}", "(", ")", "((", "))", ",", ".", "..", "=", "==", "<=>", "!", "~", "|", "||", "&", "^", "<", ">>", "->",
    "0x1F", "1e999", "1e-999", ".5", "1.", "1Y", "1S", "1L", "1BD", "1.5D", "-", "--1", "+", "NULL", "SELECT", "FROM",
    "WHERE", "OVER", "JOIN", "ON", "CASE", "CAST", "AS", "IN", "EXISTS", "BETWEEN", "LIKE", "NOT", "ROWS",
    "PRECEDING", "TABLESAMPLE", "WITH", "INTERVAL", "PIVOT", "QUALIFY", "COPY", "ATTACH", "PRAGMA", "\t\r\n",
    "9999999999999999999999999999999999999999", "GROUP BY", "GROUPING SETS", "LATERAL VIEW", "UNION ALL",
    "read_csv('/etc/passwd')",
)  # fmt: skip
"""Texts that a lexer, a parser, SQL or a terminal may stumble over."""

_PIECE = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|\w+|\s+|.", re.DOTALL)
_Pieces = list[str]


def _delete(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    start = chance.randrange(len(pieces))
    del pieces[start : start + chance.choice([1, 1, 1, 2, 5])]


def _double(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    start = chance.randrange(len(pieces))
    pieces[start:start] = pieces[start : start + chance.choice([1, 1, 3, 9])]


def _swap(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    pieces[one], pieces[other] = pieces[other], pieces[one]


def _put(chance: random.Random, pieces: _Pieces, others: _Pieces) -> None:
    text = chance.choice(others) if chance.random() < 0.5 and others else chance.choice(ODD)
    pieces.insert(chance.randrange(len(pieces) + 1), f" {text} " if chance.random() < 0.5 else text)


def _replace(chance: random.Random, pieces: _Pieces, others: _Pieces) -> None:
    pieces[chance.randrange(len(pieces))] = chance.choice(others or list(ODD))


def _exchange(chance: random.Random, pieces: _Pieces, others: _Pieces) -> None:
    """Put a piece of another statement in the place of one of its kind: the grammar often takes that."""
    place = chance.randrange(len(pieces))
    alike = [one for one in others if _kind(one) == _kind(pieces[place])]
    if alike:
        pieces[place] = chance.choice(alike)


def _kind(piece: str) -> str:
    first = piece[0]
    return "word" if first.isalpha() else "number" if first.isdigit() else "text" if first in "'\"" else "sign"


def _requote(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    place = chance.randrange(len(pieces))
    pieces[place] = f"{chance.choice(ODD[14:20])}{pieces[place]}{chance.choice(ODD[14:20])}"


def _inside(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    place = chance.randrange(len(pieces))
    cut = chance.randrange(len(pieces[place]) + 1)
    pieces[place] = pieces[place][:cut] + chance.choice(ODD) + pieces[place][cut:]


def _cut(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    place = chance.randrange(len(pieces))
    if chance.random() < 0.5:
        del pieces[place:]
    else:
        del pieces[:place]


def _nest(chance: random.Random, pieces: _Pieces, _others: _Pieces) -> None:
    start = chance.randrange(len(pieces))
    end = chance.randrange(start, len(pieces)) + 1
    pieces[end:end] = [")"]
    pieces[start:start] = [chance.choice(["(", "abs(", "array(", "NOT (", "(SELECT ", "cast("])]


_WAYS: tuple[Callable[[random.Random, _Pieces, _Pieces], None], ...] = (
    *(_delete, _double, _exchange, _exchange, _exchange, _exchange, _swap, _put, _put),
    *(_replace, _replace, _requote, _inside, _cut, _nest),
)


def mutations(seed: int, statements: Sequence[str]) -> Iterator[str]:
    """Yield statements with one to four faults, without an end.

    Example:
        >>> stream = mutations(1, ["SELECT a FROM t WHERE b = 'c'"])
        >>> next(stream) != next(stream)
        True
    """
    chance = random.Random(seed)  # noqa: S311 - no secret depends on it
    cut = [_PIECE.findall(text) for text in statements]
    while True:
        pieces, others = list(chance.choice(cut)), chance.choice(cut)
        for _ in range(chance.choice([1, 1, 1, 2, 3, 4])):
            if pieces:
                chance.choice(_WAYS)(chance, pieces, others)
        yield "".join(pieces)


def bind_all(text: str, catalog: MemoryCatalog, outcomes: Counter[str] | None = None) -> None:
    """Cut a text into statements and bind each; errors of ours are what may happen.

    Raises:
        Exception: Something else happened.
    """
    variables = Variables(hivevar={}, hiveconf={"a": "1"}, env={}, system={})
    counts = Counter() if outcomes is None else outcomes
    try:
        for statement in split_script(text):
            bound = bind_statement(substitute(statement.text, variables), catalog=catalog)
            counts[type(bound).__name__] += 1
    except DdbHiveError as error:
        str(error.hive_text()).encode("utf-8", "surrogatepass")
        counts[type(error).__name__] += 1


def _seeds(files: Sequence[Path]) -> list[str]:
    return [line if isinstance(line, str) else line.get("statement") or line["query"] for line in _lines(files)]


def _lines(files: Sequence[Path]) -> list[Any]:
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _with_setup(files: Sequence[Path]) -> MemoryCatalog:
    """A catalog with the tables that the files' set-ups make."""
    catalog = all_types()
    for name in ("src", "src1", "srcpart"):
        catalog.add(name, {"key": "string", "value": "string", "ds": "string", "hr": "string"})
    types = {"ctinyint": "tinyint", "cint": "int", "cbigint": "bigint", "cdouble": "double", "cstring1": "string"}
    catalog.add("alltypesorc", {**types, "ctimestamp1": "timestamp", "cboolean1": "boolean"})
    for line in _lines(files):
        for text in line.get("setup", ()) if isinstance(line, dict) else ():
            try:
                catalog.run(bind_statement(text, catalog=catalog))
            except DdbHiveError:
                continue
    return catalog


def main() -> int:
    """Run the command; the exit status says whether only errors of ours came up."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutated_statements", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=[SEEDS])
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write = sys.stdout.write
    catalog, outcomes, faults = _with_setup(options.files), Counter[str](), Counter[str]()
    stream = mutations(options.seed, _seeds(options.files))
    for text in (next(stream) for _ in range(options.count)):
        started = time.perf_counter()
        try:
            bind_all(text, catalog, outcomes)
        except Exception as error:  # noqa: BLE001 - anything is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} {Path(place.filename).name}:{place.lineno}"
            faults[kind] += 1
            if faults[kind] == 1:
                write(f"{kind} {error} {json.dumps(text)}\n")
        if time.perf_counter() - started > 2:
            write(f"slow {time.perf_counter() - started:.1f} {json.dumps(text)[:2000]}\n")
    write(f"{dict(outcomes.most_common())}\n{dict(faults)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
