"""Typed columns from a page's tokens: each type finds its values, those inside of them are columns in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_ddb_hive.dynamodb.convert import CellError, column_of_text
from airflow_ddb_hive.dynamodb.tokens import KINDS, Level, Tokens
from airflow_ddb_hive.model.arrow import arrow_type
from airflow_ddb_hive.model.mapping import attribute_tag
from airflow_ddb_hive.model.types import ArrayType, HiveType, MapType, StructType

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from airflow_ddb_hive.dynamodb.tokens import Mask, Places
    from airflow_ddb_hive.model.dynamodb import ReadRules

__all__ = ["Cells", "ColumnReader", "texts_of"]

_SETS = frozenset({"SS", "NS", "BS"})
_TRUE = ord("t")


@dataclass(frozen=True, slots=True)
class Cells:
    """Which values a column is made of: values of a level by number, -1 where there is none, and their items."""

    level: int
    values: Places
    rows: Places


@dataclass(frozen=True, slots=True)
class _Children:
    """What is inside some lists, sets or maps: strings or values, the cell that each belongs to, and list offsets."""

    inside: Places
    cells: Places
    offsets: npt.NDArray[np.int32]


class ColumnReader:
    """Reads one column of a page, and counts what is NULL although there is a value.

    Args:
        tokens: The page.
        rules: What becomes of values that do not fit.

    Example:
        >>> from airflow_ddb_hive.model.dynamodb import ReadRules
        >>> from airflow_ddb_hive.model.types import parse_type
        >>> reader = ColumnReader(Tokens(b'[{"P":{"M":{"Lat":{"N":"1.5"}}}}]'), ReadRules())
        >>> reader.read(reader.attribute("P"), parse_type("struct<lat:double,name:string>"), "M").to_pylist()
        [{'lat': 1.5, 'name': None}]
    """

    def __init__(self, tokens: Tokens, rules: ReadRules) -> None:
        self._tokens = tokens
        self._rules = rules
        self.mismatched = 0
        self.bad_values = 0

    def attribute(self, name: str) -> Cells:
        """The values of an attribute, one cell for each item."""
        found = self._tokens.named(msgspec.json.encode(name)[1:-1])
        rows = np.arange(self._tokens.rows)
        owners = self._tokens.level(0).owners[found]
        if len(found) == len(rows) and (owners == rows).all():
            return Cells(0, found, rows)
        values = np.full(len(rows), -1)
        values[owners] = found
        return Cells(0, values, rows)

    def read(self, cells: Cells, hive_type: HiveType, tag: str) -> pa.Array:
        """Return the column; a value of another type than ``tag`` is NULL.

        Raises:
            CellError: A value does not fit, and the rules don't make it NULL.
        """
        level = self._tokens.level(cells.level)
        if not len(level.tags):
            return pa.nulls(len(cells.values), arrow_type(hive_type))
        hits = self._hits(level, cells, tag)
        if tag in _SETS:
            return self._set(level, cells, hits, hive_type, tag)
        if tag == "BOOL":
            truths = self._tokens.next[level.tags[cells.values]] == _TRUE
            return pa.array(truths, mask=None if hits.all() else ~hits)
        nested = _NESTED.get(type(hive_type))
        if nested is not None:
            return nested(self, cells, hits, hive_type)
        texts = texts_of(self._tokens, level.tags[cells.values] + 1, hits)
        return self._typed(texts, cells.rows, hive_type, tag)

    def _hits(self, level: Level, cells: Cells, tag: str) -> Mask:
        """Which cells have a value of the type wanted; the others that have one, and not NULL, are counted."""
        kinds = level.kinds[cells.values]
        present = cells.values >= 0
        hits: Mask = (kinds == KINDS[tag]) & present
        if not hits.all():
            self.mismatched += int(np.count_nonzero(present & ~hits & (kinds != KINDS["NULL"])))
        return hits

    def _typed(self, texts: pa.Array, rows: Places, hive_type: HiveType, tag: str) -> pa.Array:
        try:
            typed, bad = column_of_text(texts, hive_type, tag, null_bad_values=self._rules.null_bad_values)
        except CellError as error:
            raise CellError(error.value, int(rows[error.row])) from error
        self.bad_values += bad
        return typed

    def _set(self, level: Level, cells: Cells, hits: Mask, hive_type: Any, tag: str) -> pa.Array:
        strings, owners = self._tokens.elements(cells.level)
        children = _children(level, cells, hits, strings, owners)
        texts = texts_of(self._tokens, children.inside, None)
        elements = self._typed(texts, cells.rows[children.cells], hive_type.element, tag[0])
        if self._rules.strict_emr and tag == "SS":
            hits = hits | (cells.values >= 0)
        return _list_array(children, elements, hive_type, hits)

    def _within(self, cells: Cells, hits: Mask) -> tuple[_Children, Cells]:
        """The values inside of lists or maps, as children and as cells of the next level."""
        level, below = self._tokens.level(cells.level), self._tokens.level(cells.level + 1)
        children = _children(level, cells, hits, np.arange(len(below.tags)), below.owners)
        return children, Cells(cells.level + 1, children.inside, cells.rows[children.cells])

    def _list(self, cells: Cells, hits: Mask, hive_type: Any) -> pa.Array:
        children, inner = self._within(cells, hits)
        elements = self.read(inner, hive_type.element, str(attribute_tag(hive_type.element)))
        return _list_array(children, elements, hive_type, hits)

    def _map(self, cells: Cells, hits: Mask, hive_type: Any) -> pa.Array:
        children, inner = self._within(cells, hits)
        values = self.read(inner, hive_type.value, str(attribute_tag(hive_type.value)))
        target = arrow_type(hive_type)
        return pa.MapArray.from_arrays(
            pa.array(children.offsets), self._names(inner), values, target, mask=_nulls(hits)
        )

    def _struct(self, cells: Cells, hits: Mask, hive_type: Any) -> pa.Array:
        children, inner = self._within(cells, hits)
        # Hive's field names are lower case: the first entry that agrees but for case is meant.
        names = self._names(inner).dictionary_encode()
        lowered = np.array([name.lower() for name in names.dictionary.to_pylist()], object)
        codes = names.indices.to_numpy(zero_copy_only=False)
        fields = []
        for name, field_type in hive_type.fields:
            wanted = np.flatnonzero(np.isin(codes, np.flatnonzero(lowered == name)))[::-1]
            values = np.full(len(cells.values), -1)
            values[children.cells[wanted]] = inner.values[wanted]
            field = Cells(inner.level, values, cells.rows)
            fields.append(self.read(field, field_type, str(attribute_tag(field_type))))
        return pa.StructArray.from_arrays(fields, fields=list(arrow_type(hive_type)), mask=_nulls(hits))

    def _names(self, cells: Cells) -> pa.StringArray:
        """The names of entries: each stands right before its value's tag."""
        return texts_of(self._tokens, self._tokens.level(cells.level).tags[cells.values] - 1, None)


