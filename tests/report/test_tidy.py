"""What a column holds, found from what is printed in it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.report import Table
from riskmodel.report.tidy import Column, number_of, tidy_columns

pytestmark = pytest.mark.unit


def columns_of(cells: list[object]) -> list[Column]:
    frame = pd.DataFrame({"row": [f"row {n}" for n in range(len(cells))], "value": cells})
    return list(tidy_columns(Table("t", "T", frame)))[1:]


@pytest.mark.parametrize(
    ("cells", "kind", "data"),
    [
        (["1,234", "−5", "+6", "none"], "whole number", ("1234", "-5", "+6", "none")),
        (["£1,200.50", "3"], "number", ("1200.50", "3")),
        (["1.5%", "−2%", "not stated"], "percentage", ("1.5", "-2", "not stated")),
        (["July 2015", "2015-08"], "text", ("July 2015", "2015-08")),
        (["July 2015", "August 2015"], "month", ("2015-07", "2015-08")),
        (["31 July 2015", "1 May 2016"], "day", ("2015-07-31", "2016-05-01")),
        (["2014-15", "2015-16"], "text", ("2014-15", "2015-16")),
        (["5%", "6"], "text", ("5%", "6")),
        ([1, 2.5], "number", (1.0, 2.5)),
        ([True, False], "text", (True, False)),
        (["over 5", "6"], "text", ("over 5", "6")),
    ],
)
def test_a_column_is_of_the_kind_of_all_its_cells(cells, kind, data):
    (column,) = columns_of(cells)
    assert (column.kind, column.cells) == (kind, data)


def test_ranges_alone_become_two_columns_and_words_stay_in_both():
    low, high = columns_of(["10% to 20%", "[c]"])
    assert (low.name, low.heading, low.kind) == (
        "value_low_percent",
        "value: low end",
        "percentage",
    )
    assert (low.cells, high.cells) == (("10", "[c]"), ("20", "[c]"))


def test_the_first_column_names_rows_and_is_not_taken_apart():
    frame = pd.DataFrame({"age": ["0 to 4", "5 to 10"], "children": [3, 4]})
    assert [column.name for column in tidy_columns(Table("t", "T", frame))] == ["age", "children"]


@given(st.lists(st.tuples(*[st.integers(-(10**9), 10**9)] * 3), min_size=1, max_size=5))
def test_values_and_ranges_come_back_as_they_were_printed(rows):
    cells = [f"{a:,} ({b:,} to {c:+,})".replace("-", "−") for a, b, c in rows]
    numbers = [[number_of(cell) for cell in column.cells] for column in columns_of(cells)]
    assert list(zip(*numbers, strict=True)) == rows
