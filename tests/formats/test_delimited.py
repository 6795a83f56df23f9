from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_ddb_hive.errors import InputError
from airflow_ddb_hive.formats.cells import CellRules, exact_cells, fast_cells
from airflow_ddb_hive.formats.delimited import DelimitedText
from airflow_ddb_hive.model.delimited import DelimitedOptions
from airflow_ddb_hive.model.table import Column
from airflow_ddb_hive.model.types import INT, STRING
from airflow_ddb_hive.storage.file import FileStore
from tests.support.rigs import HiveRig
from tests.support.slow_delimited import read_rows

A, B, C = (Column(name, STRING) for name in "abc")
N = Column("n", INT)
CSV = DelimitedOptions.from_properties({"field.delim": ","})
ESCAPED = DelimitedOptions.from_properties({"field.delim": ",", "escape.delim": "\\"})


def rows_of(batches: Iterable[pa.RecordBatch]) -> list[list[str | None]]:
    return [list(row.values()) for batch in batches for row in batch.to_pylist()]


def read(
    data: bytes,
    options: DelimitedOptions = CSV,
    columns: Sequence[Column] = (A, B, C),
    needed: Sequence[int] | None = None,
) -> list[list[str | None]]:
    wanted = range(len(columns)) if needed is None else needed
    return rows_of(DelimitedText(options, columns).read(io.BytesIO(data), wanted, "t.txt"))


def test_short_rows_end_in_null_and_long_rows_are_cut() -> None:
    assert read(b"x\n1,2,3,4\n") == [["x", None, None], ["1", "2", "3"]]


def test_blank_line_is_one_empty_field() -> None:
    assert read(b"a,b,c\n\nd,e,f\n") == [["a", "b", "c"], ["", None, None], ["d", "e", "f"]]


def test_blank_lines_of_a_table_with_one_column_are_rows() -> None:
    assert read(b"\n\n\\N\nx", columns=[A]) == [[""], [""], [None], ["x"]]


def test_bare_carriage_return_ends_a_line() -> None:
    assert read(b"a,b\rc,d\r\n\r\r\ng,h\r", columns=[A, B]) == [
        ["a", "b"],
        ["c", "d"],
        ["", None],
        ["", None],
        ["g", "h"],
    ]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (b"\xff\xfe", "��"),
        (b"\xed\xa0\x80", "�"),
        (b"\xe2\x82", "�"),
        (b"\xf0\x9f\x98", "�"),
        (b"\xf4\x90\x80\x80", "����"),
        (b"\xc0\x80", "��"),
        (b"\xe0\x80\x80", "���"),
        (b"\xe2\x28\xa1", "�(�"),
    ],
)
def test_bad_utf8_is_replaced_as_java_replaces_it(stored: bytes, shown: str) -> None:
    assert read(b"x," + stored + b"\n", columns=[A, B]) == [["x", shown]]


def test_byte_order_mark_is_left_out_at_the_start_of_the_file_alone() -> None:
    assert read(b"\xef\xbb\xbfa,b\n\xef\xbb\xbfc,d\n", columns=[A, B]) == [["a", "b"], ["\ufeffc", "d"]]


def test_null_mark_is_a_property() -> None:
    options = DelimitedOptions.from_properties({"field.delim": ",", "serialization.null.format": ""})
    assert read(b"a,,c\n,\\N\n", options) == [["a", None, "c"], [None, "\\N", None]]


def test_escapes_are_removed_from_character_columns() -> None:
    data = b"a\\,b,c\nd\\\\,e\n\\N,\\\\N\nx\\ny,\\r\\t\\q\nend\\\nnext,\\\n"
    assert read(data, ESCAPED, [A, B]) == [
        ["a,b", "c"],
        ["d\\", "e"],
        [None, "\\N"],
        ["x\ny", "\rtq"],
        ["end\\", None],
        ["next", "\\"],
    ]


def test_escapes_stay_in_other_columns() -> None:
    assert read(b"1\\2,3\\,4\\\\\n", ESCAPED, [N, Column("m", INT)]) == [["1\\2", "3\\,4\\\\"]]


def test_separator_is_the_byte_that_hive_takes() -> None:
    options = DelimitedOptions.from_properties({"field.delim": "-62"})
    assert read(b"a\xc2b\n\xc2\xa7,x\n", options, [A, B]) == [["a", "b"], ["", "�,x"]]


def test_escape_beside_a_separator_outside_ascii_is_refused() -> None:
    options = DelimitedOptions.from_properties({"field.delim": "-62", "escape.delim": "\\"})
    with pytest.raises(InputError, match="ASCII"):
        DelimitedText(options, [A])


def test_quotes_mean_nothing() -> None:
    assert read(b'"a,b",c\n"d"",e,f\n') == [['"a', 'b"', "c"], ['"d""', "e", "f"]]


@pytest.mark.parametrize("data", [b"a,b,c\nd,e,f\n", b"a,b,c\nd\n"])
def test_columns_come_in_the_order_asked_for(data: bytes) -> None:
    batches = DelimitedText(CSV, [A, B, C]).read(io.BytesIO(data), [2, 0], "t")
    assert next(batches).to_pylist()[0] == {"c2": "c", "c0": "a"}


@pytest.mark.parametrize("data", [b"a,b\nd,e\n", b"a,b\nd\n"])
def test_rows_are_counted_when_no_column_is_needed(data: bytes) -> None:
    assert sum(batch.num_rows for batch in DelimitedText(CSV, [A, B]).read(io.BytesIO(data), [], "t")) == 2


