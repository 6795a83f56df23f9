"""JSON as Gson's lenient reader takes it: single or no quotes, and scalars as the text that was written."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["LenientJsonError", "parse_lenient"]

_BLANK = re.compile(r"\s*")
_BARE = re.compile(r"[^\s{}\[\]:,;=/\\#\"']+")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 100


class LenientJsonError(Exception):
    """Text that not even a lenient reader understands."""


def parse_lenient(text: str) -> Any:
    r"""Return the value that a text stands for; bare words and numbers stay text, but ``true``, ``false``, ``null``.

    Example:
        >>> parse_lenient("{s:x, 'l': [{n: 1.50}, {bOOL: true}]}")
        {'s': 'x', 'l': [{'n': '1.50'}, {'bOOL': True}]}

    Raises:
        LenientJsonError: A bracket or a quote is not closed, or something follows the value.
    """
    reader = _Reader(text)
    value = reader.value(0)
    if reader.sign():
        raise reader.error("nothing more")
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0

    def sign(self) -> str:
        """The next character that is not blank, or nothing at the end."""
        blank = _BLANK.match(self._text, self._place)
        self._place = self._place if blank is None else blank.end()
        return self._text[self._place : self._place + 1]

    def error(self, wanted: str) -> LenientJsonError:
        return LenientJsonError(f"{wanted} is expected at character {self._place + 1}")

    def value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise LenientJsonError(f"it is nested more than {_DEEPEST} deep")
        match self.sign():
            case "{":
                return self._members(depth)
            case "[":
                return self._elements(depth)
            case '"' | "'":
                return self._quoted()
        word = self._bare()
        return {"true": True, "false": False, "null": None}.get(word.lower(), word)

    def _members(self, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        self._place += 1
        while self.sign() != "}":
            name = self._quoted() if self.sign() in {'"', "'"} else self._bare()
            if self.sign() not in {":", "="}:
                raise self.error("a colon")
            self._place += 1
            members[name] = self.value(depth + 1)
            self._comma("}")
        self._place += 1
        return members

    def _elements(self, depth: int) -> list[Any]:
        elements = []
        self._place += 1
        while self.sign() != "]":
            elements.append(self.value(depth + 1))
            self._comma("]")
        self._place += 1
        return elements

    def _comma(self, closing: str) -> None:
        sign = self.sign()
        if sign in {",", ";"}:
            self._place += 1
        elif sign != closing:
            raise self.error(f"a comma or {closing}")

    def _bare(self) -> str:
        match = _BARE.match(self._text, self._place)
        if match is None:
            raise self.error("a value")
        self._place = match.end()
        return match[0]

    def _quoted(self) -> str:
        quote = self._text[self._place]
        self._place += 1
        characters = []
        while (character := self._next()) != quote:
            characters.append(self._escape() if character == "\\" else character)
        return "".join(characters)

    def _next(self) -> str:
        if self._place >= len(self._text):
            raise self.error("a closing quote")
        self._place += 1
        return self._text[self._place - 1]

    def _escape(self) -> str:
        character = self._next()
        if character != "u":
            return _ESCAPES.get(character, character)
        digits = self._text[self._place : self._place + 4]
        if not re.fullmatch("[0-9a-fA-F]{4}", digits):
            raise self.error("four hexadecimal digits")
        self._place += 4
        return chr(int(digits, 16))
