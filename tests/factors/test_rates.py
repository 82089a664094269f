"""Conversion and share of plans: intervals against closed forms, other programs and coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from riskmodel.assessments import FactorCounts
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors import factor_rates, proportion_estimate
from riskmodel.factors.rates import IntervalMethod
from riskmodel.parameters import parameter
from riskmodel.published import factor_counts

some_counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


def _wilson(k: int, n: int, level: float) -> tuple[float, float]:
    """The two roots of (p - k/n)^2 = z^2 p (1 - p) / n."""
    z = stats.norm.isf((1 - level) / 2)
    a, b, c = n + z**2, -(2 * k + z**2), k**2 / n
    root = math.sqrt(max(b**2 - 4 * a * c, 0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def _jeffreys(k: int, n: int, level: float) -> tuple[float, float]:
    low, high = stats.beta.ppf([(1 - level) / 2, (1 + level) / 2], k + 0.5, n - k + 0.5)
    return 0.0 if k == 0 else float(low), 1.0 if k == n else float(high)


@pytest.mark.property
@given(count=some_counts, level=levels)
def test_wilson_inverts_the_score_test(count: tuple[int, int], level: float) -> None:
    k, n = count
    found = proportion_estimate(k, n, level=level, method="wilson")
    assert (found.low, found.high) == pytest.approx(_wilson(k, n, level), rel=1e-7, abs=1e-10)


@pytest.mark.property
@given(count=some_counts, level=levels)
def test_jeffreys_is_equal_tailed_under_its_posterior(count: tuple[int, int], level: float) -> None:
    k, n = count
    found = proportion_estimate(k, n, level=level, method="jeffreys")
    low, high = _jeffreys(k, n, level)
    # At small levels the posterior's middle can leave out k/n: the interval reaches out to it.
    assert found.low == pytest.approx(min(low, k / n), rel=1e-9)
    assert found.high == pytest.approx(max(high, k / n), rel=1e-9)


@pytest.mark.property
@given(count=some_counts, level=levels, method=st.sampled_from(["jeffreys", "wilson", "auto"]))
def test_intervals_hold_the_estimate_and_mirror_it(
    count: tuple[int, int], level: float, method: IntervalMethod
) -> None:
    k, n = count
    found = proportion_estimate(k, n, level=level, method=method)
    assert 0 <= found.low <= found.value == k / n <= found.high <= 1
    mirrored = proportion_estimate(n - k, n, level=level, method=method)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx(
        (found.low, found.high), rel=1e-7, abs=1e-9
    )
    wider = proportion_estimate(k, n, level=0.995, method=method)
    assert wider.low <= found.low
    assert wider.high >= found.high


@pytest.mark.regression
@pytest.mark.parametrize(("k", "n"), [(174, 613), (57, 144), (0, 3), (3, 630), (144, 144)])
@pytest.mark.parametrize("method", ["jeffreys", "wilson"])
def test_intervals_are_those_of_statsmodels(k: int, n: int, method: IntervalMethod) -> None:
    found = proportion_estimate(k, n, method=method)
    low, high = proportion_confint(k, n, alpha=0.05, method=method)
    if k > 0:
        assert found.low == pytest.approx(low, rel=1e-12)
    if k < n:
        assert found.high == pytest.approx(high, rel=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("method", ["jeffreys", "wilson"])
@pytest.mark.parametrize("n", [1, 20, 144])
def test_at_the_edges_the_interval_holds_the_edge(method: IntervalMethod, n: int) -> None:
    none, every = (proportion_estimate(k, n, method=method) for k in (0, n))
    assert none.low == none.value == 0.0
    assert every.high == every.value == 1.0
    assert 0 < none.high < 1
    assert none.high == pytest.approx(1 - every.low)
    if method == "wilson":
        z = stats.norm.isf(0.025)
        assert none.high == pytest.approx(z**2 / (n + z**2))


@pytest.mark.unit
def test_a_proportion_of_nothing_has_no_value_and_no_information() -> None:
    found = proportion_estimate(0, 0)
    assert math.isnan(found.value)
    assert (found.low, found.high, found.denominator) == (0.0, 1.0, 0)


@pytest.mark.unit
@pytest.mark.parametrize(("trials", "method"), [(1, "wilson"), (30, "wilson"), (31, "jeffreys")])
def test_the_method_follows_the_number_of_trials(trials: int, method: str) -> None:
    assert parameter("wilson_at_most").value == 30
    assert proportion_estimate(1, trials).level == parameter("interval_level").value == 0.95
    assert proportion_estimate(1, trials).method == method


@pytest.mark.unit
@pytest.mark.parametrize(
    ("k", "n", "level", "message"),
    [
        (3, 2, 0.95, "3 of 2 is not a proportion"),
        (-1, 2, 0.95, "-1 of 2 is not a proportion"),
        (0, -1, 0.95, "0 of -1 is not a proportion"),
        (1, 2, 0.0, "level must lie between 0 and 1"),
        (1, 2, 1.0, "level must lie between 0 and 1"),
        (1, 2, 95.0, "usual is 0.95"),
        (1, 2, math.nan, "level must lie between 0 and 1"),
    ],
)
def test_contradictions_are_refused(k: int, n: int, level: float, message: str) -> None:
    with pytest.raises(DataError, match=message):
        proportion_estimate(k, n, level=level)


@pytest.mark.unit
def test_an_unknown_method_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'jeffreys'"):
        proportion_estimate(1, 2, method="jeffrey")  # type: ignore[arg-type]


def _coverage(n: int, method: IntervalMethod, p: np.ndarray) -> np.ndarray:
    """Exact coverage at each p: the binomial probability of the counts whose interval holds it."""
    intervals = [proportion_estimate(k, n, method=method) for k in range(n + 1)]
    low = np.array([found.low for found in intervals])
    high = np.array([found.high for found in intervals])
    probability = stats.binom.pmf(np.arange(n + 1), n, p[:, None])
    return (probability * ((low <= p[:, None]) & (p[:, None] <= high))).sum(axis=1)


@pytest.mark.unit
@pytest.mark.parametrize("method", ["jeffreys", "wilson"])
@pytest.mark.parametrize("n", [20, 144, 613])
def test_mean_coverage_is_the_level(method: IntervalMethod, n: int) -> None:
    p = (np.arange(2000) + 0.5) / 2000
    coverage = _coverage(n, method, p)
    assert 0.945 < coverage.mean() < 0.96
    inner = coverage[(p > 0.1) & (p < 0.9)]
    # The dips of few trials are known: Brown, Cai and DasGupta 2001, figure 5.
    assert inner.min() > (0.88 if n == 20 else 0.91)
    assert inner.max() < 0.99


# Rates of a table.


@pytest.mark.regression
def test_rates_of_the_published_table() -> None:
    counts = factor_counts()
    rates = factor_rates(counts)
    first = rates.conversion[0]
    assert (first.numerator, first.denominator) == (174, 613)
    assert first.value == pytest.approx(0.28385, abs=5e-6)
    assert (first.low, first.high) == pytest.approx(_jeffreys(174, 613, 0.95), rel=1e-12)
    assert [estimate.denominator for estimate in rates.share_of_plans] == [630] * 10
    assert sum(estimate.value for estimate in rates.share_of_plans) == pytest.approx(1087 / 630)
    assert {estimate.basis for estimate in rates.conversion} == {"published"}
    assert len(rates.preview()) == 10


@pytest.mark.unit
def test_rates_as_a_frame() -> None:
    counts = FactorCounts.from_rows([("a", 10, 3), ("b", 100, 20), ("c", 0, 0)], total_plans=40)
    frame = factor_rates(counts, level=0.9).to_frame()
    assert frame["factor"].tolist() == ["a", "b", "c"]
    assert frame["conversion_rate_method"].tolist() == ["wilson", "jeffreys", "wilson"]
    assert frame["share_of_plans"].tolist() == [3 / 40, 20 / 40, 0.0]
    assert frame["level"].tolist() == [0.9] * 3
    assert frame["basis"].tolist() == ["observed"] * 3
    assert math.isnan(frame["conversion_rate"].iloc[2])
    assert (frame["conversion_rate_low"].iloc[2], frame["conversion_rate_high"].iloc[2]) == (0, 1)
