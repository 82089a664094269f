"""The Student-t process against brute force, scikit-learn and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_t
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from riskmodel.demand.pooled.process import (
    NAMES,
    Process,
    covariance,
    log_likelihood,
    predict,
    size_scale,
)
from riskmodel.errors import DataError
from riskmodel.streams import stream

Floats = npt.NDArray[np.float64]

STAY = 0.8
TIMES = np.array([0.0, 1.0, 2.0, 3.5, 6.0])
LATER = np.array([7.0, 7.25, 10.0])


def brute_covariance(process: Process, times: Floats, scale: Floats) -> Floats:
    """One authority's covariance, element by element, in the words of the module."""
    found = np.zeros((len(times), len(times)))
    for i, first in enumerate(times):
        for j, second in enumerate(times):
            apart = abs(first - second)
            found[i, j] = (
                process.level**2
                + process.deviation**2 * process.deviation_memory**apart
                + process.wander**2 * min(first, second)
                + process.size * scale[i] * scale[j] * np.exp(-apart / STAY)
                + (process.noise**2 if i == j else 0.0)
            )
    return found


@pytest.fixture
def example(process: Process) -> tuple[Process, Floats, Floats]:
    """Three authorities' figures, the second with gaps, the third with one figure."""
    generator = stream(5, "tests/process")
    values = generator.normal(0, 0.3, (3, len(TIMES)))
    values[1, [0, 3]] = np.nan
    values[2, 1:] = np.nan
    return process, values, size_scale(generator.uniform(20, 500, (3, len(TIMES))))


@pytest.mark.unit
def test_covariance_is_the_sum_of_its_parts(
    example: tuple[Process, Floats, Floats],
) -> None:
    process, _, scale = example
    found = covariance(process, TIMES, scale, STAY)
    for row in range(3):
        np.testing.assert_allclose(found[row], brute_covariance(process, TIMES, scale[row]))


@pytest.mark.unit
def test_wander_and_deviation_are_what_simulating_them_gives(process: Process) -> None:
    """A random walk and an Ornstein-Uhlenbeck process in steps of a hundredth of a year."""
    alone = replace(process, level=1e-9, noise=1e-9, size=1e-12)
    generator = stream(6, "tests/process")
    paths, step, steps = 4000, 0.01, 300
    keep = process.deviation_memory**step
    deviation = generator.normal(0, process.deviation, paths)
    walk = np.zeros(paths)
    kept = []
    for place in range(steps + 1):
        if place % 100 == 0:
            kept.append(walk + deviation)
        walk = walk + generator.normal(0, process.wander * np.sqrt(step), paths)
        deviation = keep * deviation + generator.normal(
            0, process.deviation * np.sqrt(1 - keep**2), paths
        )
    expected = covariance(alone, np.arange(4.0), np.ones((1, 4)), STAY)[0]
    # The largest entry's standard error is 2.2% of it.
    np.testing.assert_allclose(np.cov(np.array(kept)), expected, atol=0.09 * expected.max())


@pytest.mark.unit
def test_likelihood_is_the_multivariate_t_of_what_was_observed(
    example: tuple[Process, Floats, Floats],
) -> None:
    process, values, scale = example

    def brute(process: Process) -> float:
        total = 0.0
        for row in range(3):
            seen = np.isfinite(values[row])
            whole = brute_covariance(process, TIMES, scale[row])[np.ix_(seen, seen)]
            shape = whole * (process.tail - 2) / process.tail
            total += multivariate_t(shape=shape, df=process.tail).logpdf(values[row][seen])
        return float(total)

    # Up to a constant: so the difference between two processes is exact.
    other = replace(process, deviation=0.4, tail=4.0, noise=0.1)
    found = [log_likelihood(each, TIMES, values, scale, STAY) for each in (process, other)]
    assert found[0] - found[1] == pytest.approx(brute(process) - brute(other), rel=1e-9)


@pytest.mark.unit
def test_prediction_is_the_conditional_multivariate_t(
    example: tuple[Process, Floats, Floats],
) -> None:
    process, values, scale = example
    later_scale = np.repeat(scale[:, -1:], len(LATER), axis=1)
    found = predict(process, TIMES, values, scale, LATER, later_scale, STAY)
    for row in range(3):
        seen = np.flatnonzero(np.isfinite(values[row]))
        whole = brute_covariance(
            process, np.concatenate([TIMES, LATER]), np.concatenate([scale[row], later_scale[row]])
        )
        later = len(TIMES) + np.arange(len(LATER))
        inverse = np.linalg.inv(whole[np.ix_(seen, seen)])
        across = whole[np.ix_(later, seen)]
        np.testing.assert_allclose(found.mean[row], across @ inverse @ values[row][seen])
        rest = whole[np.ix_(later, later)] - across @ inverse @ across.T
        distance = values[row][seen] @ inverse @ values[row][seen]
        livelier = (process.tail - 2 + distance) / (process.tail - 2 + len(seen))
        np.testing.assert_allclose(found.covariance[row], livelier * rest)
        assert found.degrees[row] == process.tail + len(seen)
    np.testing.assert_allclose(
        found.variance, [np.diag(each) for each in found.covariance], rtol=1e-12
    )


