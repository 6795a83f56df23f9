"""OpenCSVSerde's files: what Arrow's own reader takes has the rows that the line-by-line way gives."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_ddb_hive.formats import csv_text
from airflow_ddb_hive.formats.csv_text import CsvText

MARKS = csv_text._Marks.from_properties({})
CELLS = st.sampled_from(
    ["a", "", '"a"', '"a,b"', '"a""b"', '""', '""""', '" x"', " y", "é", '"\x00"', "\ufeffq", "NULL", "n/a", 'b"c']
)
LINES = st.lists(st.lists(CELLS, max_size=3).map(",".join), min_size=1, max_size=3).map("\n".join)
ANY = st.text('ab,",""\n \\é', max_size=14)


@given(LINES | ANY)
def test_rows_do_not_depend_on_the_way(text: str) -> None:
    block = text.encode() + b"\n"
    fast = csv_text._even_rows(block, MARKS, [0, 1, 2])
    assert fast is None or fast.equals(csv_text._cut(block, MARKS, [0, 1, 2]))


@pytest.mark.parametrize(
    "text",
    [
        "a,b\nc,d\n",
        '"a,1",b\n"c ""q""",\n',
        '"","x"\n"""",y\n',
    ],
)
def test_even_rows_need_no_second_look(text: str) -> None:
    assert csv_text._even_rows(text.encode(), MARKS, [0, 1]) is not None


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"a\nb",c\n', [(None, None), (None, None)]),
        ("a,b\n\nc\n", [("a", "b"), (None, None), ("c", None)]),
        ("a\n\nb\n", [("a", None), (None, None), ("b", None)]),
        ("\ufeffa,b\n", [("a", "b")]),
        ("a\\,b\n", [("a", "b")]),
    ],
)
def test_other_rows_are_read_as_opencsv_reads_them(text: str, rows: list[tuple[str | None, str | None]]) -> None:
    (batch,) = CsvText({}).read(io.BytesIO(text.encode()), [0, 1], "f")
    assert [tuple(row.values()) for row in batch.to_pylist()] == rows


def test_a_block_counts_its_rows_where_no_cell_is_needed() -> None:
    (batch,) = CsvText({}).read(io.BytesIO(b'a,b\n"c\n\n'), [], "f")
    assert batch.num_rows == 3
