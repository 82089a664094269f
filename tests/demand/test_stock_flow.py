"""The exact simulation: its books close, its law is that of the exact moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from riskmodel.demand.durations import laws
from riskmodel.demand.durations.laws import DAYS_A_MONTH, FAMILIES
from riskmodel.demand.moments import moments
from riskmodel.demand.monthly import end_shares, open_left
from riskmodel.demand.simulation.counts import SMALL, poisson
from riskmodel.demand.simulation.stock_flow import BLOCK, StageInputs, simulate, simulate_stage
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.streams import stream

MONTHS = 30


def rows(values, replicates):
    return np.repeat(np.atleast_2d(values), replicates, 0)


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
def test_shares_by_month_are_integrals_of_survival(family):
    mean = np.array([20.0, 60.0, 303.0, 900.0])
    shape = np.array([0.4, 1.9, 1.25, 0.95])
    found = end_shares(family, mean, shape, 24)
    days = np.linspace(0, 24 * DAYS_A_MONTH, 24 * 4000 + 1)[:, None]
    alive = laws.survival(family, days, mean, shape)
    area = np.concatenate([np.zeros((1, 4)), np.cumsum((alive[1:] + alive[:-1]) / 2, axis=0)])
    there = np.diff(area[::4000], axis=0) / 4000
    expected = -np.diff(np.concatenate([np.ones((1, 4)), there]), axis=0)
    # The trapezium rule is coarse where the density is infinite at 0.
    assert found == pytest.approx(expected, abs=2e-4)
    assert found[3:] == pytest.approx(expected[3:], abs=1e-7)
    left = 1 - laws.equilibrium(family, np.arange(1, 25)[:, None] * DAYS_A_MONTH, mean, shape)
    assert open_left(found, mean) == pytest.approx(left, abs=2e-9)


@pytest.mark.property
@given(st.floats(0.2, 12), st.floats(0, 4))
def test_quadrature_and_incomplete_gamma_functions_agree(shape, above):
    mean = np.array([DAYS_A_MONTH * shape * np.exp(above)])
    both = np.array([mean[0], DAYS_A_MONTH * shape * 0.5])
    fast = end_shares("gamma", mean, np.array([shape]), 60)[:, 0]
    slow = end_shares("gamma", both, np.full(2, shape), 60)[:, 0]
    assert fast == pytest.approx(slow, abs=1e-9)


@pytest.mark.property
@given(
    st.integers(1, 40),
    st.floats(0, 400),
    st.floats(5, 2000),
    st.floats(0.3, 5),
    st.integers(0, 5000),
    st.sampled_from(FAMILIES),
    st.booleans(),
    st.one_of(st.none(), st.floats(1, 6)),
)
def test_the_books_close(months, rate, mean, shape, opening, family, drift, spread):
    means = rows(mean * np.exp(0.02 * np.arange(months)), 3) if drift else np.full(3, mean)
    starts, ends, stock = simulate(
        np.full((3, months), rate),
        means,
        np.full(3, shape),
        np.full(3, opening),
        stream(1, "books"),
        family=family,
        overdispersion=spread,
    )
    before = np.concatenate([np.full((3, 1), opening), stock[:, :-1]], axis=1)
    assert (before + starts - ends == stock).all()
    assert min(starts.min(), ends.min(), stock.min()) >= 0
    assert {each.dtype for each in (starts, ends, stock)} == {np.dtype(np.int32)}


def check_law(made, expected_mean, expected_covariance, false_alarm=1e-6):
    """Means within their standard error; variances by the chi-square of Gaussian counts."""
    replicates = len(made)
    error = made.mean(axis=0) - expected_mean
    variance = np.diag(expected_covariance)
    score = error / np.sqrt(np.maximum(variance, 1e-9) / replicates)
    size = len(score)
    assert np.abs(score).max() < stats.norm.isf(false_alarm / 2 / size)
    found = np.cov(made, rowvar=False)
    # Sampling error of a covariance of nearly Gaussian counts (Isserlis).
    spread = np.sqrt(
        (np.outer(variance, variance) + expected_covariance**2 + 3 * expected_covariance)
        / replicates
    )
    assert (np.abs(found - expected_covariance) / np.maximum(spread, 1e-9)).max() < 6.5


@pytest.mark.unit
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [1.0, 40.0])
def test_simulation_has_the_exact_means_and_covariances(family, size):
    replicates = 8000
    rates = size * np.linspace(10, 60, MONTHS)
    opening = int(300 * size)
    shape = {"gamma": 1.4, "weibull": 0.8, "lognormal": 1.0}[family]
    made = simulate(
        rows(rates, replicates),
        np.full(replicates, 250.0),
        np.full(replicates, shape),
        np.full(replicates, opening),
        stream(4, f"law/{family}"),
        family=family,
    )
    exact = moments(np.arange(MONTHS + 1.0), rates, 250.0, shape, opening, family=family)
    keep = [*range(MONTHS), *range(MONTHS + 1, 2 * MONTHS + 1)]
    both = np.concatenate([made.starts, made.stock], axis=1)
    check_law(both, exact.mean[keep], exact.covariance[np.ix_(keep, keep)])


@pytest.mark.unit
def test_lengths_that_change_by_month_of_start_have_the_exact_law():
    replicates = 8000
    means = 200 * np.exp(0.03 * np.arange(MONTHS))
    made = simulate(
        np.full((replicates, MONTHS), 20.0),
        rows(means, replicates),
        np.full(replicates, 1.3),
        np.full(replicates, 150),
        stream(5, "drift"),
    )
    exact = moments(np.arange(MONTHS + 1.0), np.full(MONTHS, 20.0), means, 1.3, 150.0)
    keep = [*range(MONTHS), *range(MONTHS + 1, 2 * MONTHS + 1)]
    both = np.concatenate([made.starts, made.stock], axis=1)
    check_law(both, exact.mean[keep], exact.covariance[np.ix_(keep, keep)])


@pytest.mark.unit
def test_without_memory_the_stock_forgets_how_old_it_is():
    # Shape 1: what is left of an opening child is a fresh exponential length.
    left = open_left(end_shares("gamma", np.array([303.0]), np.array([1.0]), 12), np.array([303.0]))
    assert left[:, 0] == pytest.approx(np.exp(-np.arange(1, 13) * DAYS_A_MONTH / 303), abs=1e-10)


@pytest.mark.unit
def test_overdispersed_starts_have_the_stated_variance():
    replicates = 20_000
    starts = simulate(
        np.full((replicates, 3), 12.0),
        np.full(replicates, 303.0),
        np.full(replicates, 1.3),
        np.zeros(replicates, int),
        stream(6, "spread"),
        overdispersion=2.5,
    ).starts
    assert starts.mean(axis=0) == pytest.approx(np.full(3, 12.0), abs=0.2)
    assert starts.var(axis=0) == pytest.approx(np.full(3, 30.0), rel=0.07)
    assert abs(np.corrcoef(starts[:, 0], starts[:, 1])[0, 1]) < 0.035


@pytest.mark.unit
@pytest.mark.parametrize("rate", [0.003, 0.7, 4.0, SMALL - 0.1, SMALL + 2, 31.0, 400.0])
def test_counts_are_poisson(rate):
    number = 200_000
    counts = poisson(np.full(number, rate), stream(7, f"poisson/{rate}"))
    top = int(stats.poisson.isf(25 / number, rate))
    observed = np.bincount(np.minimum(counts, top + 1), minlength=top + 2)
    shares = np.append(stats.poisson.pmf(np.arange(top + 1), rate), stats.poisson.sf(top, rate))
    kept = shares * number > 8
    expected = np.append(shares[kept], shares[~kept].sum()) * number
    found = np.append(observed[kept], observed[~kept].sum())
    sound = expected > 0
    assert stats.chisquare(found[sound], expected[sound]).pvalue > 1e-4


@pytest.mark.unit
def test_rates_of_all_sizes_side_by_side_and_none():
    rates = np.tile([0.0, 0.5, 5.0, 13.0, 11.0], 40_000)
    counts = poisson(rates, stream(8, "mixed")).reshape(-1, 5)
    assert (counts[:, 0] == 0).all()
    assert counts.mean(axis=0) == pytest.approx(rates[:5], abs=0.09)
    assert counts.var(axis=0) == pytest.approx(rates[:5], rel=0.04)
    assert poisson(np.zeros((0,)), stream(8, "none")).shape == (0,)


@pytest.mark.unit
def test_the_tail_is_there():
    # With a rate of 1, eight or more come once in 98,000 draws.
    counts = poisson(np.ones(2_000_000, dtype=np.float32), stream(9, "tail"))
    expected = stats.poisson.sf(7, 1) * len(counts)
    assert (counts >= 8).sum() == pytest.approx(expected, abs=5 * np.sqrt(expected))
    assert counts.max() < 14


def stage(replicates, **changes):
    filled = {
        "rates": np.full((replicates, 6), 52.5),
        "mean_days": np.full(replicates, 303.0),
        "shape": np.full(replicates, 1.5),
        "opening": np.full(replicates, 626),
    }
    return StageInputs(**{**filled, **changes})


@pytest.mark.unit
def test_a_block_has_the_same_bytes_however_many_are_asked_for():
    whole = simulate_stage(stage(2 * BLOCK + 7), 3, "bytes")
    again = simulate_stage(stage(2 * BLOCK + 7), 3, "bytes")
    short = simulate_stage(stage(BLOCK), 3, "bytes")
    other = simulate_stage(stage(BLOCK), 3, "others")
    assert whole.stock.tobytes() == again.stock.tobytes()
    assert whole.stock[:BLOCK].tobytes() == short.stock.tobytes()
    assert not np.array_equal(short.stock, other.stock)


@pytest.mark.unit
def test_a_given_history_of_the_open_children_is_used():
    gone = np.concatenate([np.full((4, 2), 1.0), np.zeros((4, 4))], axis=1)
    made = simulate_stage(stage(4, rates=np.zeros((4, 6)), opening_survival=gone), 1, "all at once")
    assert (made.stock == np.array([626, 626, 0, 0, 0, 0])).all()
    assert (made.ends[:, 2] == 626).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rates": np.full(3, 1.0)}, "replicate, month"),
        ({"rates": np.full((3, 6), -1.0)}, "rates.*0 or more"),
        ({"rates": np.full((3, 6), np.nan)}, "rates.*0 or more"),
        ({"opening": np.full(3, 1.5)}, "whole numbers"),
        ({"opening": np.full(2, 1)}, "opening"),
        ({"mean_days": np.full(3, 0.0)}, "mean_days.*above 0"),
        ({"shape": np.full(3, np.inf)}, "shape.*above 0"),
        ({"overdispersion": 0.5}, "1 or more"),
        ({"opening_survival": np.tile(np.linspace(0, 1, 6), (3, 1))}, "never rise"),
    ],
)
def test_inputs_that_cannot_be_are_refused(changes, words):
    with pytest.raises(DataError, match=words):
        stage(3, **changes)


@pytest.mark.unit
def test_a_family_that_does_not_exist_is_refused():
    with pytest.raises(UnknownNameError, match="gamma"):
        stage(3, family="gama")
