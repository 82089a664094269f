"""Replicates of an open-plan process: ours beside children one by one, in numpy, simpy and ciw.

All follow the same process: 630 starts a year, gamma lengths with shape 1.5 and mean 303 days,
626 open at the start with equilibrium residuals, 36 months, and each replicate with parameters of
its own. Ours runs as many times the replicates as the aim says, so a ratio of 1 meets the aim.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import stats

from riskmodel.demand.durations.laws import DAYS_A_MONTH
from riskmodel.demand.moments import moments
from riskmodel.demand.simulation.stock_flow import simulate
from riskmodel.streams import stream

MONTHS, STARTS, MEAN, SHAPE, OPENING = 36, 630 / 12, 303.0, 1.5, 626
EACH = 5
TIMES = 400


def parameters(replicates, spread=0.05):
    """Rates a month, means and shapes, one of each a replicate."""
    drawn = np.exp(spread * stream(1, "bench/parameters").standard_normal((3, replicates)))
    return STARTS * drawn[0], MEAN * drawn[1], SHAPE * drawn[2]


def ours(replicates, times=1, spread=0.05):
    rate, mean, shape = parameters(replicates, spread)
    return simulate(
        np.repeat(times * rate[:, None], MONTHS, 1),
        mean,
        shape,
        np.full(replicates, times * OPENING),
        stream(1, "bench"),
    ).stock


def one_by_one(replicates, spread=0.05):
    """Each child drawn, in numpy: the fastest of several ways that were tried, in 32 bits."""
    generator, single = stream(2, "bench"), np.float32
    stocks = np.empty((replicates, MONTHS), dtype=np.int64)

    def by_month(when):
        month = np.minimum(when, MONTHS).astype(np.int32)
        return np.bincount(month, minlength=MONTHS + 1)[:MONTHS]

    for row, (rate, mean, shape) in enumerate(zip(*parameters(replicates, spread), strict=True)):
        number, unit = generator.poisson(rate * MONTHS), single(mean / shape / DAYS_A_MONTH)
        begun = generator.random(number, dtype=single) * single(MONTHS)
        ended = begun + generator.standard_gamma(shape, number, dtype=single) * unit
        # What is left of an open plan is a uniform part of a length-biased length.
        left = generator.standard_gamma(shape + 1, OPENING, dtype=single) * unit
        left *= generator.random(OPENING, dtype=single)
        stocks[row] = OPENING + (by_month(begun) - by_month(ended) - by_month(left)).cumsum()
    return stocks


def with_simpy(simpy, replicates, spread=0.05):
    stocks = []
    for number, (rate, mean, shape) in enumerate(zip(*parameters(replicates, spread), strict=True)):
        draw = random.Random(number)
        env = simpy.Environment()
        unit, there, seen = mean / shape / DAYS_A_MONTH, [OPENING], []

        def child(length, env=env, there=there):
            yield env.timeout(length)
            there[0] -= 1

        def starts(env=env, there=there, draw=draw, rate=rate, shape=shape, unit=unit, child=child):
            while True:
                yield env.timeout(draw.expovariate(rate))
                there[0] += 1
                env.process(child(draw.gammavariate(shape, unit)))

        def months(env=env, there=there, seen=seen):
            for _ in range(MONTHS):
                yield env.timeout(1)
                seen.append(there[0])

        for _ in range(OPENING):
            env.process(child(draw.gammavariate(shape + 1, unit) * draw.random()))
        env.process(starts())
        env.process(months())
        env.run(until=MONTHS + 1e-9)
        stocks.append(seen)
    return np.array(stocks)


def with_ciw(ciw, replicates, spread=0.05):
    stocks = []
    for number, (rate, mean, shape) in enumerate(zip(*parameters(replicates, spread), strict=True)):
        unit = mean / shape / DAYS_A_MONTH

        class Residual(ciw.dists.Distribution):
            def sample(self, t=None, ind=None, shape=shape, unit=unit):
                return random.gammavariate(shape + 1, unit) * random.random()

        network = ciw.create_network(
            arrival_distributions=[
                ciw.dists.Exponential(rate),
                ciw.dists.Sequential([0.0, float("inf")]),
            ],
            batching_distributions=[
                ciw.dists.Deterministic(1),
                ciw.dists.Deterministic(OPENING),
            ],
            service_distributions=[ciw.dists.Gamma(shape, unit), Residual()],
            routing=[[0.0, 0.0], [0.0, 0.0]],
            number_of_servers=[float("inf"), float("inf")],
        )
        ciw.seed(number)
        run = ciw.Simulation(network)
        run.simulate_until_max_time(MONTHS)
        begun = [each.arrival_date for node in run.nodes[1:-1] for each in node.all_individuals]
        records = run.get_all_records()
        begun += [each.arrival_date for each in records]
        ended = [each.exit_date for each in records]
        edges = np.arange(1, MONTHS + 1)
        stocks.append(
            np.searchsorted(np.sort(begun), edges) - np.searchsorted(np.sort(ended), edges)
        )
    return np.array(stocks)


def assert_exact_law(stock, times=1):
    """Mean and variance of the last stock against M_t/G/infinity, at one in a million."""
    rates = np.full(MONTHS, times * STARTS)
    exact = moments(np.arange(MONTHS + 1.0), rates, MEAN, SHAPE, times * OPENING)
    mean, variance = exact.mean[-1], exact.covariance[-1, -1]
    number = len(stock)
    score = (stock[:, -1].mean() - mean) / np.sqrt(variance / number)
    spread = stock[:, -1].var(ddof=1) * (number - 1) / variance
    assert abs(score) < stats.norm.isf(5e-7)
    assert 5e-7 < stats.chi2.cdf(spread, number - 1) < 1 - 5e-7


@pytest.mark.integration
def test_beside_children_one_by_one_in_numpy(compare):
    assert_exact_law(ours(20_000, spread=0))
    assert_exact_law(one_by_one(20_000, spread=0))
    found = compare(
        "stock and flow, 36 months, 4,096 replicates",
        lambda: ours(4096),
        "each child drawn in numpy, same replicates",
        lambda: one_by_one(4096),
        "at most 0.5",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_beside_simpy(compare):
    simpy = pytest.importorskip("simpy", reason="simpy is not installed")
    assert_exact_law(with_simpy(simpy, 60, spread=0))
    found = compare(
        f"stock and flow, 36 months, {TIMES * EACH:,} replicates",
        lambda: ours(TIMES * EACH),
        f"simpy, {EACH} replicates",
        lambda: with_simpy(simpy, EACH),
        f"at most 1 ({TIMES} times its replicates)",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_beside_ciw(compare):
    ciw = pytest.importorskip("ciw", reason="ciw is not installed")
    assert_exact_law(with_ciw(ciw, 30, spread=0))
    found = compare(
        f"stock and flow, 36 months, {TIMES * EACH:,} replicates",
        lambda: ours(TIMES * EACH),
        f"ciw, {EACH} replicates",
        lambda: with_ciw(ciw, EACH),
        f"at most 1 ({TIMES} times its replicates)",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_a_hundred_times_the_children(compare):
    assert_exact_law(ours(20_000, times=100, spread=0), times=100)
    found = compare(
        "stock and flow, 63,000 starts a year, 4,096 replicates",
        lambda: ours(4096, times=100),
        "630 starts a year, same replicates",
        lambda: ours(4096),
        "at most 4 (independent of the number of children would be 1)",
    )
    assert found.ratio > 0
