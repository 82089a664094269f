"""Rates, associations and quadrants over how completely factors are recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.assessments import Assessments, FactorCounts
from riskmodel.authority.margins import recording_area
from riskmodel.errors import DataError
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.patterns import factor_patterns
from riskmodel.factors.adjusted.reach import reach_words, recorded_reach
from riskmodel.factors.margins.recorded import RecordedFactors
from riskmodel.factors.margins.recording import (
    MEASURES,
    Recording,
    recording_bounds,
    true_measures,
)
from riskmodel.factors.quadrants import stated_region
from riskmodel.published import factor_counts


def one(k: int, n: int, plans: int, assessments: int | None) -> FactorCounts:
    return FactorCounts.from_rows(
        [("child_neglect", n, k)], total_plans=plans, total_assessments=assessments
    )


@pytest.mark.property
def test_ranges_at_the_true_shares_hold_the_true_rates_in_simulated_records():
    """Factors that are there are missed by chance; the formulas take that back."""
    random = np.random.default_rng(11)
    plans, others, share_plans, share_others = 630, 1620, 0.4, 0.22
    recorded = Recording((0.45,), (0.8,))
    true_rate = plans * share_plans / (plans * share_plans + others * share_others)
    number = 400
    names = tuple(f"record_{row}" for row in range(number))

    def coverage(measure, k, m, truth):
        records = FactorCounts(names, k + m, k, plans, None)
        rows = recording_bounds(records, recorded).bounds.query("measure == @measure")
        return ((rows["low"] <= truth) & (truth <= rows["high"])).mean()

    # Of as many assessments with the factor some lead to a plan: the rate's range is of these.
    a = random.binomial(600, true_rate, number)
    k, m = random.binomial(a, 0.45), random.binomial(600 - a, 0.8)
    rates = coverage("conversion_rate", k, m, true_rate)
    a, b = random.binomial(plans, share_plans, number), random.binomial(others, 0.22, number)
    k, m = random.binomial(a, 0.45), random.binomial(b, 0.8)
    shares = coverage("share_of_plans", k, m, share_plans)
    # Of 400 records a coverage of 95% strays by 1.1 points.
    assert 0.92 < rates < 0.98
    assert 0.92 < shares < 0.98
    found = recording_bounds(FactorCounts(names, k + m, k, plans, plans + others), recorded)
    values = found.bounds["lowest"].to_numpy().reshape(number, len(MEASURES))
    truth = true_measures(
        np.array([plans * share_plans]), np.array([others * share_others]), plans, plans + others
    )
    middle = np.median(values, axis=0)
    error = np.std(values, axis=0) * 1.25 / np.sqrt(len(values))
    expected = np.array([truth[name][0] for name in MEASURES])
    assert (np.abs(middle - expected) < 4 * error).all(), (middle, expected)


@pytest.mark.property
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 120),
    st.tuples(st.floats(0.2, 1), st.floats(0.2, 1)),
    st.tuples(st.floats(0.2, 1), st.floats(0.2, 1)),
    st.one_of(st.none(), st.tuples(st.floats(1, 2), st.floats(2, 4))),
)
def test_bounds_hold_every_point_of_the_area_and_are_reached(k, m, with_plan, without, times):
    counts = one(k, k + m, 80, 300)
    ends = Recording(with_plan, without, times)
    found = recording_bounds(counts, ends)
    filled = Recording(
        tuple(np.linspace(ends.with_plan[0], ends.with_plan[-1], 25)),
        tuple(np.linspace(ends.without_plan[0], ends.without_plan[-1], 25)),
        times,
    )
    inside = recording_bounds(counts, filled).points.query("is_in_area")
    for row in found.bounds.itertuples():
        values = inside[row.measure].dropna()
        if len(values):
            assert row.lowest <= values.min() + 1e-9
            assert row.highest >= values.max() - 1e-9
        if times is None and k and m and len(values) == 625 and np.isfinite(values).all():
            # Without a limit the corners are points of the grid.
            assert row.lowest == pytest.approx(values.min())
            assert row.highest == pytest.approx(values.max())


@pytest.mark.property
@settings(max_examples=15, deadline=None)
@given(st.floats(0.3, 1), st.floats(0.3, 1))
def test_factors_recorded_alike_do_not_overtake_one_another(with_plan, without):
    counts = factor_counts()
    points = recording_bounds(counts, Recording((with_plan,), (without,))).points
    shown = points.dropna(subset=["conversion_rate"])
    recorded = counts.plans / counts.assessments
    order = np.argsort(recorded[shown.index])
    assert (np.diff(shown["conversion_rate"].to_numpy()[order]) >= 0).all()


@pytest.mark.regression
def test_the_published_counts_over_the_usual_area():
    found = recording_area()
    rates = found.bounds.query("measure == 'conversion_rate'").set_index("factor")
    # Neglect: 142 and 247; at most 142/0.4 with a plan, 247 without, and back.
    neglect = rates.loc["child_neglect"]
    assert neglect["highest"] == pytest.approx(355 / (355 + 247))
    assert neglect["lowest"] == pytest.approx(142 / (142 + 247 / 0.42))
    assert neglect["low"] < neglect["lowest"] < neglect["highest"] < neglect["high"]
    # Sexual abuse of 144 is there at least 1.5 times: nobody could be recorded in full.
    sides = found.sides().set_index("factor")
    assert list(sides.index[~sides["can_change"]]) == ["child_emotional_abuse"]
    odds, cut = 168 / 220, 66 / 312
    assert sides.loc["child_emotional_abuse", "tips_at"] == pytest.approx(odds * (1 - cut) / cut)
    assert "9 of 10 factors could change sides, all but Child Emotional Abuse." in found.summary()


@pytest.mark.unit
def test_a_share_that_the_counts_forbid_is_no_part_of_the_area():
    """Of 630 plans 174 were recorded with the factor: less than 174/630 cannot be recorded."""
    counts = one(174, 613, 630, 2250)
    found = recording_bounds(counts, Recording((0.1, 1), (1,)))
    share = found.bounds.set_index("measure").loc["share_of_plans"]
    assert share["highest"] == pytest.approx(1)
    assert not found.points["is_in_area"][0]
    assert np.isnan(found.points["conversion_rate"][0])
    nothing = recording_bounds(counts, Recording((1,), (1,), (2, 3)))
    assert "would not be possible" in nothing.summary()
    assert nothing.bounds["lowest"].isna().all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "low", "high", "possible"),
    [
        (0.3, 0.3, 0.4, "high"),
        (0.3, 0.1, 0.4, "high or low"),
        (0.1, 0.1, 0.19, "low"),
        (0.2, 0.2, 0.2, "high"),
    ],
)
def test_sides_of_a_stated_cut(value, low, high, possible):
    from riskmodel.factors.margins.recording import _side

    cut = stated_region(one(10, 50, 100, 200), 0.1, 0.2).impact
    assert _side(low, high, cut) == possible


@pytest.mark.unit
@pytest.mark.parametrize("wrong", [((), (1,)), ((0.0, 1), (1,)), ((1.2,), (1,))])
def test_shares_that_cannot_be_are_refused(wrong):
    with pytest.raises(DataError, match="shares of factors that are recorded"):
        Recording(*wrong)


@pytest.mark.property
def test_adjusted_associations_move_as_far_as_it_takes_to_come_back_to_the_true_ones():
    """A factor is missed by chance; what is told of the records at these shares is the truth."""
    random, number = np.random.default_rng(3), 400_000
    names = ("child_neglect", "parent_drugs_misuse", "parent_domestic_violence")
    common = random.random(number) < 0.4
    flags = random.random((number, 3)) < np.where(common[:, None], 0.45, 0.12)
    chance = 1 / (1 + np.exp(2.2 - flags @ np.array([0.9, 0.6, -0.3])))
    plan = random.random(number) < chance

    def impact(has: np.ndarray):
        frame = pd.DataFrame(dict(zip(names, has.T, strict=True))).assign(plan=plan)
        table = Assessments(frame, names, dict.fromkeys(frame.columns, "assumed"))
        return measure_impact(factor_patterns(table))

    missed = flags.copy()
    missed[:, 0] &= random.random(number) < np.where(plan, 0.55, 0.8)
    recorded, true = impact(missed), impact(flags)
    found = recorded_reach(
        recorded.factors,
        recorded.total_assessments,
        recorded.total_plans,
        Recording((0.55,), (0.8,)),
    )
    before, wanted = (dict(one.factors[0].measures()) for one in (recorded, true))
    for measure, value in wanted.items():
        low, high = found[names[0], measure]
        assert low == pytest.approx(high)
        moved = abs(value.value - before[measure].value)
        # Most of the way back; what is left is what the factor shares with the others.
        assert abs(low - value.value) < (0.03 if "crude" in measure else 0.15) * moved, measure
    usual = recorded.reach()[names[0], "adjusted_odds_ratio"]
    assert usual[0] < before["adjusted_odds_ratio"].value < usual[1]


@pytest.mark.unit
def test_many_groups_have_the_reach_of_each():
    tables = 24 * [one(k, k + 30, 80, n) for k, n in ((5, 300), (40, None), (0, 200))]
    recording = Recording((0.4, 1), (0.5, 1))
    ends = RecordedFactors.of(tables, recording).ends()
    for row, counts in enumerate(tables):
        bounds = recording_bounds(counts, recording).bounds.set_index("measure")
        for measure, (low, high) in ends.items():
            expected = bounds.loc[measure, ["lowest", "highest"]].to_numpy(float)
            np.testing.assert_array_equal([low[row], high[row]], expected)


@pytest.mark.unit
@pytest.mark.parametrize(("k", "n", "top"), [(203, 685, "0.7"), (215, 1000, "0.1")])
def test_where_every_plan_may_have_had_the_factor_ratios_have_no_limit(k, n, top):
    # 203 / 0.4 = 507 and 215 / 0.4 = 537 true plans, of 459: cut off at 459, times the recorded.
    bounds = recording_bounds(one(k, n, 459, 2600)).bounds.set_index("measure")
    assert bounds.loc["share_of_plans", "highest"] == 1
    for measure in ("odds_ratio", "risk_ratio"):
        lowest, highest = bounds.loc[measure, ["lowest", "highest"]]
        assert highest == np.inf
        assert 0 < lowest < 1
    low = bounds.loc["odds_ratio", "lowest"]
    assert reach_words((low, np.inf), 1, 1) == f"{top} to no limit"
