"""Keys of items that are about to be written: checked in DynamoDB's words, and in one spelling each."""

from __future__ import annotations

import functools
from decimal import Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.encode_scalar import quoted
from airflow_ddb_hive.errors import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow_ddb_hive.model.dynamodb import TableDescription

__all__ = ["canonical_keys", "check_keys"]

_WHOLE = r'\{"N":"(0|-?[1-9]\d*)"\}$'
_PLAIN = r'\{"N":"(0|-?[1-9]\d*|-?(0|[1-9]\d*)\.\d*[1-9])"\}$'
_EXACT = Context(prec=400)
"""More digits than any number of DynamoDB's, written out, has."""

_EMPTY_NAMES = {"S": "string", "B": "binary"}


def check_keys(keys: Sequence[pa.Array], description: TableDescription, *, delete: bool) -> None:
    """Refuse a row without its whole key, or with one that DynamoDB does not take.

    Args:
        keys: ``"name":{"S":"value"}`` for each row, one column for each key attribute, NULL where there is none.
        description: The table.
        delete: Whether the rows are to be deleted, which is refused in other words.

    Raises:
        WriteRefusedError: A row cannot be written; the message has what there is of its key.
    """
    incomplete = functools.reduce(pc.or_, map(pc.is_null, keys))
    if pc.any(incomplete).as_py():
        row = pc.index(incomplete, value=True).as_py()
        raise _refused(_absence(keys, row, description, delete=delete), keys, row, description)
    for name, key in zip(description.key_attributes, keys, strict=True):
        tag = description.attribute_types.get(name)
        if tag is None:
            continue
        fits = pc.starts_with(key, f'{quoted(name)}:{{"{tag}":')
        if not pc.all(fits).as_py():
            row = pc.index(fits, value=False).as_py()
            raise _refused(_mismatch(name, tag, key[row].as_py()), keys, row, description)
        empty = pc.equal(key, f'{quoted(name)}:{{"{tag}":""}}')
        if tag in _EMPTY_NAMES and pc.any(empty).as_py():
            row = pc.index(empty, value=True).as_py()
            raise _refused(_emptiness(name, tag), keys, row, description)


def _absence(keys: Sequence[pa.Array], row: int, description: TableDescription, *, delete: bool) -> str:
    """The connector finds a row to delete that has no key at all; of all others DynamoDB says it."""
    names = description.key_attributes
    missing = [name for name, column in zip(names, keys, strict=True) if not column[row].is_valid]
    if not delete:
        problem = "One of the required keys was not given a value"
    elif len(missing) == len(names):
        problem = f"Given item does not contain any key for the table: {','.join(names)}"
    else:
        problem = "The number of conditions on the keys is invalid"
    return f"{problem}: {', '.join(missing)}"


def _mismatch(name: str, tag: str, fragment: str) -> str:
    found = fragment.removeprefix(quoted(name)).split('"')[1]
    if found == "NULL":
        return f"Invalid attribute value type: NULL in the key attribute {name}, whose type is {tag},"
    return f"One or more parameter values were invalid: Type mismatch for key {name} expected: {tag} actual: {found}"


def _emptiness(name: str, tag: str) -> str:
    what = f"an empty {_EMPTY_NAMES[tag]} value"
    return (
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
        f"{what}. Key: {name}"
    )


def _refused(problem: str, keys: Sequence[pa.Array], row: int, description: TableDescription) -> WriteRefusedError:
    there = ",".join(key[row].as_py() for key in keys if key[row].is_valid)
    return WriteRefusedError(
        f"{problem} of table {description.name} (row {row + 1} of its batch, key {{{there}}}): "
        "give each key attribute a value of its type that is never NULL or empty, or leave such rows out",
        table=description.name,
    )


def canonical_keys(keys: Sequence[pa.Array], description: TableDescription) -> list[str]:
    """Return each row's key so that keys which are equal for DynamoDB are equal: ``1``, ``1.0`` and ``1e0`` are one.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import TableDescription
        >>> table = TableDescription(name="T", hash_key="id", attribute_types={"id": "N"})
        >>> canonical_keys([pa.array(['"id":{"N":"1"}', '"id":{"N":"1.0"}', '"id":{"N":"10E-1"}'])], table)
        ['"id":{"N":"1"}', '"id":{"N":"1"}', '"id":{"N":"1"}']
    """
    texts = [
        _canonical_numbers(key) if description.attribute_types.get(name) == "N" else key
        for name, key in zip(description.key_attributes, keys, strict=True)
    ]
    joined: list[str] = (texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, ",")).to_pylist()
    return joined


def _canonical_numbers(fragments: pa.Array) -> pa.Array:
    if pc.all(pc.match_substring_regex(fragments, _WHOLE)).as_py():
        return fragments
    trimmed = pc.replace_substring_regex(fragments, r'(\.\d*?)0+"\}$', r'\1"}')
    trimmed = pc.replace_substring_regex(trimmed, r'\."\}$', r'"}')
    plain = pc.match_substring_regex(trimmed, _PLAIN)
    if pc.all(plain).as_py():
        return trimmed
    others = pc.invert(plain)
    exact = [_canonical_number(text) for text in trimmed.filter(others).to_pylist()]
    return pc.replace_with_mask(trimmed, others, pa.array(exact, trimmed.type))


def _canonical_number(fragment: str) -> str:
    ((name, value),) = msgspec.json.decode("{" + fragment + "}").items()
    try:
        number = Decimal(value["N"])
    except (InvalidOperation, KeyError):
        # DynamoDB will say what is wrong with it.
        return fragment
    if not number.is_finite():
        return fragment
    return f'{quoted(name)}:{{"N":"{format(_EXACT.add(number.normalize(_EXACT), 0), "f")}"}}'
