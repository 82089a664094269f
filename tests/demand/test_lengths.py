"""Lengths against scipy.stats, numerical integrals and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from riskmodel.demand.durations import laws
from riskmodel.demand.durations.curve import SurvivalCurve
from riskmodel.demand.durations.laws import DAYS_A_MONTH, FAMILIES, sample
from riskmodel.demand.durations.lengths import Lengths
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.streams import stream

EDGES = (0.0, 91.0, 182.0, 365.0, 730.5, np.inf)


def frozen(lengths):
    if lengths.family == "gamma":
        return stats.gamma(lengths.shape, scale=lengths.scale)
    if lengths.family == "weibull":
        return stats.weibull_min(lengths.shape, scale=lengths.scale)
    return stats.lognorm(lengths.shape, scale=lengths.scale)


lengths_drawn = st.builds(
    Lengths, st.sampled_from(FAMILIES), st.floats(20, 2000), st.floats(0.5, 3)
)


@pytest.mark.property
@given(lengths_drawn, st.floats(0.5, 3000))
def test_functions_are_those_of_scipy(lengths, days):
    outside = frozen(lengths)
    assert outside.mean() == pytest.approx(lengths.mean_days)
    assert float(lengths.survival(days)) == pytest.approx(outside.sf(days), rel=1e-9, abs=1e-14)
    assert float(lengths.density(days)) == pytest.approx(outside.pdf(days), rel=1e-8)
    assert float(lengths.quantile(0.3)) == pytest.approx(outside.ppf(0.3))
    second = outside.var() + outside.mean() ** 2
    assert lengths.open_full_mean_days == pytest.approx(second / outside.mean())


@pytest.mark.property
@given(lengths_drawn, st.floats(1, 3000))
def test_what_an_open_plan_still_has_is_an_integral_of_survival(lengths, days):
    outside = frozen(lengths)
    area = quad(outside.sf, 0, days, limit=400, points=[min(1.0, days / 2)])[0]
    found = float(lengths.residual_survival(days))
    assert found == pytest.approx(1 - area / lengths.mean_days, abs=2e-6)


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
def test_bands_are_shares_and_open_plans_are_older(family):
    lengths = Lengths(family, 303, 0.9)
    ended, opened = lengths.ended_shares(EDGES), lengths.open_shares(EDGES)
    assert ended.sum() == pytest.approx(1)
    assert opened.sum() == pytest.approx(1)
    # Open plans simulated: lengths drawn with their length as weight, inspected at a uniform age.
    generator = stream(1, f"open/{family}")
    drawn = sample(family, 303.0, 0.9, generator, 400_000)
    age = drawn * generator.random(len(drawn))
    weighted, _ = np.histogram(age, EDGES, weights=drawn)
    assert opened == pytest.approx(weighted / drawn.sum(), abs=0.01)
    assert drawn.mean() == pytest.approx(303, rel=0.01)


@pytest.mark.unit
def test_exponential_lengths_have_no_memory():
    for family in ("gamma", "weibull"):
        lengths = Lengths(family, 303, 1)
        days = np.array([0, 10, 100, 1000.0])
        assert lengths.residual_survival(days) == pytest.approx(lengths.survival(days))
        assert lengths.open_residual_mean_days == pytest.approx(303)


@pytest.mark.unit
def test_before_day_0_nothing_has_ended_and_at_last_everything():
    for family in FAMILIES:
        lengths = Lengths(family, 303, 1.2)
        assert lengths.survival([-5.0, 0.0]) == pytest.approx([1, 1])
        assert lengths.residual_survival([-5.0, 0.0, 1e6]) == pytest.approx([1, 1, 0], abs=1e-6)
        assert lengths.quantile([0.0, 1.0])[1] == np.inf


@pytest.mark.unit
def test_what_cannot_be_is_refused():
    with pytest.raises(UnknownNameError, match="weibull"):
        Lengths("weibul", 303, 1)
    with pytest.raises(DataError, match=r"mean_days.*above 0"):
        Lengths("gamma", float("nan"), 1)
    with pytest.raises(DataError, match=r"shape.*above 0"):
        Lengths("gamma", 303, 0)
    with pytest.raises(DataError, match="ascending edges"):
        Lengths("gamma", 303, 1).ended_shares([0, 5, 5])
    with pytest.raises(DataError, match="from 0 to 1"):
        Lengths("gamma", 303, 1).quantile(1.2)


@pytest.mark.unit
@pytest.mark.parametrize("value", [-3.0, 0.4, 250.0])
def test_normal_density_is_that_of_scipy(value):
    assert laws.log_normal(value, 1.5, 0.7) == stats.norm.logpdf(value, 1.5, 0.7)


@pytest.mark.unit
@pytest.mark.parametrize("first", [0.0, 0.25, 40.0, 400.0])
def test_a_curve_through_few_ages_is_survival_summed_up(first):
    ages = np.concatenate([[0.0], first + np.arange(120)])
    mean, shape = (
        each.reshape(-1, 1) for each in np.meshgrid([45.0, 300.0, 2500.0], [0.3, 0.9, 1.0, 5.0])
    )
    curve = SurvivalCurve.of(ages)
    assert len(curve.nodes) < 0.25 * len(ages)
    exact = laws.equilibrium("gamma", ages * DAYS_A_MONTH, mean, shape)
    found = curve.sums(mean, shape) @ curve.weights * (DAYS_A_MONTH / mean)
    assert found == pytest.approx(exact, abs=4e-7)


@pytest.mark.unit
def test_a_curve_of_few_ages_is_the_distribution_itself():
    ages = np.array([30.0, 0.0, 12.0, 30.0])
    mean, shape = np.array([[200.0]]), np.array([[1.3]])
    curve = SurvivalCurve.of(ages)
    exact = laws.equilibrium("gamma", ages * DAYS_A_MONTH, mean, shape) * (mean / DAYS_A_MONTH)
    assert curve.sums(mean, shape) @ curve.weights == pytest.approx(exact, rel=1e-12)
