"""Standardised risks and fractions of plans: analytic truths, statsmodels, coverage."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.factors.adjusted import attributable
from riskmodel.factors.adjusted.attributable import (
    alone_fractions,
    average_fractions,
    joint_fraction,
    sequential_fractions,
)
from riskmodel.factors.adjusted.design import FactorModel, fit_factors
from riskmodel.factors.adjusted.patterns import FactorPatterns
from riskmodel.factors.adjusted.standardised import standardise

BITS = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)], dtype=bool)


def random_patterns(seed: int, factors: int, rows: int = 400) -> FactorPatterns:
    random = np.random.Generator(np.random.SFC64(seed))
    flags = np.unique(random.random((rows, factors)) < random.uniform(0.2, 0.6, factors), axis=0)
    n = random.integers(1, 12, len(flags))
    linear = -0.8 + flags @ random.normal(0, 0.7, factors)
    k = random.binomial(n, 1 / (1 + np.exp(-linear)))
    return FactorPatterns(tuple(f"f{i}" for i in range(factors)), flags, n, k)


def fitted_plans(model: FactorModel, kept: set[int]) -> float:
    """Fitted plans with all other factors set to none."""
    slopes = model.levelled.coefficients[1:]
    held = np.array([i in kept for i in range(len(slopes))])
    linear = model.levelled.coefficients[0] + model.patterns.flags @ (slopes * held)
    return float(model.problem.trials @ (1 / (1 + np.exp(-linear))))


@pytest.mark.unit
def test_one_factor_gives_back_the_two_shares():
    patterns = FactorPatterns(
        ("a",), np.array([[False], [True]]), np.array([1200, 300]), np.array([240, 120])
    )
    model = fit_factors(patterns, is_penalised=False)
    risks = standardise(model)
    assert (risks.present[0], risks.absent[0]) == pytest.approx((0.4, 0.2))
    error = math.sqrt(0.4 * 0.6 / 300 + 0.2 * 0.8 / 1200)
    assert risks.difference_error()[0] == pytest.approx(error)
    assert risks.difference_error(is_conditional=True)[0] == pytest.approx(error)
    assert risks.log_ratio_error()[0] == pytest.approx(math.sqrt(0.6 / 120 + 0.8 / 240))
    # (360 - 1500 * 0.2) / 360 in each reading, with Walter's error of log(1 - fraction).
    a, c, d, n = 120, 240, 960, 1500
    walter = c * (1 / c - 1 / (c + d) - 1 / (a + c)) ** 2 + d / (c + d) ** 2 + a / (a + c) ** 2
    for found in (
        alone_fractions(model, risks),
        sequential_fractions(model),
        average_fractions(model),
        joint_fraction(model),
    ):
        assert found.values[0] == pytest.approx(1 / 6)
        log_error = found.errors[0] / (1 - found.values[0])
        assert log_error == pytest.approx(math.sqrt(walter - 1 / n))


@pytest.mark.unit
def test_two_factors_in_a_table_without_interaction_of_odds():
    """A 2 x 2 x 2 table made from a logit: the fit finds it, the risks are the sums by hand."""
    flags = BITS[:4, :2]
    n = np.array([4000, 2000, 1000, 3000])
    logit = np.array([-1.0, -1.0 + math.log(2), -1.0 + math.log(3), -1.0 + math.log(6)])
    risk = 1 / (1 + np.exp(-logit))
    patterns = FactorPatterns(("a", "b"), flags, n * 10**6, np.rint(n * 10**6 * risk).astype(int))
    model = fit_factors(patterns, is_penalised=False)
    assert np.exp(model.fit.coefficients[1:]) == pytest.approx([2, 3], rel=1e-5)
    risks = standardise(model)
    p = dict(zip(map(tuple, flags.tolist()), risk, strict=True))
    share_b = (n[2] + n[3]) / n.sum()
    with_a = (1 - share_b) * p[True, False] + share_b * p[True, True]
    without = (1 - share_b) * p[False, False] + share_b * p[False, True]
    assert risks.difference[0] == pytest.approx(with_a - without, rel=1e-5)
    assert np.exp(risks.log_ratio[0]) == pytest.approx(with_a / without, rel=1e-5)


@pytest.mark.regression
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_overall_marginal_effect_of_statsmodels(seed):
    patterns = random_patterns(seed, 4, 60)
    model = fit_factors(patterns, is_penalised=False)
    rows = np.repeat(model.problem.design, patterns.assessments, axis=0)
    outcome = np.concatenate(
        [[1] * k + [0] * (n - k) for n, k in zip(patterns.assessments, patterns.plans, strict=True)]
    )
    theirs = sm.Logit(outcome, rows).fit(disp=0, tol=1e-12).get_margeff(at="overall", dummy=True)
    risks = standardise(model)
    assert risks.difference == pytest.approx(theirs.margeff, abs=1e-7)
    assert risks.difference_error(is_conditional=True) == pytest.approx(theirs.margeff_se, abs=1e-6)
    assert (risks.difference_error() >= risks.difference_error(is_conditional=True)).all()


@pytest.mark.property
@given(st.integers(0, 10**6), st.integers(1, 5))
def test_fractions_are_those_of_every_order(seed, factors):
    """The average against all orders written out; the fractions add up to the joint one."""
    model = fit_factors(random_patterns(seed, factors, 40))
    plans = fitted_plans(model, set(range(factors)))
    orders = list(itertools.permutations(range(factors)))
    average = np.zeros(factors)
    for order in orders:
        kept = set(range(factors))
        for factor in order:
            before = fitted_plans(model, kept)
            kept = kept - {factor}
            average[factor] += (before - fitted_plans(model, kept)) / plans / len(orders)
    found = average_fractions(model)
    assert found.values == pytest.approx(average, abs=1e-10)
    assert (found.monte_carlo == 0).all()
    joint = joint_fraction(model).values[0]
    assert joint == pytest.approx(1 - fitted_plans(model, set()) / plans, abs=1e-10)
    assert found.values.sum() == pytest.approx(joint, abs=1e-10)
    assert sequential_fractions(model).values.sum() == pytest.approx(joint, abs=1e-10)
    alone = alone_fractions(model, standardise(model)).values
    each = [1 - fitted_plans(model, set(range(factors)) - {j}) / plans for j in range(factors)]
    assert alone == pytest.approx(each, abs=1e-10)


@pytest.mark.unit
def test_drawn_orders_agree_with_all_of_them(monkeypatch):
    model = fit_factors(random_patterns(5, 7))
    exact = average_fractions(model)
    monkeypatch.setattr(attributable, "EXACT_AT_MOST", 2)
    drawn = average_fractions(model, seed=3)
    assert (drawn.monte_carlo > 0).any()
    assert np.abs(drawn.values - exact.values).max() < 5 * drawn.monte_carlo.max()
    assert drawn.values.sum() == pytest.approx(joint_fraction(model).values[0], abs=1e-10)
    # The gradients are drawn with the values: the errors agree but for the drawing.
    assert drawn.errors == pytest.approx(exact.errors, rel=0.05)
    again = average_fractions(model, seed=3)
    assert np.array_equal(drawn.values, again.values)


@pytest.mark.integration
def test_the_drawing_error_is_the_spread_over_seeds(monkeypatch):
    model = fit_factors(random_patterns(6, 6, 60))
    monkeypatch.setattr(attributable, "EXACT_AT_MOST", 1)
    found = [average_fractions(model, seed=seed) for seed in range(120)]
    spread = np.std([each.values for each in found], axis=0, ddof=1)
    stated = np.sqrt(np.mean([each.monte_carlo**2 for each in found], axis=0))
    assert ((stated / spread > 0.75) & (stated / spread < 1.3)).all()


@pytest.mark.unit
def test_gradients_are_derivatives(monkeypatch):
    patterns = random_patterns(11, 4, 40)
    model = fit_factors(patterns, is_penalised=False)
    risks, step = standardise(model), 1e-6
    for column in range(5):
        moved = model.levelled.coefficients.copy()
        moved[column] += step
        linear = model.problem.design @ moved
        other = type(model.levelled)(
            moved, model.levelled.covariance, 0.0, 1 / (1 + np.exp(-linear)), 1
        )
        there = standardise(FactorModel(patterns, model.problem, model.fit, other))
        slope = (there.present - risks.present) / step
        assert risks.present_gradient[:, column] == pytest.approx(slope, abs=1e-5)
        slope = (there.absent - risks.absent) / step
        assert risks.absent_gradient[:, column] == pytest.approx(slope, abs=1e-5)


@pytest.mark.integration
def test_intervals_cover_the_population_at_the_nominal_rate():
    """500 samples of 2,250 assessments with three factors that occur together; two-sided."""
    random = np.random.Generator(np.random.SFC64(2015))
    share = np.array([0.45, 0.1, 0.12, 0.08, 0.08, 0.05, 0.06, 0.06])
    chance = 1 / (1 + np.exp(-(-1.4 + BITS @ np.array([0.9, 0.4, -0.3]))))
    big = np.rint(share * 10**9).astype(np.int64)
    truth = fit_factors(
        FactorPatterns(("a", "b", "c"), BITS, big, np.rint(big * chance).astype(np.int64)),
        is_penalised=False,
    )
    risks = standardise(truth)
    wanted = {
        "difference": risks.difference,
        "ratio": risks.log_ratio,
        "alone": alone_fractions(truth, risks).values,
        "sequential": sequential_fractions(truth).values,
        "average": average_fractions(truth).values,
        "joint": joint_fraction(truth).values,
    }
    covered = {name: np.zeros(len(value)) for name, value in wanted.items()}
    replicates = 500
    for _ in range(replicates):
        n = random.multinomial(2250, share)
        model = fit_factors(FactorPatterns(("a", "b", "c"), BITS, n, random.binomial(n, chance)))
        risks = standardise(model)
        for name, value, error in (
            ("difference", risks.difference, risks.difference_error()),
            ("ratio", risks.log_ratio, risks.log_ratio_error()),
        ):
            covered[name] += np.abs(value - wanted[name]) <= 1.959964 * error
        for name, found in (
            ("alone", alone_fractions(model, risks)),
            ("sequential", sequential_fractions(model)),
            ("average", average_fractions(model)),
            ("joint", joint_fraction(model)),
        ):
            low, high = found.interval(1.959964)
            covered[name] += (low <= wanted[name]) & (wanted[name] <= high)
    shares = np.concatenate(list(covered.values())) / replicates
    assert ((shares > 0.915) & (shares < 0.985)).all(), {
        name: found / replicates for name, found in covered.items()
    }
