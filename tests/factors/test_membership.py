"""Membership and rank probabilities against quadrature and simulation-free truths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, gamma

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.factors import feasible_region
from riskmodel.factors.membership import membership, rank_probabilities
from riskmodel.published import factor_counts, printed_quadrants
from riskmodel.streams import stream


@pytest.fixture(scope="module")
def published():
    counts = factor_counts()
    return counts, feasible_region(counts, printed_quadrants())


@pytest.mark.unit
def test_probabilities_add_up_and_repeat(published):
    counts, region = published
    one = membership(counts, region, stream(1, "m"), draws=2000)
    again = membership(counts, region, stream(1, "m"), draws=2000)
    assert sum(one.probabilities.values()) == pytest.approx(np.ones(10))
    for quadrant, values in one.probabilities.items():
        assert np.array_equal(values, again.probabilities[quadrant])


@pytest.mark.property
def test_marginal_probabilities_equal_their_integrals(published):
    counts, region = published
    draws = 40_000
    found = membership(counts, region, stream(2, "m"), draws=draws)
    plans_low, plans_high = (float(end) for end in (region.prevalence.low, region.prevalence.high))
    low, high = float(region.impact.low), float(region.impact.high)
    for i, (n, k) in enumerate(zip(counts.assessments, counts.plans, strict=True)):
        common = quad(lambda c, k=k: gamma.sf(c, k + 0.5), plans_low, plans_high)[0]
        often = quad(lambda c, n=n, k=k: beta.sf(c, k + 0.5, n - k + 0.5), low, high)[0]
        high_prevalence = (
            found.probabilities["high", "high"][i] + found.probabilities["high", "low"][i]
        )
        high_impact = found.probabilities["high", "high"][i] + found.probabilities["low", "high"][i]
        error = 4.5 * 0.5 / np.sqrt(draws)
        assert high_prevalence == pytest.approx(common / (plans_high - plans_low), abs=error)
        assert high_impact == pytest.approx(often / (high - low), abs=error)


@pytest.mark.regression
def test_the_likeliest_quadrant_is_the_printed_one_for_every_factor(published):
    counts, region = published
    frame = membership(counts, region, stream(3, "m")).to_frame().set_index("factor")
    quadrants = frame[["high_high", "high_low", "low_high", "low_low"]]
    for name in counts.factors:
        printed = printed_quadrants()[name]
        assert quadrants.loc[name].idxmax() == f"{printed.prevalence}_{printed.impact}"


@pytest.mark.unit
def test_no_feasible_cut_no_membership(published):
    counts, _ = published
    region = feasible_region(counts, printed_quadrants(), prevalence="assessments")
    with pytest.raises(DataError, match="there are none"):
        membership(counts, region, stream(1, "m"))


@pytest.mark.unit
def test_ranks_of_two_factors_equal_the_probability_that_one_beta_exceeds_the_other():
    counts = FactorCounts.from_rows([("a", 40, 14), ("b", 60, 15)], total_plans=29)
    frame = rank_probabilities(counts, stream(1, "r"), draws=40_000).set_index("factor")
    above = quad(lambda x: beta.pdf(x, 14.5, 26.5) * beta.cdf(x, 15.5, 45.5), 0, 1)[0]
    assert frame.loc["a", "probability_highest"] == pytest.approx(above, abs=0.012)
    assert frame["probability_highest"].sum() == pytest.approx(1)
    assert frame.loc["a", "probability_lowest"] == pytest.approx(1 - above, abs=0.012)
