"""Caseload of ten scenarios beside the sort that its quantiles cannot do without, and in seconds.

Demand is made up here: what is measured is this room's share of a run.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from riskmodel.caseload import (
    FeedbackSwitches,
    Target,
    caseload_feedback,
    draw_allocation,
    plan,
    posts_needed,
    published_structure,
    published_workforce,
    workforce_paths,
)
from riskmodel.caseload.needs import _Problem, posts_by_replicate
from riskmodel.parameters import parameter
from riskmodel.projection import Projection
from riskmodel.streams import stream

SCENARIOS, REPLICATES, MONTHS, SEED = 10, 5000, 60, 1
STAGES = ("child_protection_plan", "looked_after", "child_in_need_plan")


@pytest.fixture(scope="module")
def given():
    random = stream(1, "benchmarks/caseload")
    shape = (SCENARIOS, REPLICATES, MONTHS, len(STAGES))
    starts, ends = (random.poisson((62, 20, 300), shape) for _ in range(2))
    opening = np.tile([626, 555, 1801], (REPLICATES, 1))
    stock = opening[None, :, None] + np.cumsum(starts - ends, axis=2)
    names = ("baseline", *(f"scenario_{number}" for number in range(1, SCENARIOS)))
    projection = Projection("made up", names, STAGES, "2015-11", opening, starts, ends, stock)
    force = published_workforce()
    forces = {
        name: force.changed(posts=force.posts + 3 * place) for place, name in enumerate(names)
    }
    return projection, published_structure(), forces


@pytest.mark.integration
def test_plan_of_ten_scenarios(compare, given):
    projection, structure, forces = given
    plan(projection, structure, forces, SEED)
    found = compare(
        "caseload plan, 10 scenarios x 5,000 replicates x 60 months x 12 teams",
        lambda: plan(projection, structure, forces, SEED),
        "five seconds, for demand and caseload together",
        5.0,
        "well below 1",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_plan_beside_its_sort(compare, given):
    projection, structure, forces = given
    measured = np.random.Generator(np.random.SFC64(1)).random(
        (SCENARIOS, 49, MONTHS, REPLICATES), dtype=np.float32
    )
    found = compare(
        "the same",
        lambda: plan(projection, structure, forces, SEED),
        "sorting its 49 measured series alone",
        lambda: np.sort(measured, axis=-1),
        "at most 4",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_feedback_of_every_month(compare, given):
    projection, structure, forces = given
    allocation = draw_allocation(structure, SEED, REPLICATES)
    paths = workforce_paths(projection, structure, forces, SEED, allocation=allocation)
    feedbacks = [
        caseload_feedback(
            FeedbackSwitches(0.2, 0.2),
            structure,
            allocation,
            forces[name],
            path,
            projection.opening,
            STAGES,
            baseline=forces["baseline"],
        )
        for name, path in zip(projection.scenarios, paths, strict=True)
    ]
    stocks = np.ascontiguousarray(np.moveaxis(projection.stock, 2, 1))

    def ours() -> None:
        for place, feedback in enumerate(feedbacks):
            for month in range(MONTHS):
                feedback(month, stocks[place, month])

    found = compare(
        "feedback, 10 scenarios x 5,000 replicates x 60 months",
        ours,
        "twenty seconds, for demand and caseload together",
        20.0,
        "well below 1",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_posts_needed(compare, given):
    projection, structure, forces = given
    target = Target(14, "2017-09", 0.8)
    found = compare(
        "posts for a cap with its sensitivity, 5,000 replicates",
        lambda: posts_needed(projection, structure, forces["baseline"], target, seed=SEED),
        "five seconds",
        5.0,
        "at most 1",
        rounds=3,
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_the_search_with_candidates_beside_a_plain_one(record, given):
    """By processor time, in turns: posts that each simulation needs, and candidates a month.

    The plain search halves all numbers of posts, for every simulation alike, with the same trial.
    """
    projection, structure, forces = given
    target, force = Target(14, "2017-09", 0.8), forces["baseline"].changed(hires_per_month=6.0)
    problem = _Problem(projection, structure, force, target, SEED, "baseline")
    most = int(parameter("search_posts_maximum").value)

    def plain():
        low, high = np.zeros(REPLICATES), np.full(REPLICATES, most + 1.0)
        while (high - low > 1).any():
            middle = np.floor((low + high) / 2)
            kept = problem.met(force, middle)
            low, high = np.where(kept, low, middle), np.where(kept, middle, high)
        return np.where(high > most, np.inf, high)

    def seconds(search):
        begun = time.process_time()
        return search(), time.process_time() - begun

    def ours():
        return posts_by_replicate(projection, structure, force, target, seed=SEED)

    assert (ours() == plain()).all()
    pairs = [(seconds(ours)[1], seconds(plain)[1]) for _ in range(3)]
    quick, slow = sorted(pairs, key=lambda pair: pair[0] / pair[1])[1]
    found = record(
        "posts with 6 candidates a month, 5,000 simulations, by the processor",
        quick,
        "a plain bisection over all numbers of posts",
        slow,
        "at most 1",
    )
    assert found.ratio > 0
