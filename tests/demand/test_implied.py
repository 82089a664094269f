"""Starts that an expected stock implies, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.demand.implied import expected_stock, implied_starts
from riskmodel.demand.simulation.stock_flow import simulate
from riskmodel.errors import DataError
from riskmodel.streams import stream


@pytest.mark.unit
def test_a_level_stock_implies_the_starts_of_littles_law():
    rates = implied_starts([626.0], np.full((1, 48), 626.0), [303.0], [1.5]).rates
    np.testing.assert_allclose(rates, 626 / 303 * 365.25 / 12, rtol=1e-3)


@pytest.mark.property
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-0.02, 0.03), min_size=6, max_size=40),
    st.floats(150, 900),
    st.floats(0.8, 2.5),
)
def test_starts_lead_back_to_the_stock_they_came_from(growth, mean, shape):
    course = 500 * np.exp(np.cumsum(growth))[None]
    found = implied_starts([500.0], course, [mean], [shape])
    back = expected_stock([500.0], found.rates, [mean], [shape])
    free = ~np.maximum.accumulate(found.held, axis=1)
    np.testing.assert_allclose(back[free], course[free], rtol=1e-9)
    assert (found.rates > 0).all()
    assert (back >= course - 1e-6).all()


@pytest.mark.unit
def test_a_fall_faster_than_children_leave_is_held_and_said():
    course = np.array([[400.0, 100.0, 90.0, 90.0, 90.0]])
    found = implied_starts([500.0], course, [800.0], [1.5])
    assert found.held[0, 1]
    assert (found.rates > 0).all()


@pytest.mark.integration
def test_the_simulated_mean_is_the_expected_stock():
    course = np.linspace(500, 640, 24)[None]
    found = implied_starts([500.0], course, [303.0], [1.25])
    many = 4000
    made = simulate(
        np.repeat(found.rates, many, axis=0),
        np.full(many, 303.0),
        np.full(many, 1.25),
        np.full(many, 500),
        stream(5, "test/implied"),
    )
    error = made.stock.mean(axis=0) - course[0]
    assert (np.abs(error) < 4.5 * made.stock.std(axis=0) / np.sqrt(many)).all()


@pytest.mark.unit
def test_a_length_that_changes_by_month_of_start():
    mean = np.full((1, 12), 300.0)
    even = expected_stock([100.0], np.full((1, 12), 10.0), mean, [1.5])
    one = expected_stock([100.0], np.full((1, 12), 10.0), [300.0], [1.5])
    np.testing.assert_allclose(even, one)
    mean[:, 6:] = 600.0
    longer = expected_stock([100.0], np.full((1, 12), 10.0), mean, [1.5])
    np.testing.assert_allclose(longer[:, :6], one[:, :6])
    assert (longer[:, 6:] > one[:, 6:]).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("opening", "course", "match"),
    [([1.0, 2.0], [[1.0]], "for each replicate"), ([1.0], [[-1.0]], "0 or more")],
)
def test_what_does_not_fit_is_refused(opening, course, match):
    with pytest.raises(DataError, match=match):
        implied_starts(opening, course, [300.0], [1.5])