@pytest.mark.unit
def test_without_wander_it_is_the_gaussian_process_of_scikit_learn(process: Process) -> None:
    plain = replace(process, wander=1e-9, size=1e-14, tail=1e9)
    values = stream(7, "tests/process").normal(0, 0.3, len(TIMES))
    # An exponential covariance is the Matern of 1/2.
    kernel = (
        ConstantKernel(plain.level**2, "fixed")
        + ConstantKernel(plain.deviation**2, "fixed")
        * Matern(-1 / np.log(plain.deviation_memory), "fixed", nu=0.5)
        + WhiteKernel(plain.noise**2, "fixed")
    )
    outside = GaussianProcessRegressor(kernel, alpha=0.0, optimizer=None)
    outside.fit(TIMES[:, None], values)
    mean, spread = outside.predict(LATER[:, None], return_std=True)
    one, more = np.ones((1, len(TIMES))), np.ones((1, len(LATER)))
    found = predict(plain, TIMES, values[None], one, LATER, more, STAY)
    np.testing.assert_allclose(found.mean[0], mean, rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(found.variance[0]), spread, rtol=1e-6)


@pytest.mark.unit
def test_a_level_of_which_nothing_is_known_is_read_from_the_figures(process: Process) -> None:
    """Ordinary kriging: the same forecast wherever the level was put, and moved along with it."""
    values = stream(8, "tests/process").normal(0, 0.3, (1, len(TIMES)))
    one, more = np.full((1, len(TIMES)), 0.05), np.full((1, len(LATER)), 0.05)
    both = len(TIMES) + len(LATER)
    vague = np.full((1, both, both), 1e4)
    low, high = (
        predict(process, TIMES, values + by, one, LATER, more, STAY, added=vague, spent=[1])
        for by in (0.0, 2.0)
    )
    np.testing.assert_allclose(high.mean, low.mean + 2.0, atol=1e-3)
    np.testing.assert_allclose(high.covariance, low.covariance, rtol=1e-3)
    assert low.degrees[0] == process.tail + len(TIMES) - 1


@pytest.mark.unit
def test_a_vague_level_leaves_the_likelihood_of_the_changes(process: Process) -> None:
    """Up to a constant it is that of the differences from the first figure, whatever the level."""
    values = stream(10, "tests/process").normal(0, 0.3, (1, len(TIMES)))
    scale, vague = np.full((1, len(TIMES)), 0.05), np.array([1e6])
    apart = np.hstack([-np.ones((len(TIMES) - 1, 1)), np.eye(len(TIMES) - 1)])

    def of_changes(each: Process) -> float:
        whole = apart @ covariance(each, TIMES, scale, STAY)[0] @ apart.T
        shape = whole * (each.tail - 2) / each.tail
        return float(multivariate_t.logpdf(apart @ values[0], shape=shape, df=each.tail))

    def likelihood(each: Process) -> float:
        return log_likelihood(each, TIMES, values, scale, STAY, vague=vague)

    for name in ("level", "deviation", "wander", "noise"):
        other = replace(process, **{name: 1.7 * getattr(process, name)})
        found = likelihood(other) - likelihood(process)
        assert found == pytest.approx(of_changes(other) - of_changes(process), abs=1e-4)


@pytest.mark.property
@given(
    vector=st.lists(st.floats(-4, 4), min_size=len(NAMES), max_size=len(NAMES)),
    seed=st.integers(0, 100),
)
def test_any_process_gives_a_sound_covariance_and_comes_back(
    vector: list[float], seed: int
) -> None:
    process = Process.from_vector(np.array(vector))
    np.testing.assert_allclose(process.to_vector(), vector, atol=1e-7)
    generator = stream(seed, "tests/process/any")
    times = np.sort(generator.uniform(0, 12, 6))
    scale = size_scale(generator.uniform(0, 900, (2, 6)))
    found = covariance(process, times, scale, STAY)
    np.testing.assert_allclose(found, found.transpose(0, 2, 1))
    assert np.linalg.eigvalsh(found).min() > 0


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"level": 0.0}, "level: must be above 0"),
        ({"deviation_memory": 1.0}, "must be between 0 and 1"),
        ({"tail": 2.0}, "must be above 2"),
        ({"noise": float("nan")}, "must be above 0, got nan"),
    ],
)
def test_a_process_that_cannot_be_is_refused(
    process: Process, changes: dict[str, float], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        replace(process, **changes)


@pytest.mark.unit
def test_likelihood_peaks_where_the_figures_come_from(process: Process) -> None:
    generator = stream(9, "tests/process")
    scale = np.full((400, 8), 0.05)
    whole = covariance(process, np.arange(8.0), scale, STAY)
    lively = np.sqrt((process.tail - 2) / generator.chisquare(process.tail, (400, 1)))
    drawn = np.linalg.cholesky(whole) @ generator.standard_normal((400, 8, 1))
    values = drawn[:, :, 0] * lively
    best = log_likelihood(process, np.arange(8.0), values, scale, STAY)
    for name in ("level", "deviation", "wander"):
        for factor in (0.7, 1.4):
            other = replace(process, **{name: factor * getattr(process, name)})
            assert log_likelihood(other, np.arange(8.0), values, scale, STAY) < best
