r"""Java's regular expressions in the syntax of the module ``regex``, and which of them mean the same to RE2.

Follows https://docs.oracle.com/en/java/javase/11/docs/api/java.base/java/util/regex/Pattern.html. ``\d``, ``\s`` and
``\w`` are ASCII in Java, ``\b`` is not; a line ends at more than ``\n``; character classes may hold classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from airflow_ddb_hive.engines.local.native.java_classes import CLASSES, property_class

__all__ = ["JavaPattern", "read_pattern"]

_ENDS = r"\n\r\x85\u2028\u2029"
_LINE_END = rf"(?:\r\n|[{_ENDS}])"
_AT_END = rf"(?={_LINE_END}?\Z)(?<!\r(?=\n))"
_AT_LINE_END = rf"(?=\Z|[{_ENDS}])(?<!\r(?=\n))"
_AT_LINE_START = rf"(?:\A|(?<=[{_ENDS}])(?<!\r(?=\n))(?!\Z))"
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_KEPT = {"A": r"\A", "B": r"\B", "G": r"\G", "X": r"\X", "b": r"\b", "z": r"\Z", "Z": _AT_END, "R": _LINE_END}
_NOT_RE2 = frozenset("GXZRehHVNk")
_FLAGS = frozenset("idmsuxU")
_QUANTIFIER = re.compile(r"[*+?][+?]?|\{(\d+)(?:,(\d*))?\}[+?]?")
_CODE = re.compile(r"x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|0([0-3]?[0-7]{1,2})|c(.)", re.DOTALL)
_FLAG_GROUP = re.compile(r"\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])")
_NAME = re.compile(r"\(\?<([A-Za-z][A-Za-z0-9]*)>")


@dataclass(slots=True)
class JavaPattern:
    """A pattern read: its text for ``regex``, its groups, and whether RE2 may have it as it is written.

    ``re2`` says so for all text, ``ascii_re2`` for text of ASCII alone; ``optional`` groups may stay unset in a match.
    """

    pattern: str
    text: str = ""
    groups: int = 0
    names: dict[str, int] = field(default_factory=dict)
    optional: set[int] = field(default_factory=set)
    re2: bool = True
    ascii_re2: bool = True
    ascii_case: bool = False


def read_pattern(pattern: str) -> JavaPattern:
    r"""Read a pattern.

    Example:
        >>> read_pattern(r"(a)\d*+").text
        '(a)[0-9]*+'

    Raises:
        ValueError: Java would not take it.
    """
    return _Reader(pattern).read()


@dataclass(slots=True)
class _Level:
    """An open group: its number, the groups inside, whether ``|`` parts it, and the flags that end with it."""

    number: int | None
    flags: frozenset[str]
    inside: set[int] = field(default_factory=set)
    parted: bool = False


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._place = 0
        self._out: list[str] = []
        self._found = JavaPattern(pattern)
        self._levels = [_Level(None, frozenset())]
        self._flags: frozenset[str] = frozenset()

    def read(self) -> JavaPattern:
        while self._place < len(self._pattern):
            self._one()
        if len(self._levels) > 1:
            raise self._wrong("an open group")
        self._close(self._levels[0])
        self._found.text = "".join(self._out)
        self._found.ascii_re2 = self._found.re2
        if self._found.ascii_case or re.search(r"\\[bB]|\(\?[a-z]*i", self._pattern):
            self._found.re2 = False
        return self._found

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"the regular expression {self._pattern!r} has {what} at {self._place}")

    def _one(self) -> None:
        character = self._pattern[self._place]
        if character == "\\":
            self._out.append(self._escape())
        elif character == "[":
            self._out.append(self._class())
        elif character == "(":
            self._open()
        elif character == ")":
            self._end_group()
        elif character in "*+?{":
            self._quantifier()
        else:
            self._out.append(self._plain(character))
            self._place += 1

    def _plain(self, character: str) -> str:
        if character == "|":
            self._levels[-1].parted = True
            return "|"
        if character == ".":
            return r"(?s:.)" if "s" in self._flags else rf"[^{_ENDS}]"
        if character == "^":
            return _AT_LINE_START if "m" in self._flags else r"\A"
        if character == "$":
            return _AT_LINE_END if "m" in self._flags else _AT_END
        if "x" in self._flags and (character.isspace() or character == "#"):
            self._place = self._comment_end(character) - 1
            return ""
        return re.escape(character)

    def _comment_end(self, character: str) -> int:
        end = self._pattern.find("\n", self._place)
        return self._place + 1 if character != "#" else len(self._pattern) if end < 0 else end + 1

    def _quantifier(self) -> None:
        match = _QUANTIFIER.match(self._pattern, self._place)
        if match is None or not self._out or self._out[-1].endswith(("|", "(")):
            raise self._wrong("a quantifier of nothing")
        written = match.group()
        if written.endswith("+") and len(written) > 1:
            self._found.re2 = False
        self._out.append(written)
        self._place = match.end()

    def _open(self) -> None:
        if self._pattern.startswith("(?", self._place):
            self._open_special()
            return
        self._place += 1
        self._open_capture("(")

    def _open_capture(self, text: str) -> None:
        self._found.groups += 1
        for level in self._levels:
            level.inside.add(self._found.groups)
        self._levels.append(_Level(self._found.groups, self._flags))
        self._out.append(text)

    def _open_special(self) -> None:
        name = _NAME.match(self._pattern, self._place)
        if name:
            self._found.re2 = False
            self._found.names[name[1]] = self._found.groups + 1
            self._place = name.end()
            self._open_capture("(")
            return
        for start in ("(?<=", "(?<!", "(?=", "(?!", "(?>"):
            if self._pattern.startswith(start, self._place):
                self._found.re2 = False
                self._begin(start, len(start))
                return
        flags = _FLAG_GROUP.match(self._pattern, self._place)
        if flags is None or not set(flags[1] + (flags[2] or "")) <= _FLAGS:
            raise self._wrong("an unknown group")
        self._flag_group(flags)

    def _begin(self, text: str, length: int) -> None:
        self._levels.append(_Level(None, self._flags))
        self._out.append(text)
        self._place += length

    def _flag_group(self, match: re.Match[str]) -> None:
        on, off, end = match[1], match[2] or "", match[3]
        changed = (self._flags | set(on)) - set(off)
        if set(on + off) & set("duxU"):
            self._found.re2 = False
        cased = ("i" if "i" in on else "") + ("-i" if "i" in off else "")
        if "i" in on and "u" not in changed:
            self._found.ascii_case = True
        if end == ":":
            self._begin(f"(?{cased}:", match.end() - self._place)
        else:
            # A flag lasts to the end of its group.
            self._out.append(f"(?{cased})" if cased else "")
            self._place = match.end()
        self._flags = frozenset(changed)

    def _end_group(self) -> None:
        if len(self._levels) == 1:
            raise self._wrong("a group closed that is not open")
        level = self._levels.pop()
        self._flags = level.flags
        self._out.append(")")
        self._place += 1
        self._close(level)
        match = _QUANTIFIER.match(self._pattern, self._place)
        if match and (match[0][0] in "*?" or match[1] == "0"):
            self._found.optional |= level.inside | ({level.number} if level.number else set())

    def _close(self, level: _Level) -> None:
        if level.parted:
            self._found.optional |= level.inside

    def _escape(self) -> str:
        following = self._pattern[self._place + 1 : self._place + 2]
        if not following:
            raise self._wrong("a backslash at its end")
        if following == "Q":
            return re.escape(self._quoted())
        if following in "123456789":
            return self._back_reference()
        if following == "k":
            return self._named_reference()
        if following in _KEPT:
            self._found.re2 = self._found.re2 and following not in _NOT_RE2
            self._place += 2
            return _KEPT[following]
        found, is_class = self._escaped()
        return found if is_class else re.escape(found)

    def _quoted(self) -> str:
        end = self._pattern.find("\\E", self._place)
        found = self._pattern[self._place + 2 : len(self._pattern) if end < 0 else end]
        self._place = len(self._pattern) if end < 0 else end + 2
        # RE2 takes the quotes too, but not before a quantifier.
        self._found.re2 = False
        return found

    def _back_reference(self) -> str:
        self._found.re2 = False
        digits = re.compile(r"\d+").match(self._pattern, self._place + 1)
        assert digits is not None  # noqa: S101 (the caller saw one)
        number = digits[0]
        while len(number) > 1 and int(number) > self._found.groups:
            number = number[:-1]
        self._place += 1 + len(number)
        return rf"(?:\{number})" if int(number) <= self._found.groups else "(?!)"

    def _named_reference(self) -> str:
        self._found.re2 = False
        match = re.compile(r"\\k<([A-Za-z][A-Za-z0-9]*)>").match(self._pattern, self._place)
        if match is None or match[1] not in self._found.names:
            raise self._wrong("a reference to no group")
        self._place = match.end()
        return rf"(?:\{self._found.names[match[1]]})"

    def _escaped(self) -> tuple[str, bool]:
        """What a backslash makes of the next characters, in a class too: a class's text, or one character."""
        letter = self._pattern[self._place + 1 : self._place + 2]
        if letter in "pP" and letter:
            return self._property(negated=letter == "P"), True
        if letter in CLASSES:
            self._found.re2 = self._found.re2 and letter in "dDwWsS"
            self._place += 2
            return CLASSES[letter], True
        match = _CODE.match(self._pattern, self._place + 1)
        if match:
            self._place = match.end()
            return self._coded(match), False
        if letter.isalpha() and letter.isascii() and letter not in _CONTROLS:
            raise self._wrong(f"an unknown escape \\{letter}")
        self._found.re2 = self._found.re2 and letter != "e" and letter.isascii()
        self._place += 2
        return _CONTROLS.get(letter, letter), False

    def _coded(self, match: re.Match[str]) -> str:
        braced, two, four, octal, control = match.groups()
        self._found.re2 = self._found.re2 and (braced or two) is not None
        if control is not None:
            return chr(ord(control) ^ 64)
        return chr(int(octal, 8) if octal is not None else int(braced or two or four, 16))

    def _property(self, *, negated: bool) -> str:
        match = re.compile(r"\\[pP](?:\{([^}]*)\}|(.))", re.DOTALL).match(self._pattern, self._place)
        if match is None:
            raise self._wrong("an unknown property")
        name = match[1] if match[1] is not None else match[2]
        found, same = property_class(name, negated=negated)
        self._found.re2 = self._found.re2 and same
        self._place = match.end()
        return found

    def _class(self) -> str:
        self._place += 1
        negated = self._pattern.startswith("^", self._place)
        self._place += negated
        out = ["[^" if negated else "["]
        first = True
        while not self._pattern.startswith("]", self._place) or first:
            if self._place >= len(self._pattern):
                raise self._wrong("an open character class")
            out.append(self._class_part())
            first = False
        self._place += 1
        return "".join(out) + "]"

    def _class_part(self) -> str:
        character = self._pattern[self._place]
        if character == "[":
            self._found.re2 = False
            return self._class()
        if self._pattern.startswith("&&", self._place):
            self._found.re2 = False
            self._place += 2
            return "&&"
        if character == "\\":
            if self._pattern.startswith("\\Q", self._place):
                return "".join(map(_in_class, self._quoted()))
            found, is_class = self._escaped()
            return found if is_class else _in_class(found)
        self._place += 1
        return "-" if character == "-" and self._ranges() else _in_class(character)

    def _ranges(self) -> bool:
        """Whether a minus just passed stands between two characters."""
        before, after = self._pattern[self._place - 2 : self._place - 1], self._pattern[self._place : self._place + 1]
        return before not in ("[", "^", "") and after not in ("]", "[", "", "&")


def _in_class(character: str) -> str:
    return "\\" + character if character in r"\[]^-&|~" else character
