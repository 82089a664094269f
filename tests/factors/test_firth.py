"""Firth's regression: closed forms, brute force, statsmodels, and its intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from riskmodel.factors.adjusted.firth import (
    LogisticProblem,
    NoMaximumError,
    _searched_end,
    fit_logistic,
    level_intercept,
    profile_end,
)

counts = st.integers(0, 60)


def two_by_two(k1: int, r1: int, k0: int, r0: int, *, is_penalised: bool = True) -> LogisticProblem:
    """Plans and other assessments, with the factor and without."""
    return LogisticProblem(
        np.array([[1.0, 0.0], [1.0, 1.0]]),
        np.array([k0 + r0, k1 + r1], dtype=float),
        np.array([k0, k1], dtype=float),
        is_penalised,
    )


def sparse_problem(seed: int, *, is_penalised: bool = True, factors: int = 4) -> LogisticProblem:
    """A few rows a pattern, some factors rare."""
    random = np.random.Generator(np.random.SFC64(seed))
    x = np.unique(random.random((40, factors)) < np.linspace(0.08, 0.5, factors), axis=0)
    design = np.column_stack([np.ones(len(x)), x]).astype(float)
    trials = random.integers(1, 6, len(x)).astype(float)
    return LogisticProblem(
        design, trials, random.binomial(trials.astype(int), 0.3).astype(float), is_penalised
    )


def penalised(beta: np.ndarray, problem: LogisticProblem) -> float:
    """The penalised log-likelihood, written out."""
    eta = problem.design @ beta
    p = 1 / (1 + np.exp(-eta))
    information = problem.design.T @ np.diag(problem.trials * p * (1 - p)) @ problem.design
    plain = (
        problem.successes * np.log(p) + (problem.trials - problem.successes) * np.log(1 - p)
    ).sum()
    return float(plain + np.linalg.slogdet(information)[1] / 2)


@pytest.mark.property
@given(counts, counts, counts, counts)
def test_one_factor_adds_a_half_to_each_cell(k1, r1, k0, r0):
    if k1 + r1 == 0 or k0 + r0 == 0:
        return
    fit = fit_logistic(two_by_two(k1, r1, k0, r0))
    odds = (k1 + 0.5) * (r0 + 0.5) / ((r1 + 0.5) * (k0 + 0.5))
    assert fit.coefficients[1] == pytest.approx(math.log(odds), abs=1e-6)
    assert fit.coefficients[0] == pytest.approx(math.log((k0 + 0.5) / (r0 + 0.5)), abs=1e-6)


@pytest.mark.property
@given(st.integers(0, 10**6))
def test_it_is_the_maximum_that_brute_force_finds(seed):
    problem = sparse_problem(seed)
    if np.linalg.matrix_rank(problem.design) < problem.design.shape[1]:
        return
    fit = fit_logistic(problem)
    brute = optimize.minimize(
        lambda beta: -penalised(beta, problem),
        np.zeros(problem.design.shape[1]),
        method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-9, "maxiter": 20_000, "maxfev": 20_000},
    )
    # What is printed must be as high as anything found, and written out the same value.
    assert fit.log_likelihood == pytest.approx(penalised(fit.coefficients, problem), abs=1e-8)
    assert fit.log_likelihood >= -brute.fun - 1e-8
    slope = optimize.approx_fprime(fit.coefficients, penalised, 1e-6, problem)
    assert np.abs(slope).max() < 1e-3


@pytest.mark.unit
def test_covariance_is_the_inverse_information():
    problem = sparse_problem(3)
    fit = fit_logistic(problem)
    weights = problem.trials * fit.fitted * (1 - fit.fitted)
    information = problem.design.T @ np.diag(weights) @ problem.design
    assert fit.covariance @ information == pytest.approx(np.eye(5), abs=1e-9)


@pytest.mark.regression
def test_plain_likelihood_is_that_of_statsmodels():
    problem = sparse_problem(8, is_penalised=False, factors=3)
    fit = fit_logistic(problem)
    rows = np.repeat(problem.design, problem.trials.astype(int), axis=0)
    outcome = np.concatenate(
        [
            [1] * int(k) + [0] * int(n - k)
            for n, k in zip(problem.trials, problem.successes, strict=True)
        ]
    )
    theirs = sm.Logit(outcome, rows).fit(disp=0, tol=1e-12)
    assert fit.coefficients == pytest.approx(theirs.params, abs=1e-7)
    assert fit.covariance == pytest.approx(theirs.cov_params(), abs=1e-6)
    assert fit.log_likelihood == pytest.approx(theirs.llf, abs=1e-9)


@pytest.mark.unit
def test_patterns_with_counts_are_the_rows():
    problem = sparse_problem(5)
    each = np.repeat(np.arange(len(problem.trials)), problem.trials.astype(int))
    within = np.concatenate([np.arange(n) for n in problem.trials.astype(int)])
    rows = LogisticProblem(
        problem.design[each], np.ones(len(each)), (within < problem.successes[each]).astype(float)
    )
    one, other = fit_logistic(problem), fit_logistic(rows)
    assert one.coefficients == pytest.approx(other.coefficients, abs=1e-7)
    assert one.covariance == pytest.approx(other.covariance, abs=1e-7)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-7)


@pytest.mark.unit
def test_separation_has_a_penalised_maximum_and_no_plain_one():
    fit = fit_logistic(two_by_two(5, 0, 100, 300))
    assert fit.coefficients[1] == pytest.approx(math.log(11 / (100.5 / 300.5)), abs=1e-6)
    with pytest.raises(NoMaximumError):
        fit_logistic(two_by_two(5, 0, 100, 300, is_penalised=False))
    with pytest.raises(NoMaximumError):
        fit_logistic(two_by_two(5, 0, 100, 0, is_penalised=False))


@pytest.mark.unit
@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("seed", [1, 2, 3, 9])
def test_profile_ends_lie_where_the_profile_has_fallen_enough(seed, side):
    problem = sparse_problem(seed)
    fit = fit_logistic(problem)
    for column in range(1, 5):
        end = profile_end(problem, fit, column, 0.95, side)
        held = np.arange(5) == column
        start = np.where(held, end, fit.coefficients)
        there = fit_logistic(problem, start=start, held=held)
        fall = 2 * (fit.log_likelihood - there.log_likelihood)
        assert fall == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-4)
        assert side * (end - fit.coefficients[column]) > 0
        target = fit.log_likelihood - stats.chi2.ppf(0.95, 1) / 2
        assert _searched_end(problem, fit, column, target, side) == pytest.approx(end, abs=1e-4)


@pytest.mark.unit
def test_profile_is_finite_where_the_factor_separates():
    problem = two_by_two(5, 0, 100, 300)
    fit = fit_logistic(problem)
    low, high = (profile_end(problem, fit, 1, 0.95, side) for side in (-1, 1))
    assert 0 < low < fit.coefficients[1] < high < 12


@pytest.mark.unit
def test_levelling_moves_the_intercept_only():
    problem = sparse_problem(4)
    fit = fit_logistic(problem)
    levelled = level_intercept(problem, fit)
    assert problem.trials @ levelled.fitted == pytest.approx(problem.successes.sum(), abs=1e-8)
    assert np.array_equal(levelled.coefficients[1:], fit.coefficients[1:])
    # The penalty draws towards a half: fitted plans exceed those counted when these are fewer.
    assert problem.trials @ fit.fitted > problem.successes.sum()


@pytest.mark.integration
def test_intervals_cover_at_the_nominal_rate():
    """200 tables of 2,250 assessments with a rare factor and two common ones; two-sided."""
    random = np.random.Generator(np.random.SFC64(20))
    x = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)], dtype=float)
    design = np.column_stack([np.ones(8), x])
    truth = np.array([-1.1, 0.8, -0.4, 0.5])
    share = np.prod(np.where(x > 0, [0.012, 0.25, 0.3], [0.988, 0.75, 0.7]), axis=1)
    chance = 1 / (1 + np.exp(-design @ truth))
    profile, wald = np.zeros(4), np.zeros(4)
    replicates = 200
    for _ in range(replicates):
        n = random.multinomial(2250, share)
        problem = LogisticProblem(design, n.astype(float), random.binomial(n, chance).astype(float))
        fit = fit_logistic(problem)
        error = np.sqrt(np.diag(fit.covariance))
        wald += np.abs(fit.coefficients - truth) <= 1.959964 * error
        for column in (1, 2):
            low, high = (profile_end(problem, fit, column, 0.95, side) for side in (-1, 1))
            profile[column] += low <= truth[column] <= high
    # The standard error of a share of 200 at 0.95 is 0.015: the band is about three of them.
    assert ((wald / replicates > 0.905) & (wald / replicates < 0.995)).all(), wald / replicates
    covered = profile[1:3] / replicates
    assert ((covered > 0.905) & (covered < 0.995)).all(), covered
