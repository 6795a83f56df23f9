"""SENTENCES: words of sentences, cut where ``java.text.BreakIterator`` cuts text of most languages.

See https://docs.oracle.com/en/java/javase/11/docs/api/java.base/java/text/BreakIterator.html. A word is what begins
with a letter or digit; the rules of Thai, which need a dictionary, are not here.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import regex

from airflow_ddb_hive.engines.local.native.distinct import by_distinct_rows

__all__ = ["split_sentences"]

_CLOSING = r"[\p{Pe}\p{Pf}\"']*"
_SENTENCE = regex.compile(
    # What always ends a sentence; a point that spaces and no lower case letter follow; the end of a paragraph.
    rf"(?s).*?(?:[!?\u3002\uff01\uff1f][!?.\u3002\uff01\uff0e\uff1f]*{_CLOSING}[\s\u00a0]*\u2029?"
    rf"|[.\uff0e]+{_CLOSING}[\s\u00a0]+(?=[\p{{Ps}}\p{{Pi}}\"']*[^\s\p{{Ll}}\p{{Ps}}\p{{Pi}}\"'])|\u2029|\Z)"
)
_LETTERS = r"[\p{L}\p{Mn}--[\p{Hiragana}\p{Katakana}\p{Han}]]+"
_WORD = rf"{_LETTERS}(?:[\p{{Pd}}\u00ad\u2027\"'.]{_LETTERS})*"
_DIGITS = r"[\p{Nd}\p{Nl}\p{No}]+"
_NUMBER = rf"{_DIGITS}(?:[\"',.\u066b]{_DIGITS})*"
_PIECE = regex.compile(
    rf"(?V1)(?:{_WORD})?+(?:{_NUMBER}{_WORD})*+(?:{_NUMBER}[\u00a2%\u066a\u2030\u2031]?)?"
    rf"|[\p{{Sc}}#.](?:{_NUMBER}(?:{_WORD})?)+|[\p{{Katakana}}\u30fc]+|\p{{Hiragana}}+|\p{{Han}}+|(?s:.)"
)


def split_sentences(texts: Any) -> Any:
    """Return the words of each text's sentences."""
    return by_distinct_rows([texts], pa.list_(pa.list_(pa.string())), _sentences)


def _sentences(text: str) -> list[list[str]]:
    """Return the words, sentence by sentence.

    Example:
        >>> _sentences("Hello there! It's 3.14, Mr. Smith")
        [['Hello', 'there'], ["It's", '3.14', 'Mr'], ['Smith']]
    """
    return [_words(match.group()) for match in _SENTENCE.finditer(text) if match.group()]


def _words(sentence: str) -> list[str]:
    pieces = (match.group() for match in _PIECE.finditer(sentence))
    return [piece for piece in pieces if piece and piece[0] <= "\uffff" and piece[0].isalnum()]
