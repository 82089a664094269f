"""The whole analysis of a table: refusals by name, known truths, bootstrap, interactions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.assessments import PLAN, Assessments
from riskmodel.cohort import CohortDesign, generate_blocks, generate_cohort
from riskmodel.errors import DataError, UnknownNameError
from riskmodel.factors.adjusted.design import fit_factors, usable_factors
from riskmodel.factors.adjusted.impact import measure_impact
from riskmodel.factors.adjusted.interactions import interaction_pairs, interactions
from riskmodel.factors.adjusted.patterns import FactorPatterns, factor_patterns, pattern_counts
from riskmodel.factors.adjusted.resampling import ResamplingPlan
from riskmodel.families import related


def table_of(columns: dict[str, np.ndarray], plan: np.ndarray, **others: object) -> Assessments:
    frame = pd.DataFrame({**columns, PLAN: plan, **others})
    return Assessments(frame, tuple(columns), {})


def simple(rows: int = 600, seed: int = 1, **others: object) -> Assessments:
    random = np.random.Generator(np.random.SFC64(seed))
    flags = random.random((3, rows)) < np.array([[0.3], [0.5], [0.2]])
    linear = -1 + np.array([0.8, 0.0, -0.5]) @ flags
    plan = random.random(rows) < 1 / (1 + np.exp(-linear))
    return table_of(dict(zip("abc", flags, strict=True)), plan, **others)


@pytest.fixture(scope="module")
def cohort() -> Assessments:
    return generate_cohort(CohortDesign(2250, seed=3))


@pytest.mark.integration
def test_a_synthetic_cohort_is_measured_and_says_it_is_assumed(cohort):
    found = measure_impact(cohort, pairs=["parental"])
    assert found.basis == "assumed"
    frame = found.to_frame()
    names = "factor measure value low high level method numerator denominator basis"
    names += " recorded_low recorded_high"
    assert list(frame.columns) == names.split()
    assert set(frame["basis"]) == {"assumed"}
    assert not frame.duplicated(["factor", "measure"]).any()
    assert len(frame) == 34 * 10 + 1 + 5 * 2
    values = frame.set_index(["measure", "factor"])["value"]
    joint = values["attributable_fraction_joint", "all"]
    for kind in ("average", "sequential"):
        each = values[f"attributable_fraction_{kind}"]
        assert each.sum() == pytest.approx(joint, abs=1e-9)
    text = str(found)
    assert "associations" in text
    assert "basis: assumed" in text
    assert "parent_domestic_violence:parent_mental_health" in set(frame["factor"])
    for word in ("effect", "cause"):
        assert word not in text


@pytest.mark.integration
def test_published_factors_alone_stay_assumed(cohort):
    found = measure_impact(cohort, factors=["child_neglect", "parent_mental_health"])
    assert found.basis == "assumed"
    assert [each.factor for each in found.factors] == ["child_neglect", "parent_mental_health"]


@pytest.mark.property
@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_patterns_and_rows_give_the_same(seed):
    table = simple(300, seed)
    try:
        one = measure_impact(table).to_frame()
    except DataError:
        return
    shuffled = Assessments(table.frame.sample(frac=1, random_state=seed), table.factors, {})
    pd.testing.assert_frame_equal(one, measure_impact(shuffled).to_frame())
    pd.testing.assert_frame_equal(one, measure_impact(factor_patterns(table)).to_frame())


@pytest.mark.unit
def test_twice_the_assessments_narrow_the_intervals_by_the_root_of_two():
    patterns = factor_patterns(simple(4000))
    doubled = patterns + patterns
    one, two = (measure_impact(each).factors[0].adjusted for each in (patterns, doubled))
    for name in ("risk_difference", "odds_ratio"):
        first, second = getattr(one, name), getattr(two, name)
        assert second.value == pytest.approx(first.value, rel=0.01)
        ratio = (first.high - first.low) / (second.high - second.low)
        assert ratio == pytest.approx(math.sqrt(2), rel=0.02)


# Columns that cannot stand in a model


@pytest.mark.unit
def test_constant_columns_are_left_out_and_named():
    table = simple()
    frame = table.frame.assign(never=False, always=True)
    found = measure_impact(Assessments(frame, (*table.factors, "never", "always"), {}))
    assert [each.factor for each in found.factors] == ["a", "b", "c"]
    assert found.notes[:2] == (
        "Left out, recorded in no assessment: never.",
        "Left out, recorded in every assessment: always.",
    )
    pd.testing.assert_frame_equal(found.to_frame(), measure_impact(table).to_frame())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("column", "message"),
    [
        (lambda f: f["a"], "again is recorded exactly where a is[.;]"),
        (lambda f: ~f["a"], "again is recorded exactly where a is not"),
        (lambda f: f["one_of"] | f["a"], "again follows from a, one_of"),
    ],
)
def test_tied_columns_are_refused_by_name(column, message):
    table = simple()
    frame = table.frame.assign(one_of=table.frame["b"] & ~table.frame["a"])
    frame["again"] = column(frame)
    with pytest.raises(DataError, match=message):
        measure_impact(Assessments(frame, ("a", "b", "c", "one_of", "again"), {}))


@pytest.mark.unit
def test_one_differing_row_in_many_is_no_tie():
    rows = 200_000
    random = np.random.Generator(np.random.SFC64(1))
    a = random.random(rows) < 0.3
    b = a.copy()
    b[np.flatnonzero(~a)[0]] = True
    patterns = pattern_counts(["a", "b"], random.random(rows) < 0.3, [a, b])
    assert usable_factors(patterns)[0] == ("a", "b")


@pytest.mark.unit
def test_separated_and_rare_factors_are_noted_and_the_plain_likelihood_refuses():
    table = simple()
    rare = np.zeros(len(table), dtype=bool)
    rare[np.flatnonzero(table.frame[PLAN])[:4]] = True
    table = Assessments(table.frame.assign(rare=rare), ("a", "rare"), {})
    found = measure_impact(table)
    assert any("rare (4 of 4)" in note for note in found.notes)
    assert any("ended alike: rare" in note for note in found.notes)
    odds = found.factors[1].adjusted.odds_ratio
    assert odds.method == "firth profile"
    assert 1 < odds.low < odds.value < odds.high < math.inf
    with pytest.raises(DataError, match=r"no maximum: .* with rare"):
        measure_impact(table, is_penalised=False)


@pytest.mark.unit
@pytest.mark.parametrize("plan", [True, False])
def test_a_table_without_both_outcomes_is_refused(plan):
    table = table_of({"a": np.array([True, False])}, np.array([plan, plan]))
    with pytest.raises(DataError, match="some that did"):
        measure_impact(table)


@pytest.mark.unit
def test_what_is_asked_for_wrongly():
    table = simple()
    with pytest.raises(UnknownNameError, match="factor in this table 'd'"):
        measure_impact(table, factors=["a", "d"])
    with pytest.raises(DataError, match="between 0 and 1"):
        measure_impact(table, level=95)
    with pytest.raises(DataError, match="at least 100"):
        measure_impact(table, resamples=10)
    with pytest.raises(DataError, match="allowed: parental"):
        measure_impact(table, pairs=["a"])
    with pytest.raises(UnknownNameError, match="factor in this model"):
        measure_impact(table, pairs=["a:z"])
    with pytest.raises(DataError, match="parental factors"):
        measure_impact(table, pairs=["parental"])
    with pytest.raises(DataError, match="no factor is recorded"):
        measure_impact(table_of({"a": np.array([True, True])}, np.array([True, False])))


# Known truths


@pytest.mark.integration
def test_cohorts_with_known_odds_ratios_recover_them():
    """34 factors that occur together, 6 cohorts of 2,250; rare factors among them."""
    design = CohortDesign(2250, seed=8)
    block = next(iter(generate_blocks(design)))
    random = np.random.Generator(np.random.SFC64(34))
    names = design.targets().counts.factors
    truth = random.normal(0, 0.5, len(names))
    linear = -1.2 + truth @ block.flags
    chance = 1 / (1 + np.exp(-linear))
    cohorts, covered = 6, np.zeros(len(names))
    for _ in range(cohorts):
        plan = random.random(len(linear)) < chance
        found = measure_impact(pattern_counts(names, plan, block.flags))
        covered += [
            each.adjusted.odds_ratio.low <= math.exp(known) <= each.adjusted.odds_ratio.high
            for each, known in zip(found.factors, truth, strict=True)
        ]
    # 204 intervals: the standard error of the share is 0.015.
    assert 0.90 < covered.sum() / (cohorts * len(names)) < 0.985


@pytest.mark.integration
def test_bootstrap_agrees_with_the_delta_method():
    table = simple(1500, seed=4)
    delta, drawn = measure_impact(table), measure_impact(table, resamples=250, seed=2)
    assert drawn.resamples == 250
    for one, other in zip(delta.factors, drawn.factors, strict=True):
        for first, second in (
            (one.adjusted.risk_difference, other.adjusted.risk_difference),
            (one.adjusted.risk_ratio, other.adjusted.risk_ratio),
            (one.attributable.average, other.attributable.average),
        ):
            assert second.value == first.value
            assert second.method == "bootstrap percentile"
            ratio = (second.high - second.low) / (first.high - first.low)
            assert 0.8 < ratio < 1.25
        assert one.adjusted.odds_ratio == other.adjusted.odds_ratio
    again = measure_impact(table, resamples=250, seed=2)
    pd.testing.assert_frame_equal(drawn.to_frame(), again.to_frame())


@pytest.mark.integration
def test_children_are_resampled_with_all_their_assessments():
    """Each assessment four times: the delta method thinks that it knows twice as much."""
    once = simple(500, seed=6)
    repeated = pd.concat([once.frame.assign(child_id=np.arange(500))] * 4)
    table = Assessments(repeated, once.factors, {})
    naive = measure_impact(table)
    assert any("500 of 500 children have more than one" in note for note in naive.notes)
    whole = measure_impact(table, resamples=300)
    alone = measure_impact(once, resamples=300)
    for one, other, third in zip(naive.factors, whole.factors, alone.factors, strict=True):
        narrow, wide, right = (
            each.adjusted.risk_difference.high - each.adjusted.risk_difference.low
            for each in (one, other, third)
        )
        # The design effect and the resampled families say the same.
        assert wide / narrow == pytest.approx(1, rel=0.2)
        assert wide / right == pytest.approx(1, rel=0.15)


@pytest.mark.unit
def test_resamples_hold_as_many_units_and_keep_children_together():
    table = simple(200, child_id=pd.array([*range(100), *range(90), *[None] * 10], dtype="Int64"))
    assert len(np.unique(related(table.frame))) == 110
    patterns = factor_patterns(table)
    plan = ResamplingPlan.of_table(table, patterns)
    assert plan.units == 110
    assert plan.several.shape[0] == 90
    single, several = plan.single, plan.several.sum(axis=0)
    whole = np.concatenate([patterns.assessments - patterns.plans, patterns.plans])
    assert np.array_equal(single + several, whole)
    few, more = list(plan.draws(3, 5)), list(plan.draws(6, 5))
    assert all(
        np.array_equal(a, b)
        for one, two in zip(few, more, strict=False)
        for a, b in zip(one, two, strict=True)
    )
    assert all((k <= n).all() for n, k in more)


@pytest.mark.unit
def test_a_factor_that_resamples_miss_is_named():
    table = simple(300, seed=2)
    rare = np.zeros(300, dtype=bool)
    rare[[3, 50]] = True
    table = Assessments(table.frame.assign(rare=rare), ("a", "rare"), {})
    found = measure_impact(table, resamples=100)
    assert any("Absent from some of the 100 resamples" in note for note in found.notes)
    assert np.isfinite(found.factors[1].adjusted.risk_difference.low)


# Interactions


@pytest.mark.unit
def test_parental_pairs_cross_the_three_problems():
    names = [
        "parent_drugs_misuse",
        "parent_alcohol_misuse",
        "parent_mental_health",
        "parent_domestic_violence",
    ]
    pairs = interaction_pairs(["parental"], names)
    assert len(pairs) == 5
    assert ("parent_alcohol_misuse", "parent_drugs_misuse") not in map(tuple, map(sorted, pairs))
    both = ["parental", "parent_mental_health:parent_domestic_violence"]
    assert interaction_pairs(both, names) == pairs


@pytest.mark.unit
def test_a_saturated_pair_is_the_table_itself():
    """Two factors and their product: the plain fit gives back the four shares."""
    flags = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=bool)
    n, k = np.array([900, 400, 300, 200]), np.array([90, 80, 75, 120])
    patterns = FactorPatterns(("a", "b"), flags, n, k)
    tested = interactions(patterns, [("a", "b")], level=0.95, is_penalised=False)
    (found,) = tested.pairs
    shares = k / n
    assert found.contrast.value == pytest.approx(shares[3] - shares[2] - shares[1] + shares[0])
    odds = shares / (1 - shares)
    assert found.odds_ratio.value == pytest.approx(odds[3] * odds[0] / (odds[1] * odds[2]))
    error = math.sqrt((shares * (1 - shares) / n).sum())
    assert found.contrast.high - found.contrast.value == pytest.approx(1.959964 * error, rel=1e-6)
    # The ratio test against the model without the product, both fitted by themselves.
    without = fit_factors(patterns, is_penalised=False).fit.log_likelihood
    product = (flags[:, 0] & flags[:, 1]).astype(float)[:, None]
    whole = fit_factors(patterns, product, is_penalised=False).fit.log_likelihood
    assert found.statistic == pytest.approx(2 * (whole - without), abs=1e-7)
    assert (tested.statistic, tested.p_value) == pytest.approx((found.statistic, found.p_value))


@pytest.mark.integration
def test_the_interaction_test_keeps_its_size():
    """No interaction in truth: 5% of 250 tables are told otherwise, within four errors."""
    random = np.random.Generator(np.random.SFC64(1))
    flags = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=bool)
    chance = 1 / (1 + np.exp(-(-1.2 + flags @ [0.6, 0.5])))
    small = 0
    for _ in range(250):
        n = random.multinomial(800, [0.5, 0.2, 0.2, 0.1])
        patterns = FactorPatterns(("a", "b"), flags, n, random.binomial(n, chance))
        small += interactions(patterns, [("a", "b")], level=0.95).p_value < 0.05
    assert 0.004 < small / 250 < 0.105


@pytest.mark.unit
def test_pairs_that_never_meet_are_noted():
    a = np.array([True, True, False, False, False, True])
    b = np.array([False, False, True, True, False, False])
    plan = np.array([True, False, True, False, True, False])
    found = measure_impact(table_of({"a": a, "b": b}, plan), pairs=["a:b"])
    assert found.interactions is not None
    assert found.interactions.pairs == ()
    assert "never found together" in found.interactions.notes[0]
    # What was asked besides leaves the other results as they are.
    plain = measure_impact(table_of({"a": a, "b": b}, plan)).to_frame()
    pd.testing.assert_frame_equal(found.to_frame(), plain)
