"""The options of Hive's delimited text (LazySimpleSerDe), from a table's SerDe properties.

Follows https://cwiki.apache.org/confluence/display/Hive/LanguageManual+DDL#LanguageManualDDL-RowFormats&SerDe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_ddb_hive.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DelimitedOptions"]

_BYTES = range(-128, 128)
"""A separator's code is a Java byte."""
_DEFAULT_SEPARATORS = tuple(chr(code) for code in range(1, 9))
_EXTENDED_SEPARATORS = tuple(chr(code) for code in (*range(1, 9), 11, *range(14, 27), *range(28, 32)))
"""Hive's longer row of separators leaves out what text is likely to have: tab, line ends, form feed, escape."""
_LEVELS = (
    ("hive.serialization.extend.additional.nesting.levels", len(_EXTENDED_SEPARATORS)),
    ("hive.serialization.extend.nesting.levels", 24),
)
"""Properties that allow deeper nesting, and how many separators there are then. Hive has 128 more for the first, all
of them bytes that no UTF-8 text can be split at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelimitedOptions:
    r"""Separators by depth (fields, collection items, map keys, then deeper), escape and null mark.

    Example:
        >>> options = DelimitedOptions.from_properties({"field.delim": ",", "mapkey.delim": "3"})
        >>> options.separators[:4], options.null_format
        ((',', '\x02', '\x03', '\x04'), '\\N')

    Raises:
        InputError: A separator is longer than one character and no character code.
    """

    separators: tuple[str, ...] = _DEFAULT_SEPARATORS
    escape: str | None = None
    null_format: str = r"\N"
    timestamp_formats: tuple[str, ...] = ()

    @classmethod
    def from_properties(cls, properties: Mapping[str, str]) -> DelimitedOptions:
        """Read the properties that a table's SerDe has; ``serialization.format`` stands in for ``field.delim``."""
        allowed = [count for name, count in _LEVELS if properties.get(name, "").lower() == "true"]
        separators = list(_EXTENDED_SEPARATORS[: allowed[0]] if allowed else _DEFAULT_SEPARATORS)
        field = properties.get("field.delim", properties.get("serialization.format"))
        collection = properties.get("collection.delim", properties.get("colelction.delim"))
        for depth, value in enumerate((field, collection, properties.get("mapkey.delim"))):
            if value is not None:
                separators[depth] = _separator(value)
        escape = properties.get("escape.delim")
        return cls(
            separators=tuple(separators),
            escape=None if escape is None else _separator(escape),
            null_format=properties.get("serialization.null.format", r"\N"),
            timestamp_formats=tuple(one for one in properties.get("timestamp.formats", "").split(",") if one),
        )


def _separator(text: str) -> str:
    """A separator as Hive reads it: a character, or the decimal code of one."""
    if text.lstrip("-").isdigit():
        code = int(text)
        if code in _BYTES:
            return chr(code % 256)
    if len(text) >= 1:
        return text[0]
    raise InputError("a separator in ROW FORMAT DELIMITED is empty: give one character, such as ','")
