"""Loops between caseload and demand; the search for the cheapest mix."""

from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.caseload import (
    FEEDBACK_LOOPS,
    FeedbackSwitches,
    LeverCosts,
    LeverGrid,
    Levers,
    Target,
    amplification,
    caseload_feedback,
    draw_allocation,
    frontier,
    published_structure,
    published_workforce,
    search,
    simulate_workforce,
    workforce_draws,
)
from riskmodel.caseload.loops import NODES, fluid_path, start_elasticity_maximum
from riskmodel.errors import DataError

STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")
STRUCTURE, FORCE = published_structure(), published_workforce()
REPLICATES, MONTHS = 60, 240
OPENING = np.tile([626, 555, 1801], (REPLICATES, 1))
ALLOCATION = draw_allocation(STRUCTURE, 1, REPLICATES)
# From the first month on, and before: nobody comes, nobody goes.
STEADY = replace(FORCE, turnover_rate=0.0, hires_per_month=0.0)
WORKERS = ALLOCATION.workers[STRUCTURE.is_family_support].sum(axis=0)
PATH = simulate_workforce(STEADY, WORKERS, workforce_draws(1, REPLICATES, MONTHS))


def made(length=0.0, starts=0.0, force=STEADY, path=PATH, stages=STAGES, **options):
    kept = [STAGES.index(stage) for stage in stages]
    return caseload_feedback(
        FeedbackSwitches(length, starts),
        STRUCTURE,
        ALLOCATION,
        force,
        path,
        OPENING[:, kept],
        stages,
        **options,
    )


def followed(feedback, months=MONTHS, more=1.0, length=10.0):
    """Plans as a fluid whose lengths and starts follow the feedback; others stand still."""
    stock = OPENING.astype(float)
    starts = stock[:, 0] / length * more
    for month in range(months):
        found = feedback(month, stock)
        now = length * found.length[:, 0]
        kept = np.exp(-1 / now)
        stock[:, 0] = stock[:, 0] * kept + starts * found.starts[:, 0] * now * (1 - kept)
    return stock[:, 0]


@pytest.mark.unit
def test_nothing_changes_before_something_changes():
    for feedback in (made(), made(0.4), made(0.0, 0.3), made(0.2, 0.3)):
        found = feedback(0, OPENING)
        np.testing.assert_allclose(found.length, 1, rtol=1e-12)
        np.testing.assert_allclose(found.starts, 1, rtol=1e-12)
    assert made().switches.is_off
    np.testing.assert_allclose(followed(made(0.2, 0.2)), 626)


@pytest.mark.unit
def test_only_plans_answer_and_in_the_right_direction():
    feedback = made(0.3, 0.3)
    more = OPENING + np.array([100, 0, 0])
    found = feedback(5, more)
    assert (found.length[:, 0] > 1).all()
    assert (found.starts[:, 0] >= 1).all()
    assert found.starts[:, 0].mean() > 1
    assert (found.length[:, 1:] == 1).all()
    assert (found.starts[:, 1:] == 1).all()
    fewer = feedback(5, OPENING - np.array([100, 0, 0]))
    assert (fewer.length[:, 0] < 1).all()


