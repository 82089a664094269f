"""Opponents at their best: the ridge on all figures, and rates that stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from riskmodel.demand.pooled.competitors import prevalence
from riskmodel.demand.pooled.history import StageHistory
from riskmodel.demand.pooled.wide import constant_rates, random_walk, wide_ridge
from riskmodel.streams import stream

Make = Callable[..., StageHistory]


def history_of(stock: list[float], starts: list[float]) -> StageHistory:
    """One authority to 2015."""
    table, flow = np.array([stock]), np.array([starts])
    nothing = np.full(table.shape, np.nan)
    years = tuple(range(2016 - len(stock), 2016))
    return StageHistory("lac_at_31_mar", ("1",), years, table, flow, nothing, nothing)


@pytest.mark.unit
def test_prevalence_follows_the_population() -> None:
    own = history_of([400.0] * 4, [np.nan] * 4)
    people = np.array([[1000.0, 1010.0, 1020.1, 1030.301]])
    still, grown = prevalence(own, own, 3), prevalence(own, replace(own, population=people), 3)
    assert still.location == pytest.approx(np.log(401))
    assert grown.location - still.location == pytest.approx(np.log(1.01) * np.array([[1, 2, 3]]))
    assert (grown.scale == still.scale).all()


@pytest.mark.unit
def test_constant_rates_are_a_queue_that_chance_alone_spreads() -> None:
    """Starts of 200 a year and a stock of 400 that stands: a rate of a half a year, for ever."""
    own = history_of([400.0] * 4, [200.0] * 4)
    found = constant_rates(own, own, 3)
    np.testing.assert_allclose(np.expm1(found.location), 400)
    # A stationary queue: the survivors' binomial and the newcomers' Poisson.
    left = np.exp(-0.5 * np.arange(1, 4))
    variance = 400 * left * (1 - left) + 400 * (1 - left)
    np.testing.assert_allclose(found.scale[0], np.sqrt(variance) / 401)
    growing = constant_rates(own, history_of([200.0, 300, 400, 500], [300.0] * 4), 1)
    # 200 end a year of 350 on average.
    left = np.exp(-200 / 350)
    assert np.expm1(growing.location[0, 0]) == pytest.approx(500 * left + 525 * (1 - left))
    without = constant_rates(own, history_of([400.0] * 4, [np.nan] * 4), 2)
    np.testing.assert_allclose(np.expm1(without.location), 400)
    np.testing.assert_allclose(without.scale, 20 / 401)


@pytest.mark.unit
def test_the_wide_ridge_follows_a_figure_that_leads_and_claims_what_it_missed(
    simulated_history: Make,
) -> None:
    generator = stream(1, "tests/wide")
    history = simulated_history(generator, 50, 8)
    lead = generator.normal(0, 0.5, history.stock.shape)
    log = np.full(history.stock.shape, np.log(200.0))
    for year in range(1, log.shape[1]):
        noise = generator.normal(0, 0.02, len(log))
        log[:, year] = log[:, year - 1] + 0.1 * lead[:, year - 1] + noise
    stock = np.expm1(log)
    history = replace(history, stock=stock, beside={"referrals": np.expm1(log + lead)})
    taught, own = history.of(range(40)), history.of(range(40, 50))
    found = wide_ridge(taught, own, 2)
    moved = found.location[:, 0] - log[40:, -1]
    assert np.corrcoef(moved, lead[40:, -1])[0, 1] > 0.9
    spread = np.diff(found.unit(np.array([0.16, 0.84]))) / 2 * found.scale[:, 0]
    # What is left is noise of 0.02 and a part of the lead that the penalty holds back.
    assert (spread > 0.02).all()
    assert (spread < 0.05).all()
    nobody = wide_ridge(taught.of([]), own, 2)
    np.testing.assert_array_equal(nobody.location, random_walk(taught.of([]), own, 2).location)
