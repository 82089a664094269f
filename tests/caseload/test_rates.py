"""Rates that differ from simulation to simulation: against each simulation by itself."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodel.caseload import (
    Target,
    posts_by_replicate,
    posts_needed,
    published_structure,
    published_workforce,
    simulate_workforce,
    workforce_draws,
)
from riskmodel.caseload.flows import WorkforceDraws, binomial_quantile
from riskmodel.caseload.rates import ASSUMED_RATES, drawn_rates, joint_rates
from riskmodel.caseload.scenario_workforce import workforce_of
from riskmodel.errors import DataError
from riskmodel.levers import Levers, Range, RangedPart
from riskmodel.parameters import parameter

MONTHS, SEED = 18, 5
TURNOVER = "workforce.turnover_rate"


@pytest.mark.unit
def test_a_chance_for_each_gives_the_quantile_of_that_chance():
    random = np.random.default_rng(3)
    uniform, chance = random.random(60), random.choice([0.0, 0.01, 0.02, 0.3], 60)
    for number in (5, 90, 2000):
        people = np.full(60, number, dtype=np.int32)
        one_by_one = [
            binomial_quantile(uniform[[at]], people[[at]], float(chance[at]))[0] for at in range(60)
        ]
        np.testing.assert_array_equal(binomial_quantile(uniform, people, chance), one_by_one)


@pytest.mark.unit
def test_drawn_rates_are_each_simulation_with_its_own_rates():
    draws = workforce_draws(SEED, 12, MONTHS)
    force, names = drawn_rates(published_workforce(), SEED, 12, MONTHS)
    assert names == tuple(ASSUMED_RATES)
    path = simulate_workforce(force, 76, draws, posts=np.full(12, 110.0))
    for at in range(12):
        rates = {name: float(force.monthly(name, MONTHS)[0, at]) for name in names}
        for name, rate in rates.items():
            low, high = parameter(f"workforce_{name}_range").numbers
            assert low <= rate <= high
        own = WorkforceDraws(draws.leave[:, [at]], draws.arrive[:, [at]], draws.opening[:, [at]])
        alone = simulate_workforce(
            published_workforce().changed(**rates), 76, own, posts=np.array([110.0])
        )
        np.testing.assert_array_equal(alone.in_post[:, 0], path.in_post[:, at])
        np.testing.assert_allclose(alone.fte[:, 0], path.fte[:, at], rtol=1e-12)


@pytest.mark.unit
def test_rates_of_ones_own_stay():
    force, names = drawn_rates(published_workforce().changed(turnover_rate=0.2), SEED, 9, MONTHS)
    assert "turnover_rate" not in names
    assert force.turnover_rate == 0.2
    stated = dict.fromkeys(ASSUMED_RATES, 0.1)
    force = published_workforce().changed(**stated)
    assert joint_rates(lambda _: np.ones(9), force, SEED, (9, MONTHS)) is None


@pytest.mark.unit
def test_the_share_of_the_rates_is_that_of_the_law_of_total_variance():
    number, luck = 20_000, np.random.default_rng(8).normal(0, 4, 20_000)

    def needed(force):
        return 100 / (1 - force.monthly("vacancy_rate", 1)[0]) + luck

    found = joint_rates(needed, published_workforce(), SEED, (number, 1))
    low, high = parameter("workforce_vacancy_rate_range").numbers
    rates = np.linspace(low, high, 100_001)
    variance = np.var(100 / (1 - rates))
    assert found.share == pytest.approx(variance / (variance + 16), rel=0.05)
    assert found.rates[0] == "vacancies"


@pytest.mark.integration
def test_posts_with_rates_drawn_together_are_those_of_each_simulation_alone(project):
    projection, structure = project(months=MONTHS, replicates=60), published_structure()
    target, workforce = Target(14, projection.months[-1], 0.8), published_workforce()
    found = posts_needed(projection, structure, workforce, target, seed=SEED)
    force, names = drawn_rates(workforce, SEED, 60, MONTHS)
    needed = []
    for at in range(0, 60):
        rates = {name: float(force.monthly(name, MONTHS)[0, at]) for name in names}
        alone = workforce.changed(hires_per_month=np.inf, **rates)
        needed.append(posts_by_replicate(projection, structure, alone, target, seed=SEED)[at])
    assert found.jointly.posts == np.sort(needed)[int(0.8 * 60) - 1]
    assert found.jointly.high - found.jointly.low > found.high - found.low
    assert 0 < found.jointly.share <= 1
    assert f"{found.jointly.posts} posts (range" in str(found.jointly)
    row = found.to_frame().set_index("assumption").loc["assumed rates drawn together"]
    assert row["posts"] == found.jointly.posts


@pytest.mark.unit
def test_a_lever_of_the_workforce_with_a_range_draws_once_a_simulation():
    part = RangedPart(Range(0.8, 1.4), (0.0,) * 6 + (1.0,) * 12, True)
    levers = Levers.after("2015-11", MONTHS).with_path(
        TURNOVER, multiplier=np.where(np.arange(MONTHS) < 6, 1, part.range.middle), ranges=(part,)
    )
    usual = published_workforce()
    drawn = workforce_of(levers, usual, (SEED, 400)).monthly("turnover_rate", MONTHS)
    assert drawn.shape == (MONTHS, 400)
    assert (drawn[:6] == usual.turnover_rate).all()
    assert (drawn[6:] == drawn[6]).all()
    factor = drawn[6] / usual.turnover_rate
    assert (factor < 0.8).mean() == pytest.approx(0.1, abs=0.05)
    assert (factor > 1.4).mean() == pytest.approx(0.1, abs=0.05)
    middle = workforce_of(levers, usual).monthly("turnover_rate", MONTHS)
    assert middle[-1] == pytest.approx(usual.turnover_rate * part.range.middle)


@pytest.mark.unit
def test_what_cannot_differ_between_simulations_is_refused():
    with pytest.raises(DataError, match="one number, or one for each month"):
        published_workforce().changed(caseload_cap=np.ones((2, 3)))
    with pytest.raises(DataError, match=r"got 1\.5 in month 2"):
        published_workforce().changed(turnover_rate=np.array([[0.1, 0.1], [0.1, 1.5]]))
