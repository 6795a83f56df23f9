"""XPATH and its kin: each document of a batch parsed once, each path compiled once; nothing outside it is read.

Java evaluates a path from the document, lxml from its outermost element: paths that start nowhere start at ``/``.
See https://cwiki.apache.org/confluence/display/Hive/LanguageManual+XPathUDF.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from lxml import etree

from airflow_ddb_hive.engines.local.native.distinct import by_distinct_rows
from airflow_ddb_hive.engines.local.native.xpath_text import from_document

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["booleans", "numbers", "strings", "texts"]

_NUMBER = re.compile(r"[ \t\r\n]*(-?(?:\d+(?:\.\d*)?|\.\d+))[ \t\r\n]*")
_TEXT = etree.XPath("string()", smart_strings=False)
_OWN_NAMES = re.compile(r"^\{[^}]*\}")


def booleans(documents: Any, paths: Any) -> Any:
    """Return whether each path is true of its document."""
    return _evaluated(_boolean, documents, paths, pa.bool_())


def numbers(documents: Any, paths: Any) -> Any:
    """Return each path's number; text that is none is NaN."""
    return _evaluated(_number, documents, paths, pa.float64())


def strings(documents: Any, paths: Any) -> Any:
    """Return each path's text."""
    return _evaluated(_string, documents, paths, pa.string())


def texts(documents: Any, paths: Any) -> Any:
    """Return the values of the nodes that each path finds; an element has none of its own."""
    return _evaluated(_own_values, documents, paths, pa.list_(pa.string()))


def _evaluated(shape: Callable[[Any], Any], documents: Any, paths: Any, result: pa.DataType) -> Any:
    parsed: dict[str, Any] = {}

    def evaluate(document: str, path: str) -> Any:
        evaluator = _compiled(path) if document and path else None
        if evaluator is None:
            return None
        if document not in parsed:
            parsed[document] = _parsed(document)
        return shape(_found(evaluator, parsed[document]))

    return by_distinct_rows([documents, paths], result, evaluate)


def _parsed(document: str) -> Any:
    """Java's parser knows no name spaces: a default one leaves the names as they are written."""
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"xpath cannot read {document[:80]!r} as XML: {error}") from error
    if "xmlns" in document:
        for element in root.iter(etree.Element):
            if element.prefix is None:
                element.tag = _OWN_NAMES.sub("", element.tag)
    return root.getroottree()


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:
    """A path's evaluator; ``None`` for what is no path, of which Hive's value is NULL."""
    # lxml leaves the document itself out of what it finds: its text is that of its one element.
    whole = path.strip() in (".", "/")
    try:
        return etree.XPath("/*" if whole else from_document(path), smart_strings=False)
    except etree.XPathSyntaxError:
        return None


def _found(evaluator: Any, tree: Any) -> Any:
    try:
        return evaluator(tree)
    except etree.XPathEvalError as error:
        if "prefix" in str(error):
            return []
        return None


def _own_values(found: Any) -> list[str] | None:
    if not isinstance(found, list):
        return None
    return [node if isinstance(node, str) else node.text or "" for node in found if _has_value(node)]


def _has_value(node: Any) -> bool:
    return isinstance(node, str) or node.tag in (etree.Comment, etree.PI)


def _string(found: Any) -> str | None:
    match found:
        case bool():
            return str(found).lower()
        case float():
            return _number_text(found)
        case list():
            return _node_text(found[0]) if found else ""
    return None if found is None else str(found)


def _node_text(node: Any) -> str:
    if isinstance(node, str):
        return node
    return node.text or "" if _has_value(node) else str(_TEXT(node))


def _number_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    plain = format(Decimal(repr(value)), "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _number(found: Any) -> float | None:
    if found is None or isinstance(found, float | bool):
        return None if found is None else float(found)
    match = _NUMBER.fullmatch(_string(found) or "")
    return float(match[1]) if match else math.nan


def _boolean(found: Any) -> bool | None:
    if isinstance(found, float):
        return not math.isnan(found) and found != 0
    return None if found is None else bool(found)
