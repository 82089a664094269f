"""Crude associations at a stated N, against closed forms and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom, norm
from statsmodels.stats.proportion import confint_proportions_2indep

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError
from riskmodel.factors.associations import associations, prior_assessments
from riskmodel.published import factor_counts
from riskmodel.streams import stream


def one(k: int, n: int, plans: int, total: int) -> FactorCounts:
    return FactorCounts.from_rows([("x", n, k)], total_plans=plans, total_assessments=total)


@pytest.mark.unit
def test_values_on_a_small_table():
    found = associations(one(30, 100, 50, 300)).estimates
    with_factor, without = 30 / 100, 20 / 200
    assert found["risk_difference"][0].value == pytest.approx(with_factor - without)
    assert found["risk_ratio"][0].value == pytest.approx(3)
    assert found["odds_ratio"][0].value == pytest.approx((30 / 70) / (20 / 180))
    # Levin: the share of plans that goes if assessments with the factor had the others' rate.
    assert found["attributable_fraction"][0].value == pytest.approx((50 - 300 * without) / 50)
    assert found["risk_ratio"][0].basis == "observed"


@pytest.mark.unit
def test_newcombe_interval_by_hand():
    low, high = [], []
    for k, n in ((30, 100), (20, 200)):
        z = norm.ppf(0.975)
        centre, spread = (
            k / n + z**2 / (2 * n),
            z * math.sqrt(k * (n - k) / n**3 + (z / (2 * n)) ** 2),
        )
        low.append((centre - spread) / (1 + z**2 / n))
        high.append((centre + spread) / (1 + z**2 / n))
    difference = 0.3 - 0.1
    expected = (
        difference - math.hypot(0.3 - low[0], high[1] - 0.1),
        difference + math.hypot(high[0] - 0.3, 0.1 - low[1]),
    )
    found = associations(one(30, 100, 50, 300)).estimates["risk_difference"][0]
    assert (found.low, found.high) == pytest.approx(expected)


@pytest.mark.unit
@pytest.mark.parametrize("table", [(30, 100, 20, 200), (174, 613, 456, 1637), (3, 50, 9, 60)])
def test_the_ratio_interval_is_that_of_statsmodels_without_its_correction(table):
    k1, n1, k0, n0 = table
    expected = confint_proportions_2indep(*table, compare="ratio", method="score", correction=False)
    found = associations(one(k1, n1, k1 + k0, n1 + n0)).estimates["risk_ratio"][0]
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-6)


@pytest.mark.unit
def test_ratio_intervals_are_open_where_nothing_was_seen():
    none_with = associations(one(0, 10, 3, 20)).estimates["risk_ratio"][0]
    none_without = associations(one(3, 10, 3, 20)).estimates["risk_ratio"][0]
    assert none_with.low == 0
    assert none_with.high > 1
    assert none_without.low < 1
    assert math.isinf(none_without.high)


@pytest.mark.property
@given(n1=st.integers(1, 400), n0=st.integers(1, 400), p1=st.floats(0, 1), p0=st.floats(0, 1))
def test_every_interval_holds_its_value_and_the_null_agrees_in_sign(n1, n0, p1, p0):
    k1, k0 = round(n1 * p1), round(n0 * p0)
    assume(k1 + k0 > 0)
    found = associations(one(k1, n1, k1 + k0, n1 + n0)).estimates
    difference, ratio = found["risk_difference"][0], found["risk_ratio"][0]
    for estimates in found.values():
        assert estimates[0].low <= estimates[0].value <= estimates[0].high
    assert (difference.value > 0) == (ratio.value > 1)
    if k1 and k0 and difference.low > 0.02:
        assert ratio.low > 1


@pytest.mark.property
@pytest.mark.parametrize("measure", ["risk_difference", "risk_ratio", "odds_ratio"])
def test_coverage_at_the_size_of_the_report(measure):
    """Exact coverage, summed over the joint binomial in steps: near 95% on both sides."""
    n1, n0, p1, p0 = 144, 700, 0.4, 0.27
    truth = {
        "risk_difference": p1 - p0,
        "risk_ratio": p1 / p0,
        "odds_ratio": (p1 / (1 - p1)) / (p0 / (1 - p0)),
    }[measure]
    covered = weight = 0.0
    for k1 in range(36, 82, 3):
        for k0 in range(150, 230, 8):
            chance = binom.pmf(k1, n1, p1) * binom.pmf(k0, n0, p0)
            found = associations(one(k1, n1, k1 + k0, n1 + n0)).estimates[measure][0]
            covered += chance * (found.low <= truth <= found.high)
            weight += chance
    assert 0.935 < covered / weight < 0.965


@pytest.mark.unit
def test_the_published_counts_need_a_number_of_assessments():
    with pytest.raises(DataError, match=r"at least 1069.*median at 2250"):
        associations(factor_counts())
    with pytest.raises(DataError, match="1000 assessments are too few"):
        associations(factor_counts(), 1000)
    found = associations(factor_counts(), 2250)
    assert {estimate.basis for estimate in found.estimates["risk_ratio"]} == {"assumed"}
    assert len(found.to_frame()) == 40


@pytest.mark.unit
def test_risk_ratio_moves_with_the_number_of_assessments():
    """More assessments without a factor and no more plans: the ratio can only rise."""
    ratios = [
        associations(factor_counts(), total).estimates["risk_ratio"][0].value
        for total in (1500, 2250, 3500)
    ]
    assert ratios == sorted(ratios)
    assert ratios[0] < 1 < ratios[2]


@pytest.mark.unit
def test_a_factor_in_no_assessment_has_no_association():
    found = associations(one(0, 0, 50, 300)).estimates
    assert all(math.isnan(estimates[0].value) for estimates in found.values())


@pytest.mark.unit
def test_prior_quantiles_keep_to_the_floor_and_the_documented_median():
    quantiles = prior_assessments(factor_counts(), [0.0001, 0.5, 0.9])
    assert quantiles[0] >= 1069
    assert quantiles[1] == pytest.approx(2250, abs=5)
    assert np.all(np.diff(quantiles) > 0)


@pytest.mark.property
@pytest.mark.parametrize(("p1", "p0", "share"), [(0.43, 0.25, 0.17), (0.3, 0.28, 0.1)])
def test_coverage_of_the_attributable_fraction(p1, p0, share):
    """All four cells are random, as they are in a year's assessments."""
    random = stream(5, "test/attributable-fraction")
    total, repeats = 2250, 600
    truth = 1 - p0 / (share * p1 + (1 - share) * p0)
    covered = 0
    for _ in range(repeats):
        n1 = int(random.binomial(total, share))
        k1, k0 = int(random.binomial(n1, p1)), int(random.binomial(total - n1, p0))
        found = associations(one(k1, n1, k1 + k0, total)).estimates["attributable_fraction"][0]
        covered += found.low <= truth <= found.high
    # 95% within four standard errors of 600 repeats.
    assert 0.914 < covered / repeats < 0.986


@pytest.mark.unit
def test_the_fraction_is_all_where_every_plan_had_the_factor():
    found = associations(one(20, 60, 20, 300)).estimates["attributable_fraction"][0]
    assert found.value == found.high == 1
    assert 0 < found.low < 1
