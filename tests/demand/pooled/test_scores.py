"""Scores against closed forms and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from riskmodel.demand.pooled.scores import (
    LEVELS,
    at_level,
    covered,
    crps,
    probability_integral_transform,
)
from riskmodel.errors import DataError

NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30)


@pytest.mark.unit
@pytest.mark.parametrize("observed", [0.0, 300.0, 340.0, 420.0, 900.0])
def test_crps_of_a_gaussian_is_its_closed_form(observed: float) -> None:
    mean, spread = 340.0, 40.0
    unit = (observed - mean) / spread
    # Gneiting and Raftery 2007, equation 21.
    exact = spread * (unit * (2 * norm.cdf(unit) - 1) + 2 * norm.pdf(unit) - 1 / np.sqrt(np.pi))
    found = crps(norm.ppf(LEVELS, mean, spread), np.array(observed))
    # 200 quantiles in place of the whole distribution.
    assert float(found) == pytest.approx(exact, rel=2e-3)


@pytest.mark.property
@given(values=NUMBERS, observed=st.floats(-1e3, 1e3))
def test_crps_is_the_integral_of_the_squared_distance_between_distributions(
    values: list[float], observed: float
) -> None:
    ordered = np.sort(values)
    ends = np.sort([*ordered, observed])
    # A step function: its integral is a sum over the steps.
    middle = (ends[1:] + ends[:-1]) / 2
    share = (ordered[None, :] <= middle[:, None]).mean(axis=1)
    exact = float(((share - (middle >= observed)) ** 2 * np.diff(ends)).sum())
    assert float(crps(ordered, np.array(observed))) == pytest.approx(exact, abs=1e-6)


@pytest.mark.unit
def test_crps_is_twice_the_mean_pinball_loss() -> None:
    values, observed = norm.ppf(LEVELS, 10, 3), 12.5
    loss = np.where(
        observed >= values, LEVELS * (observed - values), (1 - LEVELS) * (values - observed)
    )
    assert float(crps(values, np.array(observed))) == pytest.approx(2 * loss.mean())
    integral, _ = quad(lambda x: (norm.cdf(x, 10, 3) - (x >= observed)) ** 2, -20, 40, limit=200)
    assert float(crps(values, np.array(observed))) == pytest.approx(integral, rel=5e-3)


@pytest.mark.unit
def test_a_forecast_is_best_scored_by_what_it_says() -> None:
    outcomes = norm.ppf((np.arange(2000) + 0.5) / 2000, 50, 8)
    scores = {
        spread: crps(np.tile(norm.ppf(LEVELS, 50, spread), (2000, 1)), outcomes).mean()
        for spread in (4, 8, 16)
    }
    assert scores[8] == min(scores.values())


@pytest.mark.unit
def test_quantiles_stand_at_their_levels() -> None:
    values = norm.ppf(LEVELS)
    for level in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert float(at_level(values, level)) == pytest.approx(norm.ppf(level), abs=1e-3)


@pytest.mark.unit
def test_the_transform_counts_ties_half_and_intervals_hold_their_ends() -> None:
    values = np.array([0.0, 0.0, 1.0, 2.0])
    found = probability_integral_transform(np.tile(values, (4, 1)), np.array([-1, 0, 1.5, 9]))
    np.testing.assert_allclose(found, [0, 0.25, 0.75, 1])
    assert covered(np.full((1, 200), 3.0), np.array([3.0]), 0.5).all()
    assert not covered(np.full((1, 200), 3.0), np.array([3.1]), 0.9).any()
    with pytest.raises(DataError, match="between 0 and 1"):
        covered(values, np.array(1.0), 1.0)
