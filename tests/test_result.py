"""Results show themselves: in a terminal, in a notebook, as a picture."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import riskmodel
from riskmodel.core.result import MOST_ROWS, WIDEST, Picture, Result, draws, frame_text
from riskmodel.errors import DataError, OutputError
from riskmodel.factors import factor_rates
from riskmodel.factors.associations import associations
from riskmodel.published import factor_counts

PACKAGE = Path(riskmodel.__file__).parent
RESULTS = {"Result", "View", "PostsAnswers"}
"""Classes that show themselves, on which others rest."""


@dataclass(frozen=True, slots=True, repr=False)
class Table(Result):
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        return self.frame

    def summary(self) -> str:
        return "A table."


def many_rows(number: int) -> Table:
    return Table(
        pd.DataFrame({"name": [f"n{i}" for i in range(number)], "value": 1.5, "basis": "assumed"})
    )


@pytest.mark.unit
def test_text_stays_within_thirty_lines_and_says_what_is_left_out():
    text = str(many_rows(1000))
    assert len(text.splitlines()) <= 30
    assert f"{1000 - MOST_ROWS} more rows" in text
    assert repr(many_rows(1000)) == text


@pytest.mark.unit
def test_what_is_the_same_in_all_rows_stands_once():
    text = str(many_rows(5))
    assert text.count("assumed") == 1
    assert "basis: assumed" in text


@pytest.mark.unit
def test_a_notebook_gets_a_table_and_names_stay_text():
    page = Table(pd.DataFrame({"name": ["<script>alert(1)</script>", "b"]}))._repr_html_()
    assert "<table>" in page
    assert "<script>" not in page


@pytest.mark.property
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.floats(),
            st.integers(-(10**9), 10**9),
            st.text(max_size=60),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_cells_become_lines_of_one_table(values):
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object), "b": range(len(values))})
    frame["a"] = frame["a"].map(lambda value: " ".join(str(value).split()))
    lines = frame_text(frame).splitlines()
    assert len(lines) == len(values) + 1


@pytest.mark.unit
def test_columns_that_do_not_fit_are_counted():
    frame = pd.DataFrame({f"column_{i}": ["x" * 30] * 2 for i in range(8)})
    heading = frame_text(frame).splitlines()[0]
    assert "more columns" in heading
    assert len(heading) < WIDEST + 30


@pytest.mark.unit
def test_years_have_no_comma_and_missing_values_a_dash():
    text = frame_text(pd.DataFrame({"year": [2014, 2015], "plans": [12345, np.nan]}))
    assert "2014" in text
    assert "12,345" in text
    assert text.splitlines()[2].endswith("-")


@pytest.mark.unit
def test_a_result_without_a_picture_says_so():
    with pytest.raises(DataError, match="no picture of a Table"):
        many_rows(2).plot()


@pytest.mark.unit
def test_a_registered_drawing_is_used_and_saved(tmp_path, monkeypatch):
    monkeypatch.setattr("riskmodel.core.result._drawings", {})

    @draws(Table.__module__, "Table")
    def picture(table: Table) -> Picture:
        return Picture(b"<svg/>", b"png", title=table.summary())

    drawn = many_rows(2).plot()
    assert drawn._repr_svg_() == "<svg/>"
    assert drawn.save(tmp_path / "a.png").read_bytes() == b"png"
    with pytest.raises(OutputError, match=r"\.svg or \.png"):
        drawn.save(tmp_path / "a.pdf")


@pytest.mark.regression
def test_the_rates_of_the_report_card_are_said_in_a_sentence():
    said = factor_rates(factor_counts()).summary()
    assert "child emotional abuse" in said
    assert "43%" in said
    assert "21%" in said


@pytest.mark.regression
def test_associations_name_the_largest_and_smallest_risk_ratio():
    found = associations(factor_counts(), 2250)
    frame = found.to_frame()
    ratios = frame[frame["measure"] == "risk_ratio"].set_index("factor")["value"]
    assert ratios.idxmax().replace("_", " ") in found.summary()
    assert ratios.idxmin().replace("_", " ") in found.summary()


@pytest.mark.unit
def test_every_result_type_shows_itself():
    """A class with a frame is a result, and none prints its fields."""
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef) or node.name == "Result":
                continue
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            if "to_frame" not in methods or node.name in RESULTS:
                continue
            bases = {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}
            if not bases & RESULTS or "summary" not in methods:
                wrong.append(f"{path.relative_to(PACKAGE)}: {node.name}")
    assert wrong == []
