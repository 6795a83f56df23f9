"""Scalar columns as the JSON of attribute values."""

from __future__ import annotations

import base64
import json

import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.encode_value import EncodeError

__all__ = ["escaped", "quoted", "scalar_values"]

_NEEDS_ESCAPE = r'["\\\x00-\x1f]'
_CONTROL = r"[\x00-\x1f]"


def quoted(text: str) -> str:
    r"""Return text as JSON.

    Example:
        >>> quoted('a"b')
        '"a\\"b"'
    """
    return json.dumps(text, ensure_ascii=False)


def escaped(values: pa.Array) -> pa.Array:
    r"""Return a text column as it stands between the quotes of JSON.

    Example:
        >>> escaped(pa.array(['a"b', None, "c\n"])).to_pylist()
        ['a\\"b', None, 'c\\n']
    """
    if not pc.any(pc.match_substring_regex(values, _NEEDS_ESCAPE)).as_py():
        return values
    if pc.any(pc.match_substring_regex(values, _CONTROL)).as_py():
        return pa.array([None if text is None else quoted(text)[1:-1] for text in values.to_pylist()], pa.string())
    return pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), '"', '\\"')


def scalar_values(values: pa.Array, dynamodb_type: str) -> pa.Array:
    """Return ``{"S":"x"}`` and the like for each value, NULL for NULL.

    Example:
        >>> scalar_values(pa.array([1, None]), "N").to_pylist()
        ['{"N":"1"}', None]

    Raises:
        EncodeError: A number is not finite.
    """
    if dynamodb_type == "BOOL":
        return pc.if_else(values, '{"BOOL":true}', '{"BOOL":false}')
    return pc.binary_join_element_wise(f'{{"{dynamodb_type}":"', _text(values), '"}', "")


def _text(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([None if v is None else base64.b64encode(v).decode() for v in values.to_pylist()], pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return escaped(pc.cast(values, pa.string()))
    if pa.types.is_floating(kind):
        _check_finite(values)
    text = pc.cast(values, pa.string())
    if pa.types.is_timestamp(kind):
        # As Hive prints it: no zeros at the end of the fraction.
        text = pc.replace_substring_regex(text, r"(\.\d*?)0+$", r"\1")
        text = pc.replace_substring_regex(text, r"\.$", "")
    return text


def _check_finite(values: pa.Array) -> None:
    finite = pc.fill_null(pc.is_finite(values), fill_value=True)
    if not pc.all(finite).as_py():
        bad = values.filter(pc.invert(finite))[0].as_py()
        raise EncodeError(f"A value provided cannot be converted into a number: {bad}")
