"""Bytes as text: what is no UTF-8 becomes U+FFFD, as Java's decoder has it.

DuckDB's own lenient decoding puts a question mark for each byte, which cannot be told from a real one.
"""

from __future__ import annotations

__all__ = ["binary_text"]

_NEXT = "[89AB]."
_CHARACTER = "|".join(
    (
        "[0-7].",
        f"(?:C[2-9A-F]|D.){_NEXT}",
        f"(?:E0[AB].|E[1-9A-CEF]{_NEXT}|ED[89].){_NEXT}",
        f"(?:F0[9AB].|F[1-3]{_NEXT}|F48.){_NEXT}{_NEXT}",
    )
)
"""One character's bytes in hexadecimal digits: https://www.unicode.org/versions/latest/ table 3-7."""

_BEGUN = f"(?:F0[9AB].|F[1-3]{_NEXT}|F48.)(?:{_NEXT})?|E0[AB].|E[1-9A-CEF]{_NEXT}|ED[89]."
"""The beginning of a character that does not go on: all of it is one U+FFFD."""


def binary_text(sql: str) -> str:
    """Return SQL of a binary value's text.

    Example:
        >>> import duckdb
        >>> duckdb.sql("SELECT " + binary_text("unhex('41FFC3A9E28241')")).fetchall()
        [('A\ufffdé\ufffdA',)]
    """
    parts = f"regexp_extract_all(hex({sql}), '{_CHARACTER}|{_BEGUN}|..')"
    kept = f"CASE WHEN regexp_full_match(b, '{_CHARACTER}') THEN b ELSE 'EFBFBD' END"
    mended = f"list_transform({parts}, lambda b: {kept})"
    return f"coalesce(try(decode({sql})), decode(unhex(array_to_string({mended}, ''))))"
