"""Decisions: the newsvendor's quantile and break-even, against closed forms and every number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from riskmodel.caseload.decisions import best_posts, early_help
from riskmodel.errors import DataError
from riskmodel.levers import Range


@pytest.mark.property
@given(
    needed=st.lists(st.integers(50, 120), min_size=1, max_size=40),
    too_few=st.floats(1, 50),
    too_many=st.floats(1, 50),
)
def test_no_other_number_of_posts_costs_less(needed, too_few, too_many):
    found = best_posts(needed, too_few=too_few, too_many=too_many)
    numbers = np.array(needed)[:, None]
    posts = np.arange(40, 130)
    cost = too_few * np.maximum(numbers - posts, 0) + too_many * np.maximum(posts - numbers, 0)
    least = cost.mean(axis=0)
    row = found.to_frame().set_index("posts").loc[found.posts]
    assert row["cost"] == pytest.approx(least.min(), abs=1e-9)
    assert row["more"] == 0
    assert (found.to_frame()["more"] >= -1e-9).all()


@pytest.mark.unit
def test_of_a_normal_number_the_cost_is_the_closed_form():
    needed = norm.ppf((np.arange(20_000) + 0.5) / 20_000, 150, 15)
    found = best_posts(np.rint(needed), too_few=90_000, too_many=30_000)
    assert found.posts == round(norm.ppf(0.75, 150, 15))
    cost = found.to_frame().set_index("posts")["cost"][found.posts]
    assert cost == pytest.approx(120_000 * 15 * norm.pdf(norm.ppf(0.75)), rel=0.01)
    text = found.summary()
    assert "160 posts cost least" in text
    assert "chance of 76%" in text
    assert "even so. 10 posts fewer cost GBP" in text


@pytest.mark.unit
def test_early_help_breaks_even_where_it_saves_what_it_costs():
    """The report card's 112 of 630 known to early intervention, at made-up prices."""
    found = early_help(112, 2_000, 8_000, (0.1, 0.4))
    assert found.break_even == 0.25
    # Half of the effects lie above their middle, a fifth outside the ends.
    middle = Range(0.1, 0.4, lowest=0.0, highest=1.0).middle
    at_middle = early_help(112, 8_000 * middle, 8_000, (0.1, 0.4))
    assert at_middle.chance == pytest.approx(0.5, abs=1e-3)
    assert early_help(112, 800, 8_000, (0.1, 0.4)).chance == pytest.approx(0.9, abs=1e-3)
    assert early_help(112, 3_200, 8_000, (0.1, 0.4)).chance == pytest.approx(0.1, abs=1e-3)
    even = early_help(100, 2_000, 8_000, Range(0.0, 0.5, "uniform", 0.0, 1.0))
    assert even.net == pytest.approx(0, abs=1e-6)
    assert (even.low, even.high) == (pytest.approx(-180_000), pytest.approx(180_000))
    assert found.low < found.net < found.high
    assert "at least 25 of 100 children" in found.summary()
    assert "cannot pay" in early_help(10, 9_000, 8_000, (0.1, 0.4)).summary()
    assert found.to_frame()["chance"].tolist() == [found.chance]


@pytest.mark.unit
def test_what_cannot_be_decided_is_refused():
    with pytest.raises(DataError, match="field too_few: a price must be above 0"):
        best_posts([100], too_few=0, too_many=1)
    with pytest.raises(DataError, match="in 1 of 2 simulations no number of posts is enough"):
        best_posts([100, np.inf], too_few=1, too_many=1)
    with pytest.raises(DataError, match="field price: must be above 0"):
        early_help(112, -1, 8_000, (0.1, 0.4))
    with pytest.raises(DataError, match="field effect: a range has its lower end first"):
        early_help(112, 2_000, 8_000, (0.4, 0.1))
    with pytest.raises(DataError, match="no end can be 0 or 1"):
        early_help(112, 2_000, 8_000, (0.0, 0.4))
