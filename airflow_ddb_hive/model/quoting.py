r"""Names and strings as HiveQL text, quoted so that no value can become a statement.

A character that the Hive CLI, variable substitution or parameter binding would look at (``;``, ``$``, ``%``) is written
as a ``\uXXXX`` escape, which Hive's string literals have.
"""

from __future__ import annotations

import hashlib
import re

from airflow_ddb_hive.errors import InputError

__all__ = [
    "check_dynamodb_name",
    "hive_name",
    "quote_location",
    "quote_name",
    "quote_table",
    "quote_text",
    "working_name",
]

_LONGEST_COLUMN_NAME = 767  # of Hive's metastore schema
_HIVE_TABLE = re.compile(r"[A-Za-z0-9_]{1,128}", re.ASCII)
_DYNAMODB_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}", re.ASCII)
_IMPOSSIBLE_IN_NAMES = re.compile(r"[`,:;.$%\\\x00-\x1f\x7f]")
_IMPOSSIBLE_IN_LOCATIONS = re.compile("['\"`;\\\\\x00-\x1f\x7f\x85\u2028\u2029]|[$][{]|%[(]")
_SHORT_ESCAPES = {"\\": r"\\", "'": r"\'", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_LONG_ESCAPES = re.compile("[;$%\x00-\x1f\x7f\x85\u2028\u2029]")


def quote_name(name: str) -> str:
    """Return a column name between backticks.

    Example:
        >>> quote_name("Feature Id")
        '`Feature Id`'

    Raises:
        InputError: Hive cannot have a column of that name.
    """
    if not name or name != name.strip() or len(name) > _LONGEST_COLUMN_NAME or _IMPOSSIBLE_IN_NAMES.search(name):
        raise InputError(f"no Hive column can be named {name!r}: use letters, digits, blanks inside and underscores")
    return f"`{name}`"


def quote_text(text: str) -> str:
    r"""Return a string literal that Hive reads back as exactly this text.

    Example:
        >>> print(quote_text("it's; ${hiveconf:x}"))
        'it\'s\u003b \u0024{hiveconf:x}'
    """
    return "'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if _LONG_ESCAPES.match(character):
        return f"\\u{ord(character):04x}"
    return character


def quote_location(location: str) -> str:
    """Return a folder between quotes.

    Hive takes the text of INSERT OVERWRITE DIRECTORY as it stands, escapes and all, so what would need one is refused.

    Example:
        >>> quote_location("s3://lake/day=2024-01-01/")
        "'s3://lake/day=2024-01-01/'"

    Raises:
        InputError: The location is empty, or holds a character that HiveQL cannot carry there.
    """
    if not location.strip():
        raise InputError("location is empty: give a folder, such as s3://bucket/folder/")
    if _IMPOSSIBLE_IN_LOCATIONS.search(location):
        raise InputError(
            f"location {location!r} has no HiveQL form: leave out quotes, backslashes, semicolons, '${{', '%(' "
            "and control characters"
        )
    return f"'{location}'"


def hive_name(dynamodb_table: str) -> str:
    """Return the name that a DynamoDB table has in generated HiveQL: lower case, underscores for the rest.

    Example:
        >>> hive_name("prod.Music-Table")
        'prod_music_table'

    Raises:
        InputError: DynamoDB cannot have a table of that name.
    """
    return re.sub(r"[.-]", "_", check_dynamodb_name(dynamodb_table, "table")).lower()


def working_name(role: str, dynamodb_table: str, location: str) -> str:
    """Return a name for a table that only one job uses: the same job has the same name each time, others have others.

    Example:
        >>> working_name("export", "Music", "s3://lake/music/")
        'ddb_export_music_6279fddc'
    """
    digest = hashlib.blake2s(f"{dynamodb_table}\n{location}".encode(), digest_size=4).hexdigest()
    return f"ddb_{role}_{hive_name(dynamodb_table)[:64]}_{digest}"


def check_dynamodb_name(name: str, kind: str) -> str:
    """Return the name of a table or index if DynamoDB could have one of that name.

    Example:
        >>> check_dynamodb_name("Music", "table")
        'Music'

    Raises:
        InputError: It could not.
    """
    if not _DYNAMODB_TABLE.fullmatch(name):
        raise InputError(
            f"no DynamoDB {kind} can be named {name!r}: 3 to 255 letters, digits, '_', '-' and '.'",
            table=name,
        )
    return name


def quote_table(name: str) -> str:
    """Return a table name between backticks, in lower case as Hive keeps it.

    Example:
        >>> quote_table("Music")
        '`music`'

    Raises:
        InputError: Hive cannot have a table of that name.
    """
    if not _HIVE_TABLE.fullmatch(name):
        raise InputError(f"no Hive table can be named {name!r}: use letters, digits and '_', 128 at most")
    return f"`{name.lower()}`"
