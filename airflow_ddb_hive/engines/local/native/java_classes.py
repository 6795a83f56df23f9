r"""Java's character classes as the module ``regex`` writes them: ``\d`` and its kin, and the names of ``\p{…}``."""

from __future__ import annotations

import re

__all__ = ["CLASSES", "property_class"]

_HORIZONTAL = r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
_VERTICAL = r"\n\x0b\f\r\x85\u2028\u2029"

CLASSES: dict[str, str] = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "h": f"[{_HORIZONTAL}]",
    "H": f"[^{_HORIZONTAL}]",
    "s": r"[ \t\n\x0b\f\r]",
    "S": r"[^ \t\n\x0b\f\r]",
    "v": f"[{_VERTICAL}]",
    "V": f"[^{_VERTICAL}]",
    "w": "[a-zA-Z0-9_]",
    "W": "[^a-zA-Z0-9_]",
}
"""Letters behind a backslash."""

_NAMED = {
    "ASCII": r"\x00-\x7f",
    "Alnum": "a-zA-Z0-9",
    "Alpha": "a-zA-Z",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "Digit": "0-9",
    "Graph": r"\x21-\x7e",
    "Lower": "a-z",
    "Print": r"\x20-\x7e",
    "Punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "Space": r" \t\n\x0b\f\r",
    "Upper": "A-Z",
    "XDigit": "0-9a-fA-F",
    "javaAlphabetic": r"\p{Alphabetic}",
    "javaDigit": r"\p{Nd}",
    "javaLetter": r"\p{L}",
    "javaLetterOrDigit": r"\p{L}\p{Nd}",
    "javaLowerCase": r"\p{Lowercase}",
    "javaSpaceChar": r"\p{Z}",
    "javaUpperCase": r"\p{Uppercase}",
    "javaWhitespace": r"\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000",
}
_CATEGORY = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|Z[slp]?|C[cfosn]?|P[dseifco]?|S[mcko]?")
_UNKNOWN_TO_RE2 = frozenset({"Cn"})


def property_class(name: str, *, negated: bool) -> tuple[str, bool]:
    r"""Return what a property is to ``regex``, and whether RE2 knows it by the same name.

    Example:
        >>> property_class("Lu", negated=False), property_class("Alpha", negated=True)
        (('\\p{Lu}', True), ('[^a-zA-Z]', False))
    """
    if _CATEGORY.fullmatch(name):
        return rf"\{'P' if negated else 'p'}{{{name}}}", name not in _UNKNOWN_TO_RE2
    if name in _NAMED:
        return f"[{'^' if negated else ''}{_NAMED[name]}]", False
    key, _, value = name.rpartition("=")
    plain = value.removeprefix("Is") if not key and _CATEGORY.fullmatch(value.removeprefix("Is")) else value
    word = {"": "", "sc": "Script=", "script": "Script=", "blk": "Block=", "block": "Block="}.get(key.lower(), "gc=")
    return rf"\{'P' if negated else 'p'}{{{word}{plain}}}", False
