"""Bands of chance hold equals as often as stated; usual bands hold authorities that differ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, poisson

from riskmodel.demand.national.bands import Pooled, between_variance, chance_band, usual_band
from riskmodel.streams import stream

LEVEL = 0.95


@pytest.mark.unit
@pytest.mark.parametrize("others", [1e5, 6e5])
@pytest.mark.parametrize("expected", [3, 12, 40, 200])
@pytest.mark.parametrize("together", [1, 2])
def test_an_equal_rate_is_called_different_no_more_often_than_stated(expected, others, together):
    """Exact: every pair of counts weighed with its Poisson chance, families as they come."""
    rate = expected / 1e5 / together
    counts = _likely(poisson(rate * 1e5))
    outside = 0.0
    for pooled in _likely(poisson(rate * others)):
        band = chance_band(
            Pooled(together * float(pooled), others, 6), 1e5, "rate", level=LEVEL, together=together
        )
        rates = together * counts / 1e5
        beyond = (rates < band[0]) | (rates > band[1])
        outside += (
            poisson.pmf(pooled, rate * others) * poisson.pmf(counts[beyond], rate * 1e5).sum()
        )
    assert outside <= 1 - LEVEL


@pytest.mark.unit
@pytest.mark.parametrize("whole", [20, 60, 300])
@pytest.mark.parametrize("share", [0.03, 0.2, 0.5])
def test_an_equal_share_is_called_different_no_more_often_than_stated(whole, share):
    counts, others = np.arange(whole + 1), 6 * whole
    outside = 0.0
    for pooled in _likely(binom(others, share)):
        low, high = chance_band(Pooled(float(pooled), others, 6), whole, "share", level=LEVEL)
        beyond = (counts / whole < low) | (counts / whole > high)
        outside += binom.pmf(pooled, others, share) * binom.pmf(counts[beyond], whole, share).sum()
    assert outside <= 1 - LEVEL


@pytest.mark.unit
def test_a_band_about_many_others_is_that_of_poisson_counts():
    low, high = chance_band(Pooled(4e6, 1e9, 100), 1e5, "rate", level=LEVEL)
    assert (1e5 * low, 1e5 * high) == pytest.approx(poisson.interval(LEVEL, 400))


@pytest.mark.unit
def test_usual_bands_hold_authorities_that_differ_by_more_than_chance():
    random = stream(5, "tests/bands")
    spread, beyond, chance, variances = 0.3, 0, 0, []
    exposures = random.uniform(3e4, 2e5, 60)
    for _ in range(40):
        rates = 0.004 * np.exp(random.normal(0, spread, 60) - spread**2 / 2)
        counts = random.poisson(rates * exposures).astype(float)
        between = between_variance(counts, exposures, "rate")
        variances.append(between)
        pooled = Pooled(counts[1:].sum(), exposures[1:].sum(), 59)
        rate = counts[0] / exposures[0]
        low, high = usual_band(pooled, exposures[0], between, "rate", level=LEVEL)
        beyond += not low <= rate <= high
        low, high = chance_band(pooled, exposures[0], "rate", level=LEVEL)
        chance += not low <= rate <= high
    # On the scale of the square root, a spread s of the log is sqrt(rate) s / 2.
    assert np.mean(variances) == pytest.approx(0.004 * spread**2 / 4, rel=0.1)
    assert beyond <= 6
    assert chance > 20


@pytest.mark.unit
def test_equals_lie_apart_by_chance_alone_and_few_say_nothing():
    random = stream(6, "tests/bands")
    exposures = random.uniform(3e4, 2e5, 60)
    counts = random.poisson(0.004 * exposures).astype(float)
    assert between_variance(counts, exposures, "rate") < 0.004 * 0.05**2 / 4
    assert math.isnan(between_variance(counts[:4], exposures[:4], "rate"))
    pooled = Pooled(400.0, 1e5, 4)
    assert all(math.isnan(end) for end in usual_band(pooled, 1e5, math.nan, "rate", level=LEVEL))


def _likely(law) -> np.ndarray:
    """The values of a count that have nearly all of its chance."""
    return np.arange(law.ppf(1e-5), law.ppf(1 - 1e-5) + 1)
