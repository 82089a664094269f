"""Workers join and leave: conserved, paired, monotone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from riskmodel.caseload import (
    WORKFORCE_PARAMETERS,
    UnitCosts,
    Workforce,
    monthly_cost,
    published_workforce,
    simulate_workforce,
    workforce_draws,
)
from riskmodel.caseload.flows import WorkforcePath, binomial_quantile, poisson_quantile
from riskmodel.errors import DataError, UnknownNameError

DRAWS = workforce_draws(11, 64, 30)

rates = st.floats(0, 0.9)
monthly = st.lists(st.floats(0, 150), min_size=30, max_size=30).map(np.array)


@st.composite
def workforces(draw):
    return published_workforce().changed(
        posts=draw(st.one_of(st.floats(0, 200), monthly)),
        vacancy_rate=draw(rates),
        turnover_rate=draw(st.floats(0, 1)),
        hires_per_month=draw(st.one_of(st.floats(0, 6), st.just(np.inf))),
        recruitment_lag_months=draw(st.integers(0, 8)),
        agency_fte=draw(st.floats(0, 10)),
    )


@pytest.mark.property
@settings(max_examples=40)
@given(workforces(), st.floats(0, 120))
def test_workers_are_conserved(force, opening):
    path = simulate_workforce(force, opening, DRAWS)
    before = np.vstack([path.opening[None], path.in_post[:-1]])
    np.testing.assert_array_equal(before + path.joiners - path.leavers, path.in_post)
    assert min(path.joiners.min(), path.leavers.min(), path.in_post.min()) >= 0
    assert (path.leavers <= before).all()


@pytest.mark.property
@settings(max_examples=40)
@given(
    workforces(),
    st.floats(0, 120),
    st.lists(st.floats(0, 40), min_size=30, max_size=30).map(np.array),
    st.floats(0, 3),
)
def test_more_posts_or_hires_never_mean_fewer_workers(force, opening, posts, hires):
    before = simulate_workforce(force, opening, DRAWS)
    more = {"posts": force.monthly("posts", 30) + posts}
    after = simulate_workforce(force.changed(**more), opening, DRAWS)
    assert (after.in_post >= before.in_post).all()
    more["hires_per_month"] = force.monthly("hires_per_month", 30) + hires
    both = simulate_workforce(force.changed(**more), opening, DRAWS)
    assert (both.in_post >= after.in_post).all()
    assert (both.fte >= before.fte).all()


@pytest.mark.property
@given(st.integers(0, 400), st.floats(0, 1), st.integers(0, 1000))
def test_quantiles_against_scipy(number, chance, seed):
    uniform = np.random.default_rng(seed).random(50)
    people = np.full(50, number, dtype=np.int32)
    found = binomial_quantile(uniform, people, chance)
    # At the border of two counts the last bits may decide differently.
    sure = np.ones(50, dtype=bool)
    for shift in (-1e-9, 1e-9):
        sure &= stats.binom.ppf(np.clip(uniform + shift, 1e-12, 1), number, chance) == (
            stats.binom.ppf(uniform, number, chance)
        )
    np.testing.assert_array_equal(
        found[sure], np.clip(stats.binom.ppf(uniform, number, chance), 0, number)[sure]
    )
    # One more worker: those who stay do not become fewer.
    more = binomial_quantile(uniform, people + 1, chance)
    assert ((more - found >= 0) & (more - found <= 1)).all()


@pytest.mark.unit
@pytest.mark.parametrize("mean", [0.0, 0.01, 1.67, 30.0, 199.0, 500.0])
def test_poisson_quantiles_against_scipy(mean):
    uniform = np.random.default_rng(2).random(2000)
    np.testing.assert_array_equal(
        poisson_quantile(uniform, mean), stats.poisson.ppf(uniform, mean).clip(0)
    )


@pytest.mark.unit
@pytest.mark.parametrize("most", [3.0, 150.0, 400.0])
def test_poisson_quantiles_of_a_mean_each_against_scipy(most):
    random = np.random.default_rng(3)
    uniform, mean = random.random(2000), most * random.random(2000)
    mean[:5] = 0
    np.testing.assert_array_equal(
        poisson_quantile(uniform, mean), stats.poisson.ppf(uniform, mean).clip(0)
    )


@pytest.mark.unit
def test_a_number_for_each_simulation_is_that_number_in_it():
    """Against one run for each number, of which the simulation that has it is taken."""
    force = published_workforce()
    drawn = {"posts": (80, 120), "hires_per_month": (0.5, 4), "agency_fte": (0, 12)}
    random, costs = np.random.default_rng(4), UnitCosts(agency_per_week=1000)
    numbers = {name: random.uniform(*ends, DRAWS.replicates) for name, ends in drawn.items()}
    months = np.where(np.arange(30) < 6, 0.0, 1.0)[:, None]
    each = force.changed(
        **{name: (1 - months) * force.first(name) + months * numbers[name] for name in drawn}
    )
    found = simulate_workforce(each, 76, DRAWS, baseline=force)
    for place in (0, 17, 63):
        alone = force.changed(**{name: getattr(each, name)[:, place] for name in drawn})
        path = simulate_workforce(alone, 76, DRAWS, baseline=force)
        np.testing.assert_array_equal(found.in_post[:, place], path.in_post[:, place])
        np.testing.assert_array_equal(found.fte[:, place], path.fte[:, place])
    plan = SimpleNamespace(path=lambda _: found)
    priced = monthly_cost(plan, costs, each)["agency"]
    np.testing.assert_allclose(priced, each.agency_fte * 1000 * 365.25 / 84)


@pytest.mark.unit
def test_turnover_and_hires_come_out_at_their_rates():
    force = published_workforce().changed(posts=1e6, hires_per_month=2.5, turnover_rate=0.3)
    path = simulate_workforce(force, 76, workforce_draws(4, 4000, 36))
    before = np.vstack([path.opening[None], path.in_post[:-1]])
    # 4,000 x 36 months: within 4.5 standard errors of the mean.
    leaving = path.leavers.sum() / before.sum()
    assert leaving == pytest.approx(0.3 / 12, abs=4.5 * np.sqrt(0.025 / before.sum()))
    # Those of the first four months were advertised for before.
    joined = path.joiners[4:]
    assert joined.mean() == pytest.approx(2.5, abs=4.5 * np.sqrt(2.5 / joined.size))


@pytest.mark.unit
def test_little_holds_for_workers():
    """In a steady state: workers in post = joiners a month x months that they stay."""
    force = published_workforce().changed(posts=1e6, hires_per_month=2.0, turnover_rate=0.24)
    draws = workforce_draws(8, 400, 600)
    path = simulate_workforce(force, 100 * float(force.share_at_work(1)[0]), draws)
    late = slice(120, None)
    stay = 12 / 0.24
    assert path.in_post[late].mean() == pytest.approx(path.joiners[late].mean() * stay, rel=0.01)
    # And the number in post is Poisson, as that of an M/M/infinity queue.
    assert path.in_post[-1].var() == pytest.approx(path.in_post[-1].mean(), rel=0.3)


@pytest.mark.unit
def test_posts_and_hires_of_a_month_bring_joiners_after_the_lag():
    force = published_workforce().changed(turnover_rate=0.0, recruitment_lag_months=5)
    grown = force.changed(posts=np.full(30, force.posts + 40), hires_per_month=np.full(30, 3.0))
    plain = simulate_workforce(force, 76, DRAWS)
    more = simulate_workforce(grown, 76, DRAWS)
    np.testing.assert_array_equal(more.joiners[:5], plain.joiners[:5])
    assert more.joiners[5:10].mean() == pytest.approx(3, abs=0.5)
    frozen = simulate_workforce(force.changed(hires_per_month=0.0, posts=500.0), 76, DRAWS)
    assert frozen.joiners[5:].sum() == 0


@pytest.mark.unit
def test_nobody_is_dismissed_where_posts_are_cut():
    force = published_workforce().changed(posts=10.0, turnover_rate=0.0)
    path = simulate_workforce(force, 76, DRAWS)
    assert (path.in_post == path.opening).all()


@pytest.mark.unit
def test_paired_draws_halve_the_spread_of_a_difference_at_least():
    force = published_workforce()
    more = force.changed(posts=force.posts + 3)
    draws, others = workforce_draws(1, 2000, 24), workforce_draws(2, 2000, 24)
    base = simulate_workforce(force, 76, draws).in_post[-1]
    paired = simulate_workforce(more, 76, draws).in_post[-1] - base
    unpaired = simulate_workforce(more, 76, others).in_post[-1] - base
    assert paired.var() < unpaired.var() / 2
    assert paired.mean() == pytest.approx(unpaired.mean(), abs=0.4)


@pytest.mark.unit
def test_more_months_and_replicates_leave_the_first_as_they_are():
    longer = workforce_draws(11, 1500, 48)
    for name in ("leave", "arrive"):
        np.testing.assert_array_equal(getattr(longer, name)[:30, :64], getattr(DRAWS, name))
    np.testing.assert_array_equal(longer.opening[:, :64], DRAWS.opening)
    with pytest.raises(DataError, match="1 replicate and 1 month"):
        workforce_draws(1, 0, 3)


@pytest.mark.unit
def test_zero_change_is_the_same_to_the_byte():
    force = published_workforce()
    same = force.changed(**{name: getattr(force, name) for name in WORKFORCE_PARAMETERS})
    first, second = (simulate_workforce(each, 76, DRAWS) for each in (force, same))
    for name in ("opening", "joiners", "leavers", "in_post", "fte"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("posts", -1, "must be 0 or more, got -1"),
        ("agency_fte", np.array([1.0, -2.0]), "0 or more, got -2 in month 2"),
        ("turnover_rate", 1.01, "between 0 and 1, got 1.01"),
        ("vacancy_rate", np.nan, "between 0 and 1, got nan"),
        ("caseload_cap", 0, "above 0, got 0"),
        ("recruitment_lag_months", 1.5, "a whole number of months"),
        ("hires_per_month", -1, "or inf"),
        ("posts", np.inf, "got inf"),
        ("caseload_cap", np.ones((2, 2)), "one number, or one for each month"),
        ("posts", "many", "a number or one for each month"),
    ],
)
def test_impossible_parameters_are_refused(name, value, words):
    with pytest.raises(DataError, match=rf"field {name}: .*{words}"):
        published_workforce().changed(**{name: value})


@pytest.mark.unit
def test_months_have_to_fit():
    force = published_workforce()
    with pytest.raises(DataError, match="as many months each; found 2, 3"):
        force.changed(posts=np.ones(2), agency_fte=np.ones(3))
    with pytest.raises(DataError, match="given for 2 months of 3"):
        force.changed(posts=np.ones(2)).monthly("posts", 3)
    with pytest.raises(UnknownNameError, match="Did you mean 'vacancy_rate'"):
        force.changed(vacancy_rates=0.1)
    with pytest.raises(UnknownNameError, match="posts"):
        force.monthly("post", 3)
    assert force.changed(posts=np.arange(4.0)).months == 4
    assert force.months is None
    frame = force.changed(posts=np.arange(4.0)).to_frame().set_index("parameter")
    assert frame.loc["posts", "changes"]
    assert not frame.loc["agency_fte", "changes"]


@pytest.mark.unit
def test_a_path_that_loses_workers_is_refused():
    one = np.ones((1, 2), dtype=np.int32)
    with pytest.raises(DataError, match="month 1, replicate 0"):
        WorkforcePath(one[0], one, one, 3 * one, one.astype(float))
    nobody = published_workforce().changed(case_holding_share=0.0)
    with pytest.raises(DataError, match="nobody in post holds cases"):
        simulate_workforce(nobody, 76, DRAWS)
    with pytest.raises(DataError, match="field fte"):
        simulate_workforce(published_workforce(), -1, DRAWS)


@pytest.mark.unit
def test_the_parameters_are_those_that_scenarios_change():
    handed_over = {
        "posts",
        "vacancy_rate",
        "turnover_rate",
        "hires_per_month",
        "recruitment_lag_months",
        "agency_fte",
        "sickness_rate",
        "newly_qualified_share",
        "newly_qualified_protection",
        "case_holding_share",
        "caseload_cap",
        "specialist_caseload",
        "specialist_length_multiplier",
    }
    assert handed_over <= set(WORKFORCE_PARAMETERS)
    assert set(WORKFORCE_PARAMETERS) < set(Workforce.__slots__)
