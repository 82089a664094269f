"""Pairs of factors and all factors together over how completely factors are recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodel.assessments import Assessments
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import factor_patterns
from riskmodel.factors.adjusted.reach_together import joint_reach, pair_reach
from riskmodel.factors.margins.recorded import Recording

NAMES = ("child_neglect", "parent_drugs_misuse", "parent_domestic_violence")
PAIR = "child_neglect:parent_drugs_misuse"
KINDS = ("interaction_contrast", "interaction_odds_ratio")
AT = Recording((0.55,), (0.8,))


def impact(flags: np.ndarray, plan: np.ndarray):
    frame = pd.DataFrame(dict(zip(NAMES, flags.T, strict=True))).assign(plan=plan)
    table = Assessments(frame, NAMES, dict.fromkeys(frame.columns, "assumed"))
    return measure_impact(factor_patterns(table), pairs=[PAIR])


@pytest.mark.property
def test_what_is_told_at_the_shares_recorded_is_the_truth():
    """Every factor is missed by chance, by the plan alone."""
    random, number = np.random.default_rng(5), 600_000
    common = random.random(number) < 0.4
    flags = random.random((number, 3)) < np.where(common[:, None], 0.45, 0.12)
    both = flags[:, 0] & flags[:, 1]
    linear = 2.2 - flags @ np.array([0.9, 0.6, 0.4]) - 0.7 * both
    plan = random.random(number) < 1 / (1 + np.exp(linear))
    kept = random.random((number, 3)) < np.where(plan, 0.55, 0.8)[:, None]
    recorded, true = impact(flags & kept, plan), impact(flags, plan)
    before, wanted = (
        dict(zip(KINDS, (pair.contrast.value, pair.odds_ratio.value), strict=True))
        for pair in (one.interactions.pairs[0] for one in (recorded, true))
    )
    cells = recorded.interactions.pairs[0].cells
    for kind, (low, high) in zip(KINDS, pair_reach(cells, *before.values(), AT), strict=True):
        assert low == pytest.approx(high)
        moved = abs(wanted[kind] - before[kind])
        # Most of the way back; what is left is what the pair shares with the third factor.
        assert abs(low - wanted[kind]) < 0.2 * moved, (kind, before[kind], low, wanted[kind])
    each, plans = recorded.combinations.by_number, recorded.combinations.plans_by_number
    others = [n - k for n, k in zip(each, plans, strict=True)]
    low, high = joint_reach(plans, others, recorded.joint.value, AT)
    assert low == pytest.approx(high)
    moved = abs(true.joint.value - recorded.joint.value)
    # The model of what was recorded has no products, which misses make.
    assert abs(low - true.joint.value) < 0.2 * moved, (recorded.joint.value, low, true.joint.value)
    # The usual area holds what was recorded and what is true.
    reach, joint = recorded.reach(), "attributable_fraction_joint"
    held = {(PAIR, kind): (before[kind], wanted[kind]) for kind in KINDS}
    held["all", joint] = (recorded.joint.value, true.joint.value)
    for name, own in held.items():
        low, high = reach[name]
        assert low <= min(own) < max(own) <= high


@pytest.mark.unit
def test_unadjusted_figures_come_back_from_expected_counts():
    """Counts as they would be on average, without chance and without other factors."""
    true = np.array([[60.0, 90.0, 50.0, 200.0], [80.0, 200.0, 120.0, 1600.0]])
    shares = np.array([0.5, 0.7])
    cells = []
    for (both, one, other, neither), s in zip(true, shares, strict=True):
        lost = both * s * (1 - s)
        seen = (both * s**2, one * s + lost, other * s + lost)
        cells.append([*seen, both + one + other + neither - sum(seen)])
    seen = np.array(cells)

    def figures(sides):
        risks = sides[0] / sides.sum(axis=0)
        odds = sides[0] / sides[1]
        return risks[0] - risks[1] - risks[2] + risks[3], odds[0] * odds[3] / odds[1] / odds[2]

    found = pair_reach(seen.T.ravel(), *figures(seen), Recording((0.5,), (0.7,)))
    assert found.contrast == pytest.approx([figures(true)[0]] * 2)
    assert found.odds_ratio == pytest.approx([figures(true)[1]] * 2)
    # 1, 2 and 3 of 3 factors recorded of (100, 40, 30, 20) with 0 to 3 there.
    there = np.array([100, 40, 30, 20])
    kept = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25, 0.5, 0.25, 0], [1, 3, 3, 1]])
    kept[3] /= 8
    low, high = joint_reach(there @ kept, [300, 100, 50, 10], 0.0, Recording((0.5,), (1,)))
    none = (there @ kept)[0]
    expected = 1 - (100 / 400) / (none / (none + 300))
    assert (low, high) == pytest.approx((expected, expected))


@pytest.mark.unit
def test_ends_hold_every_point_of_the_area():
    random = np.random.default_rng(8)
    ends, grid = Recording((0.6, 1), (0.5, 1)), np.linspace(0, 1, 9)
    for _ in range(40):
        cells = random.integers(1, 200, 8)
        whole = pair_reach(cells, 0.05, 1.3, ends)
        for s1 in 0.6 + 0.4 * grid:
            for s0 in 0.5 + 0.5 * grid:
                at = pair_reach(cells, 0.05, 1.3, Recording((s1,), (s0,)))
                for (low, high), (one, _) in zip(whole, at, strict=True):
                    assert one != one or low - 1e-3 <= one <= high + 1e-3
        plans, others = random.integers(0, 90, 5).tolist(), random.integers(1, 300, 5).tolist()
        low, high = joint_reach(plans, others, 0.2, ends)
        for s1 in 0.6 + 0.4 * grid:
            one, _ = joint_reach(plans, others, 0.2, Recording((s1,), (0.75,)))
            assert one != one or low - 0.01 <= one <= high + 0.01


@pytest.mark.unit
def test_counts_that_allow_no_such_recording_tell_nothing():
    # All 30 with the first factor have the second: of half recorded some would have it alone.
    assert np.isnan(pair_reach((30, 5, 0, 9, 9, 10, 8, 80), 0, 1, AT)).all()
    assert np.isnan(pair_reach((30, 5, 1, 9, 9, 10, 8, 80), 0, 1, AT)).all()
    assert np.isnan(joint_reach((0, 5, 9), (10, 5, 3), 0.2, AT)).all()