_NESTED: dict[type[HiveType], Callable[[ColumnReader, Cells, Mask, Any], pa.Array]] = {
    ArrayType: ColumnReader._list,  # noqa: SLF001 - the class's own methods
    MapType: ColumnReader._map,  # noqa: SLF001 - the class itself, by its table
    StructType: ColumnReader._struct,  # noqa: SLF001 - the class itself, by its table
}


def _children(level: Level, cells: Cells, hits: Mask, inside: Places, owners: Places) -> _Children:
    """Pick what is inside of the cells' values, and say which is whose."""
    cell_of = np.full(len(level.tags), -1)
    cell_of[cells.values[hits]] = np.flatnonzero(hits)
    mine = cell_of[owners]
    picked = mine >= 0
    mine = mine[picked]
    offsets = np.zeros(len(cells.values) + 1, np.int32)
    np.cumsum(np.bincount(mine, minlength=len(cells.values)), out=offsets[1:])
    return _Children(inside[picked], mine, offsets)


def _list_array(children: _Children, elements: pa.Array, hive_type: HiveType, valid: Mask) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(children.offsets), elements, arrow_type(hive_type), mask=_nulls(valid))


def _nulls(valid: Mask) -> pa.Array | None:
    return None if valid.all() else pa.array(~valid)


def texts_of(tokens: Tokens, strings: Places, valid: Mask | None) -> pa.StringArray:
    r"""Return the strings of these numbers as they are meant, NULL where ``valid`` says so.

    Example:
        >>> tokens = Tokens(rb'[{"a":{"S":"x\ty"}}]'.replace(b"\t", rb"\t"))
        >>> texts_of(tokens, tokens.level(0).tags + 1, None).to_pylist()
        ['x\ty']
    """
    mask = None if valid is None or valid.all() else ~valid
    texts = tokens.texts.take(pa.array(2 * strings, mask=mask))
    if not tokens.escaped:
        return texts.cast(pa.string())
    written = pc.fill_null(pc.match_substring(texts, "\\"), fill_value=False)
    if not pc.any(written).as_py():
        return texts.cast(pa.string())
    quoted = b'["' + b'","'.join(texts.filter(written).to_pylist()) + b'"]'
    meant = pa.array(msgspec.json.decode(quoted, type=list[str]), pa.string())
    return pc.replace_with_mask(texts.cast(pa.string()), written, meant)
