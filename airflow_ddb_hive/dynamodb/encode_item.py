"""Whole-item columns back to DynamoDB's JSON: the connector's casing, DynamoDB's own, and the older spellings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.encode_value import EncodeError
from airflow_ddb_hive.dynamodb.lenient_json import LenientJsonError, parse_lenient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence, Set

    import numpy.typing as npt

__all__ = ["item_fragments", "wire_value"]

# A number outside of quotes, or text that looks like one.
_BARE_NUMBER = re.compile(r"[:\[,]\s*-?[0-9]")
_SHORTEST = b'{"s":""}'
_QUOTE, _BACKSLASH, _FIRST_PRINTABLE = 0x22, 0x5C, 0x20
_UPPER = 0xDF

_TAGS: Mapping[str, str] = {
    name.lower(): name for name in ("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS")
} | {"nullvalue": "NULL"}


def item_fragments(
    items: pa.MapArray, own: Set[str | None], key_names: Sequence[str]
) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Return each item's attributes as ``"name":value,…`` without those in ``own``, and apart those of its key.

    Raises:
        EncodeError: An item is NULL or empty, or a value is no attribute value.
    """
    offsets = items.offsets.to_numpy()
    if items.null_count or (np.diff(offsets) == 0).any():
        raise EncodeError("Hive data cannot be null. An item column is NULL or empty: leave such rows out")
    names = items.keys.slice(offsets[0], offsets[-1] - offsets[0]).dictionary_encode()
    texts = items.items.slice(offsets[0], offsets[-1] - offsets[0])
    rows = np.repeat(np.arange(len(items)), np.diff(offsets))
    kept = _kept(names, texts, rows, own)
    names, texts, rows = names.filter(kept), texts.filter(kept), rows[kept.to_numpy(zero_copy_only=False)]
    prefixes = pa.array([_dumps(name) + ":" for name in names.dictionary.to_pylist()], pa.string())
    fragments = pc.binary_join_element_wise(prefixes.take(names.indices), _wire_texts(names, texts), "")
    ends = np.searchsorted(rows, np.arange(len(items) + 1)).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(ends, fragments), ",")
    whole = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return whole, {key: _column_of(key, names, rows, fragments, len(items)) for key in key_names}


def _kept(
    names: pa.DictionaryArray, texts: pa.Array, rows: npt.NDArray[np.int64], own: Set[str | None]
) -> pa.BooleanArray:
    """Which attributes are written: no NULLs, none that has a column of its own, and the last of each name."""
    dropped = [code for code, name in enumerate(names.dictionary.to_pylist()) if name in own]
    kept = pc.is_valid(texts)
    if dropped:
        kept = pc.and_(kept, pc.invert(pc.is_in(names.indices, pa.array(dropped, names.indices.type))))
    places = rows * len(names.dictionary) + names.indices.to_numpy()
    ordered = np.sort(places)
    if (ordered[1:] == ordered[:-1]).any():
        last = np.zeros(len(places), bool)
        last[len(places) - 1 - np.unique(places[::-1], return_index=True)[1]] = True
        kept = pc.and_(kept, pa.array(last))
    return kept


def _column_of(
    key: str, names: pa.DictionaryArray, rows: npt.NDArray[np.int64], fragments: pa.Array, count: int
) -> pa.Array:
    """One attribute of each item, NULL where there is none."""
    code = pc.index(names.dictionary, key).as_py()
    places = np.full(count, -1, np.int64)
    if code >= 0:
        found = np.flatnonzero(names.indices.to_numpy() == code)
        places[rows[found]] = found
    return fragments.take(pa.array(places, mask=places < 0))


def _wire_texts(names: pa.DictionaryArray, texts: pa.StringArray) -> pa.Array:
    """Values in DynamoDB's JSON; nearly all are scalars that are right as they stand but for the tag's case."""
    if not len(texts):
        return texts
    _, offset_buffer, data_buffer = pc.cast(pa.concat_arrays([texts]), pa.binary()).buffers()
    offsets = np.frombuffer(offset_buffer, np.int32)[: len(texts) + 1]
    data = np.frombuffer(data_buffer or b"", np.uint8)[: offsets[-1]].copy()
    plain = _plain(data, offsets)
    data[offsets[:-1][plain] + 2] &= _UPPER
    converted = pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets), pa.py_buffer(data))
    if plain.all():
        return converted
    # Booleans are but two texts, so what is equal is converted once.
    others = pa.StructArray.from_arrays([names.indices, texts], ["name", "text"]).filter(pa.array(~plain))
    known: dict[str, str] = {}
    for code, text in zip(others.field("name").to_pylist(), others.field("text").to_pylist(), strict=True):
        if text not in known:
            known[text] = _wire_text(names.dictionary[code].as_py(), text)
    exact = pa.array([known[text] for text in others.field("text").to_pylist()], pa.string())
    return pc.replace_with_mask(converted, pa.array(~plain), exact)


