"""Exact moments against analytic truths of M_t/G/infinity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.demand.durations.laws import DAYS_A_MONTH, FAMILIES, survival
from riskmodel.demand.moments import Presence, Quantity, moments, steady_stock
from riskmodel.demand.simulation.stock_flow import simulate
from riskmodel.errors import DataError
from riskmodel.streams import stream


def stocks(made):
    count = len(made.times)
    return made.mean[..., count - 1 :], made.covariance[..., count - 1 :, count - 1 :]


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
def test_a_steady_state_stays_steady_and_holds_littles_stock(family):
    times, rate, mean, shape = np.arange(0.0, 61, 5), 52.5, 303.0, 0.8
    stock = float(steady_stock(rate, mean))
    made = moments(
        times, np.full(12, rate), mean, shape, stock, family=family, opening_counted=False
    )
    mean_stock, covariance = stocks(made)
    assert stock == pytest.approx(rate * 12 * mean / 365.25)
    assert mean_stock == pytest.approx(np.full(13, stock), rel=1e-9)
    assert np.diag(covariance) == pytest.approx(np.full(13, stock), rel=1e-9)
    # Eick, Massey and Whitt: the covariance at a lag is rate × ∫ S over what is longer than it.
    days = np.linspace(10 * DAYS_A_MONTH, 400 * DAYS_A_MONTH, 400_001)
    beyond = np.trapezoid(survival(family, days, mean, shape), days) / DAYS_A_MONTH
    assert covariance[3, 5] == pytest.approx(rate * beyond, rel=2e-3)


@pytest.mark.unit
@pytest.mark.parametrize("shape", [1.0, 1.5])
def test_a_system_that_starts_empty_fills_as_eick_massey_and_whitt_say(shape):
    times, rate, mean = np.arange(0.0, 25), 40.0, 200.0
    made = moments(times, np.full(24, rate), mean, shape, 0.0)
    mean_stock, covariance = stocks(made)
    days = np.linspace(0, 24 * DAYS_A_MONTH, 240_001)
    alive = survival("gamma", days, mean, shape)
    filled = np.concatenate([[0], np.cumsum((alive[1:] + alive[:-1]) / 2 * np.diff(days))])
    expected = rate / DAYS_A_MONTH * filled[::10_000]
    assert mean_stock == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert np.diag(covariance) == pytest.approx(expected, rel=1e-6, abs=1e-9)
    if shape == 1.0:
        fill = rate * mean / DAYS_A_MONTH * (1 - np.exp(-times * DAYS_A_MONTH / mean))
        assert mean_stock == pytest.approx(fill, rel=1e-12)


@pytest.mark.unit
def test_a_step_in_starts_is_followed_as_the_closed_form_says():
    # Exponential lengths: the excess over the new steady state dies away at one rate.
    mean, times = 300.0, np.array([0.0, 6, 12, 18, 36])
    rates = np.array([50.0, 50, 70, 70])
    start = float(steady_stock(50, mean))
    made = moments(times, rates, mean, 1.0, start)
    to = float(steady_stock(70, mean))
    later = to + (start - to) * np.exp(-(times[3:] - 12) * DAYS_A_MONTH / mean)
    assert stocks(made)[0] == pytest.approx([start, start, start, *later], rel=1e-12)


@pytest.mark.unit
def test_a_counted_opening_is_binomial():
    made = moments([0.0, 10, 20], [0.0, 0.0], 303.0, 1.0, 500.0)
    mean_stock, covariance = stocks(made)
    left = np.exp(-np.array([0, 10, 20]) * DAYS_A_MONTH / 303)
    assert mean_stock == pytest.approx(500 * left)
    assert np.diag(covariance) == pytest.approx(500 * left * (1 - left), abs=1e-9)
    assert covariance[1, 2] == pytest.approx(500 * left[2] * (1 - left[1]))


@pytest.mark.unit
def test_lengths_by_interval_that_are_equal_change_nothing():
    times = np.array([0.0, 3, 12, 13, 30])
    rates = np.array([[50.0, 60, 30, 55], [10, 20, 30, 40]])
    mean, shape, opening = np.array([303.0, 100]), np.array([1.5, 0.7]), np.array([600.0, 20])
    plain = moments(times, rates, mean, shape, opening)
    by_interval = moments(times, rates, np.repeat(mean[:, None], 4, 1), shape, opening)
    assert by_interval.mean == pytest.approx(plain.mean)
    assert by_interval.covariance == pytest.approx(plain.covariance)


@pytest.mark.property
@given(
    st.lists(st.floats(0.5, 20), min_size=1, max_size=6),
    st.floats(20, 900),
    st.floats(0.4, 3),
    st.floats(0, 900),
    st.sampled_from(FAMILIES),
)
def test_ends_close_the_books_and_covariances_are_those_of_counts(
    gaps, mean, shape, opening, family
):
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    rates = np.linspace(10, 60, len(gaps))
    made = moments(times, rates, mean, shape, opening, family=family)
    last = float(times[-1])
    asked = [
        Quantity("stock", 0.0),
        Quantity("starts", last),
        Quantity("ends", last),
        Quantity("stock", last),
    ]
    average, covariance = made.of(asked)
    assert average[0] + average[1] - average[2] == pytest.approx(average[3])
    assert covariance[0] == pytest.approx(np.zeros(4), abs=1e-7)
    assert np.linalg.eigvalsh(made.covariance).min() > -1e-7 * made.covariance.max()
    assert (np.diag(covariance) >= -1e-8).all()
    # Starts and ends of one period move together, never against each other.
    assert covariance[1, 2] >= -1e-8


@pytest.mark.unit
def test_what_cannot_be_is_refused():
    with pytest.raises(DataError, match="ascending"):
        moments([0.0, 0.0], [1.0], 300.0, 1.0, 1.0)
    with pytest.raises(DataError, match="one rate"):
        moments([0.0, 1.0], [1.0, 2.0], 300.0, 1.0, 1.0)
    with pytest.raises(DataError, match="mean length"):
        moments([0.0, 1.0], [[1.0]], [300.0, 200.0], [1.0], [1.0])
    with pytest.raises(DataError, match="above 0"):
        moments([0.0, 1.0], [1.0], -3.0, 1.0, 1.0)
    made = moments([0.0, 1.0], [1.0], 300.0, 1.0, 1.0)
    with pytest.raises(DataError, match="not one of the times"):
        made.of([Quantity("stock", 0.5)])
    with pytest.raises(DataError, match="ends after"):
        made.of([Quantity("starts", 0.0, 1.0)])


@pytest.mark.unit
def test_starts_by_families_have_the_moments_of_a_simulation():
    runs, months, rate, mean, shape, opening, dispersion = 20_000, 6, 12.0, 150.0, 1.4, 60, 3.0
    present = Presence.of(np.arange(months + 1.0), np.array([mean]), np.array([shape]))
    rates = np.full((1, months), rate)
    told = np.full((1, months), dispersion)
    made = present.moments(rates, np.array([float(opening)]), dispersion=told)
    flows = simulate(
        np.full((runs, months), rate),
        np.full(runs, mean),
        np.full(runs, shape),
        np.full(runs, opening),
        stream(4, "families"),
        overdispersion=np.full(runs, dispersion),
    )
    seen = np.column_stack([flows.starts, np.full(runs, opening), flows.stock])
    assert made.mean[0] == pytest.approx(seen.mean(axis=0), rel=0.02)
    expected, found = made.covariance[0], np.cov(seen.T)
    assert found == pytest.approx(expected, rel=0.1, abs=0.06 * expected.max())
    # With Poisson starts the same simulation would lie a third apart.
    assert (
        expected[months + 3, months + 3]
        > 1.3
        * present.moments(rates, np.array([float(opening)])).covariance[0, months + 3, months + 3]
    )
