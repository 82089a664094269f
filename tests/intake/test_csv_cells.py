"""The cells of a CSV file are the same whoever reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.errors import DataError
from riskmodel.intake.tables import csv_cells

PIECES = ["a", "b,", ",", "\n", "\r\n", "\r", '"', '""', '"c,\n"', "é", "x" * 20, " "]


def read(body: bytes, width: int) -> object:
    try:
        rows = csv_cells.read_cells(body, width, 2, "table.csv")
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
        patch.setattr(csv_cells, "find_spec", lambda name: library == "pyarrow" or None)
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
