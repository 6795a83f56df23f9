"""The prompt: lines are gathered until one ends in a semicolon, as the Hive CLI does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["statements_from"]

_PROMPT = "hive> "
_MORE = "    > "
_QUIT = frozenset({"exit", "quit"})


def statements_from(read_line: Callable[[str], str]) -> Iterator[str]:
    r"""Yield each statement that is typed; ``quit``, ``exit`` or the end of input ends it, Ctrl-C drops what was typed.

    Example:
        >>> typed = iter(["SELECT", " 1;", "quit;", "SELECT 2;"])
        >>> list(statements_from(lambda prompt: next(typed)))
        ['SELECT\n 1;']

    Args:
        read_line: Shows a prompt and returns a line; raises EOFError at the end and KeyboardInterrupt at Ctrl-C.
    """
    typed: list[str] = []
    while True:
        try:
            line = read_line(_MORE if typed else _PROMPT)
        except EOFError:
            return
        except KeyboardInterrupt:
            typed = []
            continue
        if not typed and (not line.strip() or line.lstrip().startswith("--")):
            continue
        typed.append(line)
        if line.rstrip().endswith(";") and not line.rstrip().endswith("\\;"):
            statement = "\n".join(typed)
            typed = []
            if statement.strip().rstrip(";").strip().lower() in _QUIT:
                return
            yield statement