@pytest.mark.unit
def test_the_length_multiplier_is_the_caseload_to_the_elasticity():
    feedback = made(0.4)
    more = OPENING + np.array([126, 0, 0])
    support = STRUCTURE.is_family_support
    shares = ALLOCATION.shares[:, support].sum(axis=1).T
    ratio = (shares * more).sum(axis=1) / (shares * OPENING).sum(axis=1)
    np.testing.assert_allclose(feedback(3, more).length[:, 0], ratio**0.4, rtol=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("elasticity", [0.0, 0.1, 0.25, 0.4])
@pytest.mark.parametrize("more", [0.8, 1.0, 1.1, 1.5])
def test_the_fluid_settles_amplified(elasticity, more):
    stock = fluid_path(np.full(3000, 62.0 * more), 10, elasticity, 620)
    found = np.log(stock[-1] / 620)
    assert found == pytest.approx(np.log(more) * amplification(elasticity), abs=1e-9)


@pytest.mark.unit
def test_the_gain_says_how_far_the_loop_amplifies():
    """A small shock to starts, followed to its end, against 1 / (1 - gain)."""
    for length, starts in ((0.4, 0.0), (0.0, 0.3), (0.3, 0.25)):
        feedback = made(length, starts)
        gain = feedback.gain(0, OPENING)
        assert (gain < 1).all()
        shock = 1e-5
        settled = np.log(followed(feedback, months=230, more=1 + shock) / 626) / np.log1p(shock)
        np.testing.assert_allclose(settled, 1 / (1 - gain), rtol=2e-3)


@pytest.mark.unit
def test_the_gain_counts_the_workers_whom_a_specialist_team_takes():
    """Against a small shock to plans: their specialist share takes workers from all teams."""
    force = STEADY.changed(specialist_share=0.12, specialist_caseload=9.0, caseload_cap=21.0)
    feedback = made(0.3, 0.4, force=force)
    more = 1e-6 * np.array([1, 0, 0])

    def plans_brought(stock):
        found = feedback(0, stock)
        return np.log(found.length[:, 0] * found.starts[:, 0])

    slope = plans_brought(OPENING * (1 + more)) - plans_brought(OPENING * (1 - more))
    np.testing.assert_allclose(slope / 2e-6, feedback.gain(0, OPENING), rtol=1e-4)


@pytest.mark.unit
def test_a_loop_that_runs_away_says_so():
    for gain in (1.0, 1.5, -0.1):
        with pytest.raises(DataError, match="runs away"):
            amplification(gain)
    # All teams short of workers: the circle of para 49 at its strongest has a gain above 1.
    with pytest.raises(DataError, match=r"runs away: in month 1 .*lower elasticities"):
        made(0.4, start_elasticity_maximum(), force=STEADY.changed(caseload_cap=15.0))
    feedback = made(0.4)
    with pytest.raises(DataError, match=r"month 4 the plans are 20\.0 times"):
        feedback(3, OPENING * np.array([20, 1, 1]))
    with pytest.raises(DataError, match="runs away"):
        followed(made(0.4, 0.9), more=1.3)


@pytest.mark.unit
def test_switches_have_limits():
    assert start_elasticity_maximum() == pytest.approx(
        np.log(626 / 422) / np.log(2451 / 1801), rel=1e-12
    )
    with pytest.raises(DataError, match=r"length_elasticity: must lie between 0 and 0.40"):
        FeedbackSwitches(0.41)
    with pytest.raises(DataError, match=r"start_elasticity: must lie between 0 and 1.28"):
        FeedbackSwitches(0.0, 1.3)
    with pytest.raises(DataError, match="between"):
        FeedbackSwitches(-0.1)
    with pytest.raises(DataError, match="needs stocks of child_in_need_plan"):
        made(0.0, 0.1, stages=("child_protection_plan",))
    assert made(0.1, stages=("child_protection_plan", "looked_after"))


@pytest.mark.unit
def test_a_specialist_team_shortens_its_share_of_plans():
    force = STEADY.changed(specialist_share=0.2)
    found = made(force=force)(0, OPENING)
    np.testing.assert_allclose(found.length[:, 0], 1 - 0.2 * (1 - 208 / 303))
    # With the loop closed, its workers are missing elsewhere.
    closed = made(0.4, force=force, baseline=STEADY)(0, OPENING)
    assert (closed.length[:, 0] > found.length[:, 0]).all()


@pytest.mark.unit
def test_the_loops_are_closed_and_reinforce():
    assert {link.source for link in FEEDBACK_LOOPS} <= set(NODES)
    assert {link.target for link in FEEDBACK_LOOPS} <= set(NODES)
    signs = {(link.source, link.target): link.sign for link in FEEDBACK_LOOPS}
    for loop in (
        ("plans open", "caseload", "duration of plans"),
        ("plans open", "caseload", "child in need work done", "plans started"),
    ):
        ends = (*loop[1:], loop[0])
        assert np.prod([signs[pair] for pair in zip(loop, ends, strict=True)]) == 1


def response(levers, probability):
    """1,493 cases that the levers lessen, and posts of which 0.78 are at work."""
    cases = 1493 * (1 - 0.4 * levers.shorter_plans) * (1 - 0.4 * levers.diversion)
    return cases * (1 + 0.05 * NormalDist().inv_cdf(probability)) / max(0.784 * levers.posts, 1e-9)


GRID = LeverGrid((0.0, 0.05, 0.1, 0.2), (0.0, 0.1, 0.2), 90, 300)
COSTS = LeverCosts(50.0, 60.0, 10.0)


@pytest.mark.property
@settings(max_examples=25)
@given(st.floats(0, 100), st.floats(0, 200), st.floats(0, 200), st.floats(10, 19))
def test_the_cheapest_mix_is_the_cheapest_of_all(post, shorter, diverted, cap):
    target, costs = Target(cap, "2017-09", 0.8), LeverCosts(post, shorter, diverted)
    found = search(response, costs, GRID, target)
    every = [
        Levers(posts, a, b)
        for posts in range(90, 301)
        for a in GRID.shorter_plans
        for b in GRID.diversion
    ]
    cheapest = min(costs.of(mix) for mix in every if response(mix, 0.8) <= cap)
    assert found.best.cost == pytest.approx(cheapest)
    assert response(found.best.levers, 0.8) == found.best.caseload <= cap


@pytest.mark.unit
def test_certainty_costs_and_efficient_mixes_do_not_dominate():
    target = Target(14, "2017-09", 0.8)
    costs = [point.cost for point in frontier(response, COSTS, GRID, target, (0.5, 0.8, 0.95))]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]
    found = search(response, COSTS, GRID, target)
    frame = found.to_frame()
    assert frame["best"].sum() == 1
    assert len(frame) == 12 == len(found.points)
    assert 0 < frame["efficient"].sum() <= 12
    assert "a year for at most 14 cases" in str(found)


@pytest.mark.unit
def test_what_the_search_refuses():
    target = Target(14, "2017-09", 0.8)
    few = search(response, COSTS, LeverGrid(posts_to=50), target)
    assert few.missed == ((0.0, 0.0),)
    with pytest.raises(DataError, match="no mix of these levers"):
        _ = few.best
    with pytest.raises(DataError, match="must not rise with posts"):
        search(lambda levers, _: levers.posts, COSTS, LeverGrid(posts_to=50), target)
    with pytest.raises(DataError, match="one step or more"):
        LeverGrid(())
    with pytest.raises(DataError, match="posts go from"):
        LeverGrid(posts_from=5, posts_to=4)
    with pytest.raises(DataError, match="a price must be 0 or more"):
        LeverCosts(-1, 0, 0)
    with pytest.raises(DataError, match="below 1"):
        Levers(3, diversion=1.0)
    with pytest.raises(DataError, match="0 or more"):
        Levers(-3)