def test_file_with_fewer_columns_than_the_table_is_read_fast() -> None:
    rules = CellRules.from_options(CSV, [True] * 3)
    batch = fast_cells(b"a,b\nc,d\n", rules, [0, 2])
    assert batch is not None
    assert rows_of([batch]) == [["a", None], ["c", None]]


def test_empty_file_has_no_rows() -> None:
    assert read(b"") == []


CELL = st.text("ab,\\\r\nNrn\u00e9\0\ufeff \x01\"'", max_size=4).map(str.encode) | st.sampled_from([b"\\N", b"\xff"])
LINES = st.lists(CELL, max_size=12).map(b"".join)
RAGGED = st.lists(st.lists(CELL, max_size=5).map(b",".join), max_size=6).map(b"\n".join)


@settings(max_examples=600, deadline=None)
@given(data=LINES | RAGGED, escaped=st.booleans(), null_mark=st.sampled_from(["\\N", "", "a", "\\\\"]))
def test_reads_what_the_slow_twin_reads(data: bytes, escaped: bool, null_mark: str) -> None:
    options = DelimitedOptions(separators=(",",), escape="\\" if escaped else None, null_format=null_mark)
    expected = read_rows(
        data,
        separator=b",",
        escape=b"\\" if escaped else None,
        null_mark=null_mark.encode(),
        is_text=[True, False, True],
    )
    assert read(data, options, [A, N, C]) == expected


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(st.text("ab N\\é\"'\0\t", max_size=3), min_size=2, max_size=2), min_size=1),
    null_mark=st.sampled_from(["\\N", "", "a"]),
)
def test_fast_cells_are_the_exact_cells(rows: list[list[str]], null_mark: str) -> None:
    rules = CellRules.from_options(DelimitedOptions(separators=("\x01",), null_format=null_mark), [True, True])
    block = b"".join(b"\x01".join(cell.encode() for cell in row) + b"\n" for row in rows)
    fast = fast_cells(block, rules, [0, 1])
    assert fast is not None
    assert fast.equals(exact_cells(block, rules, [0, 1]))


def written(folder: Path, columns: Sequence[Sequence[str | None]], options: DelimitedOptions = CSV) -> bytes:
    batch = pa.RecordBatch.from_arrays(
        [pa.array(column, pa.string()) for column in columns], [f"c{index}" for index in range(len(columns))]
    )
    output = FileStore().create(str(folder / "f"))
    writer = DelimitedText(options, [A] * len(columns)).open_writer(output, batch.schema)
    writer.write(batch.slice(0, 1))
    writer.write(batch.slice(1))
    writer.close()
    output.publish()
    return (folder / "f").read_bytes()


def test_writes_cells_joined_and_null_marked(tmp_path: Path) -> None:
    assert written(tmp_path, [["a", None, ""], ["x\ny", "é", None]]) == b"a,x\ny\n\\N,\xc3\xa9\n,\\N\n"


def test_writes_a_single_column(tmp_path: Path) -> None:
    assert written(tmp_path, [["a", None, ""]]) == b"a\n\\N\n\n"


def test_writes_a_separator_outside_ascii_as_its_byte(tmp_path: Path) -> None:
    options = DelimitedOptions.from_properties({"field.delim": "-62"})
    assert written(tmp_path, [["a", "b"], ["é", "d"]], options) == b"a\xc2\xc3\xa9\nb\xc2d\n"


@pytest.mark.integration
@pytest.mark.parametrize("escape", ["", " ESCAPED BY '\\\\'"])
def test_hive_reads_the_same_cells(hive_rig: HiveRig, tmp_path: Path, escape: str) -> None:
    data = b"\xef\xbb\xbfa\\,b,c\n\nx\n1,2,3,4\r\n\\N,\\\\N,\nd\\\\,\\q\rend\\\n\xff,\xed\xa0\x80\nlast,one"
    tmp_path.chmod(0o755)
    (tmp_path / "f.txt").write_bytes(data)
    table = f"text_{'plain' if not escape else 'escaped'}"
    answer = hive_rig(
        f"CREATE EXTERNAL TABLE {table} (a string, b string, c string) ROW FORMAT DELIMITED "
        f"FIELDS TERMINATED BY ','{escape} LOCATION 'file://{tmp_path}'",
        f"FROM {table} SELECT *",
    )
    assert answer.error is None
    ours = read(data, ESCAPED if escape else CSV)
    assert ["\t".join("NULL" if cell is None else cell for cell in row) for row in ours] == list(answer.rows)


@pytest.mark.integration
def test_hive_reads_what_was_written(hive_rig: HiveRig, tmp_path: Path) -> None:
    written(tmp_path, [["a", None, ""], ["é", "x y", None]], DelimitedOptions())
    answer = hive_rig(
        f"CREATE EXTERNAL TABLE text_ours (a string, b string) LOCATION 'file://{tmp_path}'", "SELECT * FROM text_ours"
    )
    assert list(answer.rows) == ["a\té", "NULL\tx y", "\tNULL"]


@pytest.mark.integration
def test_reads_what_hive_writes(hive_rig: HiveRig, tmp_path: Path) -> None:
    answer = hive_rig(
        f"INSERT OVERWRITE LOCAL DIRECTORY '{tmp_path}/out' ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "ESCAPED BY '\\\\' SELECT 'a,b', cast(null as string), '\\\\N'",
    )
    assert answer.error is None
    (file,) = FileStore().list_files(f"{tmp_path}/out")
    with FileStore().open_read(file.url) as stream:
        assert rows_of(DelimitedText(ESCAPED, [A, B, C]).read(stream, [0, 1, 2], file.url)) == [["a,b", None, "\\N"]]