def _plain(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which texts are ``{"s":"…"}``, ``n`` or ``b`` in either case, with nothing in them that JSON escapes."""
    begins, ends = offsets[:-1], offsets[1:]
    plain = ends - begins >= len(_SHORTEST)
    special = np.flatnonzero((data == _QUOTE) | (data == _BACKSLASH) | (data < _FIRST_PRINTABLE))
    plain &= np.searchsorted(special, ends) - np.searchsorted(special, begins) == _SHORTEST.count(b'"')
    begins, ends = begins[plain], ends[plain]
    fits = np.isin(data[begins + 2], np.frombuffer(b"sSnNbB", np.uint8))
    for place in (0, 1, 3, 4, 5):
        fits &= data[begins + place] == _SHORTEST[place]
    for place in (-2, -1):
        fits &= data[ends + place] == _SHORTEST[place]
    plain[plain] = fits
    return plain


def _wire_text(name: str, text: str) -> str:
    try:
        value = msgspec.json.decode(text)
    except msgspec.DecodeError:
        value = None
    if value is None or _BARE_NUMBER.search(text):
        value = _exact_json(name, text)
    return msgspec.json.encode(wire_value(name, value)).decode()


def _exact_json(name: str, text: str) -> object:
    """Numbers stay text, so that none is rounded."""
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError:
        return _lenient(name, text)


def _lenient(name: str, text: str) -> object:
    """JSON as Gson forgives it, on which hand-written scripts rely."""
    try:
        return parse_lenient(text)
    except LenientJsonError as error:
        raise EncodeError(f"attribute {name} is not written as JSON: {error}") from error


def wire_value(name: str, value: Any) -> dict[str, Any]:
    """Return an attribute value in DynamoDB's JSON; ``name`` is for the message.

    Example:
        >>> wire_value("a", {"l": [{"nULLValue": True}, {"bOOL": "true"}]})
        {'L': [{'NULL': True}, {'BOOL': True}]}

    Raises:
        EncodeError: The value has no type that DynamoDB knows.
    """
    if isinstance(value, dict):
        for written, content in value.items():
            tag = _TAGS.get(written.lower())
            if tag is not None and content is not None:
                return {tag: _content(name, tag, content)}
    raise _empty_value(name)


def _empty_value(name: str) -> EncodeError:
    return EncodeError(
        f"Supplied AttributeValue is empty, must contain exactly one of the supported datatypes: attribute {name}"
    )


def _content(name: str, tag: str, content: Any) -> Any:
    expected, convert = _CONTENTS[tag]
    if not isinstance(content, expected):
        raise EncodeError(f"attribute {name} has a value of type {tag} that is no {tag}")
    return convert(name, content)


def _list(name: str, content: Sequence[Any]) -> list[Any]:
    return [wire_value(name, element) for element in content]


def _map(name: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: wire_value(f"{name}.{key}", element) for key, element in content.items()}


def _boolean(_: str, content: object) -> bool:
    return content is True or str(content).lower() == "true"


def _as_text(_: str, content: object) -> str:
    return str(content)


def _texts(name: str, content: Sequence[Any]) -> list[str]:
    if not content:
        # DynamoDB has no empty sets.
        raise _empty_value(name)
    return [str(element) for element in content]


_CONTENTS: dict[str, tuple[type | tuple[type, ...], Callable[[str, Any], Any]]] = {
    "S": (str, _as_text),
    "N": (str, _as_text),
    "B": (str, _as_text),
    "BOOL": ((bool, str), _boolean),
    "NULL": ((bool, str), _boolean),
    "L": (list, _list),
    "M": (dict, _map),
    "SS": (list, _texts),
    "NS": (list, _texts),
    "BS": (list, _texts),
}


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
