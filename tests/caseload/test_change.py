"""Cases or workers: the parts add up, hold the report card's answer, and follow a projection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.caseload import plan, published_structure, published_workforce
from riskmodel.caseload.change import caseload_parts
from riskmodel.caseload.change_sources import (
    panel_caseload_change,
    projected_caseload_change,
    published_caseload_change,
)
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.series import AuthorityPanel

PEOPLE = st.floats(0.5, 500)
CASES = st.integers(0, 5000).map(float)


@pytest.mark.property
@given(CASES, CASES, PEOPLE, PEOPLE)
def test_cases_and_workers_add_up_to_the_change(before, after, first, last):
    work, people = caseload_parts(
        (np.array(before), np.array(after)), (np.array(first), np.array(last))
    )
    assert work + people == pytest.approx(after / last - before / first, abs=1e-9)
    if first == last:
        assert people == pytest.approx(0, abs=1e-7)
    if before == after > 0:
        assert work == pytest.approx(0, abs=1e-7)


@pytest.mark.regression
def test_the_report_card_s_year_lost_workers_and_gained_no_cases():
    """Worked by hand from paras 14, 22 and 23."""
    change = published_caseload_change()
    then = 594 * 454 / 626 + 145 * 500 / 555 + 754 * 2243 / 1801
    assert change.before["cases"].value == pytest.approx(then)
    workers = change.before["workers"]
    assert (workers.value, workers.low, workers.high) == pytest.approx(
        (then / 15.5, then / 16.5, then / 14.5)
    )
    assert round(workers.value) == 97
    assert round(change.after["workers"].value) == 76
    assert change.after["cases"].value == 1493
    assert change.cases.value + change.workers.value == pytest.approx(change.change)
    assert change.workers.low > 2, "whatever the averages were rounded from, workers moved it"
    assert change.children == (3197, 2982)
    apart = 594 * 441 / 613 + 145 * 487 / 542 + 754 * 1694 / 1252
    assert change.other is not None
    assert change.other.before["cases"].value == pytest.approx(apart)
    text = change.summary()
    assert "97 (91 to 103), then 76" in text
    assert "3,197, then 2,982 (−7%)" in text
    assert len(change.to_frame()) == 16


@pytest.mark.unit
def test_a_panel_with_cases_held_and_case_holders_says_it_as_counted():
    panel = AuthorityPanel(
        ("900",) * 3,
        ("Northshire",) * 3,
        np.array([2019, 2021, 2023]),
        {
            "sw_cases_held": np.array([np.nan, 2000.0, 2000.0]),
            "sw_case_holders_fte": np.array([100.0, 100.0, 80.0]),
        },
    )
    change = panel_caseload_change(panel, "900")
    assert (change.cases.value, change.workers.value) == pytest.approx((0, 5))
    assert change.basis == "observed"
    assert "fewer workers account for +5.0 and" in change.summary()
    with pytest.raises(DataError, match="two years"):
        panel_caseload_change(panel.until(2021), "900")


@pytest.mark.integration
def test_the_parts_of_a_projection_add_up_and_follow_its_workers(project):
    planned = plan(project(), published_structure(), published_workforce(), seed=1)
    month = planned.months[-1]
    change = projected_caseload_change(planned, month)
    caseload = planned.caseload()
    assert change.before["caseload"].value == pytest.approx(np.median(caseload[0]))
    assert change.after["caseload"].value == pytest.approx(np.median(caseload[-1]))
    assert change.cases.value + change.workers.value == pytest.approx(change.change)
    assert change.cases.low < change.cases.value < change.cases.high
    assert set(change.to_frame()["basis"]) == {"projected"}
    with pytest.raises(DataError, match="after"):
        projected_caseload_change(planned, planned.months[0])
    with pytest.raises(UnknownNameError):
        projected_caseload_change(planned, month, "none")
