"""XPath 1.0 expressions as texts: which of their paths start at the node that they are evaluated at."""

from __future__ import annotations

import re

__all__ = ["from_document"]

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<text>"[^"]*"|'[^']*')|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<variable>\$[\w.:-]+)"""
    r"""|(?P<axis>[\w-]+\s*::)|(?P<call>[\w.:-]+(?=\s*\())|(?P<name>[^\W\d][\w.-]*(?::(?:[\w.-]+|\*))?)"""
    r"""|(?P<mark>//|\.\.|!=|<=|>=|.)""",
    re.DOTALL,
)
_NODE_TESTS = frozenset({"comment", "node", "processing-instruction", "text"})
_WORDS = frozenset({"and", "div", "mod", "or"})
_STEP_MARKS = frozenset({"*", "@", ".", ".."})


def from_document(path: str) -> str:
    """Return the expression with its relative paths made to start at the document; those in brackets keep their start.

    Example:
        >>> from_document("sum(a/b[c = 1]) * @d")
        'sum(/a/b[c = 1]) * /@d'
    """
    out: list[str] = []
    depth = 0
    before = ""
    for match in _TOKEN.finditer(path):
        kind, part = match.lastgroup, match.group()
        if kind == "space":
            out.append(part)
            continue
        ended = _ends_operand(before)
        operator = ended and (part in _WORDS or part == "*")
        depth += (part == "[") - (part == "]")
        if depth == 0 and before not in ("/", "//", "::", "@") and not operator and _begins_step(str(kind), part):
            out.append("/")
        out.append(part)
        before = "::" if kind == "axis" else "operator" if operator else _shown(str(kind), part)
    return "".join(out)


def _begins_step(kind: str, part: str) -> bool:
    if kind in ("axis", "name"):
        return True
    return part in _NODE_TESTS if kind == "call" else kind == "mark" and part in _STEP_MARKS


def _ends_operand(before: str) -> bool:
    return before in ("operand", ")", "]", ".", "..")


def _shown(kind: str, part: str) -> str:
    """What a part is to the next one."""
    if kind in ("text", "number", "variable", "name") or part == "*":
        return "operand"
    return "call" if kind == "call" else part
