"""The cells of a CSV file are the same whoever reads them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.intake.tables import csv_cells
from riskmodel.intake.tables.csv_cells import read_cells

CELLS = st.text(alphabet='ab,"\n é\r', max_size=4) | st.sampled_from(
    ["true", "", "2015-03-31", "a text of more than sixteen bytes", "ninebytes"]
)


def by_the_library(body: str, width: int) -> tuple[list[list[str]], list[int], list[int]]:
    """Rows, their lines, and the lines of rows with another number of cells."""
    rows, lines, ragged = [], [], []
    for line, row in enumerate(csv.reader(io.StringIO(body, newline="")), start=2):
        if len(row) not in (0, width):
            ragged.append(line)
        elif any(row):
            rows.append(row)
            lines.append(line)
    return rows, lines, ragged


@pytest.mark.property
@given(
    st.lists(st.lists(CELLS, max_size=4), max_size=12),
    st.integers(1, 3),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([1, 3, 1 << 17]),
    st.booleans(),
)
def test_any_rows_are_those_of_the_standard_library(
    rows: list[list[str]], width: int, ends: str, block: int, quoted: bool
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=ends, quoting=1 if quoted else 0)
    writer.writerows(rows)
    body = stream.getvalue()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_cells, "_BLOCK", block)
        found = read_cells(body.encode(), width, 2, "t.csv")
    expected, lines, ragged = by_the_library(body, width)
    cells = zip(*(column.cells() for column in found.columns), strict=True)
    assert [[cell or "" for cell in row] for row in cells] == expected
    assert found.lines.tolist() == lines
    assert [line for line, _ in found.ragged] == ragged


@pytest.mark.unit
@pytest.mark.parametrize(
    ("body", "cells"),
    [
        ('5" pipe,x\n1,2\n', [['5" pipe', "x"], ["1", "2"]]),
        ('"x"y,3\n', [["xy", "3"]]),
        ("1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
        ("1,\0\n", [["1", "\0"]]),
        ('"a""b","c,\nd"\n1,2', [['a"b', "c,\nd"], ["1", "2"]]),
    ],
)
def test_what_is_rare_is_read_too(body: str, cells: list[list[str]]) -> None:
    found = read_cells(body.encode(), 2, 2, "t.csv")
    rows = zip(*(column.cells() for column in found.columns), strict=True)
    assert [list(row) for row in rows] == cells


@pytest.mark.unit
def test_a_quotation_mark_that_never_closes_is_refused_where_it_opens() -> None:
    with pytest.raises(DataError, match=r"t\.csv, line 3: a quotation mark opens here and none"):
        read_cells(b'1,2\n3,"x\n4,5\n', 2, 2, "t.csv")


PIECES = ["a", "b,", ",", "\n", "\r\n", "\r", '"', '""', '"c,\n"', "é", "x" * 20, " "]


def read(body: bytes, width: int) -> object:
    try:
        rows = read_cells(body, width, 2, "table.csv")
    except DataError as error:
        return str(error)
    return [column.cells() for column in rows.columns], rows.lines.tolist(), rows.ragged


@pytest.mark.property
@pytest.mark.parametrize("library", ["pyarrow", "pandas"])
@given(body=st.lists(st.sampled_from(PIECES), max_size=20).map("".join), width=st.integers(1, 3))
def test_a_library_reads_what_is_read_row_by_row(library: str, body: str, width: int) -> None:
    if library == "pyarrow":
        pytest.importorskip("pyarrow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_cells, "_LARGE", 0)
        patch.setattr(csv_cells, "has_arrow", lambda: library == "pyarrow")
        quick = read(body.encode(), width)
        patch.setattr(csv_cells, "_by_library", lambda body, width: None)
        assert quick == read(body.encode(), width)


@pytest.mark.unit
def test_a_library_reads_what_is_even() -> None:
    even = b'1,"a, b"\n\n2,\n'
    assert csv_cells._by_library(even, 2) is not None
    assert csv_cells._by_library(b"1,2\n3\n", 2) is None
    assert csv_cells._by_library(b"1,2\n3,4,5\n", 2) is None
    assert read(b"1,2\n3\n4,5\n", 2) == ([["1", "4"], ["2", "5"]], [2, 4], [(3, 1)])
