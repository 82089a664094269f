"""Ten scenarios, 5,000 replicates, 60 months, from demand to the caseload of every team.

What is calibrated, once for all scenarios, is measured in ``test_calibration.py``.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from riskmodel.authority.comparison import compare as compare_scenarios
from riskmodel.authority.comparison import usual_target
from riskmodel.authority.service import plan_outlook, project_service
from riskmodel.caseload import FeedbackSwitches, plan, posts_by_replicate, published_structure
from riskmodel.caseload.scenario_workforce import recruiting, workforce_of
from riskmodel.caseload.targets import CAP_HOLDS
from riskmodel.demand.simulation.changed import PLAN
from riskmodel.levers import Levers, Range, RangedPart, lever
from riskmodel.projection import BASELINE
from riskmodel.scenarios import load_library

SCENARIOS, REPLICATES, MONTHS, SEED, CORES = 10, 5000, 60, 1, 2


def ten(switches):
    """An outlook of the baseline alone, the levers of ten scenarios, and their workforces."""
    outlook = project_service(
        months=MONTHS, replicates=REPLICATES, seed=SEED, switches=switches, workers=CORES
    )
    opening = outlook.projection.opening_month
    levers = {each.name: each.levers(opening, MONTHS) for each in load_library()[:SCENARIOS]}
    return outlook, levers, {name: workforce_of(each) for name, each in levers.items()}


def run(outlook, levers, forces, workers=CORES):
    projection = outlook.simulate(levers, workers=workers)
    return plan(projection, published_structure(), forces, SEED)


@pytest.fixture(scope="module")
def quiet():
    return ten(None)


@pytest.fixture(scope="module")
def looped():
    return ten(FeedbackSwitches(0.2, 0.1))


@pytest.mark.integration
def test_ten_scenarios_without_feedback(compare_times, quiet):
    outlook, levers, forces = quiet
    found = compare_times(
        "10 scenarios x 5,000 replicates x 60 months, demand and caseload",
        lambda: run(outlook, levers, forces),
        "five seconds on two cores",
        5.0,
        "at most 1",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_ten_scenarios_with_feedback(compare_times, looped):
    outlook, levers, forces = looped
    found = compare_times(
        "the same with both loops closed",
        lambda: run(outlook, levers, forces),
        "twenty seconds on two cores",
        20.0,
        "at most 1",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_two_processes_beside_one(compare_times, looped):
    outlook, levers, forces = looped
    found = compare_times(
        "the same with both loops closed, two processes",
        lambda: run(outlook, levers, forces),
        "one process",
        lambda: run(outlook, levers, forces, workers=1),
        "0.5 would be perfect; on a machine with other work nearer 1",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_ranges_conserved_flows_and_both_caps_beside_none_of_them(record, quiet):
    """By processor time, in turns: every multiplier a range, and where children are instead."""
    outlook, levers, _ = quiet
    full = {name: ranged(each) for name, each in levers.items()}
    bare = {
        name: Levers(each.months, tuple(
            replace(path, ranges=(), to=(("closed", 1.0),) if path.to else ())
            for path in each.paths
        ))
        for name, each in full.items()
    }  # fmt: skip
    target = usual_target(outlook)

    def seconds(chosen, caps) -> float:
        begun = time.process_time()
        forces = {name: workforce_of(each, None, outlook.draws) for name, each in chosen.items()}
        projection = outlook.simulate(chosen)
        plan(projection, published_structure(), forces, SEED)
        for holds in caps:
            for name, force in forces.items():
                posts_by_replicate(
                    projection, published_structure(), recruiting(chosen[name], force),
                    replace(target, holds=holds), seed=SEED, scenario=name,
                )  # fmt: skip
        return time.process_time() - begun

    pairs = [(seconds(full, CAP_HOLDS), seconds(bare, ())) for _ in range(3)]
    ours, limit = sorted(pairs, key=lambda pair: pair[0] / pair[1])[1]
    found = record(
        "10 scenarios x 5,000 x 60 months with ranges, conserved flows and posts for both caps, "
        "by the processor",
        ours,
        "without any of them",
        limit,
        "at most 1.5",
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_children_who_come_back_beside_none_who_do(record, quiet):
    """By processor time, in turns: what scenarios change of repeat plans, solved month by month."""
    outlook, levers, _ = quiet
    assert outlook.inputs[PLAN].repeats is not None
    alone = {
        stage: replace(each, inputs=replace(each.inputs, repeats=None))
        for stage, each in outlook.stages.items()
    }

    def seconds(asked) -> float:
        begun = time.process_time()
        asked.simulate(levers)
        return time.process_time() - begun

    pairs = [(seconds(outlook), seconds(replace(outlook, stages=alone))) for _ in range(3)]
    ours, limit = sorted(pairs, key=lambda pair: pair[0] / pair[1])[1]
    found = record(
        "10 scenarios x 5,000 x 60 months with children who come back to plans, by the processor",
        ours,
        "without them",
        limit,
        "at most 1.25",
    )
    assert found.ratio > 0


def ranged(levers: Levers) -> Levers:
    """With a range of a tenth about every number that a change multiplies by."""
    paths = []
    for path in levers.paths:
        if path.multiplier[-1] != 1 and not path.ranges and lever(path.name).takes_range:
            most = path.multiplier[-1]
            part = np.clip((path.multiplier - 1) / (most - 1), 0, 1)
            span = Range(0.95 * most, 1.05 * most)
            path = replace(path, ranges=(RangedPart(span, tuple(part.tolist()), True),))
        paths.append(path)
    return Levers(levers.months, tuple(paths))


@pytest.mark.integration
def test_what_the_decision_takes(record, measured_command):
    ran = measured_command("-m", "riskmodel", "decide", threads=1)
    found = record(
        "riskmodel decide, by the processor", ran.processor, "ten seconds", 10.0, "at most 1"
    )
    assert found.ratio > 0


@pytest.mark.integration
def test_what_attribution_takes(compare_times):
    outlook = project_service(
        scenarios=load_library()[5:7], months=36, replicates=2000, seed=SEED, workers=CORES
    )
    planned = plan_outlook(outlook)
    names = [BASELINE, *(each.name for each in load_library()[5:7])]
    found = compare_times(
        "two scenarios compared, each change by itself, 2,000 replicates",
        lambda: compare_scenarios(outlook, planned, names, workers=CORES),
        "without the attribution",
        lambda: compare_scenarios(outlook, planned, names, attribution=False),
        "at most 30",
    )
    assert found.ratio > 0


@pytest.fixture
def compare_times(compare):
    """Each takes seconds: three turns are enough."""
    return partial(compare, rounds=3)
